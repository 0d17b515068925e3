// Package neovim tests the plugin inside real Neovim against a real Vault
// server.
package neovim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

const (
	vaultValue = "neovim-marker-6c20d8"
	localValue = "neovim-local-marker-41bb"
	passphrase = "neovim-passphrase-marker-9f"
)

// world is what a script sees: a vault with a secret, a target, a workspace,
// and a home of its own.
type world struct {
	home, work, file string
	environment      []string

	mu            sync.Mutex
	authorization []string
}

func newWorld(t *testing.T, binary string) *world {
	t.Helper()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": vaultValue, "user": "app"})
	w := &world{home: t.TempDir(), work: t.TempDir()}
	target := httptest.NewServer(http.HandlerFunc(w.echo))
	t.Cleanup(target.Close)
	w.file = filepath.Join(w.work, "api.http")
	w.write(t, w.file, "@host = "+target.URL+"\n\n### one\n# @name one\nGET {{host}}/first\n"+
		"Authorization: Bearer {{$vault path=app/db key=password}}\n\n"+
		"### failing\n# @name failing\nGET {{host}}/{{nowhere}}\n\n"+
		"### local\n# @name local\nGET {{host}}/local\nX-Key: {{$local secret=stripe}}\n")
	w.write(t, filepath.Join(w.work, "http-client.env.json"), `{"dev": {"x": "1"}, "prod": {"x": "2"}}`)
	w.write(t, filepath.Join(w.home, ".config", "vault-lsp", "config.json"),
		`{"credentials": {"infra": {"provider": "vault", "auth": "token", "address": "`+server.Address+`", "token": {"env": "TEST_VAULT_TOKEN"}}}}`)
	plugin, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	w.environment = append(os.Environ(),
		"HOME="+w.home, "XDG_CONFIG_HOME="+filepath.Join(w.home, ".config"), "XDG_DATA_HOME="+filepath.Join(w.home, ".data"),
		"XDG_STATE_HOME="+filepath.Join(w.home, ".state"), "XDG_RUNTIME_DIR="+w.home, "DBUS_SESSION_BUS_ADDRESS=",
		"VAULT_ADDR=", "VAULT_TOKEN=", "TEST_VAULT_TOKEN="+server.RootToken, "TEST_FILE="+w.file, "TEST_PLUGIN="+plugin,
		"TEST_VALUE="+vaultValue, "TEST_LOCAL_VALUE="+localValue, "TEST_PASSPHRASE="+passphrase, "TEST_BIN="+binary)
	w.storeLocal(t, binary)
	return w
}

// storeLocal puts a secret into a passphrase vault, which no editor has the
// passphrase of.
func (w *world) storeLocal(t *testing.T, binary string) {
	t.Helper()
	cmd := exec.Command(binary, "secret", "set", "stripe")
	cmd.Env = append(w.environment, "VAULT_LSP_LOCAL_PASSPHRASE="+passphrase)
	cmd.Stdin = strings.NewReader(localValue)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("secret set: %v\n%s", err, out)
	}
}

func (w *world) write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *world) echo(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.mu.Lock()
	w.authorization = append(w.authorization, r.Header.Get("Authorization"))
	w.mu.Unlock()
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("X-Echo", r.Header.Get("Authorization"))
	_ = json.NewEncoder(rw).Encode(map[string]string{
		"path": r.URL.Path, "authorization": r.Header.Get("Authorization"), "key": r.Header.Get("X-Key"),
		"password": strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
	})
}

// script runs a Lua script in a headless Neovim with the plugin on its path.
func (w *world) script(t *testing.T, neovim, name string) {
	t.Helper()
	cmd := exec.Command(neovim, "--clean", "--headless", "-i", "NONE",
		"--cmd", "set runtimepath^=$TEST_PLUGIN | lua package.path = vim.env.TEST_PLUGIN .. '/tests/?.lua;' .. package.path",
		"--cmd", "lua require('vault_lsp').setup({ cmd = { vim.env.TEST_BIN, 'serve' } })",
		"-c", "luafile tests/"+name)
	cmd.Env = w.environment
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "OK") {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	for _, marker := range []string{vaultValue, localValue, passphrase} {
		if strings.Contains(string(out), marker) {
			t.Errorf("%s: Neovim printed %s", name, marker)
		}
	}
}

func TestNeovim(t *testing.T) {
	binary := testtools.Product(t)
	for _, version := range testtools.Neovim(t) {
		t.Run(version.Version, func(t *testing.T) {
			for _, script := range []string{"send.lua", "insert.lua", "credential.lua", "health.lua"} {
				t.Run(strings.TrimSuffix(script, ".lua"), func(t *testing.T) {
					w := newWorld(t, binary)
					w.script(t, version.Path, script)
					w.keepsNothing(t)
					if script == "send.lua" && (len(w.authorization) < 3 || w.authorization[0] != "Bearer "+vaultValue) {
						t.Errorf("the server got %q", w.authorization)
					}
				})
			}
		})
	}
}

// keepsNothing searches every file below the home for a value.
func (w *world) keepsNothing(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(w.home, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, marker := range []string{vaultValue, localValue, passphrase} {
			if strings.Contains(string(b), marker) {
				t.Errorf("%s holds %s", path, marker)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
