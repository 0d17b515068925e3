package analysis

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Severity grades a diagnostic, in the order of the Language Server Protocol.
type Severity = parser.Severity

// Diagnostic is one finding in the file.
type Diagnostic struct {
	// Code is stable; Codes documents it.
	Code     string
	Severity Severity
	// Message says what is wrong and what to do, in one or two sentences, and
	// never holds a value.
	Message string
	Span    text.Span
	Related []Related
	// Suggestion is the text that probably should stand in Span, or empty.
	Suggestion string
	// Tags grade how an editor shows the span; empty for most.
	Tags []Tag
}

// CodeLink returns the address of a code's documentation.
func CodeLink(code string) string {
	return "https://github.com/vault-lsp/vault-lsp/blob/main/docs/diagnostics.md#" + code
}

// Tag is a hint about how to show a diagnostic's span.
type Tag uint8

// The tags, numbered as in the Language Server Protocol.
const (
	TagUnnecessary Tag = iota + 1 // faded: not used, not sent
	TagDeprecated                 // struck through
)

// Related points at another place that explains a diagnostic.
type Related struct {
	Message string
	Location
}

// Location is a place in this file or in another one.
type Location struct {
	// Path is empty for the file under analysis, else the path of an
	// environment file as the Scope names it.
	Path string
	Span text.Span
	// Line is the 1-based line of Span in Path; 0 for the file under analysis.
	Line int
}

// Edit replaces Span by New. Where Snippet is not empty and the editor takes
// snippets, it may insert Snippet (LSP snippet syntax) instead of New.
type Edit struct {
	Span    text.Span
	New     string
	Snippet string
}

// ItemKind says what a completion item is.
type ItemKind uint8

// The kinds of completion item.
const (
	KindMethod ItemKind = iota + 1
	KindKeyword
	KindHeader
	KindValue
	KindVariable
	KindProvider
	KindFunction
	KindField
	KindSnippet
	KindCredential
	KindDirective
)

// Completion is the answer to Complete.
type Completion struct {
	Items []CompletionItem
	// Live is set if the vault can be asked for more items; see LiveQuery.
	Live *LiveQuery
}

// CompletionItem is one offer.
type CompletionItem struct {
	Label  string
	Kind   ItemKind
	Detail string // short, behind the label
	Doc    string // Markdown
	Edit   Edit
	// Filter is what the editor matches against the text that Edit.Span covers
	// up to the cursor; it begins with that text where the item fits.
	Filter string
	// Sort orders items; compare as bytes.
	Sort       string
	Deprecated bool
	// Retrigger is set if completion should open again after the item has been
	// inserted, because it leaves the cursor where a name or value is due.
	Retrigger bool
}

// LiveQuery describes what to ask a vault for: the values of Field, given the
// fields already written. Items turns the answers into completion items.
type LiveQuery struct {
	Provider string
	// Credential is the name written in the reference, or empty for the default.
	Credential string
	Field      string
	// Known holds the values of the reference's other locating fields,
	// variables expanded.
	Known map[string]string
	// Prefix is the value up to the cursor, unquoted.
	Prefix string
	// Span is the value as written, quotes included; what an item replaces.
	Span text.Span

	// typed is the value as written up to the cursor, quote its quotation mark
	// or 0, closer what must follow it to end the expression.
	typed  string
	quote  byte
	closer string
	// raw is set where a value stands as it is: in a reference of another tool.
	raw    bool
	values []LiveValue
}

// LiveValue is one answer of a vault to a LiveQuery: a name, never a value.
type LiveValue struct {
	Value  string
	Detail string
}

// HoverResult is the answer to Hover.
type HoverResult struct {
	Span     text.Span
	Markdown string
}

// The kinds of Action, as the Language Server Protocol spells them.
const (
	ActionQuickFix = "quickfix"
	ActionRewrite  = "refactor.rewrite"
)

// Action is one code action: edits to this file.
type Action struct {
	Title string
	Kind  string
	Edits []Edit
	// Fixes is the diagnostic that the action repairs, or nil.
	Fixes *Diagnostic
	// Preferred is set if the action is the obvious repair.
	Preferred bool
	// Retrigger is set if completion should open after the edit, at its end.
	Retrigger bool
	// Provider is set on the actions that insert a reference, so that an editor
	// with a form for its fields can open that instead of applying Edits.
	Provider string
	// Environment is set on the actions that select an environment, and edit
	// nothing.
	Environment string
}

// CommandSelectEnvironment is the command of an Action with an Environment.
const CommandSelectEnvironment = "vault-lsp.selectEnvironment"

// The commands that lenses run; their argument is one JSON object.
const (
	CommandSendRequest = "vault-lsp.sendRequest"
	CommandSendAll     = "vault-lsp.sendAll"
)

// Lens is a command shown above a line.
type Lens struct {
	// Span is the request line.
	Span    text.Span
	Title   string
	Command string // CommandSendRequest or CommandSendAll
	// Offset is where the request begins: the argument `position` of
	// CommandSendRequest.
	Offset int
}

// SymbolKind says what a symbol is.
type SymbolKind uint8

// The kinds of symbol.
const (
	SymbolRequest SymbolKind = iota + 1
	SymbolVariable
	SymbolHeader
	SymbolBody
)

// Symbol is one entry of the file's outline.
type Symbol struct {
	Name   string
	Detail string
	Kind   SymbolKind
	// Span covers the whole construct, Selection its name; Selection lies in
	// Span, and the spans of Children do too.
	Span      text.Span
	Selection text.Span
	Children  []Symbol
}

// FoldKind says what a fold hides.
type FoldKind uint8

// The kinds of fold.
const (
	FoldRegion FoldKind = iota
	FoldComment
)

// Fold is a range of whole lines that can be folded; Span begins on the first
// of them and ends on the last.
type Fold struct {
	Span text.Span
	Kind FoldKind
}

// Occurrence is one place where a variable stands in the file.
type Occurrence struct {
	Span text.Span
	// Write is set where the variable is defined.
	Write bool
}
