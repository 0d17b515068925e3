package testtools

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// VaultServer is a real HashiCorp Vault server that belongs to one test. KV
// version 2 is mounted at secret/, KV version 1 at kv1/, and the AppRole and
// userpass methods are on. The methods jwt, oidc, ldap, kubernetes and cert and
// the engine database, with the plugin memory-database-plugin that only makes up
// users, can be mounted through the API.
type VaultServer struct {
	// Address is the server's base address, without a slash at the end.
	Address string
	// RootToken may do everything.
	RootToken string
	// CAFile is the certificate to trust, empty without TLS.
	CAFile string

	tb        testing.TB
	process   *process
	client    *http.Client
	unsealKey string
}

// Vault starts a server for the test and ends it with the test.
func Vault(tb testing.TB) *VaultServer {
	tb.Helper()
	return startVault(tb, "")
}

// VaultTLS is Vault over HTTPS with a certificate only CAFile vouches for.
func VaultTLS(tb testing.TB) *VaultServer {
	tb.Helper()
	return startVault(tb, tb.TempDir())
}

func startVault(tb testing.TB, tlsFolder string) *VaultServer {
	tb.Helper()
	binary := installed(tb, "the Vault test server", "vaultd", version("VAULT_VERSION"), "vaultd")
	s := &VaultServer{RootToken: "root-token-of-the-test", tb: tb, client: &http.Client{Timeout: startTimeout}}
	arguments := []string{"-exit-with-stdin", "-root", s.RootToken}
	if tlsFolder != "" {
		arguments = append(arguments, "-tls", tlsFolder)
	}
	s.process = start(tb, exec.Command(binary, arguments...))
	s.unsealKey = s.process.awaitLine(tb, "UNSEAL ")
	s.Address = s.process.awaitLine(tb, "READY ")
	if tlsFolder != "" {
		s.CAFile = filepath.Join(tlsFolder, "ca.pem")
		s.trust(s.CAFile)
	}
	return s
}

// trust makes the test's own client accept the server's certificate.
func (s *VaultServer) trust(file string) {
	s.tb.Helper()
	certificate, err := os.ReadFile(file)
	if err != nil {
		s.tb.Fatalf("vault: %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(certificate) {
		s.tb.Fatalf("vault: no certificate in %s", file)
	}
	s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
}

// Stop ends the server before the test does, for a test of an address that no
// longer answers.
func (s *VaultServer) Stop() { s.process.end() }

// Do sends one request as token and returns status and decoded answer (nil
// when the answer has no body). path is without /v1/; body may be nil. Only a
// request that gets no answer fails the test.
func (s *VaultServer) Do(token, method, path string, body any) (int, map[string]any) {
	s.tb.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			s.tb.Fatalf("vault: %s %s: %v", method, path, err)
		}
		content = bytes.NewReader(encoded)
	}
	// Not the test's context: the calls of a Cleanup come after it has ended.
	request, err := http.NewRequest(method, s.Address+"/v1/"+path, content)
	if err != nil {
		s.tb.Fatalf("vault: %s %s: %v", method, path, err)
	}
	request.Header.Set("X-Vault-Token", token)
	response, err := s.client.Do(request)
	if err != nil {
		s.tb.Fatalf("vault: %s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil && err != io.EOF {
		s.tb.Fatalf("vault: %s %s: answer: %v", method, path, err)
	}
	return response.StatusCode, answer
}

// Write sends body to path as root and returns the answer's data. It fails
// the test unless Vault accepts it.
//
// KV version 2 wants {"data": {…}} at secret/data/NAME, KV version 1 the pairs
// themselves at kv1/NAME.
func (s *VaultServer) Write(path string, body any) map[string]any {
	s.tb.Helper()
	return s.mustDo(http.MethodPost, path, body)
}

// Read returns the data at path as root sees it.
func (s *VaultServer) Read(path string) map[string]any {
	s.tb.Helper()
	return s.mustDo(http.MethodGet, path, nil)
}

// Delete deletes path as root. At secret/data/NAME that is the soft deletion
// of the newest version; write {"versions": […]} to secret/destroy/NAME to
// destroy.
func (s *VaultServer) Delete(path string) {
	s.tb.Helper()
	s.mustDo(http.MethodDelete, path, nil)
}

// PutKV2 writes one version of a secret below secret/.
func (s *VaultServer) PutKV2(name string, pairs map[string]any) {
	s.tb.Helper()
	s.Write("secret/data/"+name, map[string]any{"data": pairs})
}

// PutKV1 writes a secret below kv1/.
func (s *VaultServer) PutKV1(name string, pairs map[string]any) {
	s.tb.Helper()
	s.Write("kv1/"+name, pairs)
}

// Policy writes a policy in Vault's own language, for example
// `path "secret/data/app" { capabilities = ["read"] }`.
func (s *VaultServer) Policy(name, rules string) {
	s.tb.Helper()
	s.Write("sys/policies/acl/"+name, map[string]any{"policy": rules})
}

// Token creates a token that has policies and lives for ttl; it can be renewed
// up to maxTTL, or without an end of its own when maxTTL is 0.
func (s *VaultServer) Token(ttl, maxTTL time.Duration, policies ...string) string {
	s.tb.Helper()
	_, answer := s.Do(s.RootToken, http.MethodPost, "auth/token/create", map[string]any{
		"policies": policies, "ttl": ttl.String(), "explicit_max_ttl": maxTTL.String(),
	})
	auth, _ := answer["auth"].(map[string]any)
	token, ok := auth["client_token"].(string)
	if !ok {
		s.tb.Fatalf("vault: create token: %v", answer["errors"])
	}
	return token
}

// AppRole creates a role and returns its role id and a secret id. settings
// are the role's parameters, for example
// {"token_policies": "app", "token_ttl": "1m"}.
func (s *VaultServer) AppRole(name string, settings map[string]any) (roleID, secretID string) {
	s.tb.Helper()
	role := "auth/approle/role/" + name
	s.Write(role, settings)
	roleID, _ = s.Read(role + "/role-id")["role_id"].(string)
	secretID, _ = s.Write(role+"/secret-id", map[string]any{})["secret_id"].(string)
	if roleID == "" || secretID == "" {
		s.tb.Fatalf("vault: AppRole %s has no ids", name)
	}
	return roleID, secretID
}

// Seal seals the server: from here on it answers 503 to everything.
func (s *VaultServer) Seal() {
	s.tb.Helper()
	s.mustDo(http.MethodPut, "sys/seal", nil)
}

// Unseal opens it again and returns when it serves.
func (s *VaultServer) Unseal() {
	s.tb.Helper()
	s.mustDo(http.MethodPut, "sys/unseal", map[string]any{"key": s.unsealKey})
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if status, _ := s.Do(s.RootToken, http.MethodGet, "secret/config", nil); status == http.StatusOK {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			s.tb.Fatalf("vault: not serving %v after it was unsealed", startTimeout)
		}
	}
}

// mustDo is Do as root; any status but success fails the test.
func (s *VaultServer) mustDo(method, path string, body any) map[string]any {
	s.tb.Helper()
	status, answer := s.Do(s.RootToken, method, path, body)
	if status < 200 || status > 299 {
		s.tb.Fatalf("vault: %s %s: status %d: %s", method, path, status, errorTexts(answer))
	}
	data, _ := answer["data"].(map[string]any)
	return data
}

// errorTexts joins what Vault says under "errors".
func errorTexts(answer map[string]any) string {
	texts, _ := answer["errors"].([]any)
	joined := make([]string, 0, len(texts))
	for _, text := range texts {
		joined = append(joined, fmt.Sprint(text))
	}
	return strings.Join(joined, "; ")
}
