package lsp

import (
	"context"
	"encoding/json"
	"sync"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// completion answers textDocument/completion. What analysis knows comes first;
// only the values of a reference's fields may ask a vault, and then for names.
func (s *session) completion(ctx context.Context, snap *Snapshot, p *protocol.CompletionParams) (*protocol.CompletionList, error) {
	doc, offset, err := s.locate(snap, p.TextDocument.URI, p.Position)
	if err != nil {
		return nil, err
	}
	found := analysis.Complete(s.input(snap, doc), offset)
	items := found.Items
	incomplete := false
	if found.Live != nil {
		var values []analysis.LiveValue
		values, incomplete = s.live.ask(ctx, found.Live)
		items = append(items, found.Live.Items(values)...)
	}
	list := &protocol.CompletionList{IsIncomplete: incomplete, Items: make([]protocol.CompletionItem, 0, len(items))}
	generation := s.docs.keep(items)
	for i := range items {
		list.Items = append(list.Items, s.toCompletionItem(doc, &items[i], generation, i))
	}
	return list, nil
}

// toCompletionItem converts an item. Its range and the text to match are always
// given: editors' own idea of a word leaves the $ of a reference out. The
// documentation comes with resolve.
func (s *session) toCompletionItem(doc *Document, item *analysis.CompletionItem, generation, index int) protocol.CompletionItem {
	edit := &protocol.TextEdit{Range: s.toRange(doc, item.Edit.Span), NewText: item.Edit.New}
	converted := protocol.CompletionItem{
		Label: item.Label, Kind: completionKind(item.Kind), Detail: optional(item.Detail),
		SortText: optional(item.Sort), FilterText: optional(item.Filter),
		InsertTextFormat: protocol.InsertTextFormatPlainText, TextEdit: edit,
	}
	if item.Filter == "" {
		converted.FilterText = protocol.NewOptional(item.Label)
	}
	if s.caps.snippets && item.Edit.Snippet != "" {
		converted.InsertTextFormat = protocol.InsertTextFormatSnippet
		edit.NewText = item.Edit.Snippet
	}
	if item.Deprecated {
		converted.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
	}
	if item.Retrigger && s.options.TriggerSuggest != "" {
		converted.Command = protocol.Command{Title: "Suggest", Command: s.options.TriggerSuggest}
	}
	if item.Doc != "" {
		converted.Data, _ = json.Marshal(completionData{Generation: generation, Index: index})
	}
	return converted
}

func completionKind(kind analysis.ItemKind) protocol.CompletionItemKind {
	switch kind {
	case analysis.KindMethod:
		return protocol.CompletionItemKindMethod
	case analysis.KindKeyword, analysis.KindDirective:
		return protocol.CompletionItemKindKeyword
	case analysis.KindHeader:
		return protocol.CompletionItemKindProperty
	case analysis.KindValue:
		return protocol.CompletionItemKindValue
	case analysis.KindVariable:
		return protocol.CompletionItemKindVariable
	case analysis.KindProvider:
		return protocol.CompletionItemKindModule
	case analysis.KindFunction:
		return protocol.CompletionItemKindFunction
	case analysis.KindField:
		return protocol.CompletionItemKindField
	case analysis.KindSnippet:
		return protocol.CompletionItemKindSnippet
	case analysis.KindCredential:
		return protocol.CompletionItemKindReference
	default:
		return protocol.CompletionItemKindText
	}
}

// completionData says which item of which list an item is.
type completionData struct {
	Generation int `json:"generation"`
	Index      int `json:"index"`
}

// completionDocs holds the documentation of the last list, so that lists stay
// short on the wire: an editor resolves the one item that it shows.
type completionDocs struct {
	mu         sync.Mutex
	generation int
	docs       []string
}

// keep holds the items' documentation and returns its generation.
func (d *completionDocs) keep(items []analysis.CompletionItem) int {
	docs := make([]string, len(items))
	for i := range items {
		docs[i] = items[i].Doc
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.generation++
	d.docs = docs
	return d.generation
}

func (d *completionDocs) of(data completionData) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if data.Generation != d.generation || data.Index < 0 || data.Index >= len(d.docs) {
		return ""
	}
	return d.docs[data.Index]
}

// completionResolve adds an item's documentation. An item of an older list comes
// back as it is.
func (s *session) completionResolve(_ context.Context, _ *Snapshot, item *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	var data completionData
	if len(item.Data) == 0 || json.Unmarshal(item.Data, &data) != nil {
		return item, nil
	}
	if doc := s.docs.of(data); doc != "" {
		item.Documentation = &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: doc}
	}
	return item, nil
}
