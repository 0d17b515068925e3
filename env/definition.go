package env

import (
	"fmt"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Source says what kind of place defines a variable.
type Source string

// The sources of variables.
const (
	SourceOverride    Source = "override"    // --var on the command line
	SourcePrompt      Source = "prompt"      // # @prompt name
	SourceFile        Source = "file"        // @name = value
	SourcePrivate     Source = "private"     // http-client.private.env.json
	SourceUser        Source = "user"        // http-client.env.json.user
	SourceEnvironment Source = "environment" // http-client.env.json
	SourceVSCode      Source = "vscode"      // .vscode/settings.json
	SourceEditor      Source = "editor"      // the same setting, where only the user's own settings have it
	SourceShared      Source = "shared"      // $shared of any of those files
	SourceDotenv      Source = "dotenv"      // .env
)

// Definition is one place that gives a variable its value.
type Definition struct {
	Name   string
	Source Source
	// Path is the environment file's path in the file system given to Load;
	// empty for the request file itself, for overrides and for the editor's
	// settings.
	Path string
	// Span is where the whole definition stands and NameSpan its name, as byte
	// offsets into the file of Path, or into the request file. Both are empty
	// for overrides and for the editor's settings.
	Span     text.Span
	NameSpan text.Span
	// Line and Column are where the definition begins, from 1; the column
	// counts bytes. 0 for overrides and for the editor's settings.
	Line   int
	Column int
	// Private is set if the value comes from a file that is meant to stay on
	// this machine: it is masked wherever it is shown.
	Private bool
	// Src and Template are the value: the template's spans are offsets into
	// Src, which is the request file's text for SourceFile and the value's own
	// text otherwise. Unused if Ref, Object or Problem is set.
	Src      string
	Template template.Template
	// Escapes are the places of \n, \r, \t and \\ in the value's text that stand
	// for another character (ruling C24).
	Escapes []text.Span
	// Ref is set if the value is a secret reference written as an object.
	Ref *secret.Ref
	// Object is the compact JSON text of a structured value.
	Object string
	// Problem says why the value cannot be used; empty for most.
	Problem string

	// pending is a reference object whose values hold {{name}}.
	pending *pendingRef
}

// InEditor reports whether the definition stands in the settings of the user's
// editor, which no path names.
func (d Definition) InEditor() bool {
	return d.Path == "" && (d.Source == SourceEditor || d.Source == SourceShared)
}

// where says in words where a definition stands.
func (d Definition) where() string {
	if d.InEditor() {
		return "your editor's settings"
	}
	return fmt.Sprintf("%s:%d", d.Path, d.Line)
}

// place returns an offset's line and column, both from 1; the column counts
// bytes.
func place(m *text.Mapper, offset int) (line, column int) {
	at := m.Position(offset, text.UTF8)
	return at.Line + 1, at.Character + 1
}

// Text returns the value as it is written: variables and references in it are
// not expanded.
func (d Definition) Text() string {
	switch {
	case d.Ref != nil:
		return d.Ref.String()
	case d.Object != "":
		return d.Object
	case d.Src == "":
		return ""
	}
	return d.Template.Span.Of(d.Src)
}
