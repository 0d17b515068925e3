package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestBadInput: each fault is one clear sentence that names what and says what
// to do, with the exit status of the contract.
func TestBadInput(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "right passphrase")
	u.pipe("bad-input-marker", "secret", "set", "there").want(t, exitOK)
	target := newEchoTarget(t)
	closed := testtools.ClosedAddress(t)
	for _, c := range []struct {
		name, content string
		args          []string
		code          int
		want          []string
	}{
		{"undefined variable", "GET {{nowhere}}/x\n", nil, exitReference, []string{"bad.http:1:", "nowhere"}},
		{"unknown provider", "GET " + target.URL + "\nA: {{$vualt path=x}}\n", nil, exitReference, []string{"bad.http:2:", "vualt"}},
		{"unknown field", "GET " + target.URL + "\nA: {{$local secret=there kye=x}}\n", nil, exitReference, []string{"bad.http:2:", "kye"}},
		{"missing field", "GET " + target.URL + "\nA: {{$vault mount=kv}}\n", nil, exitReference, []string{"path"}},
		{"no such secret", "GET " + target.URL + "\nA: {{$local secret=gone}}\n", nil, exitReference, []string{"gone"}},
		{"no such credential", "GET " + target.URL + "\nA: {{$local secret=there credential=nobody}}\n", nil, exitReference, []string{"nobody"}},
		{"no region", "GET " + target.URL + "\nA: {{$aws secret=x}}\n", nil, exitReference, []string{"which region to ask"}},
		{"no AWS credentials", "GET " + target.URL + "\nA: {{$aws secret=x region=eu-west-1}}\n", nil, exitReference, []string{"no AWS credentials", "aws configure"}},
		{"no name in SSM", "GET " + target.URL + "\nA: {{$ssm region=eu-west-1}}\n", nil, exitReference, []string{"bad.http:2:", "name"}},
		{"no HCP credential", "GET " + target.URL + "\nA: {{$hcp app=a secret=x}}\n", nil, exitReference, []string{"HCP_CLIENT_ID"}},
		{"no Vault", "GET " + target.URL + "\nA: {{$vault path=a key=b}}\n", nil, exitReference, []string{"VAULT_ADDR"}},
		{"refused destination", "GET https://api.example.test/\nA: {{$local secret=there}}\n", nil, exitReference,
			[]string{"vault-lsp permission allow", "https://api.example.test"}},
		{"secret over http", "GET http://api.example.test/\nA: {{$local secret=there}}\n", nil, exitReference, []string{"http"}},
		{"unreachable", "GET http://" + closed + "/\n", nil, exitSend, []string{closed}},
		{"header without colon", "GET " + target.URL + "\nContent-Type application/json\n", nil, exitSend, []string{"bad.http:2:", "no colon"}},
		{"no request", "# nothing here\n", nil, exitUsage, []string{"no request"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := u.write("bad.http", c.content)
			r := u.run(append([]string{"send", file}, c.args...)...).want(t, c.code, c.want...)
			if strings.Contains(r.out+r.err, "bad-input-marker") {
				t.Errorf("a value shows:\n%s%s", r.out, r.err)
			}
		})
	}
	u.run("send", filepath.Join(u.work, "none.http")).want(t, exitUsage, "none.http")
	u.run("frobnicate").want(t, exitUsage, "frobnicate")
	u.run("send").want(t, exitUsage)
	u.run("credential", "test", "nobody").want(t, exitReference, "nobody")
	u.run("permission", "allow", "--reference", "{{$local secret=there}}", "--origin", "nonsense").want(t, exitUsage, "nonsense")
}

func TestWrongPassphraseAndDamagedVault(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "right passphrase")
	u.pipe("damaged-vault-marker", "secret", "set", "there").want(t, exitOK)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "wrong passphrase")
	u.run("secret", "get", "there").want(t, exitReference, "passphrase")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "")
	_ = os.Unsetenv("VAULT_LSP_LOCAL_PASSPHRASE")
	u.run("secret", "get", "there").want(t, exitReference, "VAULT_LSP_LOCAL_PASSPHRASE")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "right passphrase")
	u.run("secret", "get", "there").want(t, exitOK)

	matches, err := filepath.Glob(filepath.Join(u.home, ".data", "vault-lsp", "*.age"))
	if err != nil || len(matches) == 0 {
		t.Fatalf("no vault files: %v", err)
	}
	for _, path := range matches {
		if strings.HasSuffix(path, ".key.age") {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b[:len(b)-7], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	u.run("secret", "get", "there").want(t, exitReference, "damaged")
}

func TestDamagedConfiguration(t *testing.T) {
	u := newUser(t)
	file := u.write("a.http", "GET http://127.0.0.1:1/\n")
	for _, c := range []struct{ name, content, want string }{
		{"no JSON", "{\n  \"credentials\": {,}\n}\n", "config.json:2:"},
		{"literal secret", "{\n  \"credentials\": {\n    \"x\": { \"provider\": \"vault\", \"auth\": \"token\",\n      \"token\": \"literal-marker\" } } }\n", "config.json:4:"},
		{"unknown auth", "{ \"credentials\": { \"x\": { \"provider\": \"vault\", \"auth\": \"magic\" } } }\n", "config.json:1:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			u.configure(c.content)
			if r := u.run("credential", "list").want(t, exitUsage, c.want); strings.Contains(r.err, "no profiles") {
				t.Errorf("a damaged file is called one without profiles: %s", r.err)
			}
			r := u.run("send", file).want(t, exitUsage, c.want)
			if strings.Contains(r.err, "literal-marker") {
				t.Errorf("the literal shows: %s", r.err)
			}
		})
	}
}
