package secret

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
	return nil
}
