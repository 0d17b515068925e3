package request

import (
	"encoding/base64"
	"net/textproto"
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// header is one header line of the plan. For `Authorization: Basic user pass`
// and `Basic user:pass` the pieces are what is encoded in base64.
type header struct {
	name   string // canonical
	pieces []piece
	basic  bool
}

func (h *header) each(visit func([]piece)) { visit(h.pieces) }

func (h *header) hasUse() bool { return hasUse(h.pieces) }

// value renders the header. What Basic encodes is returned too, for masking.
func (h *header) value(v values) (value, pair string) {
	pair = render(h.pieces, v)
	if !h.basic {
		return pair, ""
	}
	if hasUse(h.pieces) && len(h.pieces) == 1 && !strings.Contains(pair, ":") {
		// The secret is the encoded pair itself.
		return "Basic " + pair, ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)), pair
}

// shown renders the header with masks.
func (h *header) shown() string {
	if !h.basic {
		return show(h.pieces)
	}
	for _, p := range h.pieces {
		if p.use != literal || p.private {
			return "Basic " + secret.Mask
		}
	}
	value, _ := h.value(nil)
	return value
}

// headers expands the header lines in order.
func (b *builder) headers() {
	for i := range b.req.Headers {
		h := &b.req.Headers[i]
		pieces := trimPieces(b.expand(unfold(b.file.Src, h.Value)))
		if !isToken(h.Name) {
			b.fail(CodeBadHeader, "the header name is not valid", "a name holds letters, digits and -", h.NameSpan)
			continue
		}
		for _, p := range pieces {
			if p.use == literal && hasControl(p.text) {
				b.fail(CodeControlInText, "the value of the header "+h.Name+" holds a line break or NUL", "remove it from the variable's value", p.span)
			}
		}
		name := textproto.CanonicalMIMEHeaderKey(h.Name)
		switch name {
		case "Host":
			b.host, b.hostSpan, b.hasHost = pieces, h.Value.Span, true
			b.setPlacement(pieces, InHeader+"Host")
			continue
		case "Clientcert", "X-Clientcert":
			b.fail(CodeBadHeader, "the header "+h.Name+" of httpYac is not sent: it names a client certificate and its passphrase", "remove the line; no client certificate is sent", h.Span)
			continue
		case "Content-Length", "Transfer-Encoding":
			b.warn("The header " + name + " of the file is not sent: it follows from the body.")
			continue
		}
		b.setPlacement(pieces, InHeader+name)
		if name == "Cookie" && b.joinCookie(pieces) {
			continue
		}
		line := header{name: name, pieces: pieces}
		switch {
		case h.Basic:
			line.basic = true
		case name == "Authorization" || name == "Proxy-Authorization":
			b.authorization(&line, h)
		}
		b.plan.headers = append(b.plan.headers, line)
	}
	if b.hasHost {
		b.plan.headers = append(b.plan.headers, header{name: "Host", pieces: b.host})
	}
}

// joinCookie adds cookies to the Cookie header, if there is one already: a
// request has one at most (RFC 6265 section 5.4).
func (b *builder) joinCookie(cookies []piece) bool {
	for i := range b.plan.headers {
		if h := &b.plan.headers[i]; h.name == "Cookie" {
			h.pieces = append(append(h.pieces, piece{text: "; ", use: literal}), cookies...)
			return true
		}
	}
	return false
}

// unfold returns the template without the line breaks of folded lines, which
// the parser may leave in its literal parts.
func unfold(src string, t template.Template) template.Template {
	for _, p := range t.Parts {
		if p.Expr == nil && strings.ContainsAny(p.Span.Of(src), "\r\n") {
			return template.Template{Span: t.Span, Parts: splitLines(src, t.Parts)}
		}
	}
	return t
}

func splitLines(src string, parts []template.Part) []template.Part {
	var out []template.Part
	for _, p := range parts {
		if p.Expr != nil {
			out = append(out, p)
			continue
		}
		for at := p.Span.Start; at < p.Span.End; {
			end := at
			for end < p.Span.End && src[end] != '\r' && src[end] != '\n' {
				end++
			}
			if end > at {
				line := p
				line.Span.Start, line.Span.End = at, end
				out = append(out, line)
			}
			at = end + 1
		}
	}
	return out
}

// authorization reads the conveniences of the dialect: `Basic user pass` and
// `Basic user:pass` are encoded. Schemes that need a challenge or a signature
// are refused, because the plain password would be sent as the header.
func (b *builder) authorization(line *header, source *parser.Header) {
	scheme, rest, found := cut(line.pieces, " \t")
	if !found || hasUse(scheme) {
		return
	}
	rest = trimPieces(rest)
	name := trimmedLower(show(scheme))
	user, password, two := cut(rest, " \t")
	switch name {
	case "basic":
		password = trimPieces(password)
		form := outline(rest)
		switch {
		case two:
			line.pieces = append(append(append([]piece(nil), user...), piece{text: ":", use: literal}), password...)
			line.basic = true
		case strings.Contains(form, ":") || form == placeholder:
			line.pieces, line.basic = rest, true
		}
	case "openid", "oauth2":
		if two {
			b.fail(CodeBadAuth, "Authorization: "+show(scheme)+" of httpYac is not supported", "put the token into a vault and write Bearer and a reference to it", source.Span)
		}
	case "digest", "ntlm", "negotiate", "aws", "cognito":
		if two && !strings.Contains(outline(rest), "=") {
			b.fail(CodeBadAuth, "Authorization: "+show(scheme)+" with a user and a password is not supported", "the password would be sent in clear; use a token or Basic", source.Span)
		}
	}
}

// mediaType returns the request's media type in lower case, without its
// parameters, or "".
func (p *Plan) mediaType() string {
	kind, _, _ := strings.Cut(p.contentType(), ";")
	return trimmedLower(kind)
}

// contentType returns the outline of the Content-Type header, or "".
func (p *Plan) contentType() string {
	for i := range p.headers {
		if p.headers[i].name == "Content-Type" {
			return outline(p.headers[i].pieces)
		}
	}
	return ""
}
