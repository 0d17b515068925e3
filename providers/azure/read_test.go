package azure_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestFormsOfAReference: all of them read the same secret.
func TestFormsOfAReference(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	id := cloud.Put(vaultName, "Two", azurefake.Version{Text: "first"})
	cloud.Put(vaultName, "Two", azurefake.Version{Text: "second"})
	p := newProvider(cloud)
	const base = "https://my-vault.vault.azure.net/secrets/Two"
	for want, forms := range map[string][][]string{
		"second": {
			{"vault=my-vault", "secret=Two"}, {"vault=MY-VAULT", "secret=two"}, {"id=" + base}, {"id=" + base + "/"}, {"id=my-vault/Two"},
			{"id=@Microsoft.KeyVault(SecretUri=" + base + "/)"}, {"id=@Microsoft.KeyVault(VaultName=my-vault;SecretName=Two)"},
		},
		"first": {
			{"vault=my-vault", "secret=Two", "version=" + id}, {"id=" + base + "/" + id}, {"id=my-vault/Two/" + id},
			{"id=@Microsoft.KeyVault(SecretUri=" + base + "/" + id + ")"}, {"id=@Microsoft.KeyVault(VaultName=my-vault;SecretName=Two;SecretVersion=" + id + ")"},
		},
	} {
		for _, form := range forms {
			payload, err := p.Get(t.Context(), principal(nil), ref(t, form...))
			if err != nil {
				t.Errorf("%v: %v", form, err)
				continue
			}
			if got := string(payload.Value.Reveal()); got != want {
				t.Errorf("%v: got %q, want %q", form, got, want)
			}
			if (payload.Version == id) != (want == "first") || payload.Kind != providers.Text {
				t.Errorf("%v: version %q, kind %v", form, payload.Version, payload.Kind)
			}
		}
	}
}

// TestDates: what is outside its dates is told, unless the profile allows it,
// and what will end says when.
func TestDates(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	now := *timeAt("2026-11-23T12:00:00Z")
	ends := timeAt("2026-12-01T00:00:00Z")
	cloud.Put(vaultName, "ending", azurefake.Version{Text: "v", Expires: ends, NotBefore: timeAt("2026-01-01T00:00:00Z")})
	cloud.Put(vaultName, "expired", azurefake.Version{Text: "expired-value", Expires: timeAt("2026-11-01T00:00:00Z")})
	cloud.Put(vaultName, "early", azurefake.Version{Text: "early-value", NotBefore: timeAt("2027-01-01T00:00:00Z")})
	cloud.Put(vaultName, "off", azurefake.Version{Text: "off-value", Disabled: true})
	p := azure.New(azure.Options{Transport: cloud.Transport, Clock: func() time.Time { return now }})
	payload, err := p.Get(t.Context(), principal(nil), inVault(t, "ending"))
	if err != nil || !payload.Expires.Equal(*ends) {
		t.Errorf("expires %s, %v", payload.Expires, err)
	}
	for name, want := range map[string]struct {
		kind providers.Kind
		text string
	}{
		"expired": {providers.Deleted, "has expired: its expiry date is 2026-11-01T00:00:00Z"},
		"early":   {providers.Denied, "is not valid yet: its activation date is 2027-01-01T00:00:00Z"},
		"off":     {providers.Denied, "is disabled"},
	} {
		got := providertest.WantError(t, getError(t, p, principal(nil), inVault(t, name)), want.kind, name+"-value")
		if !strings.Contains(got.Message, want.text) {
			t.Errorf("%s: message %q", name, got.Message)
		}
	}
	lenient := principal(fields{"allowExpired": "true"})
	for _, name := range []string{"expired", "early"} {
		if got := get(t, p, lenient, inVault(t, name)); got != name+"-value" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// TestSoftDeleted: a deleted secret is told from one that never was, and so is
// one whose deletion may not be looked at.
func TestSoftDeleted(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	cloud.Put(vaultName, "gone", azurefake.Version{Text: "gone-value"})
	cloud.Delete(vaultName, "gone", *timeAt("2026-11-20T08:00:00Z"))
	p := newProvider(cloud)
	got := providertest.WantError(t, getError(t, p, principal(nil), inVault(t, "gone")), providers.Deleted, "gone-value")
	for _, part := range []string{"was deleted at 2026-11-20T08:00:00Z", "az keyvault secret recover --vault-name my-vault --name gone", "until 2027-02-18"} {
		if !strings.Contains(got.Message+got.Hint, part) {
			t.Errorf("message %q, hint %q, want %q", got.Message, got.Hint, part)
		}
	}
	providertest.WantError(t, getError(t, p, principal(nil), inVault(t, "never")), providers.NotFound)
	cloud.Answer(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.HasPrefix(r.URL.Path, "/deletedsecrets/") {
			return false
		}
		azurefake.Fail(w, http.StatusForbidden, "Forbidden", "ForbiddenByPolicy", "no")
		return true
	})
	providertest.WantError(t, getError(t, p, principal(nil), inVault(t, "gone")), providers.NotFound)
}

// TestCertificateSecret: what Key Vault keeps of a certificate is base64 of a
// PKCS#12 file, which decode=base64 makes bytes of.
func TestCertificateSecret(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	data := []byte{0x30, 0x82, 0, 0xff, 0xfe, '\n'}
	text := base64.StdEncoding.EncodeToString(data)
	cloud.Put(vaultName, "certificate", azurefake.Version{Text: text, ContentType: "application/x-pkcs12", Managed: true})
	p := newProvider(cloud)
	for want, decode := range map[string]string{text: "", string(data): "decode=base64"} {
		pairs := []string{"vault=" + vaultName, "secret=certificate"}
		if decode != "" {
			pairs = append(pairs, decode)
		}
		r := ref(t, pairs...)
		payload, err := p.Get(t.Context(), principal(nil), r)
		if err != nil {
			t.Fatal(err)
		}
		value, err := providers.Extract(payload, r)
		if err != nil || string(value.Reveal()) != want {
			t.Errorf("%q: got %q, %v", decode, value.Reveal(), err)
		}
	}
}

// TestFifty: fifty references take one round trip, however many callers ask:
// the vault answers none of them until all have come. One token serves them.
func TestFifty(t *testing.T) {
	t.Parallel()
	const count = 50
	cloud := newCloud(t)
	for i := range count {
		cloud.Put(vaultName, name(i), azurefake.Version{Text: name(i)})
	}
	var arrived sync.WaitGroup
	arrived.Add(count)
	var once [count]sync.Once
	cloud.Answer(func(_ http.ResponseWriter, r *http.Request) bool {
		for i := range count {
			if strings.Contains(r.URL.Path, "/"+name(i)) {
				once[i].Do(arrived.Done)
			}
		}
		arrived.Wait()
		return false
	})
	p := newProvider(cloud)
	c := principal(nil)
	var group sync.WaitGroup
	for i := range count {
		r := inVault(t, name(i))
		group.Go(func() {
			payload, err := p.Get(t.Context(), c, r)
			if err != nil || string(payload.Value.Reveal()) != name(i) {
				t.Errorf("%s: %v", name(i), err)
			}
		})
	}
	group.Wait()
	asked := 0
	for _, r := range cloud.Requests() {
		if strings.HasSuffix(r.Path, "/oauth2/v2.0/token") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("%d tokens were asked for, want 1", asked)
	}
}

func name(i int) string { return "fifty-" + string(rune('a'+i/10)) + string(rune('0'+i%10)) }

// BenchmarkFifty reads fifty secrets of a vault that takes 100 ms to answer, as
// a signed-in user does.
func BenchmarkFifty(b *testing.B) {
	cloud := newCloud(b)
	var refs []secret.Ref
	for i := range 50 {
		cloud.Put(vaultName, name(i), azurefake.Version{Text: name(i)})
		refs = append(refs, inVault(b, name(i)))
	}
	cloud.Answer(func(http.ResponseWriter, *http.Request) bool {
		time.Sleep(100 * time.Millisecond)
		return false
	})
	p := newProvider(cloud)
	c := principal(nil)
	get(b, p, c, refs[0])
	for b.Loop() {
		var group sync.WaitGroup
		for _, r := range refs {
			group.Go(func() { get(b, p, c, r) })
		}
		group.Wait()
	}
}

// TestLists: names, versions with their dates, and the vaults that are known.
func TestLists(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	cloud.Put(vaultName, "off", azurefake.Version{Text: "x", Disabled: true, ContentType: "text/plain"})
	cloud.Put(vaultName, "ending", azurefake.Version{Text: "x", Expires: timeAt("2027-01-01T00:00:00Z"), Managed: true})
	for range 3 {
		cloud.Put(vaultName, "three", azurefake.Version{Text: "x"})
	}
	p := newProvider(cloud)
	c := principal(fields{"vault": "configured"})
	known := map[string]string{"vault": vaultName, "secret": "three"}
	items, err := p.List(t.Context(), c, providers.Query{Field: "secret", Known: known})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, item := range items {
		lines = append(lines, item.Value+": "+item.Detail)
	}
	want := []string{"ending: certificate, expires 2027-01-01T00:00:00Z", "off: text/plain, disabled", "present: ", "three: "}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	if got, want := list(t, p, c, providers.Query{Field: "version", Known: known}), []string{versionID(3), versionID(2), versionID(1)}; !slices.Equal(got, want) {
		t.Errorf("versions %q, want %q", got, want)
	}
	if got := list(t, p, c, providers.Query{Field: "version", Known: known, Prefix: versionID(2)}); len(got) != 1 {
		t.Errorf("versions with a prefix: %q", got)
	}
	if got, want := list(t, p, c, providers.Query{Field: "vault"}), []string{"configured", vaultName}; !slices.Equal(got, want) {
		t.Errorf("vaults %q, want %q", got, want)
	}
	if got := list(t, p, c, providers.Query{Field: "secret"}); len(got) > 0 {
		t.Errorf("secrets of no vault: %q", got)
	}
}

// TestCheck: who it is and what is missing.
func TestCheck(t *testing.T) {
	t.Parallel()
	cloud := newCloud(t)
	p := newProvider(cloud)
	details := func(c providers.Credential) map[string]string {
		t.Helper()
		identity, err := p.Check(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{"name": identity.Name}
		for _, d := range identity.Details {
			all[d.Name] = d.Value
		}
		if identity.Expires.IsZero() {
			t.Error("the token has no end")
		}
		return all
	}
	got := details(principal(fields{"vault": vaultName}))
	for name, want := range map[string]string{
		"name": "application " + clientID, "tenant": azurefake.Tenant, "cloud": "public", "vaults": "*.vault.azure.net",
		"object id": "object-of-" + clientID, "secrets of " + vaultName: "may be listed",
	} {
		if got[name] != want {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	cloud.Deny(vaultName, clientID)
	p = newProvider(cloud)
	if got := details(principal(fields{"vault": vaultName}))["secrets of "+vaultName]; !strings.Contains(got, "may not list") || !strings.Contains(got, "Key Vault Secrets User") {
		t.Errorf("what is missing: %q", got)
	}
	if got := details(principal(fields{"vault": "other-vault"}))["secrets of other-vault"]; !strings.Contains(got, "there is no vault other-vault") {
		t.Errorf("a vault that is not there: %q", got)
	}
	// A person's form of sign-in does not change what SignIn of an application
	// does: it is checked.
	if identity, err := p.SignIn(t.Context(), principal(nil), providers.Person{}); err != nil || identity.Name != "application "+clientID {
		t.Errorf("sign in: %+v, %v", identity, err)
	}
}
