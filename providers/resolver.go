package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/cache"
	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// defaultParallel is the bound on simultaneous calls of one provider. A file
// with fifty secrets takes one round trip with it, and it is far below the
// request rates that vaults refuse. The bound is per provider, so that a slow
// vault holds up no other.
const defaultParallel = 64

// Listed names are kept for a moment only: long enough for the keystrokes of
// one word, short enough that a new secret shows up at once to a person.
const (
	listTTL        = 10 * time.Second
	listMaxEntries = 256
)

// Options are what a Resolver is made of.
type Options struct {
	// Providers are those that are wired in; the others of the reference table
	// answer with kind Unsupported.
	Providers []Provider
	Store     *credentials.Store
	// CacheTTL is how long a secret is kept; 0 keeps none.
	CacheTTL time.Duration
	// CacheMaxEntries limits how many are kept; 0 for no limit.
	CacheMaxEntries int
	// Timeout limits one call of a provider; credentials.DefaultTimeout where 0.
	Timeout time.Duration
	// Timeouts replace Timeout for single providers.
	Timeouts map[string]time.Duration
	// Parallel limits the simultaneous calls of one provider; 64 where 0.
	Parallel int
	// OnValue is called with every value, and all material of credentials,
	// before anyone else sees it, so that it can be masked from then on. It must
	// copy what it keeps.
	OnValue func(secret.Value)
}

// Resolver turns references into values. Its methods may be called
// concurrently.
type Resolver struct {
	options   Options
	providers map[string]Provider
	slots     map[string]chan struct{} // one token a running call
	secrets   *cache.Cache[Payload]
	lists     *cache.Cache[[]Item]

	mu         sync.Mutex
	ttl        time.Duration
	maxEntries int
}

// Resolved is the answer for one reference.
type Resolved struct {
	Ref   secret.Ref
	Value secret.Value // a copy that belongs to the caller
	// Credential is the name of the profile; "" for the ambient identity.
	Credential string
	Hit        bool  // the value came from the cache
	Err        error // an *Error, or the error of the caller's ctx
}

// NewResolver returns a Resolver. Close ends it.
func NewResolver(options Options) *Resolver {
	options.Timeout = cmp.Or(options.Timeout, credentials.DefaultTimeout)
	options.Parallel = cmp.Or(options.Parallel, defaultParallel)
	if options.OnValue == nil {
		options.OnValue = func(secret.Value) {}
	}
	r := &Resolver{
		options:   options,
		providers: map[string]Provider{},
		slots:     map[string]chan struct{}{},
		secrets: cache.New(cache.Options[Payload]{
			TTL: options.CacheTTL, MaxEntries: options.CacheMaxEntries,
			Copy:    func(p Payload) Payload { p.Value = p.Value.Clone(); return p },
			OnEvict: func(p Payload) { p.Value.Wipe() },
			OnRelease: func(p Payload) {
				if p.Release != nil {
					p.Release()
				}
			},
		}),
		lists:      cache.New(cache.Options[[]Item]{TTL: listTTL, MaxEntries: listMaxEntries}),
		ttl:        options.CacheTTL,
		maxEntries: options.CacheMaxEntries,
	}
	for _, p := range options.Providers {
		r.providers[p.Name()] = p
		r.slots[p.Name()] = make(chan struct{}, options.Parallel)
	}
	options.Store.OnChange(func(name string) { r.drop(Scope{Credential: name}, "") })
	return r
}

// Resolve returns the value of each reference, in their order. Secrets that
// are not in the cache are fetched in parallel, each once. It returns early
// when ctx is done.
func (r *Resolver) Resolve(ctx context.Context, refs []secret.Ref) []Resolved {
	return r.resolve(ctx, refs, false)
}

// Refetch is Resolve without what the cache holds.
func (r *Resolver) Refetch(ctx context.Context, refs []secret.Ref) []Resolved {
	return r.resolve(ctx, refs, true)
}

// job is the fetch of one secret for all references that locate it.
type job struct {
	provider   Provider
	credential Credential
	key        string
	policy     cache.Policy
	places     []int // in refs
	// together is the set of calls this one belongs to; nil where it is alone.
	together *Together
}

func (r *Resolver) resolve(ctx context.Context, refs []secret.Ref, refresh bool) []Resolved {
	results := make([]Resolved, len(refs))
	jobs := map[string]*job{}
	for i, ref := range refs {
		results[i].Ref = ref
		provider, credential, err := r.route(ref.Provider(), ref.Get("credential"))
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i].Credential = credential.Profile.Name
		key := cacheKey(credential, ref)
		j := jobs[key]
		if j == nil {
			j = &job{provider: provider, credential: credential, key: key, policy: cache.Policy{Refresh: refresh}}
			jobs[key] = j
		}
		j.places = append(j.places, i)
		j.policy = strictest(j.policy, ref)
	}
	defer r.gather(jobs, refs)()
	var group sync.WaitGroup
	for _, j := range jobs {
		if len(jobs) == 1 {
			r.run(ctx, j, refs, results)
			break
		}
		group.Go(func() { r.run(ctx, j, refs, results) })
	}
	group.Wait()
	return results
}

// gather tells the jobs that are not in the cache which others of the same
// provider and credential go with them; see Together. The function it returns
// ends that.
func (r *Resolver) gather(jobs map[string]*job, refs []secret.Ref) (end func()) {
	if len(jobs) < 2 {
		return func() {}
	}
	sets := map[string][]*job{}
	for key, j := range jobs {
		if _, _, cached := r.secrets.Peek(key); !cached || j.policy.Refresh {
			set := j.provider.Name() + keySeparator + j.credential.Fingerprint
			sets[set] = append(sets[set], j)
		}
	}
	var ends []func()
	for _, set := range sets {
		if len(set) < 2 {
			continue
		}
		var members []secret.Ref
		for _, j := range set {
			members = append(members, refs[j.places[0]])
		}
		together, end := NewTogether(members)
		ends = append(ends, end)
		for _, j := range set {
			j.together = together
		}
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// strictest takes the shortest ttl of the references that share a secret.
func strictest(policy cache.Policy, ref secret.Ref) cache.Policy {
	ttl, err := time.ParseDuration(ref.Get("ttl"))
	if err != nil { // absent: a Ref is checked
		return policy
	}
	if !policy.HasTTL || ttl < policy.TTL {
		policy.HasTTL, policy.TTL = true, ttl
	}
	return policy
}

// run fetches a secret and extracts what each of its references asks for.
func (r *Resolver) run(ctx context.Context, j *job, refs []secret.Ref, results []Resolved) {
	ref := refs[j.places[0]]
	if j.together != nil {
		ctx = WithTogether(ctx, j.together)
	}
	payload, hit, err := r.secrets.GetWith(ctx, j.key, j.policy, func(ctx context.Context) (Payload, time.Time, error) {
		payload, err := call(ctx, r, j.provider, "get", func(ctx context.Context) (Payload, error) {
			return j.provider.Get(ctx, j.credential, ref)
		})
		return payload, payload.Expires, err
	})
	if errors.Is(err, cache.ErrClosed) {
		err = &Error{Kind: Unavailable, Provider: ref.Provider(), Op: "get", Message: "the program is ending", Hint: "start it again", Err: err}
	}
	for _, i := range j.places {
		results[i].Hit = hit
		if err != nil {
			results[i].Err = err
			continue
		}
		results[i].Value, results[i].Err = r.extract(payload, refs[i])
	}
	payload.Value.Wipe()
}

// extract is Extract that announces the value, before and after encode: what
// comes back from a server may show either.
func (r *Resolver) extract(payload Payload, ref secret.Ref) (secret.Value, error) {
	plain, err := extractPlain(payload, ref)
	if err != nil {
		return secret.Value{}, err
	}
	r.options.OnValue(plain)
	value, err := encode(plain, ref)
	if err != nil {
		return secret.Value{}, err
	}
	if encoded := ref.Get("encode"); encoded == "json" || encoded == "url" {
		r.options.OnValue(value)
		plain.Wipe()
	}
	return value, nil
}

// call runs one call of a provider within its bound and its time limit, and
// makes an *Error of whatever goes wrong. Waiting for a turn does not count
// against the limit.
func call[T any](ctx context.Context, r *Resolver, provider Provider, op string, do func(context.Context) (T, error)) (T, error) {
	var none T
	slots := r.slots[provider.Name()]
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return none, ctx.Err()
	}
	limit := r.options.Timeout
	if own, ok := r.options.Timeouts[provider.Name()]; ok {
		limit = own
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	result, err := do(limited)
	if err == nil {
		return result, nil
	}
	if ctx.Err() != nil {
		return none, ctx.Err()
	}
	if limited.Err() != nil {
		return none, &Error{Kind: Timeout, Provider: provider.Name(), Op: op,
			Message: fmt.Sprintf("no answer within %s", limit),
			Hint:    fmt.Sprintf(`check that the vault can be reached from here, or set "timeouts": {%q: …} in the configuration`, provider.Name()), Err: err}
	}
	return none, failure(ctx, provider.Name(), op, err)
}

// Check signs in with the named profile and says who the user is.
func (r *Resolver) Check(ctx context.Context, credential string) (Identity, error) {
	profile, err := r.options.Store.Profile(credential)
	if err != nil {
		return Identity{}, selectError("", err)
	}
	provider, c, err := r.route(profile.Provider, credential)
	if err != nil {
		return Identity{}, err
	}
	return call(ctx, r, provider, "check", func(ctx context.Context) (Identity, error) { return provider.Check(ctx, c) })
}

// SignIn signs a person in with the named profile and says who it is. Secrets
// that the profile fetched before are forgotten. person's functions must not be
// nil.
func (r *Resolver) SignIn(ctx context.Context, credential string, person Person) (Identity, error) {
	if _, err := r.Reset(ctx, Scope{Credential: credential}); err != nil {
		return Identity{}, err
	}
	profile, err := r.options.Store.Profile(credential)
	if err != nil {
		return Identity{}, selectError("", err)
	}
	provider, _, err := r.route(profile.Provider, credential)
	if err != nil {
		return Identity{}, err
	}
	signIn, ok := provider.(SignIn)
	if !ok {
		return r.Check(ctx, credential)
	}
	kept, err := r.options.Store.NewSession(ctx, profile)
	if err != nil {
		return Identity{}, sessionError(ctx, profile, "keep the sign-in", err)
	}
	c := r.credential(kept, profile, 0)
	// No time limit and no slot: a person may take minutes, and must not hold
	// up what others fetch.
	identity, err := signIn.SignIn(ctx, c, person)
	if err != nil {
		return Identity{}, failure(ctx, profile.Provider, "sign in", err)
	}
	return identity, sessionError(ctx, profile, "keep the sign-in", kept.Note(ctx, identity.Name, identity.Expires))
}

// SignOut forgets the sign-in of a person with the named profile, and what was
// fetched with it.
func (r *Resolver) SignOut(ctx context.Context, credential string) error {
	profile, err := r.options.Store.Profile(credential)
	if err != nil {
		return selectError("", err)
	}
	provider, c, err := r.route(profile.Provider, credential)
	if err != nil {
		return err
	}
	if signOut, ok := provider.(SignOut); ok {
		if _, err := call(ctx, r, provider, "sign out", func(ctx context.Context) (struct{}, error) {
			return struct{}{}, signOut.SignOut(ctx, c)
		}); err != nil {
			return err
		}
	}
	if err := sessionError(ctx, profile, "forget the sign-in", r.options.Store.Session(profile).Delete(ctx)); err != nil {
		return err
	}
	_, err = r.Reset(ctx, Scope{Credential: credential})
	return err
}

// failure makes an *Error of whatever goes wrong in a provider, or returns the
// error of ctx.
func failure(ctx context.Context, provider, op string, err error) error {
	var told *Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &told):
		return told
	}
	return &Error{Kind: Unavailable, Provider: provider, Op: op, Message: "the provider failed", Hint: "see the log", Err: err}
}

// Close forgets everything and ends the providers.
func (r *Resolver) Close(ctx context.Context) error {
	r.secrets.Close()
	r.lists.Close()
	var errs []error
	for _, p := range r.providers {
		if closer, ok := p.(Closer); ok {
			errs = append(errs, closer.Close(ctx))
		}
	}
	return errors.Join(errs...)
}
