package env

import (
	"slices"
	"strings"

	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// pendingRef is a reference object some of whose values hold {{name}}.
type pendingRef struct {
	provider string
	fields   []pendingField
}

type pendingField struct {
	name string
	src  string
	t    template.Template
}

// visualStudioVault is the provider that Visual Studio writes for a secret in
// Azure Key Vault.
const visualStudioVault = "AzureKeyVault"

// reference reads an object whose provider is in the table into d. It reports
// false if the object is plain data.
func (r *fileReader) reference(d *Definition, object *hujson.Object) bool {
	i := slices.IndexFunc(object.Members, func(m hujson.ObjectMember) bool { return stringOf(m.Name) == "provider" })
	if i < 0 {
		return false
	}
	member := object.Members[i].Value
	provider := stringOf(member)
	switch provider {
	case visualStudioVault:
		r.visualStudio(d, object, member.StartOffset)
		return true
	case "AspnetUserSecrets", "Encrypted":
		r.problem(member.StartOffset, CodeOtherTool, "%s of Visual Studio is not read; put the secret into a vault, for example the built-in one: {\"provider\": \"local\", \"secret\": …}.", provider)
		r.file.problems[len(r.file.problems)-1].Warning = true
		d.Problem = provider + " of Visual Studio is not read"
		return true
	}
	if _, ok := secret.Lookup(provider); !ok {
		r.foreign(member.StartOffset, provider)
		return false
	}
	var fields []secret.FieldValue
	var members []hujson.ObjectMember
	for name, m := range r.members(object) {
		if name == "provider" {
			continue
		}
		literal, ok := m.Value.Value.(hujson.Literal)
		if !ok || literal.Kind() == 'n' {
			r.problem(m.Value.StartOffset, secret.CodeBadFieldValue, "%s must be a text, a number, true or false.", name)
			d.Problem = "one of its fields is not a text"
			continue
		}
		fields = append(fields, secret.FieldValue{Name: name, Value: literal.String()})
		members = append(members, m)
	}
	r.setRef(d, provider, fields, members)
	return true
}

// setRef makes d a reference, or says what is wrong with its fields. members
// are those of the fields.
func (r *fileReader) setRef(d *Definition, provider string, fields []secret.FieldValue, members []hujson.ObjectMember) {
	for _, p := range secret.Check(provider, fields) {
		offset := d.NameSpan.Start
		if p.Index >= 0 {
			if p.Code == secret.CodeBadFieldValue && strings.Contains(fields[p.Index].Value, "{{") {
				// Checked when the variables in it are known.
				continue
			}
			offset = members[p.Index].Value.StartOffset
			if p.Code == secret.CodeUnknownField {
				offset = members[p.Index].Name.StartOffset
			}
		}
		r.problem(offset, p.Code, "%s", p.Message)
		if d.Problem == "" {
			d.Problem = lowerFirst(strings.TrimSuffix(p.Message, "."))
		}
	}
	if d.Problem != "" {
		return
	}
	if provider == secret.HCP {
		r.problem(d.NameSpan.Start, CodeEndOfLife, "HCP Vault Secrets ended on 2026-07-01; move this secret to another vault. For HCP Vault Dedicated use the provider vault.")
		r.file.problems[len(r.file.problems)-1].Warning = true
	}
	if ref, err := secret.New(provider, fields); err == nil {
		d.Ref = &ref
		return
	}
	d.pending = &pendingRef{provider: provider}
	for _, f := range fields {
		d.pending.fields = append(d.pending.fields, pendingField{
			name: f.Name, src: f.Value, t: template.Scan(f.Value, text.Span{End: len(f.Value)}),
		})
	}
}

// visualStudio reads {"provider":"AzureKeyVault","secretName":…} with
// resourceId, whose last segment is the vault's name, or keyVaultName.
func (r *fileReader) visualStudio(d *Definition, object *hujson.Object, providerOffset int) {
	var fields []secret.FieldValue
	var members []hujson.ObjectMember
	for name, m := range r.members(object) {
		value := stringOf(m.Value)
		switch name {
		case "secretName":
			name = "secret"
		case "keyVaultName":
			name = "vault"
		case "resourceId":
			name = "vault"
			value = value[strings.LastIndexByte(value, '/')+1:]
		default:
			continue
		}
		if slices.ContainsFunc(fields, func(f secret.FieldValue) bool { return f.Name == name }) {
			// Both ways to name the vault: Visual Studio writes them alike.
			continue
		}
		fields = append(fields, secret.FieldValue{Name: name, Value: value})
		members = append(members, m)
	}
	if len(fields) == 0 {
		r.problem(providerOffset, secret.CodeMissingField, "%s needs secretName, and resourceId or keyVaultName.", visualStudioVault)
		d.Problem = "it names no secret"
		return
	}
	r.setRef(d, secret.Azure, fields, members)
}

// foreign reports an object that looks like another tool's secret.
func (r *fileReader) foreign(offset int, provider string) {
	if provider == "" {
		return
	}
	message := "This object is plain data: its provider is none of vault-lsp's."
	if p := secret.Check(provider, nil); len(p) > 0 && p[0].Suggestion != "" {
		message += " Did you mean " + p[0].Suggestion + "?"
	}
	r.problem(offset, CodeForeign, "%s", message)
	r.file.problems[len(r.file.problems)-1].Hint = true
}

// lowerFirst makes a sentence the part of another; words that are written in
// capitals, such as ARN, stay.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] < 'A' || s[1] > 'Z') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
