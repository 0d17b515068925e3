// Package foreign reads the secret references of other tools and says what they
// are in the words of package secret: the expressions of vals
// (ref+awssecrets://…), the secret references of 1Password (op://…), the vault
// tags of Insomnia and the $secrets of Bruno.
//
// Such a reference may carry parameters that choose a server, an identity or a
// file with a key. They are never obeyed, because a request file is not the
// place to say where a user's credentials go; they are reported, and the user's
// own credential is used.
package foreign

import (
	"errors"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Reference is another tool's reference.
type Reference struct {
	// Ref is what it means here.
	Ref secret.Ref
	// Ignored are the parameters that have no effect.
	Ignored []Parameter
}

// Parameter is a parameter that has no effect. Start and End are its place in
// the text, in bytes. Why is a clause that goes on from the parameter's name.
type Parameter struct {
	Name       string
	Start, End int
	// Identity is set if it chooses a server, an identity or a key file.
	Identity bool
	Why      string
}

// Error is why a reference cannot be read. Message is a sentence that says what
// to do. Start and End are the place in the text, in bytes.
type Error struct {
	Message    string
	Start, End int
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// The beginnings of what Parse reads.
const (
	refPrefix       = "ref+"
	secretRefPrefix = "secretref+"
	opPrefix        = "op://"
)

// Begins reports whether a text begins like a reference that Parse reads.
func Begins(text string) bool {
	return strings.HasPrefix(text, refPrefix) || strings.HasPrefix(text, secretRefPrefix) || strings.HasPrefix(text, opPrefix)
}

// Parse reads a vals expression (ref+SCHEME://PATH?PARAMS#/FRAGMENT, also
// secretref+, with or without the + that ends it) or a reference of 1Password
// (op://VAULT/ITEM/[SECTION/]FIELD). The error is an *Error.
func Parse(text string) (Reference, error) {
	if strings.HasPrefix(text, opPrefix) {
		ref, err := newRef(text, secret.Op, []secret.FieldValue{{Name: "id", Value: text}})
		return Reference{Ref: ref}, err
	}
	return parseVals(text)
}

// newRef makes the reference, or says what of text cannot be used.
func newRef(text, provider string, fields []secret.FieldValue) (secret.Ref, error) {
	ref, err := secret.New(provider, fields)
	var refused *secret.RefError
	if errors.As(err, &refused) && len(refused.Problems) > 0 {
		return secret.Ref{}, &Error{
			Message: "This cannot be read as a reference to $" + provider + ": " + lowerFirst(refused.Problems[0].Message), End: len(text),
		}
	}
	return ref, err
}

// lowerFirst makes a sentence a clause; words in capitals stay.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && (s[1] < 'A' || s[1] > 'Z') {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
