package lsptest_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// folder holds the program; TestMain removes it.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "vault-lsp-test"); err != nil {
		panic(err)
	}
	status := m.Run()
	_ = os.RemoveAll(folder)
	os.Exit(status)
}

// build builds the program once.
var build = sync.OnceValues(func() (string, error) {
	program := filepath.Join(folder, "vault-lsp")
	out, err := exec.Command("go", "build", "-o", program, "../../cmd/vault-lsp").CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return program, nil
})

// server starts the program as editors do, with folders of its own.
func server(t *testing.T, args ...string) (*lsptest.Editor, *bytes.Buffer) {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatalf("building the program: %v\n%s", err, program)
	}
	home := t.TempDir()
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_DATA_HOME="+home, "VAULT_LSP_CONFIG=")
	stderr := &bytes.Buffer{}
	cmd.Stderr = stderr
	return lsptest.Start(t, cmd), stderr
}

func TestProgram(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"serve"}, {"--stdio"}, {}} {
		e, stderr := server(t, args...)
		answer := e.Initialize(nil)
		if answer.ServerInfo.Name != "vault-lsp" || answer.ServerInfo.Version == "" {
			t.Errorf("%q: serverInfo %+v", args, answer.ServerInfo)
		}
		const uri = "file:///nowhere/a.http"
		e.Open(uri, "GET https://a.example/{{nope}}\n")
		if got := e.AwaitDiagnostics(uri, 1).Diagnostics; len(got) != 1 || got[0].Code != "undefined-variable" {
			t.Errorf("%q: diagnostics %+v", args, got)
		}
		e.Raw([]byte("junk\r\n"))
		if got := lsptest.CodeOf(e.Call("no/such", nil, nil)); got != -32601 {
			t.Errorf("%q: answered %d behind junk", args, got)
		}
		// Standard input stays open: the program must not wait for its end.
		if status := e.Shutdown(); status != 0 {
			t.Errorf("%q: exit status %d, want 0\n%s", args, status, stderr)
		}
	}
}

func TestProgramWithoutEditor(t *testing.T) {
	t.Parallel()
	e, _ := server(t, "serve")
	e.Initialize(nil)
	e.Hangup()
	if status := e.Exit(); status != 1 {
		t.Errorf("exit status %d after the editor was killed, want 1", status)
	}
	e, _ = server(t, "serve")
	e.Initialize(nil)
	e.Notify("exit", nil)
	if status := e.Exit(); status != 1 {
		t.Errorf("exit status %d without shutdown, want 1", status)
	}
}
