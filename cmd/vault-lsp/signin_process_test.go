package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
)

// TestSignInOfAPerson: the whole way, with the program as it is shipped, a
// certified OpenID server, a real browser and a real keyring: a server that
// runs already uses what the command line signed in to, and so does every
// command after it. Without a keyring the same goes under a passphrase.
func TestSignInOfAPerson(t *testing.T) {
	program := testtools.Product(t)
	for _, kept := range []string{"keyring", "passphrase"} {
		t.Run(kept, func(t *testing.T) {
			entra := testtools.Entra(t)
			entra.Browser()
			u := newUser(t)
			t.Setenv("DISPLAY", "")
			t.Setenv("WAYLAND_DISPLAY", "")
			t.Setenv("BROWSER", "")
			if kept == "keyring" {
				for name, value := range environmentOf(testtools.Keyring(t)) {
					t.Setenv(name, value)
				}
			} else {
				t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "sign-ins-passphrase-marker")
			}
			reference := u.keyVault(entra)
			u.signsIn(program, entra, reference)
			files, err := filepath.Glob(filepath.Join(u.home, ".state", "vault-lsp", "sign-ins", "*."+kept+".age"))
			if err != nil || len(files) != 1 {
				t.Errorf("kept in %v, %v", files, err)
			}
			u.eachFile(func(path string, content []byte) {
				for _, plain := range []string{"alice@example.test", "sign-ins-passphrase-marker", "key-vault-marker", "refresh", "AGE-SECRET-KEY"} {
					if bytes.Contains(content, []byte(plain)) {
						t.Errorf("%s holds %s", path, plain)
					}
				}
			})
			u.process(program, "credential", "logout", "work").want(t, exitOK)
			u.process(program, "secret", "get", reference).want(t, exitReference, "vault-lsp credential login work")
		})
	}
}

// signsIn is the way of a person with an editor that runs already.
func (u *user) signsIn(program string, entra *testtools.EntraServer, reference string) {
	t := u.t
	editor := lsptest.Start(t, exec.Command(program, "serve"))
	editor.Initialize(map[string]any{"rootUri": "file://" + u.work})
	var identity struct{ Identity string }
	test := func() error {
		return editor.Command("vault-lsp.testCredential", map[string]any{"name": "work"}, &identity)
	}
	if f := failureOf(t, test()); f.Code != "sign-in-needed" {
		t.Errorf("before: %+v", f)
	}
	u.process(program, "secret", "get", reference).want(t, exitReference, "vault-lsp credential login work")
	u.process(program, "credential", "list").want(t, exitOK, "not signed in")

	u.loginWithCode(program, entra).want(t, exitOK, "alice@example.test")
	if err := test(); err != nil || identity.Identity != "alice@example.test" {
		t.Errorf("a running server does not use the new sign-in: %+v, %v", identity, err)
	}
	u.process(program, "credential", "list").want(t, exitOK, "signed in as alice@example.test")
	if r := u.process(program, "secret", "get", reference, "--reveal").want(t, exitOK); r.out != "key-vault-marker\n" {
		t.Errorf("got %q", r.out)
	}
	if status := editor.Shutdown(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// keyVault makes a vault with one secret that believes the server's tokens, and
// a profile for it. It returns the reference.
func (u *user) keyVault(entra *testtools.EntraServer) string {
	u.t.Helper()
	cloud := azurefake.New(u.t)
	cloud.Put("localhost", "present", azurefake.Version{Text: "key-vault-marker"})
	cloud.Move("localhost", entra.Tenant)
	cloud.Trust(claims)
	var roots []byte
	for _, path := range []string{entra.CAFile, cloud.CAFile} {
		pem, err := os.ReadFile(path)
		if err != nil {
			u.t.Fatal(err)
		}
		roots = append(roots, pem...)
	}
	host := "localhost" + cloud.Address[strings.LastIndexByte(cloud.Address, ':'):]
	profile, err := json.Marshal(map[string]any{"credentials": map[string]any{"work": map[string]any{
		"provider": "azure", "auth": "device-code", "cloud": "custom", "authority": entra.URL, "vaultSuffix": host,
		"verifyChallenge": false, "clientId": entra.People, "tenant": entra.Tenant, "caCert": u.write("roots.pem", string(roots)),
	}}})
	if err != nil {
		u.t.Fatal(err)
	}
	u.configure(string(profile))
	return "{{$azure id=https://" + host + "/secrets/present}}"
}

// claims reads an access token without checking it: that is the business of the
// provider's own tests.
func claims(bearer string) (client, tenant, audience string, ok bool) {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return "", "", "", false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(parts[1])
	var body struct{ Aud, Tid, AppID string }
	if err != nil || json.Unmarshal(decoded, &body) != nil {
		return "", "", "", false
	}
	return body.AppID, body.Tid, body.Aud, true
}

// process runs the program as a shell does, without a terminal.
func (u *user) process(program string, args ...string) result {
	u.t.Helper()
	var out, errs bytes.Buffer
	command := exec.CommandContext(u.t.Context(), program, args...)
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		u.t.Fatal(err)
	}
	return result{code: command.ProcessState.ExitCode(), out: out.String(), err: errs.String()}
}

// loginWithCode runs `credential login` and enters the code that it shows.
func (u *user) loginWithCode(program string, entra *testtools.EntraServer) result {
	u.t.Helper()
	var out bytes.Buffer
	command := exec.CommandContext(u.t.Context(), program, "credential", "login", "work")
	command.Stdout = &out
	told, err := command.StderrPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		u.t.Fatal(err)
	}
	shown := regexp.MustCompile(`enter the code (\S+)`)
	var lines strings.Builder
	scanner := bufio.NewScanner(told)
	for scanner.Scan() {
		fmt.Fprintln(&lines, scanner.Text())
		if code := shown.FindStringSubmatch(scanner.Text()); code != nil {
			picture := filepath.Join(testtools.Output(u.t, "../..", "signin"), "device-code")
			if text, err := entra.SignIn(entra.DevicePage(code[1]), picture); err != nil {
				u.t.Errorf("browser: %v: %s", err, text)
			}
		}
	}
	_ = command.Wait() // its exit status tells
	return result{code: command.ProcessState.ExitCode(), out: out.String(), err: lines.String()}
}
