package request

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// hop is one request on the wire: the first, or one that a redirect asked for.
type hop struct {
	method string
	url    *url.URL
	shown  string // the URL, masked
	host   string // of the Host header; empty for the URL's
	fields []field
	body   *payload
	to     destination
}

// field is one header line.
type field struct {
	name, value string
	shown       string
	// hasUse is set if a value is in it, private if text is that only the
	// user's own files hold.
	hasUse, private bool
}

// firstHop renders the plan with its values.
func (r *run) firstHop() (*hop, *Error) {
	h := &hop{method: r.plan.Method, url: r.url, to: r.to}
	h.shown = r.opts.Redact.Mask(r.plan.target.text(nil))
	if r.plan.target.begins() {
		r.registerPath(r.values[r.plan.target.authority[0].use])
	}
	for i := range r.plan.headers {
		line := &r.plan.headers[i]
		value, pair := line.value(r.values)
		if hasControl(value) {
			return nil, &Error{Code: CodeControlInText, Message: "a value in the header " + line.name + " holds a line break or NUL", Hint: "add trim=true to the reference, or correct the secret", Span: r.spanOf(line.pieces), Exit: ExitReference}
		}
		if line.hasUse() && pair != "" {
			r.opts.Redact.Add([]byte(pair))
		}
		if line.name == "Host" {
			h.host = value
		}
		h.fields = append(h.fields, field{name: line.name, value: value, shown: r.opts.Redact.Mask(line.shown()), hasUse: line.hasUse(), private: hasPrivate(line.pieces)})
	}
	h.defaults(r)
	body, problem := r.plan.body.payload(r.values)
	if problem != nil {
		return nil, problem
	}
	h.body = body
	for _, w := range r.plan.valueWarnings(r.values) {
		r.warn(w)
	}
	return h, nil
}

// minPath is the length from which the path of a secret URL is masked by
// itself; /api is no secret, and stands on every page.
const minPath = 8

// registerPath lets the path and query of a secret URL be masked where a
// server repeats only them.
func (r *run) registerPath(value string) {
	if u, err := url.Parse(value); err == nil && len(u.RequestURI()) >= minPath {
		r.opts.Redact.Add([]byte(u.RequestURI()))
	}
}

// defaults adds what the file does not say.
func (h *hop) defaults(r *run) {
	if user := h.url.User; user != nil {
		name := user.Username()
		password, _ := user.Password()
		pair := name + ":" + password
		line := field{name: "Authorization", value: "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)), shown: "Basic " + secret.Mask, hasUse: hasUse(r.plan.target.userinfo) || hasUse(r.plan.target.authority)}
		if line.hasUse {
			r.opts.Redact.Add([]byte(pair))
		}
		if !h.has("Authorization") {
			h.fields = append(h.fields, line)
		}
		withoutUser := *h.url
		withoutUser.User = nil
		h.url = &withoutUser
	}
	add := func(name, value string) {
		if value != "" && !h.has(name) {
			h.fields = append(h.fields, field{name: name, value: value, shown: value})
		}
	}
	add("User-Agent", r.opts.UserAgent)
	add("Accept-Encoding", "gzip, deflate")
}

func (h *hop) has(name string) bool {
	return slices.ContainsFunc(h.fields, func(f field) bool { return f.name == name })
}

// hasUse reports whether a value goes with the hop.
func (h *hop) hasUse() bool {
	return h.body != nil && h.body.hasUse || slices.ContainsFunc(h.fields, func(f field) bool { return f.hasUse })
}

// request makes the request of net/http.
func (h *hop) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, h.method, h.to.origin, nil)
	if err != nil {
		return nil, err
	}
	req.URL = h.url
	req.Host = h.host
	for _, f := range h.fields {
		if f.name != "Host" {
			req.Header[f.name] = append(req.Header[f.name], f.value)
		}
	}
	if !h.has("User-Agent") {
		// An empty value keeps net/http from adding its own.
		req.Header["User-Agent"] = []string{""}
	}
	if h.body != nil && h.body.length > 0 {
		req.ContentLength = h.body.length
		req.GetBody = h.body.open
		if req.Body, err = h.body.open(); err != nil {
			return nil, err
		}
	}
	return req, nil
}

func (h *hop) echo(mask func(string) string) Echo {
	e := Echo{Method: h.method, URL: mask(h.shown), Headers: []Header{}}
	for _, f := range h.fields {
		e.Headers = append(e.Headers, Header{Name: f.name, Value: mask(f.shown)})
	}
	return e
}

// drop removes the fields that a test picks and returns their names, each
// once.
func (h *hop) drop(pick func(field) bool) (names []string) {
	var kept []field
	for _, f := range h.fields {
		if !pick(f) {
			kept = append(kept, f)
		} else if !slices.Contains(names, f.name) {
			names = append(names, f.name)
		}
	}
	h.fields = kept
	return names
}

func isContentField(f field) bool {
	return strings.HasPrefix(f.name, "Content-")
}
