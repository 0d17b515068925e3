package azure

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
)

func mustSettings(t *testing.T, fields map[string]string) settings {
	t.Helper()
	s, err := newSettings(credentials.Profile{Name: "work", Provider: "azure", Auth: authCLI, Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLocate: every way to name a secret leads to one vault, name and version.
func TestLocate(t *testing.T) {
	t.Parallel()
	public := map[string]string{}
	usgov := map[string]string{"cloud": "usgov"}
	stack := map[string]string{"vaultSuffix": ".vault.stack.example.net", "authority": "https://adfs.stack.example.net"}
	emulator := map[string]string{"cloud": "custom", "vaultSuffix": "localhost:8443"}
	both := map[string]string{"cloud": "public", "vaultSuffix": "vault.private.example.net"}
	tests := []struct {
		name    string
		profile map[string]string
		ref     map[string]string
		want    location
	}{
		{"vault and secret", public, map[string]string{"vault": "My-Vault", "secret": "Name-1"}, location{"my-vault.vault.azure.net", "Name-1", ""}},
		{"version", public, map[string]string{"vault": "my-vault", "secret": "n", "version": "0a"}, location{"my-vault.vault.azure.net", "n", "0a"}},
		{"identifier", public, map[string]string{"id": "https://my-vault.vault.azure.net/secrets/n"}, location{"my-vault.vault.azure.net", "n", ""}},
		{"identifier with version", public, map[string]string{"id": "https://MY-vault.vault.azure.net:443/secrets/n/0a/"}, location{"my-vault.vault.azure.net", "n", "0a"}},
		{"App Service URL", public, map[string]string{"id": "@Microsoft.KeyVault(SecretUri=https://my-vault.vault.azure.net/secrets/n/)"}, location{"my-vault.vault.azure.net", "n", ""}},
		{"App Service names", public, map[string]string{"id": "@Microsoft.KeyVault(VaultName=my-vault;SecretName=n)"}, location{"my-vault.vault.azure.net", "n", ""}},
		{"App Service version", public, map[string]string{"id": "@microsoft.keyvault( vaultname=my-vault ; secretname=n ; secretversion=0a )"}, location{"my-vault.vault.azure.net", "n", "0a"}},
		{"short", public, map[string]string{"id": "my-vault/n/0a"}, location{"my-vault.vault.azure.net", "n", "0a"}},
		{"US government", usgov, map[string]string{"vault": "my-vault", "secret": "n"}, location{"my-vault.vault.usgovcloudapi.net", "n", ""}},
		{"China", map[string]string{"cloud": "china"}, map[string]string{"id": "https://my-vault.vault.azure.cn/secrets/n"}, location{"my-vault.vault.azure.cn", "n", ""}},
		{"cloud by authority", map[string]string{"authority": "https://login.chinacloudapi.cn"}, map[string]string{"vault": "my-vault", "secret": "n"}, location{"my-vault.vault.azure.cn", "n", ""}},
		{"own cloud", stack, map[string]string{"vault": "my-vault", "secret": "n"}, location{"my-vault.vault.stack.example.net", "n", ""}},
		{"emulator", emulator, map[string]string{"id": "https://localhost:8443/secrets/n"}, location{"localhost:8443", "n", ""}},
		{"emulator's vault by name", emulator, map[string]string{"vault": "localhost", "secret": "n"}, location{"localhost:8443", "n", ""}},
		{"localhost elsewhere", stack, map[string]string{"vault": "localhost", "secret": "n"}, location{"localhost.vault.stack.example.net", "n", ""}},
		{"emulator's other vault", emulator, map[string]string{"vault": "my-vault", "secret": "n"}, location{"my-vault.localhost:8443", "n", ""}},
		{"suffix beside the cloud's", both, map[string]string{"vault": "my-vault", "secret": "n"}, location{"my-vault.vault.private.example.net", "n", ""}},
		{"cloud's beside the suffix", both, map[string]string{"id": "https://my-vault.vault.azure.net/secrets/n"}, location{"my-vault.vault.azure.net", "n", ""}},
	}
	for _, test := range tests {
		s := mustSettings(t, test.profile)
		got, err := s.locate(func(name string) string { return test.ref[name] })
		if err != nil || got != test.want {
			t.Errorf("%s: %+v, %v; want %+v", test.name, got, err, test.want)
		}
	}
}

// hostileReferences are fields that must lead nowhere, whatever checked them
// before.
func hostileReferences() []map[string]string {
	var all []map[string]string
	for _, id := range []string{
		"https://evil.example.com/secrets/n",
		"https://my-vault.vault.azure.net.evil.example.com/secrets/n",
		"https://vault.azure.net/secrets/n",
		"https://a.b.vault.azure.net/secrets/n",
		"https://evil.example.com#.vault.azure.net/secrets/n",
		"https://evil.example.com?.vault.azure.net/secrets/n",
		"https://evil.example.com/.vault.azure.net/secrets/n",
		"https://evil.example.com\\.vault.azure.net/secrets/n",
		"https://x@my-vault.vault.azure.net/secrets/n",
		"https://my-vault.vault.azure.net@evil.example.com/secrets/n",
		"https://my-vault.vault.azure.net:8443/secrets/n",
		"https://my-vault.vault.azure.net./secrets/n",
		"https://my-vault.vault.usgovcloudapi.net/secrets/n",
		"https://my_vault.vault.azure.net/secrets/n",
		"https://%65vil.vault.azure.net.evil.example.com/secrets/n",
		"https://my-vault.vault.azure.net/keys/n",
		"https://my-vault.vault.azure.net/secrets/n/0a/b",
		"https://my-vault.vault.azure.net/secrets/..",
		"https://my-vault.vault.azure.net/secrets/%2e%2e",
		"https://my-vault.vault.azure.net/secrets/n%2f0a",
		"https://my-vault.vault.azure.net/secrets/n/..",
		"https://my-vault.vault.azure.net/secrets/n?api-version=1",
		"https://my-vault.vault.azure.net/secrets/",
		"https://my-vault.vault.azure.net//secrets/n",
		"http://my-vault.vault.azure.net/secrets/n",
		"ftp://my-vault.vault.azure.net/secrets/n",
		"//my-vault.vault.azure.net/secrets/n",
		"https://127.0.0.1/secrets/n", "https://[::1]/secrets/n", "https://localhost/secrets/n",
		"https://169.254.169.254/secrets/n",
		"@Microsoft.KeyVault(SecretUri=https://evil.example.com/secrets/n)",
		"@Microsoft.KeyVault(SecretUri=@Microsoft.KeyVault(SecretUri=https://evil.example.com/secrets/n))",
		"@Microsoft.KeyVault(VaultName=evil.example.com/;SecretName=n)",
		"@Microsoft.KeyVault(VaultName=my-vault;SecretName=../n)",
		"@Microsoft.KeyVault(VaultName=my-vault;SecretName=n;Extra=x)",
		"@Microsoft.KeyVault(VaultName=my-vault;SecretName=n", "my-vault/../n", "my-vault", "", "\x00",
	} {
		all = append(all, map[string]string{"id": id})
	}
	for _, vault := range []string{
		"evil.example.com", "evil.example.com/", "evil.example.com#", "evil.example.com?", "a.b", "..", "-a", "a-", "a_b", "a b", "a\r\nHost: b", "ä", "xn--é", "a:1", "a@b", "",
	} {
		all = append(all, map[string]string{"vault": vault, "secret": "n"})
	}
	for _, name := range []string{"", "..", "a/b", "a?b", "a#b", "a%2fb", "a_b", "a b", "a\nb", "ä", string(make([]byte, 128))} {
		all = append(all, map[string]string{"vault": "my-vault", "secret": name})
	}
	for _, version := range []string{"..", "a/b", "a?b", "a#b", "a-b", "a b", "ä", "%2e"} {
		all = append(all, map[string]string{"vault": "my-vault", "secret": "n", "version": version})
	}
	return append(all, map[string]string{"id": "https://my-vault.vault.azure.net/secrets/n", "vault": "other"})
}

// TestHostileLocations: what a reference says is checked here too, not only
// where it is parsed.
func TestHostileLocations(t *testing.T) {
	t.Parallel()
	s := mustSettings(t, nil)
	for _, ref := range hostileReferences() {
		if at, err := s.locate(func(name string) string { return ref[name] }); err == nil {
			t.Errorf("%v leads to %+v", ref, at)
		}
	}
}

// FuzzLocate: whatever a reference says, its host ends as the cloud's vaults do
// and nothing in it can leave the path.
func FuzzLocate(f *testing.F) {
	for _, ref := range hostileReferences() {
		f.Add(ref["id"], ref["vault"], ref["secret"], ref["version"])
	}
	f.Add("my-vault/n/0a", "", "", "")
	f.Fuzz(func(t *testing.T, id, vault, name, version string) {
		ref := map[string]string{"id": id, "vault": vault, "secret": name, "version": version}
		s := settings{cloud: cloudPublic, suffix: "vault.azure.net"}
		at, err := s.locate(func(name string) string { return ref[name] })
		if err != nil {
			return
		}
		label, ok := cutSuffix(at.host)
		if !ok || !isLabel(label) || !nameForm().MatchString(at.name) || (at.version != "" && !versionForm().MatchString(at.version)) {
			t.Fatalf("%v leads to %+v", ref, at)
		}
	})
}

func cutSuffix(host string) (string, bool) {
	const suffix = ".vault.azure.net"
	if len(host) <= len(suffix) || host[len(host)-len(suffix):] != suffix {
		return "", false
	}
	return host[:len(host)-len(suffix)], true
}
