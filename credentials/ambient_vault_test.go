package credentials

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAmbientVault(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	tokenFile := filepath.Join(home, ".vault-token")
	if err := os.WriteFile(tokenFile, []byte("from-file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, "", map[string]string{"HOME": home, "VAULT_ADDR": "https://v.example.com", "VAULT_NAMESPACE": "team"})
	p, err := s.Select("vault", "")
	if err != nil {
		t.Fatal(err)
	}
	want := Profile{Provider: "vault", Auth: "token", Ambient: true,
		Fields:  map[string]string{"address": "https://v.example.com", "namespace": "team"},
		Secrets: map[string]Source{"token": {File: tokenFile}}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	token, err := s.Material(t.Context(), p, "token")
	if err != nil || string(token.Reveal()) != "from-file" {
		t.Errorf("got %q, %v", token.Reveal(), err)
	}
	before := s.Fingerprint(p)
	if err := os.WriteFile(tokenFile, []byte("another-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s.Fingerprint(p) == before {
		t.Error("the fingerprint does not change with ~/.vault-token")
	}
}

// TestAmbientVaultVariables: what each variable of Vault's and OpenBao's command
// lines becomes.
func TestAmbientVaultVariables(t *testing.T) {
	t.Parallel()
	address := func(more ...string) map[string]string {
		fields := map[string]string{"address": "https://v.example.com"}
		for i := 0; i < len(more); i += 2 {
			fields[more[i]] = more[i+1]
		}
		return fields
	}
	tests := map[string]struct {
		env    map[string]string
		auth   string // token where empty
		fields map[string]string
		token  Source // VAULT_TOKEN where zero
	}{
		"TLS": {env: map[string]string{
			"VAULT_CACERT": "/ca.pem", "VAULT_CACERT_BYTES": "-----BEGIN", "VAULT_CAPATH": "/cas",
			"VAULT_CLIENT_CERT": "/c.pem", "VAULT_CLIENT_KEY": "/k.pem", "VAULT_TLS_SERVER_NAME": "vault",
		}, fields: address("caCert", "/ca.pem", "caCertBytes", "-----BEGIN", "caPath", "/cas", "clientCert", "/c.pem", "clientKey", "/k.pem", "tlsServerName", "vault")},
		"skip verify":       {env: map[string]string{"VAULT_SKIP_VERIFY": "1"}, fields: address("skipVerify", "true")},
		"skip verify false": {env: map[string]string{"VAULT_SKIP_VERIFY": "false"}, fields: address()},
		"proxy":             {env: map[string]string{"VAULT_HTTP_PROXY": "http://p"}, fields: address("proxy", "http://p")},
		"proxy address":     {env: map[string]string{"VAULT_HTTP_PROXY": "http://p", "VAULT_PROXY_ADDR": "http://q"}, fields: address("proxy", "http://q")},
		"not used":          {env: map[string]string{"VAULT_HEADERS": "{}", "VAULT_MFA": "x", "VAULT_WRAP_TTL": "1s"}, fields: address()},
		"OpenBao": {env: map[string]string{"BAO_ADDR": "https://bao.example.com", "BAO_TOKEN": "t", "BAO_NAMESPACE": "ns", "BAO_CACERT": "/b.pem"},
			fields: map[string]string{"address": "https://bao.example.com", "namespace": "ns", "caCert": "/b.pem"}, token: Source{Env: "BAO_TOKEN"}},
		"OpenBao's empty one wins": {env: map[string]string{"BAO_NAMESPACE": "", "VAULT_NAMESPACE": "ns"}, fields: address()},
		"agent with a token":       {env: map[string]string{"VAULT_AGENT_ADDR": "http://127.0.0.1:8100"}, fields: map[string]string{"address": "http://127.0.0.1:8100"}},
		"agent":                    {env: map[string]string{"VAULT_AGENT_ADDR": "http://127.0.0.1:8100", "VAULT_TOKEN": ""}, auth: "agent", fields: map[string]string{"address": "http://127.0.0.1:8100"}},
		"socket":                   {env: map[string]string{"VAULT_ADDR": "unix:///run/agent.sock", "VAULT_TOKEN": ""}, auth: "agent", fields: map[string]string{"address": "unix:///run/agent.sock"}},
		"agent of OpenBao":         {env: map[string]string{"BAO_AGENT_ADDR": "unix:///run/bao.sock", "VAULT_TOKEN": ""}, auth: "agent", fields: map[string]string{"address": "unix:///run/bao.sock"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := map[string]string{"VAULT_ADDR": "https://v.example.com", "VAULT_TOKEN": "t", "HOME": t.TempDir()}
			for name, value := range test.env {
				env[name] = value
			}
			s, _ := open(t, "", env)
			got, err := s.Select("vault", "")
			if err != nil {
				t.Fatal(err)
			}
			want := Profile{Provider: "vault", Auth: "token", Ambient: true, Fields: test.fields, Secrets: map[string]Source{"token": {Env: "VAULT_TOKEN"}}}
			if !test.token.IsZero() {
				want.Secrets["token"] = test.token
			}
			if test.auth != "" {
				want.Auth, want.Secrets = test.auth, map[string]Source{}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("profile (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAmbientVaultToken: where the token is looked for without VAULT_TOKEN.
func TestAmbientVaultToken(t *testing.T) {
	t.Parallel()
	const files = "files"
	tests := map[string]struct {
		files   map[string]string // in the home folder
		env     map[string]string
		want    string // Source.String, with ~ for the home folder
		refused string
	}{
		"Vault's file":          {files: map[string]string{".vault-token": "v", ".bao-token": "b"}, want: "file ~/.vault-token"},
		"OpenBao's file":        {files: map[string]string{".bao-token": "b"}, want: "file ~/.bao-token"},
		"OpenBao's file first":  {files: map[string]string{".vault-token": "v", ".bao-token": "b"}, env: map[string]string{"BAO_ADDR": "https://b.example.com"}, want: "file ~/.bao-token"},
		"OpenBao's own path":    {files: map[string]string{".vault-token": "v", "mine": "m"}, env: map[string]string{"BAO_TOKEN_PATH": "~/mine"}, want: "file ~/mine"},
		"helper":                {files: map[string]string{".vault": `token_helper = "/opt/helper"`, ".vault-token": "v"}, want: "command /opt/helper"},
		"helper, JSON":          {files: map[string]string{".vault": `{ "token_helper": "/opt/\"x\" y" }`}, want: `command /opt/"x" y`},
		"helper of the user":    {files: map[string]string{".vault": "# mine\n  token_helper=\"~/bin/helper\"\n"}, want: "command ~/bin/helper"},
		"helper, other file":    {files: map[string]string{"conf": `token_helper = "/opt/helper"`}, env: map[string]string{"VAULT_CONFIG_PATH": "~/conf"}, want: "command /opt/helper"},
		"helper in a comment":   {files: map[string]string{".vault": `# token_helper = "/opt/helper"`, ".vault-token": "v"}, want: "file ~/.vault-token"},
		"not Vault's file":      {files: map[string]string{".vault": "ansible vault password", ".vault-token": "v"}, want: "file ~/.vault-token"},
		"relative helper":       {files: map[string]string{".vault": `token_helper = "./helper"`, ".vault-token": "v"}, refused: "relative path"},
		"nothing":               {refused: "there is no ~/.vault-token"},
		"the variable is first": {files: map[string]string{".vault": `token_helper = "/opt/helper"`}, env: map[string]string{"VAULT_TOKEN": files}, want: "environment variable VAULT_TOKEN"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			for name, content := range test.files {
				if err := os.WriteFile(filepath.Join(home, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := map[string]string{"HOME": home, "VAULT_ADDR": "https://v.example.com"}
			for name, value := range test.env {
				env[name] = value
			}
			s, _ := open(t, "", env)
			p, err := s.Select("vault", "")
			if test.refused != "" {
				var none *NoCredentialError
				if !errors.As(err, &none) || !strings.Contains(none.Message, test.refused) {
					t.Errorf("got %v, want %q", err, test.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(p.Secrets["token"].String(), home, "~"); got != test.want {
				t.Errorf("the token is from %s, want %s", got, test.want)
			}
		})
	}
}

// TestTokenHelper: the helper is run with "get" and without a shell.
func TestTokenHelper(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	helper := filepath.Join(home, "helper; touch pwned")
	if err := os.WriteFile(helper, []byte("#!/bin/sh\nprintf 'token for %s' \"$*\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".vault"), []byte(`token_helper = "`+helper+`"`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, _ := open(t, "", map[string]string{"HOME": home, "VAULT_ADDR": "https://v.example.com"})
	p, err := s.Select("vault", "")
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.Material(t.Context(), p, "token")
	if err != nil || string(token.Reveal()) != "token for get" {
		t.Errorf("got %q, %v", token.Reveal(), err)
	}
}
