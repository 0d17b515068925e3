package request

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Grants are one-time answers that hold for several sends. They may be used by
// many goroutines at once.
type Grants struct {
	mu sync.Mutex
	// answers holds true for what was allowed, false for what was denied.
	answers map[permission.Use]bool
}

// NewGrants returns an empty set of grants.
func NewGrants() *Grants { return &Grants{answers: map[permission.Use]bool{}} }

func (g *Grants) answer(u permission.Use) (allowed, answered bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	allowed, answered = g.answers[u]
	return allowed, answered
}

func (g *Grants) set(uses []guarded, allowed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, u := range uses {
		g.answers[u.Use] = allowed
	}
}

// destination is where a hop goes.
type destination struct {
	origin string
	// loopback is set if the host is this machine: the dialler then refuses
	// every other address.
	loopback bool
	http     bool
	// hidden is set if the origin itself is made of a value: it is neither
	// shown nor remembered.
	hidden bool
}

// shown is the origin for people. A value in a host name may have lost its
// case, so a hidden origin shows no more than its scheme unless masking found
// the value in it.
func (s *Sender) shown(d destination) string {
	if !d.hidden {
		return d.origin
	}
	if masked := s.opts.Redact.Mask(d.origin); masked != d.origin {
		return masked
	}
	scheme, _, _ := strings.Cut(d.origin, "://")
	return scheme + "://" + secret.Mask
}

// destination judges a URL. localhost counts as loopback only if every address
// it resolves to is one. hidden says that the host is made of a value: a name
// server is not asked for such a name, which would tell it the value.
func (s *Sender) destination(ctx context.Context, u *url.URL, hidden bool) (destination, error) {
	origin, err := permission.Origin(u)
	if err != nil {
		return destination{}, err
	}
	d := destination{origin: origin, http: u.Scheme == "http", hidden: hidden}
	host := u.Hostname()
	switch {
	case permission.IsLoopbackHost(host):
		d.loopback = true
	case permission.IsLocalhostName(host) && (!hidden || permission.IsLocalhost(host)):
		addresses, err := s.opts.LookupIP(ctx, host)
		d.loopback = err == nil && len(addresses) > 0
		for _, a := range addresses {
			d.loopback = d.loopback && a.Unmap().IsLoopback()
		}
	}
	return d, nil
}

// guarded is one use at one destination.
type guarded struct {
	permission.Use
	use *Use
}

// guard turns uses into what permissions are kept of, each once.
func (s *Sender) guard(uses []Use, d destination, call Call) ([]guarded, *Error) {
	var out []guarded
	for i := range uses {
		u := &uses[i]
		credential := ""
		if u.Ref != nil {
			name, err := s.opts.Credential(*u.Ref)
			if err != nil {
				return nil, noCredential(u, err)
			}
			credential = shownCredential(name)
		}
		g := guarded{use: u, Use: permission.Use{Reference: u.Reference, Credential: credential, Origin: d.origin, In: u.In, Workspace: call.Workspace}}
		if !slices.ContainsFunc(out, func(have guarded) bool { return have.Use == g.Use }) {
			out = append(out, g)
		}
	}
	return out, nil
}

// noCredential is the error of a use whose credential cannot be chosen.
func noCredential(u *Use, err error) *Error {
	hint := "add the credential to your configuration, or correct its name"
	var told *CredentialError
	if errors.As(err, &told) && told.Hint != "" {
		hint = told.Hint
	}
	return &Error{Code: CodeCredential, Message: u.Reference + ": " + err.Error(), Hint: hint, Span: &u.Span, Exit: ExitReference, err: err}
}

func shownCredential(name string) string {
	if name == "" {
		return permission.Ambient
	}
	return name
}

// permit decides whether the uses may go to a destination; from is the origin
// that redirected there, or "". It fetches nothing.
func (s *Sender) permit(ctx context.Context, call Call, method string, uses []Use, d destination, from string) *Error {
	all, problem := s.guard(uses, d, call)
	if problem != nil || d.loopback {
		return problem
	}
	missing, problem := s.missing(all, d, call)
	if problem != nil || len(missing) == 0 {
		return problem
	}
	if d.http {
		return s.refused(CodePlainHTTP, "would go to "+s.shown(d)+" over plain http, where anyone on the way can read it", "write https, or allow it", missing, d)
	}
	for _, u := range missing {
		if allowed, answered := call.Grants.answer(u.Use); answered && !allowed {
			return s.refused(CodeDenied, "was not allowed to go to "+s.shown(d), "answer the question with yes, or allow it", missing, d)
		}
	}
	answer, err := s.ask(ctx, call, method, missing, d, from)
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	if err != nil || answer == Deny {
		if answer == Deny && err == nil {
			call.Grants.set(missing, false)
		}
		return s.refused(CodeDenied, "is not allowed to go to "+s.shown(d), "allow it", missing, d)
	}
	return s.remember(answer, missing, d, call)
}

// missing returns the uses that nothing allows yet.
func (s *Sender) missing(all []guarded, d destination, call Call) ([]guarded, *Error) {
	for _, text := range call.AllowOrigins {
		if origin, err := permission.ParseOrigin(text); err == nil && origin == d.origin {
			return nil, nil
		}
	}
	var missing []guarded
	for _, u := range all {
		if allowed, _ := call.Grants.answer(u.Use); allowed {
			continue
		}
		allowed, err := s.opts.Permissions.Allows(u.Use)
		if err != nil {
			return nil, &Error{Code: CodePermissions, Message: "the remembered permissions cannot be read, so nothing is allowed: " + err.Error(), Exit: ExitReference, err: err}
		}
		if !allowed {
			missing = append(missing, u)
		}
	}
	return missing, nil
}

func (s *Sender) ask(ctx context.Context, call Call, method string, missing []guarded, d destination, from string) (Answer, error) {
	if call.Ask == nil {
		return Deny, fmt.Errorf("nobody can be asked")
	}
	question := Question{Origin: s.shown(d), Method: method, RedirectFrom: from, Workspace: call.Workspace}
	for _, u := range missing {
		question.Items = append(question.Items, QuestionItem{Reference: u.Reference, Credential: u.Credential, In: u.In})
	}
	return call.Ask(ctx, question)
}

// remember keeps an answer: for these sends, or for ever.
func (s *Sender) remember(answer Answer, uses []guarded, d destination, call Call) *Error {
	call.Grants.set(uses, true)
	if answer != Always || d.hidden {
		return nil
	}
	rules := make([]permission.Rule, len(uses))
	for i, u := range uses {
		rules[i] = permission.Rule{Reference: u.Reference, Credential: u.Credential, Origin: u.Origin, In: u.In, Workspace: u.Workspace}
	}
	if _, err := s.opts.Permissions.Allow(rules...); err != nil {
		return &Error{Code: CodePermissions, Message: "the permission cannot be remembered: " + err.Error(), Hint: "answer Allow once, or repair the file", Exit: ExitReference, err: err}
	}
	return nil
}

// refused names the uses and gives the exact commands that would allow them.
func (s *Sender) refused(code, why, hint string, uses []guarded, d destination) *Error {
	names := make([]string, len(uses))
	commands := make([]string, len(uses))
	for i, u := range uses {
		names[i] = u.Reference + " (" + u.In + ")"
		commands[i] = fmt.Sprintf("vault-lsp permission allow --reference %s --origin %s --in %s", shellQuote(u.Reference), shellQuote(s.shown(d)), shellQuote(u.In))
		if u.Workspace != "" {
			commands[i] += " --workspace " + shellQuote(u.Workspace)
		}
	}
	if d.hidden {
		hint = "the origin is made of a secret and cannot be remembered; send from an editor and answer its question"
	} else {
		hint += ": " + strings.Join(commands, "\n")
	}
	span := uses[0].use.Span
	return &Error{Code: code, Message: strings.Join(names, ", ") + " " + why + ".", Hint: hint, Span: &span, Exit: ExitReference}
}

// Authorize asks for everything that the plans need, one question for each
// origin, and remembers the answers in call.Grants for the sends that follow.
// What is denied is told by the sends themselves. Plans whose origin a secret
// decides are asked for when they are sent.
func (s *Sender) Authorize(ctx context.Context, plans []*Plan, call Call) error {
	if call.Grants == nil {
		return &Error{Code: CodeNotSent, Message: "authorize: the call has no grants to keep answers in", Exit: ExitSend}
	}
	var order []destination
	uses := map[destination][]Use{}
	for _, plan := range plans {
		if len(plan.Uses) == 0 || !plan.target.decided() {
			continue
		}
		u, problem := url.Parse(plan.target.origin)
		if problem != nil {
			continue
		}
		d, err := s.destination(ctx, u, false)
		if err != nil || d.loopback {
			continue
		}
		if _, known := uses[d]; !known {
			order = append(order, d)
		}
		uses[d] = append(uses[d], plan.Uses...)
	}
	for _, d := range order {
		if problem := s.permit(ctx, call, "", uses[d], d, ""); problem != nil && problem.Code == CodeCancelled {
			return problem
		}
	}
	return nil
}
