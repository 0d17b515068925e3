package credentials

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// writer signs in at every tenth turn and refreshes otherwise; each state is
// long enough that a write takes a while. It says a line after each.
func writer(path, name, count string) error {
	var n int
	if _, err := fmt.Sscan(count, &n); err != nil {
		return err
	}
	var ring Keyring = &memoryKeyring{err: ErrNoKeyring}
	if os.Getenv(SignInsPassphraseVariable) == "" {
		ring = OSKeyring()
	}
	s, err := Open(path, Options{Keyring: ring, WorkFactor: cheapWorkFactor})
	if err != nil {
		return err
	}
	profile, err := s.Profile(name)
	if err != nil {
		return err
	}
	ctx := context.Background()
	for i := range n {
		session := s.Session(profile)
		if i%10 == 0 {
			if session, err = s.NewSession(ctx, profile); err != nil {
				return err
			}
		}
		if err := session.Save(ctx, whole(name, i)); err != nil {
			return err
		}
		fmt.Println("saved", i)
	}
	return nil
}

func whole(name string, i int) []byte {
	return []byte(strings.Repeat(fmt.Sprintf("%s %d;", name, i%7), 2000))
}

// isWhole reports whether a state is one that a writer saved.
func isWhole(state, name string) bool {
	for i := range 7 {
		if state == string(whole(name, i)) {
			return true
		}
	}
	return false
}

func startWriter(t *testing.T, s *Store, name string, count int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, s.Path(), name, fmt.Sprint(count))
	command.Env = append(os.Environ(), "CREDENTIALS_TEST_PROGRAM=sign in", SignInsPassphraseVariable+"="+signInPhrase)
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return command, bufio.NewScanner(out)
}

// Processes that save at the same time, from the first write on, which makes
// the key, lose nothing, and a reader sees whole states only.
func TestProcessesSaveAtTheSameTime(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	reader := reopen(t, s, ring, map[string]string{SignInsPassphraseVariable: signInPhrase})
	const count = 40
	a, linesA := startWriter(t, s, "sso", count)
	b, linesB := startWriter(t, s, "web", count)
	c, linesC := startWriter(t, s, "web", count)
	for _, lines := range []*bufio.Scanner{linesA, linesB, linesC} {
		for lines.Scan() {
			if !strings.HasPrefix(lines.Text(), "saved ") {
				t.Error(lines.Text())
			}
			state, err := reader.Session(mustProfile(t, reader, "web")).Load(t.Context())
			if err != nil || state.Len() > 0 && !isWhole(string(state.Reveal()), "web") {
				t.Fatalf("read %d bytes, %v", state.Len(), err)
			}
		}
	}
	for _, process := range []*exec.Cmd{a, b, c} {
		if err := process.Wait(); err != nil {
			t.Error(err)
		}
	}
	wantState(t, reader, "sso", string(whole("sso", count-1)))
	if files := sessionFiles(t, s); len(files) != 2 {
		t.Errorf("files: %v", files)
	}
}

// A writer that is killed at any moment leaves a state that is whole, and no
// lock.
func TestKilledWriter(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	env := map[string]string{SignInsPassphraseVariable: signInPhrase}
	for round := range 5 {
		process, lines := startWriter(t, s, "sso", 1_000_000)
		for range 1 + round*5 {
			if !lines.Scan() {
				t.Fatal("the writer ended by itself")
			}
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait()
		again := reopen(t, s, ring, env)
		state, err := again.Session(mustProfile(t, s, "sso")).Load(t.Context())
		if err != nil || !isWhole(string(state.Reveal()), "sso") {
			t.Fatalf("read %d bytes, %v", state.Len(), err)
		}
		signIn(t, again, "web", stateMarker) // the lock is free
	}
}

// The key in a real OS keyring; another process reads the sign-in.
func TestSessionInTheOSKeyring(t *testing.T) {
	testtools.Keyring(t)
	s, _ := openSignIns(t)
	s.options.Keyring = OSKeyring()
	signIn(t, s, "sso", stateMarker)
	wantState(t, reopen(t, s, OSKeyring(), nil), "sso", stateMarker)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, s.Path(), "sso", "2")
	command.Env = append(os.Environ(), "CREDENTIALS_TEST_PROGRAM=sign in")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	wantState(t, s, "sso", string(whole("sso", 1)))
	if err := OSKeyring().Delete(s.sessionAccount()); err != nil {
		t.Error(err)
	}
}

// Without a session bus a passphrase is asked for, at once. See TestNoKeyring,
// which runs it in a process of its own.
func checkSessionWithoutABus(t *testing.T) {
	t.Helper()
	s, _ := openSignIns(t)
	s.options.Keyring = OSKeyring()
	_, err := s.NewSession(t.Context(), mustProfile(t, s, "web"))
	wantReason(t, err, SessionLocked, "there is no OS keyring here")
	if err := s.UnlockSignIns(t.Context(), []byte(signInPhrase)); err != nil {
		t.Fatal(err)
	}
	signIn(t, s, "sso", stateMarker)
	wantState(t, s, "sso", stateMarker)
}
