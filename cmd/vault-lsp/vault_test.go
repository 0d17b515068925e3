package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestSendFromRealVault: an AppRole whose policy sees one path only reads it
// from a real Vault server, by the profile of the configuration file, and the
// secret is masked in the answer.
func TestSendFromRealVault(t *testing.T) {
	u := newUser(t)
	server := testtools.Vault(t)
	const value = "vault-marker-b51e07"
	server.PutKV2("app/db", map[string]any{"password": value, "user": "app"})
	server.PutKV1("legacy", map[string]any{"token": value + "-v1"})
	server.Policy("one-path", `path "secret/data/app/db" { capabilities = ["read"] }`)
	roleID, secretID := server.AppRole("ci", map[string]any{"token_policies": []string{"one-path"}})

	t.Setenv("CI_SECRET_ID", secretID)
	u.run("credential", "add", "ci", "--provider", "vault", "--auth", "approle", "--set", "address="+server.Address,
		"--set", "roleId="+roleID, "--from", "secretId=env:CI_SECRET_ID").want(t, exitOK)
	u.run("credential", "test", "ci").want(t, exitOK, "one-path")

	target := newEchoTarget(t)
	file := u.write("v.http", "### one\nGET {{host}}/?user={{$vault path=app/db key=user credential=ci}}\n"+
		"Authorization: Bearer {{$vault path=app/db key=password credential=ci}}\n\n"+
		"### other\nGET {{host}}/\nA: {{$vault path=app/other key=x credential=ci}}\n\n"+
		"### key\nGET {{host}}/\nA: {{$vault path=app/db key=nope credential=ci}}\n\n"+
		"### ambient v1\nGET {{host}}/\nAuthorization: {{$vault mount=kv1 path=legacy}}\n")
	host := "host=" + target.URL
	r := u.run("send", file, "--name", "one", "--var", host).want(t, exitOK, "Bearer ●●●●●●")
	u.hides(r, value)
	if len(target.authorization) != 1 || target.authorization[0] != "Bearer "+value {
		t.Errorf("the server got %q", target.authorization)
	}
	u.hides(u.run("send", file, "--name", "other", "--var", host).want(t, exitReference, "v.http:7:", "app/other"), value)
	u.hides(u.run("send", file, "--name", "key", "--var", host).want(t, exitReference, "nope", "password"), value)
	u.run("check", file, "--online", "--var", host).want(t, exitFailed, "v.http:7:", "v.http:11:")

	// The ambient identity, and its faults.
	u.configure("{}")
	t.Setenv("VAULT_ADDR", server.Address)
	t.Setenv("VAULT_TOKEN", server.RootToken)
	u.hides(u.run("send", file, "--name", "ambient v1", "--var", host).want(t, exitOK, "●●●●●●"), value)
	t.Setenv("VAULT_TOKEN", "wrong-token-marker")
	u.hides(u.run("send", file, "--name", "ambient v1", "--var", host).want(t, exitReference, "token"), "wrong-token-marker")
	t.Setenv("VAULT_TOKEN", server.RootToken)
	server.Seal()
	u.run("send", file, "--name", "ambient v1", "--var", host).want(t, exitReference, "sealed")
	t.Setenv("VAULT_ADDR", "http://"+testtools.ClosedAddress(t))
	u.run("send", file, "--name", "ambient v1", "--var", host).want(t, exitReference, "127.0.0.1")
}

// hides fails the test if an output or any file of the user's home shows the
// value in one of its common forms.
func (u *user) hides(r result, value string) {
	u.t.Helper()
	for _, form := range encodedForms(value) {
		if strings.Contains(r.out+r.err, form) {
			u.t.Errorf("output shows %q:\n%s%s", form, r.out, r.err)
		}
		u.eachFile(func(path string, content []byte) {
			if strings.Contains(string(content), form) {
				u.t.Errorf("%s shows %q", path, form)
			}
		})
	}
}

func (u *user) eachFile(visit func(path string, content []byte)) {
	u.t.Helper()
	err := filepath.WalkDir(u.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		visit(path, b)
		return err
	})
	if err != nil {
		u.t.Fatal(err)
	}
}
