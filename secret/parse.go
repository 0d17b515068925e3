package secret

// RefError says why a reference is not valid. Its text names the provider and
// every problem.
type RefError struct {
	// Provider is the name as written, without the $; empty if there is none.
	Provider string
	// Problems holds at least one.
	Problems []FieldProblem
}

// Error returns the problems' sentences.
func (e *RefError) Error() string { return "" }

// New returns the reference to a provider's secret. The fields may be in any
// order. The error is a *RefError if Check finds problems.
func New(provider string, fields []FieldValue) (Ref, error) { return Ref{}, nil }

// Parse reads a reference as it stands in a file, {{$vault path=app/db}},
// blanks around it allowed. A value that holds a nested {{name}} is refused:
// only package env knows variables. The error is a *RefError.
func Parse(text string) (Ref, error) { return Ref{}, nil }

// String returns the reference in its canonical form, as it is inserted into
// files: {{$vault path=app/db key=password}}. Fields are in the order of the
// table, values bare where possible and in single quotes otherwise. Two
// references are the same if their strings are equal. The zero Ref gives "".
func (r Ref) String() string { return "" }

// Locator returns the provider and the fields that find the secret (not key,
// decode, encode, trim, ttl, type or credential), for the cache's key: with
// the credential's fingerprint it says which upstream value is meant.
func (r Ref) Locator() string { return "" }

// Equal reports whether both are the same reference.
func (r Ref) Equal(other Ref) bool { return r.String() == other.String() }

// IsZero reports whether r is the zero Ref, which refers to nothing.
func (r Ref) IsZero() bool { return r.provider == "" }
