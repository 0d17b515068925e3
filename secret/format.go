package secret

import (
	"slices"
	"strings"
	"unicode"
)

// String returns the reference in its canonical form, as it is inserted into
// files: {{$vault path=app/db key=password}}. Fields are in the order of the
// table, values bare where possible and in single quotes otherwise. Two
// references are the same if their strings are equal. The zero Ref gives "".
func (r Ref) String() string {
	if r.IsZero() {
		return ""
	}
	var b strings.Builder
	b.Grow(r.size())
	b.WriteString("{{$")
	b.WriteString(r.provider)
	for _, v := range r.values {
		writeField(&b, v)
	}
	b.WriteString("}}")
	return b.String()
}

// Locator returns the provider and the fields that find the secret (not key,
// decode, encode, trim, ttl, type or credential), for the cache's key: with
// the credential's fingerprint it says which upstream value is meant.
func (r Ref) Locator() string {
	spec, ok := Lookup(r.provider)
	if !ok {
		return ""
	}
	var b strings.Builder
	b.Grow(r.size())
	b.WriteString(r.provider)
	for _, v := range r.values {
		if i := spec.index(v.Name); i >= 0 && spec.Fields[i].Locates {
			writeField(&b, v)
		}
	}
	return b.String()
}

// Equal reports whether both are the same reference.
func (r Ref) Equal(other Ref) bool {
	return r.provider == other.provider && slices.Equal(r.values, other.values)
}

// IsZero reports whether r is the zero Ref, which refers to nothing.
func (r Ref) IsZero() bool { return r.provider == "" }

// size is about the length of the canonical form.
func (r Ref) size() int {
	n := len("{{$}}") + len(r.provider)
	for _, v := range r.values {
		n += len(" =''") + len(v.Name) + len(v.Value)
	}
	return n
}

func writeField(b *strings.Builder, v FieldValue) {
	b.WriteByte(' ')
	b.WriteString(v.Name)
	b.WriteByte('=')
	b.WriteString(FormatValue(v.Value))
}

// FormatValue returns a field's value as it is written in a reference: bare
// where possible, in single quotes otherwise, which leaves a reference inside
// a JSON string readable.
func FormatValue(value string) string {
	if isBare(value) {
		return value
	}
	var b strings.Builder
	b.Grow(len(value) + 2)
	b.WriteByte('\'')
	for i := range len(value) {
		switch c := value[i]; c {
		case '\'', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

// isBare reports whether a value needs no quotes.
func isBare(value string) bool {
	return value != "" && !strings.ContainsFunc(value, func(c rune) bool {
		return strings.ContainsRune(`"'{}\`, c) || unicode.IsSpace(c) || unicode.IsControl(c)
	})
}
