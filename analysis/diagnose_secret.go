package analysis

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// secrets checks the references of a block: their credentials, and the places
// that their values go to.
func (d *diagnoser) secrets(b *parser.Block) {
	first, insecure, userinfo := true, false, 0
	eachSite(b, func(s site) {
		if s.expr.Kind == template.Call {
			d.reference(s.expr)
		}
		if at, ok := foreignOf(s.expr); ok {
			d.foreign(at)
		}
		if s.request == nil || !d.holdsSecret(s.expr) {
			return
		}
		if first {
			first, insecure, userinfo = false, d.isPlainHTTP(s.request), userinfoEnd(d.src, s.request.Target)
		}
		d.place(s, userinfo)
		if insecure {
			d.add(Diagnostic{Code: CodePlainHTTP, Span: s.expr.Span,
				Message: "This secret would be sent unencrypted; use https, or allow exactly this http origin with vault-lsp permission allow."})
		}
	})
}

// holdsSecret reports whether an expression's value comes from a vault.
func (d *diagnoser) holdsSecret(e *template.Expr) bool {
	switch e.Kind {
	case template.Call:
		_, ok := secret.Lookup(e.Name)
		return ok
	case template.Foreign:
		_, ok := foreignOf(e)
		return ok
	case template.Variable, template.EncodedVariable:
		return len(d.refsOf(e)) > 0
	}
	return false
}

// refsOf returns the references that a variable's value holds.
func (d *diagnoser) refsOf(e *template.Expr) []secret.Ref {
	refs, ok := d.refs[e.Name]
	if ok {
		return refs
	}
	t := template.Template{Span: e.Span, Parts: []template.Part{{Span: e.Span, Expr: e}}}
	for _, p := range d.Scope.Expand(d.src, t).Pieces {
		if p.Kind == env.Secret {
			refs = append(refs, p.Ref)
		}
	}
	d.refs[e.Name] = refs
	return refs
}

// reference checks what only the user's configuration and today's date decide
// about a reference.
func (d *diagnoser) reference(e *template.Expr) {
	spec, ok := secret.Lookup(e.Name)
	if !ok {
		return
	}
	if spec.Name == secret.HCP {
		d.add(Diagnostic{Code: CodeEndOfLife, Span: e.CallSpan(), Tags: []Tag{TagDeprecated},
			Message: endOfLifeMessage})
	}
	arg := e.Arg("credential")
	if arg == nil || !d.CredentialsKnown {
		return
	}
	if name, ok := d.plainText(d.src, arg.Value); ok && name != "" {
		d.credential(spec, name, arg)
	}
}

func (d *diagnoser) credential(spec secret.Spec, name string, arg *template.Arg) {
	var names []string
	for _, c := range d.Credentials {
		if c.Name == name {
			if owner := secret.CredentialsOf(spec.Name); c.Provider != owner {
				d.add(Diagnostic{Code: CodeWrongCredential, Span: arg.ValueSpan, Message: fmt.Sprintf(
					"The credential %s is for $%s; name one for $%s, or leave the field out for the default.", name, c.Provider, owner)})
			}
			return
		}
		if c.Provider == secret.CredentialsOf(spec.Name) {
			names = append(names, c.Name)
		}
	}
	x := Diagnostic{Code: CodeUnknownCredential, Span: arg.ValueSpan, Suggestion: spelling.Nearest(name, names)}
	switch {
	case x.Suggestion != "":
		x.Message = fmt.Sprintf("You have no credential %s; did you mean %s?", name, x.Suggestion)
	case len(names) > 0:
		slices.Sort(names)
		x.Message = fmt.Sprintf("You have no credential %s; for $%s there are %s.", name, spec.Name, strings.Join(names, ", "))
	default:
		x.Message = fmt.Sprintf("You have no credential %s; add it with vault-lsp credential add %s.", name, name)
	}
	d.add(x)
}

// place reports a secret in a place where it does not belong; the parts of the
// target before userinfo are its user information.
func (d *diagnoser) place(s site, userinfo int) {
	x := Diagnostic{Span: s.expr.Span}
	switch {
	case s.place == inHeader && strings.EqualFold(s.header.Name, "Cookie"):
		x.Code = CodeSecretInCookie
		x.Message = "A secret in a Cookie header is easily logged on the way; use Authorization if the API allows it."
	case s.place == inTarget && s.index < userinfo:
		x.Code = CodeSecretInUserinfo
		x.Message = "A secret in the user information of a URL ends up in logs; use an Authorization: Basic header."
	case s.place == inFilePath:
		x.Code = CodeSecretInPath
		x.Message = "A secret cannot name a file; use a plain variable."
	default:
		return
	}
	d.add(x)
}

// userinfoEnd returns the index of the first part of a target that does not
// stand between :// and @; 0 if the target has no user information.
func userinfoEnd(src string, t template.Template) int {
	begun := false
	for i, p := range t.Parts {
		if p.Expr != nil {
			continue
		}
		literal := p.Span.Of(src)
		if !begun {
			_, rest, ok := strings.Cut(literal, "://")
			if !ok {
				continue
			}
			begun, literal = true, rest
		}
		if end := strings.IndexAny(literal, "/?#@"); end >= 0 {
			if literal[end] == '@' {
				return i
			}
			return 0
		}
	}
	return 0
}

// origin returns what a request's target begins with, up to a part that only
// sending supplies. Of a target that begins with a variable it is the
// variable's value alone where that already holds the whole host.
func (d *diagnoser) origin(r *parser.Request) string {
	if len(r.Target.Parts) == 0 {
		return ""
	}
	first := r.Target.Parts[0]
	begin := ""
	if first.Expr == nil {
		begin = first.Span.Of(d.src)
	} else {
		var known bool
		if begin, known = d.origins[first.Expr.Name]; !known || first.Expr.Kind != template.Variable {
			begin = d.literal(template.Template{Span: first.Span, Parts: r.Target.Parts[:1]})
			if first.Expr.Kind == template.Variable {
				d.origins[first.Expr.Name] = begin
			}
		}
	}
	if i := strings.Index(begin, "://"); i >= 0 && (!strings.EqualFold(begin[:i], "http") || strings.IndexByte(begin[i+3:], '/') >= 0) {
		return begin
	}
	return d.literal(r.Target)
}

// literal expands a template up to its first part that is not plain text.
func (d *diagnoser) literal(t template.Template) string {
	var text strings.Builder
	for _, p := range d.Scope.Expand(d.src, t).Pieces {
		if p.Kind != env.Literal {
			break
		}
		text.WriteString(p.Text)
	}
	return text.String()
}

// isPlainHTTP reports whether a request goes to another machine without TLS.
// What a target begins with is unknown where a secret or system variable
// supplies it; that is judged when the request is sent.
func (d *diagnoser) isPlainHTTP(r *parser.Request) bool {
	target := d.origin(r)
	const scheme = "http://"
	if len(target) < len(scheme) || !strings.EqualFold(target[:len(scheme)], scheme) {
		return false
	}
	host := target[len(scheme):]
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host = host[:i]
	}
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	if strings.HasPrefix(host, "[::1]") {
		return false
	}
	host, _, _ = strings.Cut(host, ":")
	return host != "localhost" && !strings.HasSuffix(host, ".localhost") && !strings.HasPrefix(host, "127.") && host != ""
}
