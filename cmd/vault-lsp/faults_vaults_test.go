package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// The keys of these tests, which no server knows.
const (
	faultKey       = "fault-access-key-marker-77d1"
	faultPrincipal = "fault-client-secret-marker-5b"
)

// vaultFaults are those of the vaults that have no server here: what goes wrong
// before anything leaves this machine, and at addresses of this machine.
var vaultFaults = []fault{
	{"aws without a region", "GET TARGET\nA: {{$aws secret=x credential=chain}}\n", exitReference, "invalid-reference",
		[]string{"which region to ask", "AWS_REGION"}},
	{"aws without credentials", "GET TARGET\nA: {{$aws secret=x region=eu-west-1 credential=chain}}\n", exitReference, "unauthenticated",
		[]string{"no AWS credentials", "aws sso login"}},
	{"aws region that is a host", "GET TARGET\nA: {{$aws secret=x region=api.example.test credential=refusing}}\n", exitReference, "bad-field-value",
		[]string{"region"}},
	{"aws endpoint refuses", "GET TARGET\nA: {{$aws secret=x credential=refusing}}\n", exitReference, "unavailable",
		[]string{"CLOSED"}},
	{"aws endpoint is silent", "GET TARGET\nA: {{$ssm name=/a credential=silent}}\n", exitReference, "timeout",
		[]string{"timeouts"}},
	{"aws role wants a code", "GET TARGET\nA: {{$aws secret=x credential=mfa}}\n", exitReference, "sign-in-needed",
		[]string{"mfa", "credential login"}},
	{"aws sso not signed in", "GET TARGET\nA: {{$aws secret=x credential=sso}}\n", exitReference, "sign-in-needed",
		[]string{"sso", "credential login"}},
	{"ssm without credentials", "GET TARGET\nA: {{$ssm name=/a region=eu-west-1 credential=chain}}\n", exitReference, "unauthenticated",
		[]string{"no AWS credentials"}},
	{"ssm name that is none", "GET TARGET\nA: {{$ssm name='/a b' credential=refusing}}\n", exitReference, "bad-field-value",
		[]string{"name"}},
	{"gcp key of another type", "GET TARGET\nA: {{$gcp project=p-1 secret=x credential=wrong-type}}\n", exitReference, "unauthenticated",
		[]string{"service_account"}},
	{"gcp endpoint refuses", "GET TARGET\nA: {{$gcp project=p-1 secret=x credential=gcp-refusing}}\n", exitReference, "unavailable",
		[]string{"CLOSED"}},
	{"gcp secret that is a path", "GET TARGET\nA: {{$gcp project=p-1 secret=../x credential=wrong-type}}\n", exitReference, "bad-field-value",
		[]string{"secret"}},
	{"azure vault that is a host", "GET TARGET\nA: {{$azure vault=api.example.test secret=x credential=principal}}\n", exitReference, "bad-field-value",
		[]string{"vault"}},
	{"azure vault refuses", "GET TARGET\nA: {{$azure id=https://VAULTHOST/secrets/x credential=principal}}\n", exitReference, "unavailable",
		[]string{"VAULTHOST"}},
	{"hcp refuses", "GET TARGET\nA: {{$hcp app=a secret=x credential=hcp-refusing}}\n", exitReference, "unavailable",
		[]string{"CLOSED"}},
	{"op is not installed", "GET TARGET\nA: {{op://a/b/c}}\n", exitReference, "unavailable",
		[]string{"1Password CLI"}},
}

// faultProfiles are the credentials of vaultFaults.
func (w *faultWorld) faultProfiles(closed string) map[string]any {
	w.t.Helper()
	_, port, err := net.SplitHostPort(closed)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Setenv("FAULT_ACCESS_KEY", faultKey)
	w.t.Setenv("FAULT_CLIENT_SECRET", faultPrincipal)
	w.t.Setenv("FAULT_USER_KEY", `{"type": "authorized_user", "client_id": "c", "client_secret": "`+faultKey+`", "refresh_token": "`+faultPrincipal+`"}`)
	w.t.Setenv("FAULT_ACCOUNT_KEY", accountKey(w.t))
	aws := func(auth string, more map[string]any) map[string]any {
		profile := map[string]any{"provider": "aws", "auth": auth, "region": "eu-west-1"}
		for name, value := range more {
			profile[name] = value
		}
		return profile
	}
	keys := func(endpoint string) map[string]any {
		return aws("keys", map[string]any{
			"endpoint": endpoint, "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": map[string]string{"env": "FAULT_ACCESS_KEY"},
		})
	}
	return map[string]any{
		"chain":    map[string]any{"provider": "aws", "auth": "default"},
		"refusing": keys("http://" + closed),
		"silent":   keys("http://" + testtools.SilentAddress(w.t)),
		"mfa": aws("role", map[string]any{
			"roleArn": "arn:aws:iam::123456789012:role/reader", "mfaSerial": "arn:aws:iam::123456789012:mfa/jo", "source": "refusing",
		}),
		"sso": aws("sso", map[string]any{
			"startUrl": "https://example.awsapps.com/start", "ssoRegion": "eu-west-1", "accountId": "123456789012", "roleName": "reader",
		}),
		"wrong-type": map[string]any{"provider": "gcp", "auth": "service-account", "key": map[string]string{"env": "FAULT_USER_KEY"}},
		"gcp-refusing": map[string]any{
			"provider": "gcp", "auth": "service-account", "key": map[string]string{"env": "FAULT_ACCOUNT_KEY"},
			"transport": "rest", "endpoint": "https://" + closed,
		},
		"principal": map[string]any{
			"provider": "azure", "auth": "service-principal", "cloud": "custom", "authority": "https://" + closed, "vaultSuffix": "localhost:" + port,
			"tenant": "22222222-2222-2222-2222-222222222222", "clientId": "33333333-3333-3333-3333-333333333333",
			"clientSecret": map[string]string{"env": "FAULT_CLIENT_SECRET"},
		},
		"hcp-refusing": map[string]any{
			"provider": "hcp", "auth": "service-principal", "authUrl": "http://" + closed, "apiUrl": "http://" + closed,
			"clientId": "c", "clientSecret": map[string]string{"env": "FAULT_CLIENT_SECRET"},
		},
		"no-op": map[string]any{"provider": "op", "auth": "default", "program": w.work + "/none/op"},
	}
}

// accountKey is the key of a service account that there is nowhere.
func accountKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "p-1", "client_email": "reader@p-1.iam.gserviceaccount.com", "private_key_id": "k",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": "https://oauth2.googleapis.com/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// profilesText are profiles as lines of a configuration.
func profilesText(t *testing.T, profiles map[string]any) string {
	t.Helper()
	encoded, err := json.Marshal(profiles)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(strings.TrimPrefix(string(encoded), "{"), "}") + ",\n"
}
