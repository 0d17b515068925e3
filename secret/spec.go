// Package secret defines secret references: the one table of providers and
// their fields, the reference itself ({{$vault path=app/db key=password}}) and
// the type of a secret's value. Completion, diagnostics, hover, code actions,
// the forms of the editors and the documentation all come from the table.
package secret

// The names of the providers, as written after the $ of a reference.
const (
	AWS   = "aws"
	SSM   = "ssm"
	GCP   = "gcp"
	Vault = "vault"
	HCP   = "hcp"
	Azure = "azure"
	Op    = "op"
	Local = "local"
)

// FieldType says which values a field takes.
type FieldType string

// The types of field.
const (
	TypeText     FieldType = "text"
	TypeInteger  FieldType = "integer"  // 1, 2, 3 …
	TypeEnum     FieldType = "enum"     // one of Field.Values
	TypeDuration FieldType = "duration" // Go syntax, "30m"; "0"
	TypeLabel    FieldType = "label"    // a DNS label: region, location
	TypeURL      FieldType = "url"      // an https URL
)

// Field is one field of a provider's references.
type Field struct {
	Name string    `json:"name"`
	Doc  string    `json:"doc"`
	Type FieldType `json:"type"`
	// Values are those of an enum.
	Values []string `json:"values,omitempty"`
	// Default is what an absent field means, for display: "secret" for a mount.
	Default string `json:"default,omitempty"`
	// Example is a plausible value for documentation and snippets.
	Example string `json:"example,omitempty"`
	// Required is set if the field must stand in every reference, or in one of
	// the provider's Forms.
	Required bool `json:"required"`
	// Locates is set if the field takes part in finding the secret, and so in
	// the cache's key.
	Locates bool `json:"-"`
	// Live is set if completion can ask the vault for values.
	Live bool `json:"live,omitempty"`
}

// Spec is one provider's row of the table.
type Spec struct {
	Name  string `json:"name"`  // "vault"
	Label string `json:"label"` // "HashiCorp Vault", for menus
	Doc   string `json:"doc"`
	// Credentials is the provider whose credential profiles sign in to this one;
	// "" where it has profiles of its own. See CredentialsOf.
	Credentials string `json:"credentials,omitempty"`
	// Fields are in the order in which a reference is printed, the fields that
	// all providers share last.
	Fields []Field `json:"fields"`
	// Forms are the sets of required fields of which one must be complete;
	// a single set for most, {id} or {vault, secret} for azure.
	Forms [][]string `json:"forms"`
}
