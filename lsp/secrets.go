package lsp

import (
	"context"
	"errors"
	"fmt"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// providerInfo is one row of listProviders.
type providerInfo struct {
	secret.Spec
	Methods []credentials.Method `json:"methods"`
}

func (s *session) listProviders(context.Context, invocation, noArgs) ([]providerInfo, error) {
	table := []providerInfo{}
	for _, spec := range secret.Providers() {
		methods := append([]credentials.Method{}, credentials.MethodsOf(spec.Name)...)
		table = append(table, providerInfo{Spec: spec, Methods: methods})
	}
	return table, nil
}

// insertResult is the result of insertSecret.
type insertResult struct {
	Applied   bool   `json:"applied"`
	Reference string `json:"reference"`
}

func (s *session) insertSecret(ctx context.Context, inv invocation, args insertSecretArgs) (*insertResult, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	span, err := s.span(doc, args.Range)
	if err != nil {
		return nil, err
	}
	ref, err := secret.Parse(args.Reference)
	if err != nil {
		failure := &Failure{Code: string(providers.InvalidReference), Message: err.Error()}
		var bad *secret.RefError
		if errors.As(err, &bad) && len(bad.Problems) > 0 {
			failure.Code = bad.Problems[0].Code
		}
		return nil, failure
	}
	if !s.caps.applyEdit {
		return nil, &Failure{
			Code: "unsupported", Message: "this editor takes no edits from the server", Hint: "insert " + ref.String() + " yourself",
		}
	}
	label := "Insert secret reference"
	answer, err := s.client.ApplyEdit(ctx, &protocol.ApplyWorkspaceEditParams{
		Label: &label, Edit: *s.workspaceEdit(doc, []analysis.Edit{{Span: span, New: ref.String()}}),
	})
	if err != nil {
		return nil, fmt.Errorf("applying the edit: %w", err)
	}
	return &insertResult{Applied: answer != nil && answer.Applied, Reference: ref.String()}, nil
}

// secretList is the result of listSecrets.
type secretList struct {
	Field string       `json:"field"`
	Items []secretItem `json:"items"`
}

type secretItem struct {
	Value  string `json:"value"`
	Detail string `json:"detail,omitempty"`
}

func (s *session) listSecrets(ctx context.Context, inv invocation, args listSecretsArgs) (*secretList, error) {
	spec, ok := secret.Lookup(args.Provider)
	if !ok {
		return nil, invalidParams("there is no provider of that name")
	}
	if args.Field == "" {
		args.Field = firstLiveField(spec)
	}
	if field, ok := spec.Field(args.Field); !ok || !field.Live {
		return nil, invalidParams("that field of %s cannot be listed", spec.Name)
	}
	ctx, _, end := s.beginProgress(ctx, inv.token, "Listing secrets of "+spec.Label)
	defer end()
	items, err := s.deps.Vaults.List(ctx, args.Provider, args.Credential,
		providers.Query{Field: args.Field, Known: args.Known, Prefix: args.Prefix})
	if err != nil {
		return nil, s.vaultFailure(err, args.Provider, args.Credential)
	}
	list := &secretList{Field: args.Field, Items: []secretItem{}}
	for _, item := range items {
		list.Items = append(list.Items, secretItem(item))
	}
	return list, nil
}

// firstLiveField is the first field that a vault can be asked for, a required
// one if there is.
func firstLiveField(spec secret.Spec) string {
	first := ""
	for _, field := range spec.Fields {
		if field.Live && (first == "" || field.Required) {
			first = field.Name
			if field.Required {
				break
			}
		}
	}
	return first
}
