package lsp

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/permission"
)

func TestPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	rules, err := w.deps.Permissions.Allow(permission.Rule{
		Reference: "{{$vault path=app/db key=password}}", Credential: "infra", Origin: "https://api.example.com",
		In: "header:Authorization", Workspace: w.dir,
	})
	if err != nil {
		t.Fatal(err)
	}
	var list []permissionInfo
	if err := w.Command("vault-lsp.listPermissions", nil, &list); err != nil {
		t.Fatal(err)
	}
	want := []permissionInfo{{
		ID: rules[0].ID, Reference: rules[0].Reference, Credential: "infra", Origin: "https://api.example.com",
		In: "header:Authorization", Workspace: w.dir,
	}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	var revoked revokeResult
	if err := w.Command("vault-lsp.revokePermission", map[string]any{"id": rules[0].ID}, &revoked); err != nil || !revoked.Revoked {
		t.Errorf("revoked %+v, %v", revoked, err)
	}
	if f := failure(t, w.Command("vault-lsp.revokePermission", map[string]any{"id": rules[0].ID}, nil)); f.Code != "no-such-permission" {
		t.Errorf("revoking it twice: %+v", f)
	}
}
