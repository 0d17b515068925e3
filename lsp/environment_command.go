package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
)

// environmentList is the result of listEnvironments and selectEnvironment.
type environmentList struct {
	Environments []string `json:"environments"`
	Selected     string   `json:"selected"`
}

func (s *session) listEnvironments(_ context.Context, inv invocation, args uriArgs) (*environmentList, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	names := append([]string{}, s.environmentsOf(inv.snap, doc).Names()...)
	return &environmentList{Environments: names, Selected: inv.snap.Environment(doc)}, nil
}

func (s *session) selectEnvironment(ctx context.Context, inv invocation, args selectEnvironmentArgs) (*environmentList, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	if err := knownEnvironment(s.environmentsOf(inv.snap, doc), args.Environment); err != nil {
		return nil, err
	}
	root, _ := inv.snap.Folders(doc)
	if root == "" {
		return nil, &Failure{
			Code: "no-file", Message: "a document that is in no file and no workspace has no environments", Hint: "save it first",
		}
	}
	s.update(func(next *Snapshot) {
		next.selected[root] = args.Environment
	})
	s.diagnoseAll(0)
	inv.snap = s.snapshot()
	return s.listEnvironments(ctx, inv, uriArgs{URI: args.URI})
}

// knownEnvironment refuses an environment that no file defines; none is fine.
func knownEnvironment(envs *env.Environments, name string) error {
	names := envs.Names()
	if name == "" || envs.Has(name) {
		return nil
	}
	hint := "there are no environments: add http-client.env.json beside the file"
	if len(names) > 0 {
		hint = "the environments are: " + strings.Join(names, ", ")
	}
	return &Failure{Code: "unknown-environment", Message: fmt.Sprintf("there is no environment %q", name), Hint: hint}
}
