package lsptest_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// The whole way of a passphrase: the built-in vault is locked, the failed send
// names a command, the command brings the passphrase to the running server, and
// the same send works. Nothing of it is faked.
func TestUnlockTheBuiltInVault(t *testing.T) {
	t.Parallel()
	const passphrase, value = "correct m4rker staple", "v4lue-of-the-secret"
	var authorization atomic.Value
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		authorization.Store(r.Header.Get("Authorization"))
		_, _ = w.Write([]byte("you sent " + r.Header.Get("Authorization")))
	}))
	t.Cleanup(target.Close)
	program, err := build()
	if err != nil {
		t.Fatalf("building the program: %v\n%s", err, program)
	}
	home := t.TempDir()
	environ := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(home, "no-bus")}
	run := func(stdin string, extra []string, argv ...string) (string, error) {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = append(extra, environ...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run(value, []string{"VAULT_LSP_LOCAL_PASSPHRASE=" + passphrase}, program, "secret", "set", "api"); err != nil {
		t.Fatalf("storing the secret: %v\n%s", err, out)
	}

	cmd := exec.Command(program, "serve")
	cmd.Env = environ
	e := lsptest.Start(t, cmd)
	e.Initialize(nil)
	const uri = "file:///nowhere/a.http"
	e.Open(uri, "GET "+target.URL+"/\nAuthorization: {{$local secret=api}}\n")
	send := func(result any) error {
		return e.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, result)
	}
	var refused *lsptest.ResponseError
	if err := send(nil); !errors.As(err, &refused) || refused.Code != -32803 {
		t.Fatalf("sending from a locked vault: %v", err)
	}
	var failure struct {
		Code  string
		Needs []string
		Input [][]string
	}
	if err := json.Unmarshal(refused.Data, &failure); err != nil {
		t.Fatal(err)
	}
	if failure.Code != "locked" || len(failure.Input) != 1 || len(failure.Needs) != 1 {
		t.Fatalf("the failure is %s", refused.Data)
	}
	if out, err := run(passphrase+"\n", nil, failure.Input[0]...); err != nil {
		t.Fatalf("entering the passphrase: %v\n%s", err, out)
	}
	var response struct {
		Status int
		Body   struct{ Text string }
	}
	if err := send(&response); err != nil {
		t.Fatal(err)
	}
	if authorization.Load() != value || response.Status != http.StatusOK || !strings.Contains(response.Body.Text, "●●●●●●") {
		t.Errorf("arrived %q, response %+v", authorization.Load(), response)
	}
	for _, hidden := range []string{value, passphrase} {
		if strings.Contains(e.Traffic(), hidden) {
			t.Errorf("the protocol holds %q", hidden)
		}
	}
	if status := e.Shutdown(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
