package ssm_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	ssmsdk "github.com/aws/aws-sdk-go-v2/service/ssm"

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
		"AWS_CONFIG_FILE": "/nonexistent/config", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/credentials",
		"AWS_EC2_METADATA_DISABLED": "true",
	} {
		_ = os.Setenv(name, value)
	}
	os.Exit(m.Run())
}

const region = "eu-west-1"

// withKeys is a profile of $aws with an access key at an endpoint.
func withKeys(endpoint string, key testtools.MotoKey) providers.Credential {
	return providertest.Credential(credentials.Profile{
		Name: "prod", Provider: secret.AWS, Auth: "keys",
		Fields: map[string]string{"accessKeyId": key.AccessKeyID, "endpoint": endpoint, "region": region},
	}, map[string]string{"secretAccessKey": key.SecretAccessKey})
}

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
	return providertest.MustRef(t, secret.SSM, values...)
}

// clientOf is the SDK's own client, with which tests fill a server.
func clientOf(endpoint string, key testtools.MotoKey, region string) *ssmsdk.Client {
	return ssmsdk.New(ssmsdk.Options{
		Region: region, BaseEndpoint: &endpoint,
		Credentials: awscredentials.NewStaticCredentialsProvider(key.AccessKeyID, key.SecretAccessKey, ""),
	})
}

// answering is a server that answers every call of the JSON protocol with one
// error
// (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html).
func answering(t testing.TB, status int, code string, header http.Header) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), header)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"message":"MARKER-text-of-the-service"}`, code)
	}))
	t.Cleanup(server.Close)
	return server.URL
}
