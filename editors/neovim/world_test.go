package neovim

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// What must not show anywhere but in the requests.
const (
	vaultValue = "neovim-marker-6c20d8"
	localValue = "neovim-local-marker-41bb"
	passphrase = "neovim-passphrase-marker-9f"
	password   = "neovim-password-marker-07"
)

// requests is the request file that scripts open; HOST stands for the target.
const requests = `@host = HOST

### A secret of the vault
# @name one
GET {{host}}/first
Authorization: Bearer {{$vault path=app/db key=password}}

### Not defined
# @name failing
GET {{host}}/{{nowhere}}

### A secret of the local vault
# @name local
GET {{host}}/local
X-Key: {{$local secret=stripe}}

### Never answered
# @name slow
GET {{host}}/slow

### Somewhere else
# @name foreign
GET https://api.example.test/
Authorization: Bearer {{$vault path=app/db key=password}}
`

// manyRequests is a file for sending all.
const manyRequests = `### first
# @name first
GET HOST/first
Authorization: Bearer {{$vault path=app/db key=password}}

### broken
# @name broken
GET HOST/{{nowhere}}

### last
# @name last
GET HOST/last
`

// world is what a script sees: a vault with a secret, a target, a workspace,
// and a home of its own.
type world struct {
	home, work, file string
	target           string // where requests go
	environment      []string
	// arrived exists once /slow was asked for; gone is closed when its client
	// has closed the connection.
	arrived string
	gone    chan struct{}

	mu            sync.Mutex
	authorization []string
}

func newWorld(t *testing.T, binary string) *world {
	t.Helper()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": vaultValue, "user": "app"})
	server.Write("auth/userpass/users/jo", map[string]any{"password": password, "policies": "default"})
	w := &world{home: t.TempDir(), work: t.TempDir(), gone: make(chan struct{})}
	w.file, w.arrived = filepath.Join(w.work, "api.http"), filepath.Join(w.home, "arrived")
	target := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(target.Close)
	w.target = target.URL
	many := filepath.Join(w.work, "many.http")
	write(t, w.file, strings.ReplaceAll(requests, "HOST", target.URL))
	write(t, many, strings.ReplaceAll(manyRequests, "HOST", target.URL))
	write(t, filepath.Join(w.work, "http-client.env.json"), `{"dev": {"x": "1"}, "prod": {"x": "2"}}`)
	write(t, filepath.Join(w.home, ".config", "vault-lsp", "config.json"),
		`{"credentials": {"infra": {"provider": "vault", "auth": "token", "address": "`+server.Address+
			`", "token": {"env": "TEST_VAULT_TOKEN"}}}, "defaults": {"vault": "infra"}}`)
	plugin, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	w.environment = append(os.Environ(),
		"HOME="+w.home, "XDG_CONFIG_HOME="+filepath.Join(w.home, ".config"), "XDG_DATA_HOME="+filepath.Join(w.home, ".data"),
		"XDG_STATE_HOME="+filepath.Join(w.home, ".state"), "XDG_CACHE_HOME="+filepath.Join(w.home, ".cache"),
		"XDG_RUNTIME_DIR="+w.home, "VAULT_ADDR=", "VAULT_TOKEN=", "NVIM=",
		"TEST_VAULT_TOKEN="+server.RootToken, "TEST_VAULT_ADDRESS="+server.Address, "TEST_FILE="+w.file, "TEST_MANY="+many,
		"TEST_WORK="+w.work, "TEST_PLUGIN="+plugin, "TEST_HELP="+filepath.Join(w.home, "help"), "TEST_ARRIVED="+w.arrived,
		"TEST_VALUE="+vaultValue, "TEST_LOCAL_VALUE="+localValue, "TEST_PASSPHRASE="+passphrase, "TEST_PASSWORD="+password, "TEST_BIN="+binary)
	w.storeLocal(t, binary)
	return w
}

// storeLocal puts a secret into a vault whose passphrase no editor has.
func (w *world) storeLocal(t *testing.T, binary string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, "secret", "set", "stripe")
	cmd.Env = append(slices.Clip(w.environment), "VAULT_LSP_LOCAL_PASSPHRASE="+passphrase)
	cmd.Stdin = strings.NewReader(localValue)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("secret set: %v\n%s", err, out)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// serve answers what it was sent, secrets included, except for /slow, which it
// never answers.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	if r.URL.Path == "/slow" {
		_ = os.WriteFile(w.arrived, nil, 0o600)
		<-r.Context().Done()
		close(w.gone)
		return
	}
	authorization := r.Header.Get("Authorization")
	w.mu.Lock()
	w.authorization = append(w.authorization, authorization)
	w.mu.Unlock()
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("X-Echo", authorization)
	_ = json.NewEncoder(rw).Encode(map[string]string{
		"path": r.URL.Path, "authorization": authorization, "key": r.Header.Get("X-Key"),
		"password": strings.TrimPrefix(authorization, "Bearer "),
	})
}

// received reports whether a request came with the secret.
func (w *world) received() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.authorization, "Bearer "+vaultValue)
}

// keepsNothing searches every file below the home and the workspace for a
// value.
func (w *world) keepsNothing(t *testing.T) {
	t.Helper()
	for _, folder := range []string{w.home, w.work} {
		err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
			// Servers that are ending remove their sockets and locks.
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			content, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			for _, marker := range []string{vaultValue, localValue, azureValue, passphrase, password} {
				if strings.Contains(string(content), marker) {
					t.Errorf("%s holds %s", path, marker)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
