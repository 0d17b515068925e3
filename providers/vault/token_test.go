package vault_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestTokenIsReadAgain: `vault login` wrote a new token after the first was
// revoked.
func TestTokenIsReadAgain(t *testing.T) {
	t.Parallel()
	server, front, _, _ := roleServer(t, nil)
	current := server.Token(time.Minute, 0, "app")
	var reads atomic.Int64
	c := withToken(front.URL, "", nil)
	c.Material = func(context.Context, string) (secret.Value, error) {
		reads.Add(1)
		return secret.NewValue([]byte(current + "\n")), nil
	}
	p := newProvider(t, vault.Options{})
	get(t, p, c, "path=app/db")
	get(t, p, c, "path=app/db")
	if n := reads.Load(); n != 1 {
		t.Errorf("the token was read %d times, want once", n)
	}
	server.Write("auth/token/revoke", map[string]any{"token": current})
	before := front.count("/v1/secret/data/")
	providertest.WantError(t, getError(t, p, c, "path=app/db"), providers.Unauthenticated, current)
	if n := front.count("/v1/secret/data/") - before; n != 1 {
		t.Errorf("asked %d times with a token that stays refused, want once", n)
	}
	current = server.Token(time.Minute, 0, "app")
	get(t, p, c, "path=app/db")
}

// TestTokenRenews: the token of a configured profile is kept alive in a long
// session; that of the environment, and one used for a moment, is left alone.
func TestTokenRenews(t *testing.T) {
	t.Parallel()
	server, front, _, _ := roleServer(t, nil)
	token := server.Token(10*time.Minute, 0, "app", "default")
	configured := withToken(front.URL, token, nil)
	ambient := withToken(front.URL, token, nil)
	ambient.Profile.Name, ambient.Profile.Ambient = "", true
	for _, test := range []struct {
		name            string
		c               providers.Credential
		lookups, renews int
	}{
		{"ambient", ambient, 0, 0},
		{"configured", configured, 1, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			var now clock
			p := newProvider(t, vault.Options{Clock: now.now})
			get(t, p, test.c, "path=app/db")
			wantCounts(t, front, map[string]int{lookupPath: 0})
			now.advance(2 * time.Minute)
			get(t, p, test.c, "path=app/db")
			wantCounts(t, front, map[string]int{lookupPath: test.lookups, renewPath: 0})
			now.advance(8 * time.Minute)
			get(t, p, test.c, "path=app/db")
			wantCounts(t, front, map[string]int{lookupPath: test.lookups, renewPath: test.renews})
		})
	}
}

func TestTokenThatCannotBeSent(t *testing.T) {
	t.Parallel()
	front := newRecorder(t, "", nil)
	for _, token := range []string{"", " \n", "hvs.two\nlines", "hvs.\x00"} {
		p := newProvider(t, vault.Options{})
		err := getError(t, p, withToken(front.URL, token, nil), "path=a")
		providertest.WantError(t, err, providers.Unauthenticated, strings.TrimSpace(token))
	}
	if n := len(front.all()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

func TestMissingMaterial(t *testing.T) {
	t.Parallel()
	p := newProvider(t, vault.Options{})
	err := getError(t, p, credential("token", "http://127.0.0.1:1", nil, nil), "path=a")
	got := (*providers.Error)(nil)
	if !asError(err, &got) || got.Kind != providers.Unauthenticated {
		t.Errorf("error %v, want that of the material", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	p := newProvider(t, vault.Options{})
	identity, err := p.Check(t.Context(), withAppRole(front.URL, roleID, secretID, nil))
	if err != nil {
		t.Fatal(err)
	}
	if identity.Name != "approle" || identity.Expires.IsZero() {
		t.Errorf("identity %q, expires %v", identity.Name, identity.Expires)
	}
	details := map[string]string{}
	for _, d := range identity.Details {
		details[d.Name] = d.Value
		providertest.WantNo(t, d.Value, secretID, lastToken(t, front))
	}
	if details["policies"] != "app, default" || details["address"] != front.URL || details["renewable"] != "yes" || details["role_name"] != "app" || details["entity"] == "" {
		t.Errorf("details %v", details)
	}
	if details["mounts"] != "secret (KV version 2)" || details["missing"] != "list on secret/metadata/" {
		t.Errorf("mounts %q, missing %q", details["mounts"], details["missing"])
	}

	// A token that may not look itself up is one the server knows.
	_, answer := server.Do(server.RootToken, http.MethodPost, "auth/token/create", map[string]any{
		"policies": []string{"app"}, "no_default_policy": true,
	})
	auth, _ := answer["auth"].(map[string]any)
	token, _ := auth["client_token"].(string)
	if identity, err = p.Check(t.Context(), withToken(front.URL, token, nil)); err != nil || identity.Name == "" {
		t.Errorf("check of a narrow token: %+v, %v", identity, err)
	}
}
