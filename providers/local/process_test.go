package local

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestMain lets the test binary be a second process that writes to a vault:
// LOCAL_TEST_WRITER=<dir> <prefix> <how many>.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCAL_TEST_WRITER"); dir != "" {
		var count int
		if _, err := fmt.Sscan(os.Args[2], &count); err != nil {
			panic(err)
		}
		writer(dir, os.Args[1], count)
		return
	}
	os.Exit(m.Run())
}

// writer stores count secrets, each large enough that a write takes a while,
// and says a line after each.
func writer(dir, prefix string, count int) {
	v, err := cheap(dir, nil).Vault(withPassphrase(passphrase))
	for i := 0; err == nil && i < count; i++ {
		name := fmt.Sprintf("%s%d", prefix, i%50)
		err = v.Set(context.Background(), name, secret.NewValue([]byte(strings.Repeat(name, 1000))))
		fmt.Println("stored", name)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func startWriter(t *testing.T, dir, prefix string, count int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, prefix, fmt.Sprint(count))
	command.Env = append(os.Environ(), "LOCAL_TEST_WRITER="+dir)
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewScanner(out)
}

// Two processes that store at the same time lose nothing, from the first write
// on, which makes the vault.
func TestTwoProcessesWrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "vault")
	const each = 25
	a, linesA := startWriter(t, dir, "a", each)
	b, linesB := startWriter(t, dir, "b", each)
	for _, lines := range []*bufio.Scanner{linesA, linesB} {
		for lines.Scan() {
			if !strings.HasPrefix(lines.Text(), "stored ") {
				t.Error(lines.Text())
			}
		}
	}
	for _, process := range []*exec.Cmd{a, b} {
		if err := process.Wait(); err != nil {
			t.Error(err)
		}
	}
	names, err := mustVault(t, cheap(dir, nil), withPassphrase(passphrase)).Names(t.Context())
	if err != nil || len(names) != 2*each {
		t.Errorf("%d of %d secrets are there: %v", len(names), 2*each, err)
	}
}

// A writer that is killed at any moment leaves a vault that opens, and no lock.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "vault")
	mustSet(t, mustVault(t, cheap(dir, nil), withPassphrase(passphrase)), "keep", marker)
	for round := range 8 {
		process, lines := startWriter(t, dir, "k", 1_000_000)
		for range 3 + round*7 {
			if !lines.Scan() {
				t.Fatal("the writer ended by itself")
			}
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait()
		v := mustVault(t, cheap(dir, nil), withPassphrase(passphrase))
		names, err := v.Names(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			value, err := v.Get(t.Context(), name)
			if err != nil || (name != "keep" && string(value.Reveal()) != strings.Repeat(name, 1000)) {
				t.Errorf("%s is not whole: %v", name, err)
			}
		}
		mustSet(t, v, "keep", marker) // the lock is free
		if left, _ := filepath.Glob(filepath.Join(dir, agefile.TempPattern)); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// The key in a real OS keyring.
func TestRealKeyring(t *testing.T) {
	testtools.Keyring(t)
	dir, ring := t.TempDir(), credentials.OSKeyring()
	v := mustVault(t, cheap(dir, ring), withKeyring())
	mustSet(t, v, "name", marker)
	got, err := cheap(dir, ring).Get(t.Context(), withKeyring(), reference(t, "name"))
	if err != nil || string(got.Value.Reveal()) != marker {
		t.Errorf("got %q, %v", got.Value.Reveal(), err)
	}
	if err := ring.Delete(v.account()); err != nil {
		t.Error(err)
	}
}
