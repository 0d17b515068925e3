// Package docgen writes the parts of the documentation that are made from the
// tables in the code. Its test fails when a file in docs/ differs from what
// the code says; run `go test ./internal/docgen -update` to write it anew.
package docgen

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// References returns docs/references.md: the grammar of secret references and
// every provider's fields.
func References() string {
	var b strings.Builder
	b.WriteString(referencesIntro)
	b.WriteString("\n| provider | vault | required fields |\n|---|---|---|\n")
	for _, spec := range secret.Providers() {
		fmt.Fprintf(&b, "| [`$%s`](#%s) | %s | %s |\n", spec.Name, spec.Name, spec.Label, forms(spec))
	}
	for _, spec := range secret.Providers() {
		writeProvider(&b, spec)
	}
	b.WriteString("\n## Fields of every provider\n\n")
	writeFields(&b, commonFields())
	return b.String()
}

const referencesIntro = `<!-- Generated from the provider table by go test ./internal/docgen -update. Do not edit. -->
# Secret references

A secret reference stands where the secret would stand, and says where to find it:

` + "```http" + `
GET https://api.example.com/charges
Authorization: Bearer {{$vault path=app/stripe key=api_key}}
` + "```" + `

It is one line: ` + "`{{$provider field=value …}}`" + `. The fields may be in any order, each at most once. A value needs no quotes unless it holds a blank, a quote, a brace or a backslash; then it stands in ` + "`'…'` or `\"…\"`" + `, where ` + "`\\\\ \\\" \\' \\n \\r \\t`" + ` are escapes. A value may hold ` + "`{{name}}`" + `, a variable of the file, the environment or the command line; what it stands for is never another reference.

A reference never names a server, a key file or a command. Those belong to a credential profile in your own configuration, so that a file you cloned cannot send your token elsewhere.

In an environment file a reference is an object with the same fields:

` + "```jsonc" + `
{ "dev": { "stripe_key": { "provider": "vault", "path": "app/stripe", "key": "api_key" } } }
` + "```" + `
`

// writeProvider writes one provider's section.
func writeProvider(b *strings.Builder, spec secret.Spec) {
	fmt.Fprintf(b, "\n## %s\n\n**%s.** %s\n\n", spec.Name, spec.Label, spec.Doc)
	for _, form := range spec.Forms {
		fmt.Fprintf(b, "```\n%s\n```\n", example(spec, form))
	}
	b.WriteString("\n")
	writeFields(b, spec.Fields[:len(spec.Fields)-len(commonFields())])
	b.WriteString("\nAnd the [fields of every provider](#fields-of-every-provider).\n")
}

func writeFields(b *strings.Builder, fields []secret.Field) {
	b.WriteString("| field | value | what it is |\n|---|---|---|\n")
	for _, f := range fields {
		name := "`" + f.Name + "`"
		if f.Required {
			name += " (required)"
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", name, value(f), escape(f.Doc))
	}
}

// commonFields returns the fields that $local shares with all others: it has
// one field of its own.
func commonFields() []secret.Field {
	spec, _ := secret.Lookup(secret.Local)
	return spec.Fields[1:]
}

// forms lists the sets of required fields.
func forms(spec secret.Spec) string {
	sets := make([]string, len(spec.Forms))
	for i, form := range spec.Forms {
		sets[i] = "`" + strings.Join(form, "` and `") + "`"
	}
	return strings.Join(sets, ", or ")
}

// example returns a reference with the fields of one form.
func example(spec secret.Spec, form []string) string {
	var values []secret.FieldValue
	for _, name := range form {
		field, _ := spec.Field(name)
		values = append(values, secret.FieldValue{Name: name, Value: field.Example})
	}
	ref, err := secret.New(spec.Name, values)
	if err != nil {
		// The table's own test checks every example.
		panic(err)
	}
	return ref.String()
}

// value describes what a field takes.
func value(f secret.Field) string {
	switch f.Type {
	case secret.TypeEnum:
		return "`" + strings.Join(f.Values, "`, `") + "`"
	case secret.TypeInteger:
		return "whole number, `" + f.Example + "`"
	case secret.TypeDuration:
		return "duration, `" + f.Example + "`"
	case secret.TypeURL:
		return "https URL, `" + f.Example + "`"
	}
	return "`" + f.Example + "`"
}

// escape keeps a sentence inside its table cell.
func escape(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
