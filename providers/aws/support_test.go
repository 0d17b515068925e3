package aws_test

import (
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestMain keeps the AWS configuration of whoever runs the tests out of them.
func TestMain(m *testing.M) {
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") {
			_ = os.Unsetenv(name)
		}
	}
	for name, value := range map[string]string{
		"VAULT_LSP_TOOLS": testtools.Folder(), // before HOME changes in a test
		"AWS_CONFIG_FILE": "/nonexistent/config", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		_ = os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

const region = "eu-west-1"

// fields are plain fields of a profile.
type fields map[string]string

// withKeys is a profile with an access key at an endpoint.
func withKeys(endpoint string, key testtools.MotoKey, more fields) providers.Credential {
	plain := fields{"accessKeyId": key.AccessKeyID, "endpoint": endpoint, "region": region}
	maps.Copy(plain, more)
	for name, value := range plain {
		if value == "" {
			delete(plain, name)
		}
	}
	return credential("keys", plain, map[string]string{"secretAccessKey": key.SecretAccessKey})
}

func credential(auth string, plain fields, material map[string]string) providers.Credential {
	return providertest.Credential(credentials.Profile{Name: "prod", Provider: secret.AWS, Auth: auth, Fields: plain}, material)
}

// someKey is a key that no server verifies.
func someKey() testtools.MotoKey {
	return testtools.MotoKey{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "MARKER-secret-access-key"}
}

// ref makes a reference of name=value texts.
func ref(t testing.TB, pairs ...string) secret.Ref {
	t.Helper()
	var values []secret.FieldValue
	for _, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		values = append(values, secret.FieldValue{Name: name, Value: value})
	}
	return providertest.MustRef(t, secret.AWS, values...)
}

// clientOf is the SDK's own client, with which tests fill a server.
func clientOf(endpoint string, key testtools.MotoKey, region string) *secretsmanager.Client {
	return secretsmanager.New(secretsmanager.Options{
		Region: region, BaseEndpoint: &endpoint,
		Credentials: awscredentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, ""),
	})
}

// put makes a secret and returns its ARN and version.
func put(t testing.TB, client *secretsmanager.Client, name, text string) (arn, version string) {
	t.Helper()
	out, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: &name, SecretString: &text})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return sdk.ToString(out.ARN), sdk.ToString(out.VersionId)
}

// answering is a server that answers every call of the JSON protocol with one
// error
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
func answering(t testing.TB, status int, code, message string, header http.Header) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": message})
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// writeFile writes a file of the test's own folder and returns its path.
func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// pemOf is a certificate in PEM form.
func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
