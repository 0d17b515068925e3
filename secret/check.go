package secret

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
)

// The codes of problems with a reference's provider and fields. They are
// stable and documented.
const (
	CodeUnknownProvider   = "unknown-provider"
	CodeUnknownField      = "unknown-field"
	CodeMissingField      = "missing-field"
	CodeBadFieldValue     = "bad-field-value"
	CodeConflictingFields = "conflicting-fields"
	CodeDuplicateField    = "duplicate-field"
)

// FieldProblem is one thing wrong with a reference, with a sentence that says
// what to do. It never quotes more than the reference itself, which holds no
// secret.
type FieldProblem struct {
	Code string `json:"code"`
	// Field is the name of the field, as written where it is unknown; empty
	// for an unknown provider.
	Field string `json:"field,omitempty"`
	// Index is the field's place in the list that was checked, -1 where the
	// problem is not that of one given field (unknown provider, missing field).
	Index int `json:"-"`
	// Message is a whole sentence.
	Message string `json:"message"`
	// Suggestion is the name that was probably meant, or "".
	Suggestion string `json:"suggestion,omitempty"`
}

// Check compares a provider's name and fields with the table and returns all
// problems, those of given fields in the order of the fields, missing fields
// last; nil if New would succeed.
func Check(provider string, fields []FieldValue) []FieldProblem {
	spec, ok := Lookup(provider)
	if !ok {
		return []FieldProblem{unknownProvider(provider)}
	}
	c := checker{spec: spec, fields: fields}
	c.eachField()
	c.conflicts()
	slices.SortStableFunc(c.problems, func(a, b FieldProblem) int { return a.Index - b.Index })
	c.missing()
	return c.problems
}

func unknownProvider(name string) FieldProblem {
	p := FieldProblem{Code: CodeUnknownProvider, Index: -1, Suggestion: spelling.Nearest(name, providerNames())}
	known := "$" + strings.Join(providerNames(), ", $")
	switch {
	case name == "":
		p.Message = fmt.Sprintf("A secret reference begins with a provider: %s.", known)
	case p.Suggestion != "":
		p.Message = fmt.Sprintf("There is no provider $%s; did you mean $%s?", name, p.Suggestion)
	default:
		p.Message = fmt.Sprintf("There is no provider $%s; the providers are %s.", name, known)
	}
	return p
}

// checker collects the problems of one reference.
type checker struct {
	spec     Spec
	fields   []FieldValue
	problems []FieldProblem
}

// add records a problem of the field at index i, or of a field that is not
// given (i is -1).
func (c *checker) add(code, field string, i int, format string, args ...any) {
	c.problems = append(c.problems, FieldProblem{Code: code, Field: field, Index: i, Message: fmt.Sprintf(format, args...)})
}

// find returns the place of the first field of that name, or -1.
func (c *checker) find(name string) int {
	return slices.IndexFunc(c.fields, func(f FieldValue) bool { return f.Name == name })
}

// value returns a field's value, or "".
func (c *checker) value(name string) string {
	if i := c.find(name); i >= 0 {
		return c.fields[i].Value
	}
	return ""
}

// eachField checks every given field by itself.
func (c *checker) eachField() {
	seen := make([]bool, len(c.spec.Fields))
	for i, f := range c.fields {
		at := c.spec.index(f.Name)
		if at < 0 {
			c.unknownField(i, f.Name)
			continue
		}
		field, again := c.spec.Fields[at], seen[at]
		seen[at] = true
		if again {
			c.add(CodeDuplicateField, f.Name, i, "The field %s is given twice; remove one.", f.Name)
			continue
		}
		if message := checkValue(c.spec.Name, field, f.Value); message != "" {
			c.add(CodeBadFieldValue, f.Name, i, "%s", message)
		}
	}
}

func (c *checker) unknownField(i int, name string) {
	suggestion := spelling.Nearest(name, c.spec.fieldNames())
	if suggestion != "" {
		c.add(CodeUnknownField, name, i, "$%s has no field %s; did you mean %s?", c.spec.Name, name, suggestion)
	} else {
		c.add(CodeUnknownField, name, i, "$%s has no field %s; its fields are %s.", c.spec.Name, name, strings.Join(c.spec.fieldNames(), ", "))
	}
	c.problems[len(c.problems)-1].Suggestion = suggestion
}

// missing reports the required fields that are absent. Of several forms the
// one that the reference has begun is asked for.
func (c *checker) missing() {
	given := func(name string) bool { return c.find(name) >= 0 }
	for _, form := range c.spec.Forms {
		if !slices.ContainsFunc(form, func(name string) bool { return !given(name) }) {
			return
		}
	}
	var begun []string
	for _, form := range c.spec.Forms {
		absent := slices.DeleteFunc(slices.Clone(form), given)
		if len(absent) < len(form) && begun == nil {
			begun = absent
		}
	}
	if begun == nil && len(c.spec.Forms) > 1 {
		forms := make([]string, len(c.spec.Forms))
		for i, form := range c.spec.Forms {
			forms[i] = strings.Join(form, " and ")
		}
		c.add(CodeMissingField, c.spec.Forms[0][0], -1, "$%s needs %s.", c.spec.Name, strings.Join(forms, ", or "))
		return
	}
	if begun == nil {
		begun = c.spec.Forms[0]
	}
	for _, name := range begun {
		field, _ := c.spec.Field(name)
		c.add(CodeMissingField, name, -1, "$%s needs the field %s, for example %s=%s.", c.spec.Name, name, name, field.Example)
	}
}

// conflicts reports fields that contradict one another.
func (c *checker) conflicts() {
	switch c.spec.Name {
	case AWS:
		c.conflictsAWS()
	case SSM:
		if i := c.find("region"); i >= 0 {
			if arn, ok := parseParameterARN(c.value("name")); ok && arn.region != c.fields[i].Value {
				c.add(CodeConflictingFields, "region", i, "The ARN is of the region %s; remove region.", arn.region)
			}
		}
	case GCP:
		c.conflictsGCP()
	case Vault:
		if i := c.find("version"); i >= 0 && c.value("engine") == "v1" {
			c.add(CodeConflictingFields, "version", i, "Engine v1 keeps no versions; remove version, or set engine=v2.")
		}
	case Azure:
		if c.find("id") < 0 {
			return
		}
		for _, name := range []string{"vault", "secret", "version"} {
			if i := c.find(name); i >= 0 {
				c.add(CodeConflictingFields, name, i, "id names vault, secret and version already; remove %s, or remove id.", name)
			}
		}
	}
}

func (c *checker) conflictsAWS() {
	if i := c.find("type"); i >= 0 && c.find("key") >= 0 && (c.fields[i].Value == "text" || c.fields[i].Value == "binary") {
		c.add(CodeConflictingFields, "type", i, "key takes a value out of a JSON object; remove key, or set type=json.")
	}
	if i := c.find("region"); i >= 0 {
		if arn, ok := parseARN(c.value("secret")); ok && arn.region != c.fields[i].Value {
			c.add(CodeConflictingFields, "region", i, "The ARN is of the region %s; remove region.", arn.region)
		}
	}
}

func (c *checker) conflictsGCP() {
	name, ok := parseGCPName(c.value("secret"))
	if !ok || name.project == "" {
		return
	}
	for _, part := range []struct{ field, value string }{
		{"project", name.project}, {"location", name.location}, {"version", name.version},
	} {
		i := c.find(part.field)
		if i < 0 || part.value == c.fields[i].Value {
			continue
		}
		switch {
		case part.value != "":
			c.add(CodeConflictingFields, part.field, i, "The resource name says %s %s; remove %s.", part.field, part.value, part.field)
		case part.field == "location":
			c.add(CodeConflictingFields, part.field, i, "The resource name is that of a global secret; remove location, or give the secret's short id.")
		}
	}
}
