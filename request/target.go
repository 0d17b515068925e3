package request

import (
	"net/url"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// target is the request target, cut at its borders. The fragment is not sent
// and not here (ruling C3).
type target struct {
	scheme    string  // "https://" as written, or the one we put before
	userinfo  []piece // what stands before an @ in the authority
	hasUser   bool
	authority []piece // or, if a value begins the target, that value
	path      []piece
	query     []piece
	hasQuery  bool
	// origin is the origin, if no value decides it.
	origin string
}

func (t *target) each(visit func([]piece)) {
	for _, pieces := range [][]piece{t.userinfo, t.authority, t.path, t.query} {
		visit(pieces)
	}
}

// target takes the expanded target apart and checks it as far as it can be
// without values.
func (b *builder) target(pieces []piece) {
	span := b.req.Target.Span
	pieces = trimPieces(pieces)
	pieces = append(b.hostVariable(pieces), pieces...)
	for _, p := range pieces {
		if p.use == literal && hasControl(p.text) {
			b.fail(CodeControlInText, "the request target holds a line break or NUL", "remove it from the variable's value", p.span)
			return
		}
	}
	pieces, _, _ = cut(pieces, "#")
	if len(pieces) == 0 {
		b.fail(CodeBadTarget, "the request target is empty", "write a URL such as https://example.com", span)
		return
	}
	t := &b.plan.target
	pieces, t.query, t.hasQuery = cut(pieces, "?")
	t.cutAuthority(pieces)
	if len(t.authority) == 0 && t.scheme == "" && !b.targetFromHost() {
		return
	}
	t.place(b)
	b.releaseOwn()
	if t.scheme == "" && !t.begins() {
		t.scheme = schemeFor(outline(t.authority))
	}
	if t.decided() {
		b.checkOrigin()
	}
}

// targetFromHost takes the authority from the Host header, for a target that
// is a path or *.
func (b *builder) targetFromHost() bool {
	if !b.hasHost || len(b.host) == 0 {
		b.fail(CodeMissingHost, "the target is only a path, and there is neither a Host header nor a variable host", "write the whole URL, or add a line such as Host: example.com", b.req.Target.Span)
		return false
	}
	b.plan.target.scheme, b.host = cutScheme(cutSlash(b.host))
	b.plan.target.authority = b.host
	for i := range b.plan.headers {
		if h := &b.plan.headers[i]; h.name == "Host" {
			h.pieces = b.host
		}
	}
	return true
}

// cutScheme cuts a scheme that is written off an address. The specification of
// JetBrains writes one into the Host header of OPTIONS *.
func cutScheme(pieces []piece) (scheme string, rest []piece) {
	form := outline(pieces)
	at := strings.Index(form, "://")
	if at < 0 || strings.ContainsAny(form[:at], "/"+placeholder) {
		return "", pieces
	}
	return strings.ToLower(form[:at+3]), skip(pieces, at+3)
}

// hostVariable returns the value of the variable host, which comes before a
// target that is only a path if there is no Host header, as in httpYac. It may
// hold a scheme and the beginning of the path.
func (b *builder) hostVariable(pieces []piece) []piece {
	if b.hasHost || !strings.HasPrefix(outline(pieces), "/") || len(b.scope.Lookup("host")) == 0 {
		return nil
	}
	const src = "{{host}}"
	return cutSlash(trimPieces(b.expandIn(src, template.Scan(src, text.Span{Start: 0, End: len(src)}), &b.req.Target.Span)))
}

// cutSlash cuts the slash off the end of an address that a path follows.
func cutSlash(pieces []piece) []piece {
	if n := len(pieces); n > 0 && pieces[n-1].use == literal {
		pieces[n-1].text = strings.TrimSuffix(pieces[n-1].text, "/")
	}
	return pieces
}

// cutAuthority cuts what stands before the query.
func (t *target) cutAuthority(pieces []piece) {
	form := outline(pieces)
	if strings.HasPrefix(form, "/") || form == "*" {
		t.path = pieces
		return
	}
	t.scheme, pieces = cutScheme(pieces)
	before, after, found := cut(pieces, "/")
	if t.scheme == "" && strings.HasPrefix(form, placeholder+"://") {
		// The value is only the scheme: the authority ends at the third slash.
		before, after, found = pieces, nil, false
	}
	if found {
		after[0].text = "/" + after[0].text
	}
	t.path = after
	t.authority = before
	if at := strings.LastIndex(outline(before), "@"); at >= 0 {
		t.hasUser = true
		t.userinfo, t.authority = splitAt(before, at)
	}
}

// skip drops the first n bytes, all of literal text.
func skip(pieces []piece, n int) []piece {
	_, rest := splitAt(pieces, n-1)
	return rest
}

// splitAt splits at the literal byte at an offset of the outline; the byte
// belongs to neither side.
func splitAt(pieces []piece, offset int) (before, after []piece) {
	for i, p := range pieces {
		length := len(p.text)
		if p.use != literal {
			length = len(placeholder)
		}
		if offset >= length {
			offset -= length
			continue
		}
		left, right := p, p
		left.text, right.text = p.text[:offset], p.text[offset+1:]
		before = append(append(before, pieces[:i]...), left)
		return before, append(append(after, right), pieces[i+1:]...)
	}
	return pieces, nil
}

// begins reports whether a value begins the target, which may then bring its
// own scheme, path and query.
func (t *target) begins() bool {
	return t.scheme == "" && !t.hasUser && len(t.authority) > 0 && strings.HasPrefix(outline(t.authority), placeholder)
}

// supplied reports whether the value that begins the target is a URL, as a
// webhook's is: its host is an address and may be shown. A value without a
// scheme becomes a host name only by where the file puts it, and is a secret
// there too.
func (t *target) supplied(v values) bool {
	if !t.begins() {
		return false
	}
	for _, p := range t.authority {
		if p.use != literal {
			u, err := url.Parse(v[p.use])
			return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
		}
	}
	return false
}

// decided reports whether the origin is known without any value.
func (t *target) decided() bool { return !hasUse(t.authority) }

// place sets the placement and encoding of the values in the target.
func (t *target) place(b *builder) {
	set := func(pieces []piece, in string, encode bool) {
		b.setPlacement(pieces, in)
		for i := range pieces {
			if pieces[i].use == literal {
				continue
			}
			pieces[i].encoding = raw
			ref := b.plan.Uses[pieces[i].use].Ref
			if encode && (ref == nil || (ref.Get("encode") != "none" && ref.Get("encode") != "url")) {
				pieces[i].encoding = component
			}
		}
	}
	set(t.userinfo, InHeader+"Authorization", true)
	set(t.authority, InURL, false)
	set(t.path, InPath, true)
	set(t.query, InQuery, true)
}

// schemeFor returns the scheme of a target that has none: https for the ports
// 443 and 8443, else http, as REST Client does.
func schemeFor(authority string) string {
	if strings.HasSuffix(authority, ":443") || strings.HasSuffix(authority, ":8443") {
		return "https://"
	}
	return "http://"
}

// checkOrigin computes the origin of a target in which no value decides it.
func (b *builder) checkOrigin() {
	t := &b.plan.target
	u, err := url.Parse(t.scheme + escapeAuthority(outline(t.authority)))
	if err == nil && u.Scheme != "http" && u.Scheme != "https" {
		b.fail(CodeBadScheme, "the scheme "+u.Scheme+" is not supported", "write http:// or https://", b.req.Target.Span)
		return
	}
	if err == nil {
		t.origin, err = permission.Origin(u)
	}
	if err != nil {
		b.fail(CodeBadTarget, "the request target is not a valid URL: scheme, host or port is wrong", "write a URL such as https://example.com/path", b.req.Target.Span)
	}
}

// escapeAuthority keeps a literal authority from being cut anew.
func escapeAuthority(v string) string { return strings.ReplaceAll(v, placeholder, "x") }

// text renders the target with values, or without (nil) with masks.
func (t *target) text(v values) string {
	part := func(pieces []piece) string {
		if v == nil {
			return show(pieces)
		}
		return render(pieces, v)
	}
	// A mask is no URL text; it must stay as it is.
	clean := func(pieces []piece) string {
		var out strings.Builder
		for _, p := range pieces {
			if v == nil && (p.use != literal || p.private) {
				out.WriteString(secret.Mask)
			} else {
				out.WriteString(escapeIllegal(part([]piece{p})))
			}
		}
		return out.String()
	}
	var out strings.Builder
	out.WriteString(t.scheme)
	if t.hasUser && v != nil {
		out.WriteString(part(t.userinfo) + "@")
	}
	if t.begins() {
		out.WriteString(clean(t.authority))
	} else {
		out.WriteString(t.authorityText(v))
	}
	if path := clean(t.path); path != "*" {
		out.WriteString(path)
	}
	if t.hasQuery {
		// A value that begins the target may bring its own query.
		if v != nil && t.begins() && strings.Contains(out.String(), "?") {
			out.WriteString("&")
		} else {
			out.WriteString("?")
		}
		out.WriteString(clean(t.query))
	}
	return out.String()
}

// authorityText renders host and port. Private literal text is shown here: it
// is an address.
func (t *target) authorityText(v values) string {
	if v != nil {
		return render(t.authority, v)
	}
	return strings.ReplaceAll(outline(t.authority), placeholder, secret.Mask)
}

// url renders the target with values as the URL to send to.
func (t *target) url(v values) (*url.URL, *Error) {
	invalid := func(message, hint string) (*url.URL, *Error) {
		return nil, &Error{Code: CodeBadTarget, Message: message, Hint: hint, Exit: ExitSend}
	}
	text := t.text(v)
	if hasControl(text) {
		return nil, &Error{Code: CodeControlInText, Message: "a value in the request target holds a line break or NUL", Hint: "add trim=true to the reference, or correct the secret", Exit: ExitReference}
	}
	text, _, _ = strings.Cut(text, "#")
	if t.begins() && !strings.Contains(text, "://") {
		authority, _, _ := strings.Cut(text, "/")
		text = schemeFor(authority) + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return invalid("the request target with its values is not a valid URL", "check the secret that the target is made of")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return nil, &Error{Code: CodeBadScheme, Message: "the scheme of the request target is neither http nor https", Hint: "check the secret that the target is made of", Exit: ExitSend}
	}
	if u.Hostname() == "" {
		return invalid("the request target with its values has no host", "check the secret that the target is made of")
	}
	if outline(t.path) == "*" {
		u.Opaque, u.Path = "*", ""
	}
	return u, nil
}
