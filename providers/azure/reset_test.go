package azure_test

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// signIns counts the tokens a cloud was asked for.
func signIns(cloud *azurefake.Cloud) int {
	count := 0
	for _, r := range cloud.Requests() {
		if strings.HasSuffix(r.Path, "/oauth2/v2.0/token") {
			count++
		}
	}
	return count
}

// TestReset: a token is kept until a reset of its profile, or an edit.
func TestReset(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	p := newProvider(cloud)
	c := principal(nil)
	var told announced
	c.Announce = told.add
	read := func(c providers.Credential, want int) {
		t.Helper()
		if got := get(t, p, c, inVault(t, "present")); got != "the-value" || signIns(cloud) != want {
			t.Errorf("got %q after %d sign-ins, want %d", got, signIns(cloud), want)
		}
	}
	read(c, 1)
	read(c, 1)
	if n := p.ResetLogins(t.Context(), func(profile credentials.Profile) bool { return profile.Name == "other" }); n != 0 {
		t.Errorf("a reset of another profile dropped %d", n)
	}
	read(c, 1)
	if n := p.ResetLogins(t.Context(), func(profile credentials.Profile) bool { return profile.Name == "work" }); n != 1 {
		t.Errorf("a reset dropped %d", n)
	}
	read(c, 2)
	if len(told.texts) != 2 {
		t.Errorf("%d tokens were announced, want 2", len(told.texts))
	}
	// The profile was edited: what the old one had is gone.
	edited := principal(fields{"apiVersion": "7.4"})
	read(edited, 3)
	wrong := credential("service-principal", edited.Profile.Fields, map[string]string{"clientSecret": "edited-wrong-secret"})
	providertest.WantError(t, getError(t, p, wrong, inVault(t, "present")), providers.Unauthenticated, "edited-wrong-secret")
	if err := p.Close(t.Context()); err != nil {
		t.Errorf("close: %v", err)
	}
}
