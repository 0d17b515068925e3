package lsp

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/input"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// withInput gives a world its socket for secret input.
func withInput(t *testing.T, w *world) {
	t.Helper()
	listener, err := input.Listen(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	w.deps.Input = listener
}

// enter does what `vault-lsp credential input` does with the argv of a command.
func enter(t *testing.T, argv []string, value string) error {
	t.Helper()
	want := []string{"/usr/bin/vault-lsp", "credential", "input", "--socket", "", "--id", ""}
	if len(argv) != len(want) || argv[0] != want[0] || argv[3] != "--socket" || argv[5] != "--id" {
		t.Fatalf("argv %q", argv)
	}
	return input.Send(t.Context(), argv[4], argv[6], strings.NewReader(value+"\n"))
}

func TestAddCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	var needs credentialNeeds
	err := w.Command("vault-lsp.addCredential", map[string]any{
		"name": "team", "provider": "vault", "auth": "token", "fields": map[string]any{"address": "https://team.invalid"},
	}, &needs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"token"}, needs.Needs); diff != "" || len(needs.Input) != 1 {
		t.Fatalf("needs (-want +got):\n%s%v", diff, needs.Input)
	}
	if f := failure(t, w.Command("vault-lsp.testCredential", map[string]any{"name": "team"}, nil)); f.Code != "unauthenticated" {
		t.Errorf("before the token was entered: %+v", f)
	}
	if err := enter(t, needs.Input[0], markerToken); err != nil {
		t.Fatal(err)
	}
	if err := enter(t, needs.Input[0], "again"); err == nil {
		t.Error("the id can be used twice")
	}
	var identity identityInfo
	if err := w.Command("vault-lsp.testCredential", map[string]any{"name": "team"}, &identity); err != nil {
		t.Fatal(err)
	}
	want := identityInfo{
		Name: "team", Provider: "vault", Identity: "token app", Details: []identityDetail{{Name: "policies", Value: "app"}},
	}
	if diff := cmp.Diff(want, identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	var list []credentialInfo
	if err := w.Command("vault-lsp.listCredentials", map[string]any{}, &list); err != nil {
		t.Fatal(err)
	}
	wantList := []credentialInfo{
		{Name: "infra", Provider: "vault", Auth: "token", IsDefault: true},
		{Name: "team", Provider: "vault", Auth: "token", Identity: "token app"},
	}
	if diff := cmp.Diff(wantList, list); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	if err := w.Command("vault-lsp.loginCredential", map[string]any{"name": "team"}, &identity); err != nil {
		t.Error(err)
	}
	if err := w.Command("vault-lsp.removeCredential", map[string]any{"name": "team"}, nil); err != nil {
		t.Fatal(err)
	}
	if f := failure(t, w.Command("vault-lsp.removeCredential", map[string]any{"name": "team"}, nil)); f.Code != "bad-credential" {
		t.Errorf("removing it twice: %+v", f)
	}
	if len(w.keyring.entries) != 0 {
		t.Errorf("the keyring still has %d entries", len(w.keyring.entries))
	}
	config, err := os.ReadFile(w.deps.Credentials.Path())
	if err != nil || strings.Contains(string(config), markerToken) {
		t.Errorf("the configuration file holds the token (%v)", err)
	}
}

// TestAddCredentialWithoutKeyring: no profile stays behind whose secret cannot
// be kept.
func TestAddCredentialWithoutKeyring(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	w.keyring.absent = true
	var needs credentialNeeds
	err := w.Command("vault-lsp.addCredential", map[string]any{
		"name": "team", "provider": "vault", "auth": "token", "fields": map[string]any{"address": "https://team.invalid"},
	}, &needs)
	if err != nil {
		t.Fatal(err)
	}
	if err := enter(t, needs.Input[0], markerToken); err == nil || !strings.Contains(err.Error(), "--from token=env:NAME") ||
		strings.Contains(err.Error(), markerToken) {
		t.Errorf("got %v", err)
	}
	var list []credentialInfo
	if err := w.Command("vault-lsp.listCredentials", map[string]any{}, &list); err != nil || len(list) != 1 {
		t.Errorf("left behind: %+v, %v", list, err)
	}
}

func TestAddCredentialRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	tests := []struct {
		name     string
		argument map[string]any
		code     string
	}{
		{"unknown way", map[string]any{"name": "a", "provider": "vault", "auth": "magic"}, "unknown-auth"},
		{"unknown provider", map[string]any{"name": "a", "provider": "bank", "auth": "token"}, "unknown-auth"},
		{"secret in the argument", map[string]any{
			"name": "a", "provider": "vault", "auth": "token",
			"fields": map[string]any{"address": "https://a.invalid", "token": markerToken},
		}, "secret-in-argument"},
		{"unknown field", map[string]any{
			"name": "a", "provider": "vault", "auth": "token",
			"fields": map[string]any{"address": "https://a.invalid", "adress": "x"},
		}, "bad-credential"},
		{"name that is taken", map[string]any{
			"name": "infra", "provider": "vault", "auth": "token", "fields": map[string]any{"address": "https://a.invalid"},
		}, "bad-credential"},
	}
	for _, test := range tests {
		f := failure(t, w.Command("vault-lsp.addCredential", test.argument, nil))
		if f.Code != test.code {
			t.Errorf("%s: %+v, want code %q", test.name, f, test.code)
		}
		if strings.Contains(f.Message+f.Hint, markerToken) {
			t.Errorf("%s: the answer repeats the secret", test.name)
		}
	}
}

func TestNeededSecrets(t *testing.T) {
	t.Parallel()
	method := credentials.Method{
		Fields: []credentials.MethodField{
			{Name: "address", Required: true}, {Name: "a", Secret: true, Required: true}, {Name: "b", Secret: true},
			{Name: "c", Secret: true}, {Name: "d"},
		},
	}
	tests := []struct {
		name  string
		oneOf [][]string
		given map[string]bool
		enter []string
		want  []string
	}{
		{"required only", nil, nil, nil, []string{"a"}},
		{"required that lies elsewhere", nil, map[string]bool{"a": true}, nil, []string{}},
		{"first alternative", [][]string{{"b"}, {"c"}}, nil, nil, []string{"a", "b"}},
		{"complete alternative", [][]string{{"b"}, {"d"}}, map[string]bool{"d": true}, nil, []string{"a"}},
		{"alternative that is entered", [][]string{{"b"}, {"c"}}, nil, []string{"c"}, []string{"a", "c"}},
		{"alternative of what is needed anyway", [][]string{{"a"}, {"b"}}, nil, nil, []string{"a"}},
		{"optional ones in the order of the method", nil, nil, []string{"c", "b", "a"}, []string{"a", "b", "c"}},
		{"what the method has not", nil, nil, []string{"d", "x"}, []string{"a", "d", "x"}},
	}
	for _, test := range tests {
		method.OneOf = test.oneOf
		if diff := cmp.Diff(test.want, neededSecrets(method, test.given, test.enter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// A send that needs a passphrase says how to give it, and then works.
func TestLockedVault(t *testing.T) {
	t.Parallel()
	const passphrase = "m4rker passphrase"
	w := newWorld(t, func(w *world) {
		withInput(t, w)
		var unlocked atomic.Bool
		w.local.get = func(context.Context, secret.Ref) (providers.Payload, error) {
			if !unlocked.Load() {
				return providers.Payload{}, &providers.Error{
					Kind: providers.Locked, Provider: secret.Local, Op: "get", Message: "the vault is locked", Hint: "enter its passphrase",
				}
			}
			return providers.Payload{Value: secret.NewValue([]byte(markerValue))}, nil
		}
		w.deps.Unlock = func(_ context.Context, profile credentials.Profile, field string, material []byte) error {
			if profile.Provider != secret.Local || field != "passphrase" {
				return errors.New("asked to unlock something else")
			}
			if string(material) != passphrase {
				return errors.New("wrong passphrase")
			}
			unlocked.Store(true)
			return nil
		}
	})
	w.initialize()
	w.answer(answerOnce)
	const src = "GET https://api.example.com/\nAuthorization: {{$local secret=a}}\n"
	uri := w.open(t, "a.http", src)
	f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil))
	if f.Code != "locked" || len(f.Input) != 1 || len(f.Needs) != 1 || f.Needs[0] != "passphrase" {
		t.Fatalf("the failure is %+v, want locked with the command that unlocks", f)
	}
	if err := enter(t, f.Input[0], "another"); err == nil || !strings.Contains(err.Error(), "wrong passphrase") {
		t.Errorf("a wrong passphrase: %v", err)
	}
	if err := enter(t, f.Input[0], passphrase); err != nil {
		t.Fatal(err)
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil); err != nil {
		t.Error(err)
	}
	if strings.Contains(w.Traffic(), passphrase) {
		t.Error("the passphrase crossed the protocol")
	}
}
