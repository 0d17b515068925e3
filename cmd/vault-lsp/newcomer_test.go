package main

import (
	"strings"
	"testing"
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
