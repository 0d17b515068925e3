package providers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// fake is a provider that answers with functions and counts.
type fake struct {
	name    string
	get     func(context.Context, Credential, secret.Ref) (Payload, error)
	list    func(context.Context, Query) ([]Item, error)
	calls   atomic.Int32
	listed  atomic.Int32
	running atomic.Int32
	most    atomic.Int32
	logins  []credentials.Profile
	closed  bool
}

func (f *fake) Name() string { return f.name }

func (f *fake) Get(ctx context.Context, c Credential, r secret.Ref) (Payload, error) {
	f.calls.Add(1)
	defer f.running.Add(-1)
	now := f.running.Add(1)
	for most := f.most.Load(); now > most && !f.most.CompareAndSwap(most, now); most = f.most.Load() {
	}
	return f.get(ctx, c, r)
}

func (f *fake) List(ctx context.Context, _ Credential, q Query) ([]Item, error) {
	f.listed.Add(1)
	return f.list(ctx, q)
}

func (f *fake) Check(ctx context.Context, c Credential) (Identity, error) {
	if _, err := c.Material(ctx, "token"); err != nil {
		return Identity{}, err
	}
	return Identity{Name: c.Profile.Name}, nil
}

func (f *fake) ResetLogins(_ context.Context, match func(credentials.Profile) bool) int {
	before := len(f.logins)
	f.logins = slices.DeleteFunc(f.logins, match)
	return before - len(f.logins)
}

func (f *fake) Close(context.Context) error { f.closed = true; return nil }

const profiles = `{"credentials": {
  "a": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"env": "A_TOKEN"}},
  "b": {"provider": "vault", "auth": "token", "address": "https://b.example.com", "token": {"env": "B_TOKEN"}}},
  "defaults": {"vault": "a"}}`

// newStore opens a store whose environment is A_TOKEN alone.
func newStore(t testing.TB, config string) *credentials.Store {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := credentials.Open(path, credentials.Options{LookupEnv: func(name string) (string, bool) {
		v, ok := map[string]string{"A_TOKEN": "MARKER-token-a", "HOME": "/nonexistent"}[name]
		return v, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// newResolver makes a resolver over profiles, with a $vault that holds a JSON
// object for every path.
func newResolver(t testing.TB, change func(*Options, *fake)) (*Resolver, *fake) {
	t.Helper()
	f := &fake{name: "vault", get: func(_ context.Context, _ Credential, r secret.Ref) (Payload, error) {
		return payload(Object, `{"one": "1 of `+r.Get("path")+`", "two": "2 & two"}`), nil
	}}
	options := Options{Providers: []Provider{f}, CacheTTL: 30 * time.Minute, Store: newStore(t, profiles)}
	if change != nil {
		change(&options, f)
	}
	r := NewResolver(options)
	t.Cleanup(func() { _ = r.Close(context.WithoutCancel(t.Context())) })
	return r, f
}

func vaultRef(t testing.TB, path string, fields ...string) secret.Ref {
	t.Helper()
	values := []secret.FieldValue{{Name: "path", Value: path}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		values = append(values, secret.FieldValue{Name: name, Value: value})
	}
	r, err := secret.New("vault", values)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func one(t testing.TB, r *Resolver, ref secret.Ref) Resolved {
	t.Helper()
	got := r.Resolve(t.Context(), []secret.Ref{ref})
	if len(got) != 1 {
		t.Fatalf("%d results for one reference", len(got))
	}
	return got[0]
}

func kindOf(err error) Kind {
	var told *Error
	if errors.As(err, &told) {
		return told.Kind
	}
	return ""
}

func TestResolveOneFetchServesEveryKey(t *testing.T) {
	t.Parallel()
	r, f := newResolver(t, nil)
	refs := []secret.Ref{
		vaultRef(t, "app", "key=one"), vaultRef(t, "app", "key=two", "encode=url"), vaultRef(t, "app", "key=three"), vaultRef(t, "app", "key=one", "credential=a"),
	}
	first := r.Resolve(t.Context(), refs)
	for i, want := range []string{"1 of app", "2%20%26%20two", "", "1 of app"} {
		if got := string(first[i].Value.Reveal()); got != want || first[i].Hit || first[i].Credential != "a" || first[i].Ref.String() != refs[i].String() {
			t.Errorf("%d: got %q, %+v", i, got, first[i])
		}
	}
	if kindOf(first[2].Err) != KeyNotFound {
		t.Errorf("got %v", first[2].Err)
	}
	if again := one(t, r, refs[1]); !again.Hit || string(again.Value.Reveal()) != "2%20%26%20two" {
		t.Errorf("got %+v", again)
	}
	if n := f.calls.Load(); n != 1 {
		t.Errorf("%d upstream calls", n)
	}
}

func TestValuesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	r, _ := newResolver(t, nil)
	got := one(t, r, vaultRef(t, "app", "key=one"))
	got.Value.Wipe()
	if again := one(t, r, vaultRef(t, "app", "key=one")); string(again.Value.Reveal()) != "1 of app" {
		t.Errorf("wiping one copy changed another: %q", again.Value.Reveal())
	}
	kept := one(t, r, vaultRef(t, "app", "key=one"))
	if _, err := r.Reset(t.Context(), Scope{}); err != nil {
		t.Fatal(err)
	}
	if string(kept.Value.Reveal()) != "1 of app" {
		t.Error("a reset wiped a value that was given out")
	}
}

func TestTwoAccountsShareNothing(t *testing.T) {
	t.Parallel()
	r, f := newResolver(t, func(_ *Options, f *fake) {
		f.get = func(_ context.Context, c Credential, _ secret.Ref) (Payload, error) {
			return payload(Text, "of "+c.Profile.Name), nil
		}
	})
	got := r.Resolve(t.Context(), []secret.Ref{vaultRef(t, "app"), vaultRef(t, "app", "credential=b")})
	if string(got[0].Value.Reveal()) != "of a" || string(got[1].Value.Reveal()) != "of b" || f.calls.Load() != 2 {
		t.Errorf("got %q, %q with %d calls", got[0].Value.Reveal(), got[1].Value.Reveal(), f.calls.Load())
	}
}

// Values, their encoded forms and the material of credentials are announced
// before anyone has them.
func TestOnValue(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var seen []string
	r, _ := newResolver(t, func(o *Options, f *fake) {
		o.OnValue = func(v secret.Value) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, string(v.Reveal()))
		}
		get := f.get
		f.get = func(ctx context.Context, c Credential, r secret.Ref) (Payload, error) {
			if _, err := c.Material(ctx, "token"); err != nil {
				return Payload{}, err
			}
			return get(ctx, c, r)
		}
	})
	one(t, r, vaultRef(t, "app", "key=two", "encode=url"))
	if diff := cmp.Diff([]string{"MARKER-token-a", "2 & two", "2%20%26%20two"}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestErrorsAreNotCached(t *testing.T) {
	t.Parallel()
	failing := true
	r, f := newResolver(t, func(_ *Options, f *fake) {
		get := f.get
		f.get = func(ctx context.Context, c Credential, r secret.Ref) (Payload, error) {
			if failing {
				return Payload{}, &Error{Kind: Denied, Message: "no"}
			}
			return get(ctx, c, r)
		}
	})
	if got := one(t, r, vaultRef(t, "app", "key=one")); kindOf(got.Err) != Denied {
		t.Errorf("got %v", got.Err)
	}
	failing = false
	if got := one(t, r, vaultRef(t, "app", "key=one")); got.Err != nil || f.calls.Load() != 2 {
		t.Errorf("got %v after %d calls", got.Err, f.calls.Load())
	}
}

func TestTTL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, f := newResolver(t, nil)
		calls := func(want int32, what string) {
			t.Helper()
			if got := f.calls.Load(); got != want {
				t.Errorf("%s: %d calls, want %d", what, got, want)
			}
		}
		one(t, r, vaultRef(t, "app", "key=one"))
		time.Sleep(29 * time.Minute)
		one(t, r, vaultRef(t, "app", "key=one"))
		calls(1, "before the end of the TTL")
		state := r.Cached(vaultRef(t, "app", "key=two"))
		if diff := cmp.Diff(CacheState{Cached: true, Credential: "a", Age: 29 * time.Minute, Remaining: time.Minute}, state); diff != "" {
			t.Error(diff)
		}
		one(t, r, vaultRef(t, "app", "key=one", "ttl=5m"))
		calls(2, "a reference's own TTL")
		one(t, r, vaultRef(t, "app", "key=one", "ttl=0"))
		one(t, r, vaultRef(t, "app", "key=one", "ttl=0"))
		calls(4, "ttl=0")
		time.Sleep(31 * time.Minute)
		one(t, r, vaultRef(t, "app", "key=one"))
		calls(5, "after the end of the TTL")
		time.Sleep(2 * time.Minute)
		r.SetCache(time.Minute, 10)
		one(t, r, vaultRef(t, "app", "key=one"))
		calls(6, "a new TTL for what is cached")
		if got := r.Refetch(t.Context(), []secret.Ref{vaultRef(t, "app", "key=one")})[0]; got.Err != nil || got.Hit {
			t.Errorf("got %+v", got)
		}
		calls(7, "refetch")
		if !one(t, r, vaultRef(t, "app", "key=one")).Hit {
			t.Error("what was fetched anew is not cached")
		}
	})
}

// Names are listed with the ambient identity only where a person asks for them.
func TestListWithTheAmbientIdentity(t *testing.T) {
	t.Parallel()
	f := &fake{name: "aws", list: func(context.Context, Query) ([]Item, error) { return []Item{{Value: "x"}}, nil }}
	r := NewResolver(Options{Providers: []Provider{f}, Store: newStore(t, "{}")})
	if _, err := r.List(t.Context(), "aws", "", Query{Field: "secret"}); kindOf(err) != Unauthenticated || f.listed.Load() != 0 {
		t.Errorf("got %v", err)
	}
	if items, err := r.List(t.Context(), "aws", "", Query{Field: "secret", Ambient: true}); err != nil || len(items) != 1 {
		t.Errorf("got %v, %v", items, err)
	}
}
