package analysis

import (
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Diagnose lists everything wrong with the file, in file order.
func Diagnose(in Input) []Diagnostic { return nil }

// Items turns a vault's answers into completion items.
func (q *LiveQuery) Items(values []LiveValue) []CompletionItem { return nil }

// Hover explains what stands at offset; nil where there is nothing to say.
// cacheInfo, which may be nil, says in words whether a reference is cached.
func Hover(in Input, offset int, cacheInfo func(secret.Ref) string) *HoverResult { return nil }

// Actions lists the code actions for a selection, or a cursor where it is empty.
func Actions(in Input, selection text.Span) []Action { return nil }

// Definition lists where the variable at offset is defined, the winner first.
func Definition(in Input, offset int) []Location { return nil }

// Occurrences lists where the variable at offset stands in this file.
func Occurrences(in Input, offset int) []Occurrence { return nil }
