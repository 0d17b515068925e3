package lsp

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// Every row of the table of ways to sign in can be added from what the table
// says about it, with all that is optional left out and with all of it.
func TestAddCredentialOfEveryMethod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	for _, method := range credentials.Methods() {
		for _, all := range []bool{false, true} {
			name := method.Provider + "-" + method.Auth
			if all {
				name += "-all"
			}
			fields, secrets, want := map[string]string{}, []string{}, []string{}
			for _, field := range method.Fields {
				switch {
				case field.Secret:
					if all || field.Required {
						want = append(want, field.Name)
					}
					if all && !field.Required {
						secrets = append(secrets, field.Name)
					}
				case all || field.Required:
					fields[field.Name] = sampleValue(field)
				}
			}
			if !all && len(method.OneOf) > 0 {
				want = append(want, method.OneOf[0]...)
			}
			var needs credentialNeeds
			err := w.Command("vault-lsp.addCredential", map[string]any{
				"name": name, "provider": method.Provider, "auth": method.Auth, "fields": fields, "secrets": secrets,
			}, &needs)
			if err != nil {
				// A rule over several fields may forbid some of them together.
				if f := failure(t, err); !all || f.Code != "bad-credential" {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if diff := cmp.Diff(want, needs.Needs); diff != "" || len(needs.Input) != len(want) {
				t.Errorf("%s needs (-want +got):\n%s", name, diff)
			}
			if want := method.ByPerson(fields); needs.SignIn != want {
				t.Errorf("%s: signIn is %v", name, needs.SignIn)
			}
		}
	}
}

// sampleValue is a value that a field takes.
func sampleValue(field credentials.MethodField) string {
	if field.Example != "" {
		return field.Example
	}
	if field.Default != "" {
		return field.Default
	}
	switch field.Type {
	case credentials.TypeURL:
		return "https://vault.invalid"
	case credentials.TypePath:
		return "/tmp/file.pem"
	case credentials.TypeBool:
		return "true"
	case credentials.TypeDuration:
		return "15m"
	case credentials.TypeLabel:
		return "eu-west-1"
	case credentials.TypeEnum:
		return field.Values[0]
	}
	return "11111111-2222-3333-4444-555555555555"
}

// Secrets may lie elsewhere than in the keyring, as far as nothing is run for
// them.
func TestAddCredentialWithSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	add := func(name string, sources map[string]any) (*credentialNeeds, error) {
		var needs credentialNeeds
		err := w.Command("vault-lsp.addCredential", map[string]any{
			"name": name, "provider": "vault", "auth": "token", "fields": map[string]any{"address": "https://a.invalid"}, "sources": sources,
		}, &needs)
		return &needs, err
	}
	needs, err := add("env", map[string]any{"token": map[string]any{"env": "MARKER_TOKEN"}})
	if err != nil || len(needs.Needs) != 0 {
		t.Fatalf("needs %+v, %v", needs, err)
	}
	var details credentialDetails
	if err := w.Command("vault-lsp.describeCredential", map[string]any{"name": "env"}, &details); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]secretPlace{{Name: "token", Source: "environment variable MARKER_TOKEN"}}, details.Secrets); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	if _, err := add("run", map[string]any{"token": map[string]any{"command": []string{"sh"}}}); lsptest.CodeOf(err) != -32602 {
		t.Errorf("a command as source: %v", err)
	}
	_, err = add("none", map[string]any{"token": map[string]any{}})
	if f := failure(t, err); f.Code != "bad-credential" {
		t.Errorf("no place: %+v", f)
	}
}

// A change keeps what it does not name, and forgets who the profile was.
func TestUpdateCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	command := func(name string, argument map[string]any, result any) {
		t.Helper()
		if err := w.Command("vault-lsp."+name, argument, result); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	infra := map[string]any{"name": "infra"}
	command("testCredential", infra, nil)
	var needs credentialNeeds
	command("updateCredential", map[string]any{
		"name": "infra", "fields": map[string]any{"address": "https://other.invalid", "namespace": "team", "caCert": ""},
	}, &needs)
	if len(needs.Needs) != 0 {
		t.Errorf("needs %q: the token is there", needs.Needs)
	}
	var details credentialDetails
	command("describeCredential", infra, &details)
	want := credentialDetails{
		credentialInfo: credentialInfo{Name: "infra", Provider: "vault", Auth: "token", IsDefault: true},
		Fields:         map[string]string{"address": "https://other.invalid", "namespace": "team"},
		Secrets:        []secretPlace{{Name: "token", Source: "environment variable MARKER_TOKEN"}},
	}
	if diff := cmp.Diff(want, details, cmp.AllowUnexported(credentialDetails{})); diff != "" {
		t.Errorf("details (-want +got):\n%s", diff)
	}
	command("updateCredential", map[string]any{
		"name": "infra", "fields": details.Fields, "secrets": []string{"token"},
	}, &needs)
	if diff := cmp.Diff([]string{"token"}, needs.Needs); diff != "" {
		t.Fatalf("needs (-want +got):\n%s", diff)
	}
	if err := enter(t, needs.Input[0], "another-t0ken"); err != nil {
		t.Fatal(err)
	}
	command("describeCredential", infra, &details)
	if diff := cmp.Diff([]secretPlace{{Name: "token", Source: "the OS keyring"}}, details.Secrets); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
}

func TestUpdateCredentialRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	before, err := os.ReadFile(w.deps.Credentials.Path())
	if err != nil {
		t.Fatal(err)
	}
	address := map[string]any{"address": "https://a.invalid"}
	tests := []struct {
		name     string
		argument map[string]any
		code     string
	}{
		{"unknown profile", map[string]any{"name": "nobody", "fields": address}, "bad-credential"},
		{"required field", map[string]any{"name": "infra", "fields": map[string]any{"namespace": "a"}}, "bad-credential"},
		{"bad value", map[string]any{"name": "infra", "fields": map[string]any{"address": "vault.example.com"}}, "bad-credential"},
		{"secret in the argument", map[string]any{"name": "infra", "fields": map[string]any{"token": markerToken}}, "secret-in-argument"},
		{"secret that is none", map[string]any{"name": "infra", "fields": address, "secrets": []string{"address"}}, "bad-credential"},
		{"secret that is required", map[string]any{"name": "infra", "fields": address, "forget": []string{"token"}, "sources": map[string]any{"token": map[string]any{}}}, "bad-credential"},
	}
	for _, test := range tests {
		f := failure(t, w.Command("vault-lsp.updateCredential", test.argument, nil))
		if f.Code != test.code || strings.Contains(f.Message+f.Hint, markerToken) {
			t.Errorf("%s: %+v", test.name, f)
		}
	}
	if after, err := os.ReadFile(w.deps.Credentials.Path()); err != nil || string(after) != string(before) {
		t.Errorf("a refused change was written (%v):\n%s", err, after)
	}
}

// Where a changed secret cannot be kept, the profile stays as it was.
func TestUpdateCredentialWithoutKeyring(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	w.keyring.absent = true
	var needs credentialNeeds
	err := w.Command("vault-lsp.updateCredential", map[string]any{
		"name": "infra", "fields": map[string]any{"address": "https://other.invalid"}, "secrets": []string{"token"},
	}, &needs)
	if err != nil {
		t.Fatal(err)
	}
	if err := enter(t, needs.Input[0], "another-t0ken"); err == nil || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("got %v", err)
	}
	var details credentialDetails
	if err := w.Command("vault-lsp.describeCredential", map[string]any{"name": "infra"}, &details); err != nil {
		t.Fatal(err)
	}
	if details.Fields["address"] != "https://vault.invalid" || details.Secrets[0].Source != "environment variable MARKER_TOKEN" {
		t.Errorf("the profile is %+v", details)
	}
}

// A change of a credential drops what it fetched and checks the open documents
// anew.
func TestUpdateCredentialResets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.allow(t, "https://api.example.com")
	w.initialize()
	uri := w.open(t, "a.http", "GET https://api.example.com/\nAuthorization: {{$vault path=app}}\n\n### b\nGET https://x.invalid\nA: {{$vault path=app credential=team}}\n")
	send := map[string]any{"uri": uri, "position": map[string]any{"line": 0, "character": 0}}
	for range 2 {
		if err := w.Command("vault-lsp.sendRequest", send, nil); err != nil {
			t.Fatal(err)
		}
	}
	if w.vault.fetched != 1 {
		t.Fatalf("fetched %d times", w.vault.fetched)
	}
	err := w.Command("vault-lsp.updateCredential", map[string]any{"name": "infra", "fields": map[string]any{"address": "https://other.invalid"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	// What it fetched as before is not merely passed over: it is gone.
	var status cacheStatusResult
	if err := w.Command("vault-lsp.cacheStatus", nil, &status); err != nil || status.Entries != 0 {
		t.Errorf("%d entries are left after the change, %v", status.Entries, err)
	}
	if err := w.Command("vault-lsp.sendRequest", send, nil); err != nil || w.vault.fetched != 2 {
		t.Errorf("fetched %d times, %v", w.vault.fetched, err)
	}
	w.Await("the diagnostic of the missing credential", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, "team")
	})
	err = w.Command("vault-lsp.addCredential", map[string]any{
		"name": "team", "provider": "vault", "auth": "oidc", "fields": map[string]any{"address": "https://team.invalid"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Await("diagnostics without it", func(m lsptest.Message) bool {
		return m.Method == "textDocument/publishDiagnostics" && contains(m.Params, "a.http") && !contains(m.Params, "team")
	})
}

func TestSetDefaultCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { withInput(t, w) })
	w.initialize()
	err := w.Command("vault-lsp.addCredential", map[string]any{
		"name": "team", "provider": "vault", "auth": "oidc", "fields": map[string]any{"address": "https://team.invalid"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Command("vault-lsp.setDefaultCredential", map[string]any{"name": "team"}, nil); err != nil {
		t.Fatal(err)
	}
	var list []credentialInfo
	if err := w.Command("vault-lsp.listCredentials", map[string]any{}, &list); err != nil {
		t.Fatal(err)
	}
	want := []credentialInfo{
		{Name: "infra", Provider: "vault", Auth: "token"},
		{Name: "team", Provider: "vault", Auth: "oidc", IsDefault: true, SignIn: true},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
	if f := failure(t, w.Command("vault-lsp.setDefaultCredential", map[string]any{"name": "nobody"}, nil)); f.Code != "bad-credential" {
		t.Errorf("an unknown one: %+v", f)
	}
}
