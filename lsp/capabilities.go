package lsp

import (
	"slices"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// capabilities is what the client said it can do, as far as we use it, and the
// position encoding that was agreed on. It does not change after initialize.
type capabilities struct {
	encoding text.Encoding
	// snippets: completion items may be snippets.
	snippets bool
	// snippetEdits: workspace edits may hold snippets.
	snippetEdits bool
	// documentChanges: workspace edits may name the version that they apply to.
	documentChanges bool
	applyEdit       bool
	// configuration: settings can be asked for.
	configuration bool
	// registerConfiguration, registerWatchers: notifications can be asked for.
	registerConfiguration, registerWatchers bool
	// relativePatterns: files outside the workspace can be watched.
	relativePatterns bool
	// progress: the server may begin work-done progress of its own.
	progress bool
	// ask: the client can put a question to the user.
	ask bool
	// showDocument: the client can open a URL in a browser.
	showDocument bool
	// pull: the client asks for diagnostics, and can be told to ask again.
	pull bool
	// related: diagnostics may point at other places.
	related bool
	// codeLinks: the code of a diagnostic may be a link.
	codeLinks bool
	// lensRefresh: lenses can be asked to be fetched again.
	lensRefresh bool
	// symbolTree: outlines may be trees.
	symbolTree bool
	// markdown: hover may be Markdown.
	markdown bool
	// labelOffsets: parameters of signatures may be places in the label.
	labelOffsets bool
}

// readCapabilities reads what the client offers.
func readCapabilities(c *protocol.ClientCapabilities) capabilities {
	caps := capabilities{encoding: text.UTF16}
	readWorkspaceCapabilities(&caps, c.Workspace)
	readDocumentCapabilities(&caps, c.TextDocument)
	readPullCapabilities(&caps, c)
	if w := c.Window; w != nil {
		caps.progress = is(w.WorkDoneProgress)
		caps.ask = w.ShowMessage != nil
		caps.showDocument = w.ShowDocument != nil && w.ShowDocument.Support
	}
	if g := c.General; g != nil {
		caps.encoding = chooseEncoding(g.PositionEncodings)
	}
	return caps
}

func readWorkspaceCapabilities(caps *capabilities, w *protocol.WorkspaceClientCapabilities) {
	if w == nil {
		return
	}
	caps.applyEdit = is(w.ApplyEdit)
	caps.configuration = is(w.Configuration)
	if e := w.WorkspaceEdit; e != nil {
		caps.documentChanges = is(e.DocumentChanges)
		caps.snippetEdits = caps.documentChanges && is(e.SnippetEditSupport)
	}
	if d := w.DidChangeConfiguration; d != nil {
		caps.registerConfiguration = is(d.DynamicRegistration)
	}
	if d := w.DidChangeWatchedFiles; d != nil {
		caps.registerWatchers = is(d.DynamicRegistration)
		caps.relativePatterns = is(d.RelativePatternSupport)
	}
	if l := w.CodeLens; l != nil {
		caps.lensRefresh = is(l.RefreshSupport)
	}
}

func readDocumentCapabilities(caps *capabilities, t *protocol.TextDocumentClientCapabilities) {
	if t == nil {
		return
	}
	if c := t.Completion; c != nil && c.CompletionItem != nil {
		caps.snippets = is(c.CompletionItem.SnippetSupport)
	}
	if d := t.PublishDiagnostics; d != nil {
		caps.related = is(d.RelatedInformation)
		caps.codeLinks = is(d.CodeDescriptionSupport)
	}
	if s := t.DocumentSymbol; s != nil {
		caps.symbolTree = is(s.HierarchicalDocumentSymbolSupport)
	}
	if h := t.SignatureHelp; h != nil && h.SignatureInformation != nil && h.SignatureInformation.ParameterInformation != nil {
		caps.labelOffsets = is(h.SignatureInformation.ParameterInformation.LabelOffsetSupport)
	}
	if h := t.Hover; h != nil {
		caps.markdown = slices.Contains(h.ContentFormat, protocol.MarkupKindMarkdown)
	}
}

// readPullCapabilities reads whether the client asks for diagnostics.
func readPullCapabilities(caps *capabilities, c *protocol.ClientCapabilities) {
	if c.TextDocument == nil || c.TextDocument.Diagnostic == nil || c.Workspace == nil || c.Workspace.Diagnostics == nil {
		return
	}
	caps.pull = is(c.Workspace.Diagnostics.RefreshSupport)
	if caps.pull {
		caps.related = is(c.TextDocument.Diagnostic.RelatedInformation)
		caps.codeLinks = is(c.TextDocument.Diagnostic.CodeDescriptionSupport)
	}
}

func is(flag *bool) bool { return flag != nil && *flag }

// chooseEncoding takes UTF-8 where it is offered, because then a position needs
// no conversion; else UTF-16, which the protocol makes every client know, unless
// the client offers UTF-32 alone.
func chooseEncoding(offered []protocol.PositionEncodingKind) text.Encoding {
	switch {
	case slices.Contains(offered, protocol.PositionEncodingKindUTF8):
		return text.UTF8
	case len(offered) == 0, slices.Contains(offered, protocol.PositionEncodingKindUTF16):
		return text.UTF16
	case slices.Contains(offered, protocol.PositionEncodingKindUTF32):
		return text.UTF32
	}
	return text.UTF16
}

// encodingKind is the protocol's name of an encoding.
func encodingKind(e text.Encoding) protocol.PositionEncodingKind {
	switch e {
	case text.UTF8:
		return protocol.PositionEncodingKindUTF8
	case text.UTF32:
		return protocol.PositionEncodingKindUTF32
	default:
		return protocol.PositionEncodingKindUTF16
	}
}
