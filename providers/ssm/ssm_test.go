package ssm_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	ssmsdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/ssm"
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
	folder := fmt.Sprintf("/conformance%d/", folders.Add(1))
	client := clientOf(server.Endpoint, server.Admin, region)
	return providertest.Harness{
		Provider:   ssm.New(ssm.Options{}),
		Credential: withKeys(server.Endpoint, server.Admin),
		ListField:  "name",
		Put: func(t *testing.T, name, text string) {
			t.Helper()
			if _, err := client.PutParameter(t.Context(), &ssmsdk.PutParameterInput{
				Name: sdk.String(folder + name), Value: &text, Type: types.ParameterTypeSecureString, Overwrite: sdk.Bool(true),
			}); err != nil {
				t.Fatalf("put %s: %v", name, err)
			}
		},
		Ref:     func(t *testing.T, name string) secret.Ref { return ref(t, "name="+folder+name) },
		Text:    func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
		Names:   []string{"a/b/c", "dash-and_under.dot", "UPPER.and.lower"},
		MaxText: 4096, // of a standard parameter
		NoEmpty: true,
		Page:    50,
		Version: func(t *testing.T, name string, n int) secret.Ref {
			return ref(t, "name="+folder+name, fmt.Sprintf("version=%d", n))
		},
		Delete: func(t *testing.T, name string) {
			if _, err := client.DeleteParameter(t.Context(), &ssmsdk.DeleteParameterInput{Name: sdk.String(folder + name)}); err != nil {
				t.Fatalf("delete %s: %v", name, err)
			}
		},
		DeletedKind: providers.NotFound,
		Refused: func(*testing.T) (providers.Credential, []string) {
			wrong := testtools.MotoKey{AccessKeyID: server.Admin.AccessKeyID, SecretAccessKey: "MARKER-wrong-secret"}
			return withKeys(server.Endpoint, wrong), []string{"MARKER-wrong-secret"}
		},
		Denied: func(*testing.T, string) providers.Credential { return withKeys(server.Endpoint, stranger) },
		Silent: func(t *testing.T) providers.Credential {
			return withKeys("http://"+testtools.SilentAddress(t), someKey())
		},
		Expired: func(t *testing.T) (providers.Credential, []string) {
			return withKeys(answering(t, http.StatusBadRequest, "ExpiredTokenException", nil), someKey()), []string{someKey().SecretAccessKey}
		},
		ExpiredKind: providers.Unauthenticated,
		Throttled: func(t *testing.T) (providers.Credential, time.Duration) {
			return withKeys(answering(t, http.StatusBadRequest, "ThrottlingException", http.Header{"Retry-After": {"7"}}), someKey()), 7 * time.Second
		},
	}
}

// The three types of parameter, labels, ARNs, and a region of the reference.
func TestParameters(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	client := clientOf(server.Endpoint, server.Admin, region)
	put := func(name, text string, kind types.ParameterType) {
		t.Helper()
		if _, err := client.PutParameter(t.Context(), &ssmsdk.PutParameterInput{
			Name: &name, Value: &text, Type: kind, Overwrite: sdk.Bool(true),
		}); err != nil {
			t.Fatal(err)
		}
	}
	put("/app/text", "plain", types.ParameterTypeString)
	put("/app/list", "one,two", types.ParameterTypeStringList)
	put("/app/secret", "first", types.ParameterTypeSecureString)
	put("/app/secret", "second", types.ParameterTypeSecureString)
	if _, err := client.LabelParameterVersion(t.Context(), &ssmsdk.LabelParameterVersionInput{
		Name: sdk.String("/app/secret"), ParameterVersion: sdk.Int64(1), Labels: []string{"old"},
	}); err != nil {
		t.Fatal(err)
	}
	other := clientOf(server.Endpoint, server.Admin, "us-west-2")
	if _, err := other.PutParameter(t.Context(), &ssmsdk.PutParameterInput{
		Name: sdk.String("/app/text"), Value: sdk.String("elsewhere"), Type: types.ParameterTypeString,
	}); err != nil {
		t.Fatal(err)
	}
	p, credential := ssm.New(ssm.Options{}), withKeys(server.Endpoint, server.Admin)
	tests := map[string]struct {
		pairs []string
		want  string
	}{
		"String":              {[]string{"name=/app/text"}, "plain"},
		"StringList":          {[]string{"name=/app/list"}, "one,two"},
		"SecureString":        {[]string{"name=/app/secret"}, "second"},
		"version":             {[]string{"name=/app/secret", "version=1"}, "first"},
		"label":               {[]string{"name=/app/secret", "version=old"}, "first"},
		"region of reference": {[]string{"name=/app/text", "region=us-west-2"}, "elsewhere"},
		"region of the ARN":   {[]string{"name=arn:aws:ssm:us-west-2:123456789012:parameter/app/text"}, "elsewhere"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			payload, err := p.Get(t.Context(), credential, ref(t, test.pairs...))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(payload.Value.Reveal()); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	items, err := p.List(t.Context(), credential, providers.Query{Field: "version", Known: map[string]string{"name": "/app/secret"}})
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, item := range items {
		values = append(values, item.Value)
		providertest.WantNo(t, item.Detail, "first", "second")
	}
	if diff := cmp.Diff([]string{"2", "1", "old"}, values); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	if items, err := p.List(t.Context(), credential, providers.Query{Field: "region", Prefix: "eu-w"}); err != nil || len(items) != 3 {
		t.Errorf("regions: %v, %v", items, err)
	}
}

// Each failure has a kind and a hint, and shows nothing of the service's text.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
func TestErrors(t *testing.T) {
	t.Parallel()
	for code, kind := range map[string]providers.Kind{
		"ParameterNotFound": providers.NotFound, "ParameterVersionNotFound": providers.NotFound,
		"InvalidKeyId": providers.Denied, "AccessDeniedException": providers.Denied, "ValidationException": providers.InvalidReference,
		"UnrecognizedClientException": providers.Unauthenticated, "ThrottlingException": providers.Throttled,
		"InternalServerError": providers.Unavailable,
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			credential := withKeys(answering(t, http.StatusBadRequest, code, nil), someKey())
			_, err := ssm.New(ssm.Options{}).Get(t.Context(), credential, ref(t, "name=/app/db", "version=3"))
			providertest.WantError(t, err, kind, "MARKER")
		})
	}
}
