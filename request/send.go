package request

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Send sends the plan and returns the masked response. The error is an *Error.
// Cancelling ctx ends it at once.
//
// Whether the values may go where the plan goes is decided before anything is
// fetched, except for values that supply the origin. A 401 or 403 to a request
// with cached secrets refetches these once; the request is sent again only if
// one has changed and its method is idempotent.
func (s *Sender) Send(ctx context.Context, plan *Plan, call Call) (*Response, error) {
	if call.Grants == nil {
		call.Grants = NewGrants()
	}
	if call.Progress == nil {
		call.Progress = func(string) {}
	}
	r := &run{Sender: s, plan: plan, call: call, warnings: slices.Clone(plan.Warnings)}
	response, problem := r.send(ctx)
	if problem != nil {
		problem.Message = s.maskError(problem.Message)
		return nil, problem
	}
	return response, nil
}

// maskError masks a message. It is made of origins and references already;
// this is for values that a server or a library repeats.
func (s *Sender) maskError(message string) string { return s.opts.Redact.Mask(message) }

// run is one Send.
type run struct {
	*Sender
	plan     *Plan
	call     Call
	values   values
	secrets  []Secret // resolved, each reference once
	warnings []string
	url      *url.URL
	to       destination
}

func (r *run) send(ctx context.Context) (*Response, *Error) {
	if problem := r.prepare(ctx); problem != nil {
		return nil, problem
	}
	response, sentSecrets, problem := r.exchange(ctx)
	if problem != nil || !sentSecrets || (response.Status != http.StatusUnauthorized && response.Status != http.StatusForbidden) {
		return response, problem
	}
	changed, problem := r.refetch(ctx)
	switch {
	case problem != nil:
		return nil, problem
	case !changed:
		response.Warnings = r.warnings
		return response, nil
	case !idempotent(r.plan.Method):
		r.warn("The vault has a newer value than the one that was sent. " + r.plan.Method + " is not repeated by itself: send again to use the new value.")
		response.Warnings = r.warnings
		return response, nil
	}
	r.warn(fmt.Sprintf("The first answer was %d. The vault had a newer value, and the request was sent again with it.", response.Status))
	if problem := r.aim(ctx); problem != nil {
		return nil, problem
	}
	response, _, problem = r.exchange(ctx)
	return response, problem
}

func (r *run) warn(message string) {
	if !slices.Contains(r.warnings, message) {
		r.warnings = append(r.warnings, message)
	}
}

// idempotent reports whether a method may be repeated (RFC 9110 section 9.2.2
// and the registry's idempotent methods).
func idempotent(method string) bool {
	return slices.Contains([]string{"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "SEARCH", "REPORT"}, method)
}

// prepare decides, fetches and makes the URL.
func (r *run) prepare(ctx context.Context) *Error {
	plan := r.plan
	r.values = make(values, len(plan.Uses))
	for i, u := range plan.Uses {
		if u.Ref == nil {
			r.values[i] = string(u.value.Reveal())
		}
		if u.Ref == nil && !u.written {
			r.register(&plan.Uses[i], u.value.Reveal())
		}
	}
	for _, text := range plan.private {
		r.opts.Redact.Add([]byte(text))
	}
	if plan.target.decided() {
		u, err := url.Parse(plan.target.origin)
		if err != nil {
			return &Error{Code: CodeBadTarget, Message: "the origin of the request target is not valid", Exit: ExitSend, err: err}
		}
		if problem := r.permitted(ctx, u); problem != nil {
			return problem
		}
	} else if problem := r.resolve(ctx, func(u *Use) bool { return u.In == InURL }); problem != nil {
		return problem
	} else if problem := r.aim(ctx); problem != nil {
		return problem
	}
	if problem := r.resolve(ctx, func(u *Use) bool { return u.In != InURL || plan.target.decided() }); problem != nil {
		return problem
	}
	return r.aim(ctx)
}

// permitted judges where a URL leads and asks whether the values may go there.
func (r *run) permitted(ctx context.Context, u *url.URL) *Error {
	d, err := r.destination(ctx, u, !r.plan.target.decided() && !r.plan.target.supplied(r.values))
	if err != nil {
		return &Error{Code: CodeBadTarget, Message: "the host of the request target is not valid", Exit: ExitSend, err: err}
	}
	if len(r.plan.Uses) > 0 {
		if problem := r.permit(ctx, r.call, r.plan.Method, r.plan.Uses, d, ""); problem != nil {
			return problem
		}
		if problem := r.permitHost(ctx, u, d); problem != nil {
			return problem
		}
	}
	r.to = d
	return nil
}

// aim makes the URL from the values that are there. If it leads elsewhere than
// what was permitted so far, permission is asked for anew.
func (r *run) aim(ctx context.Context) *Error {
	u, problem := r.plan.target.url(r.values)
	if problem != nil {
		return problem
	}
	r.url = u
	if origin, err := permission.Origin(u); err != nil || origin != r.to.origin {
		return r.permitted(ctx, u)
	}
	return nil
}

// resolve fetches the references of the uses that are wanted and registers
// their values for masking.
func (r *run) resolve(ctx context.Context, want func(*Use) bool) *Error {
	var refs []secret.Ref
	var asked []string
	for i := range r.plan.Uses {
		u := &r.plan.Uses[i]
		if u.Ref != nil && want(u) && !slices.Contains(asked, u.Reference) {
			refs, asked = append(refs, *u.Ref), append(asked, u.Reference)
		}
	}
	if len(refs) == 0 {
		return nil
	}
	r.call.Progress("Fetching " + plural(len(refs), "secret"))
	resolved := r.opts.Resolve(ctx, refs)
	for i, s := range resolved {
		if problem := r.take(ctx, asked[i], s); problem != nil {
			return problem
		}
		if !slices.ContainsFunc(r.secrets, func(have Secret) bool { return have.Ref.String() == asked[i] }) {
			s.Value = secret.Value{}
			r.secrets = append(r.secrets, s)
		}
	}
	return nil
}

// take puts one resolved secret where it is used.
func (r *run) take(ctx context.Context, reference string, s Secret) *Error {
	for i := range r.plan.Uses {
		u := &r.plan.Uses[i]
		if u.Ref == nil || u.Reference != reference {
			continue
		}
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		if s.Err != nil {
			code := s.Code
			if code == "" {
				code = CodeUnresolved
			}
			return &Error{Code: code, Message: reference + ": " + s.Err.Error(), Hint: s.Hint, Span: &u.Span, Exit: ExitReference, err: s.Err}
		}
		r.values[i] = string(s.Value.Reveal())
		r.register(u, s.Value.Reveal())
	}
	return nil
}

// register makes sure that a value is masked, also as it was before its own
// reference encoded it.
func (r *run) register(u *Use, value []byte) {
	if !r.opts.Redact.Add(value) {
		if len(value) == 0 {
			r.warn("The value of " + u.Reference + " is empty.")
		} else {
			r.warn(fmt.Sprintf("The value of %s is shorter than %d bytes, so it cannot be masked in the response.", u.Reference, redact.MinLength))
		}
	}
	if u.In == InURL {
		r.opts.Redact.Add([]byte(strings.ToLower(string(value))))
	}
	if u.Ref == nil {
		return
	}
	switch u.Ref.Get("encode") {
	case "url":
		if plain, err := url.QueryUnescape(string(value)); err == nil {
			r.opts.Redact.Add([]byte(plain))
		}
	case "json":
		if plain, err := strconv.Unquote(`"` + string(value) + `"`); err == nil {
			r.opts.Redact.Add([]byte(plain))
		}
	}
}

// refetch fetches the secrets that came from the cache anew and reports
// whether one has changed.
func (r *run) refetch(ctx context.Context) (changed bool, problem *Error) {
	var refs []secret.Ref
	for _, s := range r.secrets {
		if s.Hit {
			refs = append(refs, s.Ref)
		}
	}
	if len(refs) == 0 || r.opts.Refetch == nil {
		return false, nil
	}
	r.call.Progress("Fetching " + plural(len(refs), "secret") + " again")
	before := slices.Clone(r.values)
	for i, s := range r.opts.Refetch(ctx, refs) {
		if ctx.Err() != nil {
			return false, cancelled(ctx)
		}
		reference := refs[i].String()
		if s.Err != nil {
			r.warn("After the refusal, " + reference + " could not be fetched again: " + s.Err.Error())
			continue
		}
		if problem := r.take(ctx, reference, s); problem != nil {
			return false, problem
		}
		for j := range r.secrets {
			if r.secrets[j].Ref.String() == reference {
				r.secrets[j].Hit = false
			}
		}
	}
	return !slices.Equal(before, r.values), nil
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}
