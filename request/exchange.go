package request

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// maxRedirects is the number of redirects that are followed.
const maxRedirects = 10

// maxDrain is how much of a redirect's body is read so that its connection can
// be used again.
const maxDrain = 64 << 10

// exchange sends the first hop and those that redirects ask for. sentSecrets
// is set if the last hop still carried values to the first origin.
func (r *run) exchange(ctx context.Context) (response *Response, sentSecrets bool, problem *Error) {
	h, problem := r.firstHop()
	if problem != nil {
		return nil, false, problem
	}
	first := h.to.origin
	began := r.opts.Clock()
	redirects := []Redirect{}
	for {
		next, response, problem := r.hop(ctx, h, &redirects)
		if problem != nil {
			return nil, false, problem
		}
		if next == nil {
			response.Timings.Total = toMilliseconds(r.opts.Clock().Sub(began))
			return response, h.to.origin == first && (h.hasUse() || len(redirects) == 0), nil
		}
		if len(redirects) > maxRedirects {
			return nil, false, &Error{Code: CodeRedirects, Message: "More than 10 redirects; the last led to " + r.shown(next.to) + ".", Hint: "add # @no-redirect to see the first", Exit: ExitSend}
		}
		h = next
	}
}

// hop sends one request. It returns the next hop if the answer is a redirect
// that is followed, else the response.
func (r *run) hop(ctx context.Context, h *hop, redirects *[]Redirect) (*hop, *Response, *Error) {
	limit := r.plan.Timeout
	if limit == 0 {
		limit = r.opts.Timeout
	}
	limited, stop := context.WithTimeoutCause(ctx, limit, errTimeout)
	defer stop()
	watch := newStopwatch(r.opts.Clock)
	request, err := h.request(watch.trace(limited))
	if err != nil {
		return nil, nil, &Error{Code: CodeNotSent, Message: "the request cannot be made: " + err.Error(), Exit: ExitSend, err: err}
	}
	insecure := r.opts.insecure(h.url)
	if insecure {
		r.warn("The certificate of " + r.shown(h.to) + " was not verified: your configuration excepts this host.")
	}
	r.call.Progress("Sending " + h.method + " to " + r.shown(h.to))
	answer, err := r.transports.get(route{loopback: h.to.loopback, insecure: insecure}).RoundTrip(request)
	if err != nil {
		return nil, nil, r.failure(ctx, limited, h.to, limit, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if r.follows(answer) {
		_, _ = io.CopyN(io.Discard, answer.Body, maxDrain)
		stop() // the time limit is for the exchange, not for the user's answer
		next, redirect, problem := r.redirect(ctx, h, answer)
		*redirects = append(*redirects, redirect)
		return next, nil, problem
	}
	response, err := r.response(limited, answer, h, watch)
	var problem *Error
	if errors.As(err, &problem) {
		return nil, nil, problem
	}
	if err != nil {
		return nil, nil, r.failure(ctx, limited, h.to, limit, err)
	}
	response.Redirects = *redirects
	return nil, response, nil
}

func (r *run) follows(answer *http.Response) bool {
	return !r.plan.NoRedirect && !r.opts.KeepRedirects && answer.Header.Get("Location") != "" &&
		slices.Contains([]int{301, 302, 303, 307, 308}, answer.StatusCode)
}

// redirect makes the next hop (RFC 9110 section 15.4). At an origin change
// everything that carries a value or an identity is dropped; what cannot be
// dropped, a body or the target itself, needs permission for the new origin,
// and never goes from https to http.
func (r *run) redirect(ctx context.Context, h *hop, answer *http.Response) (*hop, Redirect, *Error) {
	location := answer.Header.Get("Location")
	u, err := h.url.Parse(location)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		err = http.ErrNotSupported
	}
	if err != nil {
		return nil, Redirect{}, &Error{Code: CodeBadRedirect, Message: r.shown(h.to) + " redirects to something that is no http or https URL.", Hint: "add # @no-redirect to see the answer", Exit: ExitSend}
	}
	u.Fragment, u.RawFragment, u.User = "", "", nil
	next := &hop{method: redirectedMethod(answer.StatusCode, h.method), url: u, host: h.host, fields: slices.Clone(h.fields), body: h.body}
	if next.to, err = r.destination(ctx, u, r.opts.Redact.Contains(u.Host) || r.opts.Redact.Contains(strings.ToLower(u.Host))); err != nil {
		return nil, Redirect{}, &Error{Code: CodeBadRedirect, Message: r.shown(h.to) + " redirects to a host name that is not valid.", Exit: ExitSend}
	}
	next.shown = r.opts.Redact.Mask(u.String())
	if next.method != h.method {
		next.body = nil
		next.drop(isContentField)
	}
	step := Redirect{Status: answer.StatusCode, Method: next.method, URL: next.shown}
	if next.to.origin == h.to.origin {
		return next, step, nil
	}
	next.host = ""
	next.drop(func(f field) bool { return f.name == "Host" })
	step.Dropped = next.drop(func(f field) bool {
		return f.hasUse || f.private || slices.Contains([]string{"Authorization", "Cookie", "Proxy-Authorization"}, f.name)
	})
	if next.body != nil && next.body.private && !next.to.loopback {
		return nil, step, &Error{
			Code: CodeDenied, Exit: ExitReference,
			Message: "The body holds text of a private environment file and would be redirected to another origin, " + r.shown(next.to) + ".",
			Hint:    "add # @no-redirect, and send to the right address yourself",
		}
	}
	going := r.going(next)
	switch {
	case len(going) == 0:
		return next, step, nil
	case next.to.http && !h.to.http:
		span := going[0].Span
		return nil, step, &Error{
			Code: CodeDowngrade, Exit: ExitReference, Span: &span,
			Message: going[0].Reference + " would be redirected from https to plain http at " + r.shown(next.to) + ".",
			Hint:    "add # @no-redirect, and send to the right address yourself",
		}
	}
	return next, step, r.permit(ctx, r.call, next.method, going, next.to, r.shown(h.to))
}

// redirectedMethod keeps the method but where the standard, or what every
// browser does for POST, makes it GET.
func redirectedMethod(status int, method string) string {
	switch {
	case status == http.StatusSeeOther && method != http.MethodHead:
		return http.MethodGet
	case (status == http.StatusMovedPermanently || status == http.StatusFound) && method == http.MethodPost:
		return http.MethodGet
	}
	return method
}

// going returns the uses whose values a redirected hop would carry: those in
// its body, and those that the server put into its target.
func (r *run) going(next *hop) []Use {
	var out []Use
	whole := next.url.String()
	for i, u := range r.plan.Uses {
		alone := redact.NewSet()
		alone.Add([]byte(r.values[i]))
		switch {
		case alone.Contains(whole) || containsUnescaped(alone, next.url):
			u.In = InURL
			out = append(out, u)
		case u.In == InBody && next.body != nil:
			out = append(out, u)
		}
	}
	return out
}

func containsUnescaped(set *redact.Set, u *url.URL) bool {
	query, err := url.QueryUnescape(u.RawQuery)
	return set.Contains(u.Path) || err == nil && set.Contains(query)
}

// spanOf returns the place of the first value in pieces, or nil.
func (r *run) spanOf(pieces []piece) *text.Span {
	for _, p := range pieces {
		if p.use != literal {
			span := r.plan.Uses[p.use].Span
			return &span
		}
	}
	return nil
}

// response reads and masks an answer.
func (r *run) response(ctx context.Context, answer *http.Response, h *hop, watch *stopwatch) (*Response, error) {
	mask := r.opts.Redact.Mask
	r.call.Progress("Receiving")
	body, err := r.receive(ctx, answer)
	if err != nil {
		return nil, err
	}
	out := &Response{
		Request:     h.echo(mask),
		Status:      answer.StatusCode,
		StatusText:  mask(statusText(answer)),
		HTTPVersion: httpVersion(answer),
		Headers:     r.responseHeaders(answer),
		Body:        body,
		Timings: Timings{
			DNS: watch.milliseconds("dns"), Connect: watch.milliseconds("connect"),
			TLS: watch.milliseconds("tls"), FirstByte: watch.milliseconds("firstByte"),
		},
		Secrets:  r.secretUses(),
		Tests:    []TestResult{},
		Warnings: slices.Clone(r.warnings),
	}
	out.Request.Name = mask(r.plan.Name)
	if out.Warnings == nil {
		out.Warnings = []string{}
	}
	return out, nil
}

func (r *run) secretUses() []SecretUse {
	out := []SecretUse{}
	for _, s := range r.secrets {
		use := SecretUse{Reference: s.Ref.String(), Credential: shownCredential(s.Credential), Cache: "miss"}
		if s.Hit {
			use.Cache = "hit"
		}
		out = append(out, use)
	}
	return out
}
