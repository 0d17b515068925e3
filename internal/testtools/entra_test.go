package testtools_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestEntra: the server has Entra's URLs, and gives an application a token for
// its secret only.
func TestEntra(t *testing.T) {
	t.Parallel()
	server := testtools.Entra(t)
	pem, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	for secret, want := range map[string]int{server.Secret: http.StatusOK, "wrong": http.StatusUnauthorized} {
		response, err := client.PostForm(server.URL+"/"+server.Tenant+"/oauth2/v2.0/token", url.Values{
			"grant_type": {"client_credentials"}, "client_id": {server.Application}, "client_secret": {secret}, "scope": {"https://vault.azure.net/.default"},
		})
		if err != nil {
			t.Fatal(err)
		}
		var answer struct {
			Token string `json:"access_token"`
		}
		err = json.NewDecoder(response.Body).Decode(&answer)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != want || (strings.Count(answer.Token, ".") == 2) != (want == http.StatusOK) {
			t.Errorf("secret %q: status %d, %v", secret, response.StatusCode, err)
		}
	}
}
