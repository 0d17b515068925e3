package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
)

// codeAction answers textDocument/codeAction.
func (s *session) codeAction(_ context.Context, snap *Snapshot, p *protocol.CodeActionParams) ([]protocol.CommandOrCodeAction, error) {
	doc, err := snap.open(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	selection, err := s.span(doc, p.Range)
	if err != nil {
		return nil, err
	}
	actions := []protocol.CommandOrCodeAction{}
	found := analysis.Actions(s.input(snap, doc), selection)
	for i := range found {
		if wanted(p.Context.Only, found[i].Kind) {
			actions = append(actions, s.toCodeAction(snap, doc, &found[i]))
		}
	}
	return actions, nil
}

// wanted reports whether the client asked for actions of that kind: of the kind
// itself or of one that it belongs to. An empty list asks for all.
func wanted(only []protocol.CodeActionKind, kind string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(o protocol.CodeActionKind) bool {
		return o == "" || string(o) == kind || strings.HasPrefix(kind, string(o)+".")
	})
}

// codeActionData tells editors that have a form for references which provider
// an action inserts.
type codeActionData struct {
	Provider string `json:"provider"`
}

func (s *session) toCodeAction(snap *Snapshot, doc *Document, a *analysis.Action) *protocol.CodeAction {
	kind := protocol.CodeActionKind(a.Kind)
	action := &protocol.CodeAction{Title: a.Title, Kind: &kind}
	if len(a.Edits) > 0 {
		action.Edit = s.workspaceEdit(doc, a.Edits)
	}
	if a.Environment != "" {
		argument, _ := json.Marshal(selectEnvironmentArgs{URI: doc.URI, Environment: a.Environment})
		action.Command = protocol.Command{
			Title: a.Title, Command: analysis.CommandSelectEnvironment, Arguments: []protocol.LSPAny{argument},
		}
	}
	if a.Preferred {
		action.IsPreferred = &a.Preferred
	}
	if a.Fixes != nil {
		action.Diagnostics = []protocol.Diagnostic{s.toDiagnostic(snap, doc, a.Fixes)}
	}
	if a.Provider != "" {
		action.Data, _ = json.Marshal(codeActionData{Provider: a.Provider})
	}
	if a.Retrigger && s.options.TriggerSuggest != "" {
		action.Command = protocol.Command{Title: "Suggest", Command: s.options.TriggerSuggest}
	}
	return action
}
