package azure_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// TestCertificate: PEM and PKCS#12 files, with a password and without, in the
// old encryption and that of OpenSSL 3.
func TestCertificate(t *testing.T) {
	t.Parallel()
	certificate, key := newCertificate(t)
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	encode := func(encoder *pkcs12.Encoder, password string) []byte {
		data, err := encoder.Encode(key, certificate, nil, password)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	private := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	const password = "certificate-password-3"
	tests := []struct {
		name, path, password, part string // part of the error; "" for none
	}{
		{"PEM", write("a.pem", append(append([]byte{}, private...), public...)), "", ""},
		{"PEM with PKCS#1", write("b.pem", append(append([]byte{}, public...), pkcs1...)), "", ""},
		{"PKCS#12", write("c.p12", encode(pkcs12.LegacyDES, password)), password, ""},
		{"PKCS#12 of OpenSSL 3", write("d.p12", encode(pkcs12.Modern2023, password)), password, ""},
		{"PKCS#12 without password", write("e.p12", encode(pkcs12.Passwordless, "")), "", ""},
		{"password missing", write("f.p12", encode(pkcs12.Modern2023, password)), "", "store its password"},
		{"wrong password", write("g.p12", encode(pkcs12.Modern2023, password)), "other-password-4", "does not open"},
		{"no key", write("h.pem", public), "", "no private key"},
		{"no certificate", write("i.pem", private), "", "no certificate"},
		{"encrypted PEM", write("j.pem", append(append([]byte{}, public...), pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: pkcs8})...)), "", "encrypted PEM key"},
		{"damaged", write("k.pem", append(append([]byte{}, public...), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})...)), "", "damaged"},
		{"neither", write("l.bin", []byte("nonsense")), "", "neither PEM nor PKCS#12"},
		{"not there", filepath.Join(folder, "none.pem"), "", "cannot be read"},
	}
	for _, test := range tests {
		cloud := newCloud(t)
		cloud.ApplicationWith(clientID, certificate, "")
		plain := fields{"tenant": azurefake.Tenant, "clientId": clientID, "certificate": test.path}
		material := map[string]string{}
		if test.password != "" {
			material["password"] = test.password
		}
		c := credential("service-principal", plain, material)
		if test.part == "" {
			if got := get(t, newProvider(cloud), c, inVault(t, "present")); got != "the-value" {
				t.Errorf("%s: got %q", test.name, got)
			}
			continue
		}
		got := providertest.WantError(t, getError(t, newProvider(cloud), c, inVault(t, "present")), providers.Unauthenticated, password, "other-password-4")
		if !strings.Contains(got.Message, test.part) {
			t.Errorf("%s: message %q, want %q in it", test.name, got.Message, test.part)
		}
	}
}

func newCertificate(t *testing.T) (*x509.Certificate, *rsa.PrivateKey) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "application"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate, key
}

// appService is the endpoint of a machine's identity as App Service has it, and
// as emulators imitate it.
// https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
func appService(t *testing.T, cloud *azurefake.Cloud, seen *[]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*seen = append(*seen, r.URL.RawQuery)
		if r.Header.Get("X-IDENTITY-HEADER") != "header" {
			http.Error(w, "no header", http.StatusBadRequest)
			return
		}
		resource := r.URL.Query().Get("resource")
		_ = json.NewEncoder(w).Encode(map[string]string{
			"access_token": cloud.Issue("machine", azurefake.Tenant, resource), "expires_on": fmt.Sprint(time.Now().Add(time.Hour).Unix()),
			"resource": resource, "token_type": "Bearer",
		})
	}))
	t.Cleanup(server.Close)
	return server.URL + "/metadata/identity/oauth2/token"
}

// TestManagedIdentity: at the endpoint that the environment names.
func TestManagedIdentity(t *testing.T) {
	clearAzure(t)
	cloud := newCloud(t)
	var seen []string
	t.Setenv("IDENTITY_ENDPOINT", appService(t, cloud, &seen))
	t.Setenv("IDENTITY_HEADER", "header")
	network := withPlain(cloud.Transport)
	for _, plain := range []fields{nil, {"clientId": clientID}, {"objectId": "object-1"}, {"resourceId": "/subscriptions/s/x"}} {
		seen = nil
		p := azure.New(azure.Options{Transport: network})
		c := credential("managed-identity", plain, nil)
		if got := get(t, p, c, inVault(t, "present")); got != "the-value" {
			t.Errorf("%v: got %q", plain, got)
		}
		for _, value := range plain {
			if len(seen) == 0 || !strings.Contains(seen[0], strings.ReplaceAll(value, "/", "%2F")) {
				t.Errorf("%v: the endpoint was asked for %v", plain, seen)
			}
		}
		if identity, err := p.Check(t.Context(), c); err != nil || identity.Name != "application machine" {
			t.Errorf("%v: %+v, %v", plain, identity, err)
		}
	}
}

// withPlain sends plain http to this machine and the rest to the cloud.
func withPlain(cloud http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		if r.URL.Scheme == "http" && strings.HasPrefix(r.URL.Host, "127.0.0.1:") {
			return http.DefaultTransport.RoundTrip(r)
		}
		return cloud.RoundTrip(r)
	})
}

// TestNoManagedIdentity: a machine outside Azure is told at once.
func TestNoManagedIdentity(t *testing.T) {
	clearAzure(t)
	cloud := newCloud(t)
	got := providertest.WantError(t, getError(t, newProvider(cloud), credential("managed-identity", nil, nil), inVault(t, "present")), providers.Unauthenticated)
	if !strings.Contains(got.Message, "this machine has none") {
		t.Errorf("message %q", got.Message)
	}
	// One that has an endpoint and no identity.
	network := transport(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "169.254.169.254" {
			return &http.Response{
				StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
				Body: readCloser(`{"error":"invalid_request","error_description":"Identity not found"}`),
			}, nil
		}
		return cloud.Transport.RoundTrip(r)
	})
	p := azure.New(azure.Options{Transport: network})
	providertest.WantError(t, getError(t, p, credential("managed-identity", nil, nil), inVault(t, "present")), providers.Unauthenticated)
}

// TestWorkloadIdentity: the token of a pod, from the profile or from the
// variables of the webhook.
func TestWorkloadIdentity(t *testing.T) {
	clearAzure(t)
	cloud := newCloud(t)
	const pod = "header.pod-token.signature"
	cloud.ApplicationWith(clientID, nil, pod)
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(pod), 0o600); err != nil {
		t.Fatal(err)
	}
	plain := fields{"tenant": azurefake.Tenant, "clientId": clientID, "tokenFile": file}
	if got := get(t, newProvider(cloud), credential("workload-identity", plain, nil), inVault(t, "present")); got != "the-value" {
		t.Errorf("got %q", got)
	}
	bare := credential("workload-identity", nil, nil)
	got := providertest.WantError(t, getError(t, newProvider(cloud), bare, inVault(t, "present")), providers.Unauthenticated)
	if !strings.Contains(got.Message, "is not set") {
		t.Errorf("message %q", got.Message)
	}
	t.Setenv("AZURE_TENANT_ID", azurefake.Tenant)
	t.Setenv("AZURE_CLIENT_ID", clientID)
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file)
	t.Setenv("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.com/")
	if got := get(t, newProvider(cloud), bare, inVault(t, "present")); got != "the-value" {
		t.Errorf("got %q", got)
	}
	// The default chain finds it too.
	t.Setenv("PATH", t.TempDir())
	if got := get(t, newProvider(cloud), credential("default", nil, nil), inVault(t, "present")); got != "the-value" {
		t.Errorf("got %q from the default chain", got)
	}
	t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file+".none")
	got = providertest.WantError(t, getError(t, newProvider(cloud), bare, inVault(t, "present")), providers.Unauthenticated)
	if !strings.Contains(got.Message, "cannot be read") {
		t.Errorf("message %q", got.Message)
	}
}
