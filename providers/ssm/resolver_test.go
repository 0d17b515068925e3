package ssm_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	ssmsdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/ssm"
	"github.com/vault-lsp/vault-lsp/secret"
)

// A profile of $aws serves $ssm, whose secrets are counted, listed and reset as
// its own.
func TestProfileOfAWS(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	if _, err := clientOf(server.Endpoint, server.Admin, region).PutParameter(t.Context(), &ssmsdk.PutParameterInput{
		Name: sdk.String("/app/db"), Value: sdk.String(`{"password":"value"}`), Type: types.ParameterTypeSecureString,
	}); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	path := filepath.Join(folder, "config.json")
	for name, content := range map[string]string{
		filepath.Join(folder, "key"): server.Admin.SecretAccessKey,
		path: fmt.Sprintf(`{"credentials": {"prod": {"provider": "aws", "auth": "keys", "accessKeyId": %q, "secretAccessKey": {"file": %q}, "region": %q, "endpoint": %q}}}`,
			server.Admin.AccessKeyID, filepath.Join(folder, "key"), region, server.Endpoint),
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := credentials.Open(path, credentials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := providers.NewResolver(providers.Options{Providers: []providers.Provider{ssm.New(ssm.Options{})}, Store: store, CacheTTL: time.Hour})
	t.Cleanup(func() { _ = r.Close(context.Background()) })

	got := r.Resolve(t.Context(), []secret.Ref{ref(t, "name=/app/db", "key=password")})[0]
	if got.Err != nil || string(got.Value.Reveal()) != "value" || got.Credential != "prod" {
		t.Fatalf("got %q of %q, %v", got.Value.Reveal(), got.Credential, got.Err)
	}
	if diff := cmp.Diff(map[string]int{"ssm": 1}, r.Status().ByProvider); diff != "" {
		t.Error(diff)
	}
	items, err := r.List(t.Context(), "ssm", "", providers.Query{Field: "key", Known: map[string]string{"name": "/app/db"}})
	if diff := cmp.Diff([]providers.Item{{Value: "password"}}, items); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if items, err := r.List(t.Context(), "ssm", "prod", providers.Query{Field: "name", Prefix: "/app"}); err != nil || len(items) != 1 {
		t.Errorf("names: %v, %v", items, err)
	}
	if counts, err := r.Reset(t.Context(), providers.Scope{Provider: "ssm"}); err != nil || counts.Entries != 1 || counts.Logins != 1 {
		t.Errorf("reset %+v, %v", counts, err)
	}
}
