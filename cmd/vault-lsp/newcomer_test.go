package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestNewcomerIsToldWhatToDo: whoever has signed in nowhere is told how, with
// the names of their own vault.
func TestNewcomerIsToldWhatToDo(t *testing.T) {
	tests := map[string]struct {
		reference string
		env       map[string]string
		hint      string
	}{
		"vault, nothing":       {reference: "{{$vault path=app/db key=password}}", hint: "set VAULT_ADDR and VAULT_TOKEN"},
		"vault, no scheme":     {reference: "{{$vault path=app/db key=password}}", env: map[string]string{"VAULT_ADDR": "127.0.0.1:8200"}, hint: "such as https://vault.example.com"},
		"hcp, nothing":         {reference: "{{$hcp app=web secret=KEY}}", hint: "set both variables for hcp"},
		"a name nobody has":    {reference: "{{$aws secret=x credential=prod}}", hint: "vault-lsp credential add prod"},
		"one of other's vault": {reference: "{{$vault path=app/db key=password credential=me}}", hint: "vault-lsp credential add me"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u := newUser(t)
			for variable, value := range tt.env {
				t.Setenv(variable, value)
			}
			file := u.write("a.http", "GET http://127.0.0.1:9/\nAuthorization: "+tt.reference+"\n")
			u.run("send", file).want(t, exitReference, tt.hint)
		})
	}
}

// TestTwoProfilesOfAVault: with two and no default a reference that names none
// is refused, and the hint is a command that settles it.
func TestTwoProfilesOfAVault(t *testing.T) {
	u := newUser(t)
	u.configure(`{"credentials": {
		"a": {"provider": "local", "auth": "keyring", "vault": "a"},
		"b": {"provider": "local", "auth": "passphrase", "vault": "b", "passphrase": {"env": "B"}}}}`)
	t.Setenv("B", "long passphrase of b")
	u.pipe("value-of-b", "secret", "set", "x", "--credential", "b").want(t, exitOK)
	target := newEchoTarget(t)
	file := u.write("a.http", "GET "+target.URL+"/\nAuthorization: {{$local secret=x}}\n")
	u.run("send", file).want(t, exitReference, "several credentials and no default", "credential edit NAME --default")
	u.run("credential", "edit", "b", "--default").want(t, exitOK)
	u.run("send", file).want(t, exitOK)
	if got := target.authorization; len(got) != 1 || got[0] != "value-of-b" {
		t.Errorf("sent %q", got)
	}
}

// TestSecondProfileSaysWhichIsUsed: a second profile of a vault changes nothing
// for references that name none, and whoever adds it is told.
func TestSecondProfileSaysWhichIsUsed(t *testing.T) {
	u := newUser(t)
	add := []string{"--provider", "vault", "--auth", "token", "--set", "address=https://vault.example.com", "--from", "token=env:T"}
	if got := u.run(append([]string{"credential", "add", "first"}, add...)...).want(t, exitOK); strings.Contains(got.err, "--default") {
		t.Errorf("the first says %s", got.err)
	}
	u.run(append([]string{"credential", "add", "second"}, add...)...).want(t, exitOK, `use "first"`, "credential edit second --default")
}

// TestTeammates: two people with a credential of the same name, each with their
// own identity at the same vault, send the same file. What one may not do the
// other's profile does not lend them.
func TestTeammates(t *testing.T) {
	server := testtools.Vault(t)
	server.PutKV2("team/api", map[string]any{"token": "shared-secret-of-team"})
	server.Policy("team", `path "secret/data/team/*" { capabilities = ["read"] }`)
	server.Write("auth/userpass/users/bob", map[string]any{"password": "bobs-password", "token_policies": "team"})
	server.Write("auth/userpass/users/eve", map[string]any{"password": "eves-password"})
	target := newEchoTarget(t)
	u := newUser(t)
	file := u.write("team.http", "GET "+target.URL+"/\nAuthorization: Bearer {{$vault path=team/api key=token credential=infra}}\n")
	userpass := `{"credentials": {"infra": {"provider": "vault", "auth": "userpass", "address": "` + server.Address + `", "username": "%s", "password": {"env": "%s"}}}}`
	t.Setenv("ALICE", server.Token(time.Hour, time.Hour, "team"))
	t.Setenv("BOB", "bobs-password")
	t.Setenv("EVE", "eves-password")
	for _, member := range []struct {
		profile string
		code    int
		says    string
	}{
		{`{"credentials": {"infra": {"provider": "vault", "auth": "token", "address": "` + server.Address + `", "token": {"env": "ALICE"}}}}`, exitOK, "200"},
		{fmt.Sprintf(userpass, "bob", "BOB"), exitOK, "200"},
		{fmt.Sprintf(userpass, "eve", "EVE"), exitReference, `credential "infra" may not read`},
		{`{}`, exitReference, "vault-lsp credential add infra"},
	} {
		u.configure(member.profile)
		u.run("send", file).want(t, member.code, member.says)
	}
	if want := "Bearer shared-secret-of-team"; !slices.Equal(target.authorization, []string{want, want}) {
		t.Errorf("sent %q", target.authorization)
	}
}

// TestFormWithoutKeyring: where there is no keyring nobody types a secret for
// it; another place is asked for and the profile is made.
func TestFormWithoutKeyring(t *testing.T) {
	u := newUser(t)
	u.dialogue([]string{"me", "vault", "token", "https://vault.example.com", "n", "k", "e", "MY_TOKEN"}, nil, "credential", "add").
		want(t, exitOK, "no OS keyring here", "choose another place", `added credential "me"`)
	if !strings.Contains(u.configuration(), `"env": "MY_TOKEN"`) {
		t.Errorf("configuration: %s", u.configuration())
	}
}

// TestListNeedsItsPlace: a list that cannot be had without a field says which,
// in place of printing nothing.
func TestListNeedsItsPlace(t *testing.T) {
	u := newUser(t)
	u.configure(`{"credentials": {"az": {"provider": "azure", "auth": "cli"}}}`)
	u.run("secret", "list", "--provider", "azure").want(t, exitUsage, "one vault", "--set vault=…")
	u.run("secret", "list", "--provider", "azure", "--field", "version", "--set", "vault=v").want(t, exitUsage, "--set secret=…")
}
