// Package analysis answers an editor's questions about a request file without
// knowing any editor protocol: diagnostics, completion, hover, code actions,
// lenses, symbols, folding, definitions. Plain data goes in and comes out, and
// positions are byte offsets. Every function is pure: it asks no vault, reads
// no file and never sees a secret's value. Values of private variables, and
// values that come from a reference, are shown as the mask only.
package analysis

import (
	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Input is everything an answer may depend on. It is only read, so one Input
// can serve any number of calls at the same time.
type Input struct {
	File *parser.File
	// Scope holds the variables that File sees in Environment; nil is a scope
	// without variables.
	Scope *env.Scope
	// Environments are the environment files around File; nil where there are
	// none.
	Environments *env.Environments
	// Environment is the selected environment, or empty.
	Environment string
	// Credentials are the configured credential profiles.
	Credentials []Credential
	// CredentialsKnown is set if Credentials is the whole list. While it is not
	// (the configuration could not be read), no name is called unknown.
	CredentialsKnown bool
	// Snippets is set if the editor inserts snippets; without it every item is
	// plain text.
	Snippets bool
	// Literals are the literal secrets of File's text where the caller keeps them
	// from edit to edit; nil, or those of another text, are looked for anew.
	Literals *Literals
	// NamesTwo reports whether a path that File names is a file both beside it and
	// in the workspace's root; nil where File is in no folder.
	NamesTwo func(path string) bool
}

// Credential is what analysis may know of a credential profile.
type Credential struct {
	Name      string
	Provider  string
	IsDefault bool
}
