package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/secret/foreign"
	"github.com/vault-lsp/vault-lsp/template"
)

// endOfLifeMessage is what every reference to HCP Vault Secrets gets.
const endOfLifeMessage = "HCP Vault Secrets ended on 2026-07-01; move this secret to another vault. For HCP Vault Dedicated use $vault."

// foreignAt is another tool's reference and where it stands.
type foreignAt struct {
	foreign.Reference
	// span is all of it, braces included; start is where its text begins.
	span  text.Span
	start int
}

// foreignOf reads an expression; ok is false if it is none of another tool or
// cannot be read, which package env reports.
func foreignOf(e *template.Expr) (at foreignAt, ok bool) {
	if e.Kind != template.Foreign || len(e.Problems) > 0 {
		return foreignAt{}, false
	}
	read, err := foreign.Parse(e.Name)
	return foreignAt{read, e.Span, e.NameSpan.Start}, err == nil
}

// foreignValues reads the references of other tools that stand without braces in
// the value of a variable of the file.
func (in Input) foreignValues(v *parser.Variable) []foreignAt {
	var found []foreignAt
	for _, f := range in.Scope.Foreign(in.File.Src, v.Value) {
		found = append(found, foreignAt{f.Reference, f.Span, f.Span.Start})
	}
	return found
}

// value checks a variable's value, which may hold references of other tools.
func (d *diagnoser) value(v *parser.Variable) {
	if !d.Scope.HoldsForeign(d.src, v.Value) {
		d.template(v.Value)
		return
	}
	d.Scope.CheckValue(d.src, v.Value, d.report)
	for _, at := range d.foreignValues(v) {
		d.foreign(at)
	}
}

// foreign reports what of another tool's reference has no effect, and the
// service that has ended.
func (d *diagnoser) foreign(at foreignAt) {
	for _, p := range at.Ignored {
		message := env.IgnoredMessage(p, at.Ref.Provider())
		if spec, ok := secret.Lookup(at.Ref.Provider()); ok && p.Identity {
			message = strings.TrimSuffix(env.IgnoredMessage(foreign.Parameter{Name: p.Name, Why: p.Why}, ""), ".") + "; " + d.credentialUsed(spec) + "."
		}
		d.add(Diagnostic{Code: env.CodeIgnoredParameter, Message: message,
			Span: text.Span{Start: at.start + p.Start, End: at.start + p.End}})
	}
	if at.Ref.Provider() == secret.HCP {
		d.add(Diagnostic{Code: CodeEndOfLife, Span: at.span, Tags: []Tag{TagDeprecated}, Message: endOfLifeMessage})
	}
}

// credentialUsed is a clause about the credential that a reference without one
// uses.
func (in Input) credentialUsed(spec secret.Spec) string {
	owner := secret.CredentialsOf(spec.Name)
	only, count := "", 0
	for _, c := range in.Credentials {
		if c.Provider != owner {
			continue
		}
		if c.IsDefault {
			return "your default credential " + c.Name + " is used"
		}
		only = c.Name
		count++
	}
	switch count {
	case 0:
		return "the identity of this machine for $" + owner + " is used"
	case 1:
		return "your credential " + only + " is used"
	}
	return "none of your credentials for $" + owner + " is the default, so name one: rewrite the reference"
}

// foreignDoc explains another tool's reference.
func (in Input) foreignDoc(at foreignAt, cacheInfo func(secret.Ref) string) string {
	spec, ok := secret.Lookup(at.Ref.Provider())
	if !ok {
		return ""
	}
	values := map[string]string{}
	for _, f := range at.Ref.Fields() {
		values[f.Name] = f.Value
	}
	out := []string{
		"**" + plain(spec.Label) + "**: " + pointsTo(spec, values), "Read as " + code(at.Ref.String()), in.credentialDoc(spec, ""),
	}
	if cacheInfo != nil {
		if info := cacheInfo(at.Ref); info != "" {
			out = append(out, "Cache: "+plain(info))
		}
	}
	return strings.Join(append(out, fieldTable(spec, values)), "\n\n")
}

// foreign completes inside another tool's reference, of which typed is what
// stands before the cursor: the schemes of vals, and the items of 1Password.
func (c *completer) foreign(x openExpression, typed text.Span) Completion {
	word := typed.Of(c.src)
	if x.closed && x.full.Kind == template.Foreign {
		typed.End = max(typed.End, x.full.NameSpan.End)
	}
	if strings.HasPrefix(word, "op://") {
		return Completion{Live: &LiveQuery{
			Provider: secret.Op, Field: "id", Known: map[string]string{}, Prefix: word, Span: typed, typed: word, raw: true,
		}}
	}
	prefix, scheme, _ := strings.Cut(word, "+")
	if strings.Contains(scheme, "://") {
		return Completion{}
	}
	var items []CompletionItem
	for i, s := range foreign.Schemes() {
		spec, _ := secret.Lookup(s.Provider)
		name := prefix + "+" + s.Name + "://"
		items = append(items, CompletionItem{
			Label: name, Kind: KindProvider, Detail: spec.Label, Doc: code(s.Example) + " is read as " + code(s.Becomes), Filter: name,
			Sort: fmt.Sprintf("%02d", i), Edit: Edit{Span: typed, New: name}, Deprecated: spec.Name == secret.HCP,
		})
	}
	return Completion{Items: items}
}

// rewrites offers to write another tool's reference as ours.
func rewrites(at foreignAt) []Action {
	written := at.Ref.String()
	return []Action{{
		Title: "Rewrite as " + written, Kind: ActionRewrite, Provider: at.Ref.Provider(),
		Edits: []Edit{{Span: at.span, New: written}},
	}}
}

// foreignAround returns the reference of another tool at an offset.
func (in Input) foreignAround(offset int) (foreignAt, bool) {
	if s, ok := siteAt(in.File, offset); ok {
		return foreignOf(s.expr)
	}
	for _, v := range in.File.BlockAt(offset).Variables {
		for _, at := range in.foreignValues(v) {
			if at.span.Start <= offset && offset <= at.span.End {
				return at, true
			}
		}
	}
	return foreignAt{}, false
}

// fixInsomnia writes the reference that a tag of Insomnia means.
func (in Input) fixInsomnia(d Diagnostic, add func(string, ...Edit)) {
	if ref, err := foreign.ParseInsomnia(d.Span.Of(in.File.Src)); err == nil {
		add("Rewrite as "+ref.String(), Edit{Span: d.Span, New: ref.String()})
	}
}

// fixBruno writes what a reference of Bruno can mean.
func (in Input) fixBruno(d Diagnostic, add func(string, ...Edit)) {
	s, ok := siteAt(in.File, d.Span.Start)
	if !ok {
		return
	}
	for _, ref := range foreign.Bruno(s.expr.Name) {
		add("Rewrite as "+ref.String(), Edit{Span: s.expr.Span, New: ref.String()})
	}
}

// fixParameter takes a parameter without effect away.
func (in Input) fixParameter(d Diagnostic, add func(string, ...Edit)) {
	src, span := in.File.Src, d.Span
	switch {
	case span.End < len(src) && src[span.End] == '&':
		span.End++
	case span.Start > 0 && (src[span.Start-1] == '&' || src[span.Start-1] == '?'):
		span.Start--
	}
	add("Remove the parameter", Edit{Span: span})
}

// fixEndOfLife writes a reference to HCP Vault Secrets for a Vault server: an
// application becomes the path of a secret and its secrets the keys in it, or
// each secret a path of its own. What is asked of the value stays; version,
// organization and project have no meaning there, nor has a credential of HCP.
func (in Input) fixEndOfLife(d Diagnostic, add func(string, ...Edit)) {
	values, span := map[string]string{}, text.Span{}
	if at, ok := in.foreignAround(d.Span.Start); ok {
		span = at.span
		for _, f := range at.Ref.Fields() {
			values[f.Name] = f.Value
		}
	} else if s, ok := siteAt(in.File, d.Span.Start); ok {
		span = s.expr.Span
		for i := range s.expr.Args {
			a := &s.expr.Args[i]
			values[a.Name] = in.written(a)
		}
	}
	if values["app"] == "" || values["secret"] == "" {
		return
	}
	kept := map[string]string{}
	for _, name := range []string{"decode", "encode", "trim", "ttl"} {
		kept[name] = values[name]
	}
	for _, c := range in.Credentials {
		if c.Name == values["credential"] && c.Provider == secret.Vault {
			kept["credential"] = c.Name
		}
	}
	offer := func(path, key string) {
		written := "{{$" + secret.Vault
		kept["path"], kept["key"] = path, key
		spec, _ := secret.Lookup(secret.Vault)
		for _, f := range spec.Fields {
			if value := kept[f.Name]; value != "" {
				written += " " + f.Name + "=" + formatWritten(value)
			}
		}
		written += closeText
		add("Rewrite as "+written, Edit{Span: span, New: written})
	}
	if key := values["key"]; key != "" {
		offer(values["app"]+"/"+values["secret"], key)
		return
	}
	offer(values["app"], values["secret"])
	offer(values["app"]+"/"+values["secret"], "")
}

// written is an argument's value with the variables in it as they are written.
func (in Input) written(a *template.Arg) string {
	var out strings.Builder
	for _, part := range a.Value {
		if part.Expr != nil {
			out.WriteString(part.Span.Of(in.File.Src))
		} else {
			out.WriteString(part.Text)
		}
	}
	return out.String()
}

// formatWritten is secret.FormatValue for a value that may hold variables.
func formatWritten(value string) string {
	if strings.Contains(value, "{{") && !strings.ContainsAny(value, " \t'\"\\") {
		return value
	}
	return secret.FormatValue(value)
}
