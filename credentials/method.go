package credentials

import "slices"

// FieldType says which values a field of a profile takes.
type FieldType string

// The types of plain fields. Every value is text in a Profile.
const (
	TypeText     FieldType = "text"
	TypeURL      FieldType = "url"      // http or https, no user information
	TypeServer   FieldType = "server"   // http or https, no user information; or unix:///path of a socket
	TypePath     FieldType = "path"     // of a file on this machine
	TypeBool     FieldType = "bool"     // true, false
	TypeDuration FieldType = "duration" // Go syntax, "15m"
	TypeLabel    FieldType = "label"    // a DNS label: region
	TypeEnum     FieldType = "enum"     // one of MethodField.Values
)

// Method is one way to sign in to a provider: a row of the table that forms,
// prompts, checks and documentation come from.
type Method struct {
	Provider string        `json:"provider"`
	Auth     string        `json:"auth"`
	Label    string        `json:"label"` // for menus: "AppRole"
	Doc      string        `json:"doc"`   // one sentence
	Fields   []MethodField `json:"fields"`
	// KeptElsewhere is set if another program's files keep the sign-in, which
	// needs no keyring and no passphrase then.
	KeptElsewhere bool `json:"-"`
	// OneOf are sets of fields of which at least one must be complete, beside
	// the required fields; empty for most methods.
	OneOf [][]string `json:"oneOf,omitempty"`
	// SignIn is set if a person signs in with the method, in a browser or with a
	// code.
	SignIn bool `json:"signIn,omitempty"`
}

// MethodField is one field of a Method.
type MethodField struct {
	Name   string    `json:"name"`
	Prompt string    `json:"prompt"` // what to ask a person: "Secret ID"
	Doc    string    `json:"doc"`
	Type   FieldType `json:"type"`
	Values []string  `json:"values,omitempty"` // of an enum
	// Default is what an absent field means, for display.
	Default  string `json:"default,omitempty"`
	Example  string `json:"example,omitempty"`
	Required bool   `json:"required"`
	// Secret is set if the field takes a Source and never a literal.
	Secret bool `json:"secret"`
	// SignIn is set if a person has to sign in with a profile that has the field.
	SignIn bool `json:"signIn,omitempty"`
}

// ByPerson reports whether a person signs in with a profile of the method that
// has these plain fields.
func (m Method) ByPerson(fields map[string]string) bool {
	if m.SignIn {
		return true
	}
	for _, f := range m.Fields {
		if f.SignIn && fields[f.Name] != "" {
			return true
		}
	}
	return false
}

// Field returns the field of that name.
func (m Method) Field(name string) (MethodField, bool) {
	for _, f := range m.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return MethodField{}, false
}

// SecretFields returns the fields that take a Source.
func (m Method) SecretFields() []MethodField {
	var fields []MethodField
	for _, f := range m.Fields {
		if f.Secret {
			fields = append(fields, f)
		}
	}
	return fields
}

// LookupMethod returns the row of the table for a provider and its auth.
func LookupMethod(provider, auth string) (Method, bool) {
	for _, m := range Methods() {
		if m.Provider == provider && m.Auth == auth {
			return m, true
		}
	}
	return Method{}, false
}

// MethodsOf returns the rows of one provider, in the table's order.
func MethodsOf(provider string) []Method {
	var methods []Method
	for _, m := range Methods() {
		if m.Provider == provider {
			methods = append(methods, m)
		}
	}
	return methods
}

// MethodProviders returns the providers that have ways to sign in, in the
// table's order. The others use the profiles of one of them, or none.
func MethodProviders() []string {
	var names []string
	for _, m := range Methods() {
		if !slices.Contains(names, m.Provider) {
			names = append(names, m.Provider)
		}
	}
	return names
}
