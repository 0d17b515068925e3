package vault_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

// fromEnvironment is the ambient credential of an environment and a home folder.
func fromEnvironment(t *testing.T, home string, env map[string]string) providers.Credential {
	t.Helper()
	store, err := credentials.Open(filepath.Join(t.TempDir(), "config.json"), credentials.Options{
		Keyring: &keyring{entries: map[string][]byte{}},
		LookupEnv: func(name string) (string, bool) {
			if name == "HOME" {
				return home, true
			}
			value, ok := env[name]
			return value, ok
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := providers.NewResolver(providers.Options{Providers: []providers.Provider{vault.New(vault.Options{})}, Store: store})
	t.Cleanup(func() { _ = r.Close(t.Context()) })
	c, err := r.Credential("vault", "")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestAmbientTLS: each variable of the environment that says whom to trust.
func TestAmbientTLS(t *testing.T) {
	t.Parallel()
	server := testtools.VaultTLS(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	pem, err := os.ReadFile(server.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, content := range map[string]string{"README": "no certificate", "other.pem": clientAuthority(t).pem, "server.pem": string(pem)} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, more := range map[string]map[string]string{
		"VAULT_CACERT":       {"VAULT_CACERT": server.CAFile},
		"VAULT_CACERT_BYTES": {"VAULT_CACERT_BYTES": string(pem)},
		"VAULT_CAPATH":       {"VAULT_CAPATH": folder},
		"BAO_CACERT":         {"BAO_CACERT": server.CAFile, "VAULT_CACERT": "/nowhere.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"VAULT_ADDR": server.Address, "VAULT_TOKEN": server.RootToken}
			for name, value := range more {
				env[name] = value
			}
			get(t, newProvider(t, vault.Options{}), fromEnvironment(t, t.TempDir(), env), "path=app/db")
		})
	}
	for name, test := range map[string]struct {
		env  map[string]string
		kind providers.Kind
		part string
	}{
		"no trust":          {nil, providers.Unavailable, "unknown authority"},
		"skip verify":       {map[string]string{"VAULT_SKIP_VERIFY": "true"}, providers.Unavailable, "VAULT_SKIP_VERIFY is set and has no effect"},
		"bytes":             {map[string]string{"VAULT_CACERT_BYTES": "x"}, providers.Unauthenticated, "VAULT_CACERT_BYTES"},
		"folder":            {map[string]string{"VAULT_CAPATH": t.TempDir()}, providers.Unauthenticated, "caPath: holds no file"},
		"missing folder":    {map[string]string{"VAULT_CAPATH": "/nowhere"}, providers.Unauthenticated, "caPath: cannot be read"},
		"proxy":             {map[string]string{"VAULT_PROXY_ADDR": "not a proxy"}, providers.Unauthenticated, "VAULT_PROXY_ADDR"},
		"proxy of no place": {map[string]string{"VAULT_PROXY_ADDR": "http://127.0.0.1:1"}, providers.Unavailable, "refuses the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"VAULT_ADDR": server.Address, "VAULT_TOKEN": server.RootToken}
			for name, value := range test.env {
				env[name] = value
			}
			err := getError(t, newProvider(t, vault.Options{}), fromEnvironment(t, t.TempDir(), env), "path=app/db")
			got := providertest.WantError(t, err, test.kind, server.RootToken)
			if text := got.Message + got.Hint; !strings.Contains(text, test.part) {
				t.Errorf("%q, want %q", text, test.part)
			}
		})
	}
}

// TestOriginOfRefusedToken: whoever has several tokens learns which one it was.
func TestOriginOfRefusedToken(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	const token = "hvs.wrong-7f3a91"
	home := t.TempDir()
	helper := filepath.Join(home, "helper")
	for path, content := range map[string]string{
		filepath.Join(home, ".vault-token"): token, helper: "#!/bin/sh\necho " + token + "\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	withHelper := t.TempDir()
	if err := os.WriteFile(filepath.Join(withHelper, ".vault"), []byte(`token_helper = "`+helper+`"`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		home, token, origin, hint string
	}{
		{t.TempDir(), token, "environment variable VAULT_TOKEN", "store the new token"},
		{home, "", "file " + home + "/.vault-token", "vault login"},
		{withHelper, "", "command " + helper, "vault login"},
	} {
		env := map[string]string{"VAULT_ADDR": server.Address}
		if test.token != "" {
			env["VAULT_TOKEN"] = test.token
		}
		err := getError(t, newProvider(t, vault.Options{}), fromEnvironment(t, test.home, env), "path=a")
		got := providertest.WantError(t, err, providers.Unauthenticated, token)
		if !strings.Contains(got.Message, test.origin) || !strings.Contains(got.Hint, test.hint) {
			t.Errorf("%q, %q; want %q, %q", got.Message, got.Hint, test.origin, test.hint)
		}
	}
}

// TestCertSendsNothingOfTheEnvironment is TestAmbientIsNotSent over TLS.
func TestCertSendsNothingOfTheEnvironment(t *testing.T) {
	var headers []http.Header
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		headers = append(headers, r.Header.Clone())
		_, _ = w.Write([]byte(`{"auth": {"client_token": "minted-token", "lease_duration": 60}, "data": {"k": "v"}}`))
	}))
	defer server.Close()
	setAmbient(t, server.URL)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, []byte(encodePEM("CERTIFICATE", server.Certificate().Raw)), 0o600); err != nil {
		t.Fatal(err)
	}
	c := credential("cert", server.URL, merged(fields{"caCert": authority}, clientAuthority(t).issue(t, "app")), nil)
	get(t, newProvider(t, vault.Options{}), c, "path=a", "engine=v1")
	for i, header := range headers {
		token := header.Get("X-Vault-Token")
		if strings.Contains(strings.ToLower(fmt.Sprint(header)), "ambient") || (i == 0) != (token == "") || i > 0 && token != "minted-token" {
			t.Errorf("request %d: %v", i, header)
		}
	}
}

// TestHCPNamespace: HCP Vault Dedicated gives out the namespace admin and what is
// below it; whoever names none is told so. A proxy stands for the server, whose
// answers are those of a token of admin in the root namespace.
func TestHCPNamespace(t *testing.T) {
	t.Parallel()
	proxy := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == lookupPath {
			_, _ = w.Write([]byte(`{"data": {"display_name": "token", "policies": ["hcp-root"], "namespace_path": "admin/"}}`))
			return true
		}
		return status(http.StatusForbidden, "permission denied")(w, r)
	})
	through, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	const address = "http://c.vault.11eb.aws.hashicorp.cloud:8200"
	for namespace, hinted := range map[string]bool{"": true, "admin": false} {
		p := newProvider(t, vault.Options{Proxy: http.ProxyURL(through)})
		more := fields{"allowHttp": "true"}
		if namespace != "" {
			more["namespace"] = namespace
		}
		c := withToken(address, "t", more)
		got := providertest.WantError(t, getError(t, p, c, "path=a"), providers.Denied)
		if strings.Contains(got.Hint, "namespace to admin") != hinted {
			t.Errorf("namespace %q: hint %q", namespace, got.Hint)
		}
		identity, err := p.Check(t.Context(), c)
		if err != nil || strings.Contains(fmt.Sprint(identity.Details), "set namespace to admin") != hinted {
			t.Errorf("namespace %q: %+v, %v", namespace, identity, err)
		}
		login := credential("userpass", address, merged(more, fields{"username": "jo"}), map[string]string{"password": "p"})
		got = providertest.WantError(t, getError(t, p, login, "path=a"), providers.Unauthenticated)
		if strings.Contains(got.Hint, "on HCP it is admin") != hinted {
			t.Errorf("namespace %q: hint %q", namespace, got.Hint)
		}
	}
}
