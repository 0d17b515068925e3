package secret

// Ref is a checked secret reference: a provider and its fields. It is
// immutable; two Refs are the same reference if their String is equal.
type Ref struct {
	provider string
	// values are in the order of the provider's Spec.Fields; absent fields are
	// not listed.
	values []FieldValue
}

// FieldValue is one `name=value` of a reference.
type FieldValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Provider returns the provider's name: "vault".
func (r Ref) Provider() string { return r.provider }

// Fields returns the fields that are set, in the order of the table.
func (r Ref) Fields() []FieldValue { return append([]FieldValue(nil), r.values...) }

// Get returns a field's value, or "" where it is not set.
func (r Ref) Get(name string) string {
	for _, v := range r.values {
		if v.Name == name {
			return v.Value
		}
	}
	return ""
}
