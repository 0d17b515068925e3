package aws_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	stranger := server.User("stranger", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`)
	providertest.Run(t, func(t *testing.T) providertest.Harness { return newHarness(t, server, stranger) })
}

// folders keeps the harnesses of one server apart.
var folders atomic.Int64

func newHarness(t *testing.T, server *testtools.MotoServer, stranger testtools.MotoKey) providertest.Harness {
	folder := fmt.Sprintf("conformance%d/", folders.Add(1))
	client := clientOf(server.Endpoint, server.Admin, region)
	versions := map[string][]string{}
	store := func(t *testing.T, name string, text *string, data []byte) {
		t.Helper()
		id := folder + name
		out, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &id, SecretString: text, SecretBinary: data})
		var exists *types.ResourceExistsException
		if err == nil {
			versions[name] = append(versions[name], sdk.ToString(out.VersionId))
			return
		}
		if !errors.As(err, &exists) {
			t.Fatalf("create %s: %v", id, err)
		}
		again, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &id, SecretString: text, SecretBinary: data})
		if err != nil {
			t.Fatalf("put %s: %v", id, err)
		}
		versions[name] = append(versions[name], sdk.ToString(again.VersionId))
	}
	return providertest.Harness{
		Provider:   aws.New(aws.Options{}),
		Credential: withKeys(server.Endpoint, server.Admin, nil),
		ListField:  "secret",
		Put:        func(t *testing.T, name, text string) { store(t, name, &text, nil) },
		PutBinary:  func(t *testing.T, name string, data []byte) { store(t, name, nil, data) },
		Ref:        func(t *testing.T, name string) secret.Ref { return ref(t, "secret="+folder+name) },
		Text:       func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
		Names:      []string{"a/b/c", "plus+equals=at@dot.", "dash-and_under", "exclaimed!", strings.Repeat("n", 400)},
		NoEmpty:    true,
		Page:       100,
		Version: func(t *testing.T, name string, n int) secret.Ref {
			id := "00000000-0000-0000-0000-000000000000"
			if n <= len(versions[name]) {
				id = versions[name][n-1]
			}
			return ref(t, "secret="+folder+name, "version="+id)
		},
		Delete: func(t *testing.T, name string) {
			id := folder + name
			if _, err := client.DeleteSecret(t.Context(), &secretsmanager.DeleteSecretInput{SecretId: &id}); err != nil {
				t.Fatalf("delete %s: %v", id, err)
			}
		},
		DeletedKind: providers.Deleted,
		Refused: func(*testing.T) (providers.Credential, []string) {
			wrong := testtools.MotoKey{AccessKeyID: server.Admin.AccessKeyID, SecretAccessKey: "MARKER-wrong-secret"}
			return withKeys(server.Endpoint, wrong, nil), []string{"MARKER-wrong-secret"}
		},
		Denied: func(*testing.T, string) providers.Credential { return withKeys(server.Endpoint, stranger, nil) },
		Silent: func(t *testing.T) providers.Credential {
			return withKeys("http://"+testtools.SilentAddress(t), someKey(), nil)
		},
		Expired: func(t *testing.T) (providers.Credential, []string) {
			// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
			endpoint := answering(t, http.StatusBadRequest, "ExpiredTokenException", "The security token included in the request is expired", nil)
			return withKeys(endpoint, someKey(), nil), []string{someKey().SecretAccessKey}
		},
		ExpiredKind: providers.Unauthenticated,
		Throttled: func(t *testing.T) (providers.Credential, time.Duration) {
			endpoint := answering(t, http.StatusBadRequest, "ThrottlingException", "Rate exceeded", http.Header{"Retry-After": {"7"}})
			return withKeys(endpoint, someKey(), nil), 7 * time.Second
		},
	}
}
