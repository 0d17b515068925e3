package neovim

import (
	"context"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
)

// azureValue is the secret that a person has to sign in for.
const azureValue = "neovim-azure-marker-b31f"

// office adds a vault to the world whose tokens come from a real OpenID server
// in the layout of Entra ID: profiles with which alice signs in with a code and
// in the browser.
func (w *world) office(t *testing.T) *testtools.EntraServer {
	t.Helper()
	entra, cloud := testtools.Entra(t), azurefake.New(t)
	entra.Browser()
	cloud.Put("localhost", "present", azurefake.Version{Text: azureValue})
	cloud.Move("localhost", entra.Tenant)
	// The signatures of the tokens are checked by the tests of the provider.
	cloud.Trust(func(bearer string) (client, tenant, audience string, ok bool) {
		return entra.People, entra.Tenant, "https://vault.azure.net", strings.Count(bearer, ".") == 2
	})
	address := "localhost:" + cloud.Address[strings.LastIndexByte(cloud.Address, ':')+1:]
	roots := filepath.Join(w.home, "roots.pem")
	var both []byte
	for _, path := range []string{entra.CAFile, cloud.CAFile} {
		pem, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, pem...)
	}
	write(t, roots, string(both))
	profile := func(auth string) map[string]any {
		return map[string]any{
			"provider": "azure", "auth": auth, "cloud": "custom", "authority": entra.URL, "vaultSuffix": address,
			"verifyChallenge": false, "clientId": entra.People, "caCert": roots,
		}
	}
	config, err := json.Marshal(map[string]any{
		"credentials": map[string]any{"code": profile("device-code"), "web": profile("browser")},
	})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(w.home, ".config", "vault-lsp", "config.json"), string(config))
	id := (&url.URL{Scheme: "https", Host: address, Path: "/secrets/present"}).String()
	request := func(name string) string {
		return "### " + name + "\n# @name " + name + "\nGET " + w.target + "/" + name + "\nAuthorization: Bearer {{$azure id=" + id + " credential=" + name + "}}\n\n"
	}
	write(t, w.file, request("code")+request("web"))
	return entra
}

// awaitFile waits for a file of a script and returns what is in it.
func awaitFile(ctx context.Context, path string) string {
	for ctx.Err() == nil {
		if content, err := os.ReadFile(path); err == nil && strings.HasSuffix(string(content), "\n") {
			return strings.TrimSpace(string(content))
		}
		time.Sleep(50 * time.Millisecond)
	}
	return ""
}

// A person signs in from Neovim, with a code and in the browser, against a
// certified OpenID server in a real browser, because a send needs it.
func TestSignIn(t *testing.T) {
	binary := testtools.Product(t)
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			testtools.Keyring(t)
			w := newWorld(t, binary)
			entra := w.office(t)
			pictures := testtools.Output(t, "../..", "neovim")
			code, page := filepath.Join(w.home, "code"), filepath.Join(w.home, "page")
			w.environment = append(w.environment, "TEST_CODE="+code, "TEST_PAGE="+page)
			ctx, cancel := context.WithTimeout(t.Context(), scriptWithin)
			defer cancel()
			done := make(chan struct{})
			go func() {
				defer close(done)
				for _, address := range []func() string{
					func() string { return entra.DevicePage(awaitFile(ctx, code)) },
					func() string { return awaitFile(ctx, page) },
				} {
					if text, err := entra.SignIn(address(), filepath.Join(pictures, "entra-"+version.Version)); err != nil && ctx.Err() == nil {
						t.Errorf("browser: %v: %s", err, text)
						return
					}
				}
			}()
			w.run(t, version.Path, "signin.lua", withServer)
			cancel()
			<-done
			w.keepsNothing(t)
			w.mu.Lock()
			defer w.mu.Unlock()
			want := "Bearer " + azureValue
			if len(w.authorization) != 3 || w.authorization[0] != want || w.authorization[1] != want || w.authorization[2] != want {
				t.Errorf("%d requests came, want 3 with the secret", len(w.authorization))
			}
		})
	}
}

// What a person sees of a sign-in, and that it can be cancelled.
func TestSignInScreen(t *testing.T) {
	binary := testtools.Product(t)
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			testtools.Keyring(t)
			w := newWorld(t, binary)
			w.office(t)
			term := openTerminal(t, w, version.Path)
			term.await("Send")
			term.command("LspVaultSend code")
			term.await("Sign in?")
			term.photograph("sign-in-question-" + version.Version)
			term.keys("1", "Enter")
			term.await("cancel the sign-in")
			term.photograph("sign-in-code-" + version.Version)
			term.keys("x")
			term.await("no response: sign-in-cancelled")
			term.photograph("sign-in-cancelled-" + version.Version)
		})
	}
}
