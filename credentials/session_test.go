package credentials

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	stateMarker  = "MARKER-refresh-token-0123"
	signInPhrase = "MARKER-sign-in-passphrase"
	// cheapWorkFactor makes a passphrase cost nothing.
	cheapWorkFactor = 4
)

const signInConfig = `{"credentials": {
  "sso": {"provider": "aws", "auth": "sso", "startUrl": "https://a.example.com/start", "ssoRegion": "eu-west-1", "accountId": "1", "roleName": "r"},
  "web": {"provider": "vault", "auth": "oidc", "address": "https://a.example.com"}}}`

// reopen opens the store's configuration as another process would.
func reopen(t *testing.T, s *Store, ring Keyring, env map[string]string) *Store {
	t.Helper()
	again, err := Open(s.Path(), Options{Keyring: ring, WorkFactor: cheapWorkFactor, StateDir: s.options.StateDir,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if err != nil {
		t.Fatal(err)
	}
	return again
}

func openSignIns(t *testing.T) (*Store, *memoryKeyring) {
	t.Helper()
	s, ring := open(t, signInConfig, nil)
	s.options.WorkFactor = cheapWorkFactor
	return s, ring
}

func mustProfile(t *testing.T, s *Store, name string) Profile {
	t.Helper()
	profile, err := s.Profile(name)
	if err != nil {
		t.Fatal(err)
	}
	return profile
}

// signIn is what the resolver does when a person signs in.
func signIn(t *testing.T, s *Store, name, state string) Session {
	t.Helper()
	session, err := s.NewSession(t.Context(), mustProfile(t, s, name))
	if err == nil {
		err = session.Save(t.Context(), []byte(state))
	}
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func wantState(t *testing.T, s *Store, name, want string) {
	t.Helper()
	state, err := s.Session(mustProfile(t, s, name)).Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := string(state.Reveal()); got != want {
		t.Errorf("%s: got state %q, want %q", name, got, want)
	}
}

func wantReason(t *testing.T, err error, reason SessionReason, words string) {
	t.Helper()
	var told *SessionError
	if !errors.As(err, &told) || told.Reason != reason || !strings.Contains(told.Message, words) || told.Hint == "" {
		t.Fatalf("got %v (%+v), want %s with %q", err, told, reason, words)
	}
	shown := fmt.Sprintf("%v %+v %#v %s", err, err, *told, told.Hint)
	for _, plain := range []string{stateMarker, signInPhrase, "AGE-SECRET-KEY"} {
		if strings.Contains(shown, plain) {
			t.Errorf("a secret is shown: %s", shown)
		}
	}
}

func sessionFiles(t *testing.T, s *Store) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s.sessionDir(), "*.*.*.*.age"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// A sign-in survives the end of the program, and nothing of it is in clear on
// the disk.
func TestSessionSurvivesARestart(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	session := signIn(t, s, "sso", stateMarker)
	expires := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	if err := session.Note(t.Context(), "jo@MARKER.example.com", expires); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, s, ring, nil)
	wantState(t, again, "sso", stateMarker)
	wantState(t, again, "web", "")
	account, ok := again.Session(mustProfile(t, again, "sso")).Account(t.Context())
	if !ok || account.Identity != "jo@MARKER.example.com" || !account.Expires.Equal(expires) || time.Since(account.Since) > time.Minute {
		t.Errorf("got %+v, %v", account, ok)
	}
	if info, err := os.Stat(s.sessionDir()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder: %v, %v", info, err)
	}
	err := filepath.WalkDir(filepath.Dir(s.Path()), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path == s.Path() {
			return err
		}
		info, err := entry.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte("MARKER")) || bytes.Contains(content, []byte("AGE-SECRET-KEY")) {
			t.Errorf("%s holds plain text", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if err := again.Session(mustProfile(t, again, "sso")).Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "sso", "")
	if files := sessionFiles(t, s); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// The key is in the keyring, which may hold little; the state may be long.
func TestSessionMayBeLong(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	long := strings.Repeat("x", 1<<20)
	signIn(t, s, "sso", long)
	wantState(t, reopen(t, s, ring, nil), "sso", long)
	for account, value := range ring.entries {
		if len(value) > 512 {
			t.Errorf("%s has %d bytes", account, len(value))
		}
	}
}

// Where there is no keyring a passphrase protects the sign-ins: the first one
// given is chosen, and it is needed once a process.
func TestSessionUnderAPassphrase(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	web := mustProfile(t, s, "web")
	_, err := s.NewSession(t.Context(), web)
	wantReason(t, err, SessionLocked, "has to be chosen")
	if s.SignInsHavePassphrase() {
		t.Error("there is a passphrase before one was given")
	}
	wantReason(t, s.UnlockSignIns(t.Context(), nil), SessionLocked, "is empty")
	if err := s.UnlockSignIns(t.Context(), []byte(signInPhrase)); err != nil {
		t.Fatal(err)
	}
	signIn(t, s, "web", stateMarker)
	wantState(t, s, "web", stateMarker)

	again := reopen(t, s, ring, nil)
	_, err = again.Session(web).Load(t.Context())
	wantReason(t, err, SessionLocked, "is needed")
	if _, ok := again.Session(web).Account(t.Context()); ok {
		t.Error("a locked sign-in tells who it is")
	}
	wantReason(t, again.UnlockSignIns(t.Context(), []byte("wrong")), SessionLocked, "is wrong")
	if err := again.UnlockSignIns(t.Context(), []byte(signInPhrase)); err != nil {
		t.Fatal(err)
	}
	wantState(t, again, "web", stateMarker)
	wantState(t, reopen(t, s, ring, map[string]string{SignInsPassphraseVariable: signInPhrase}), "web", stateMarker)
	_, err = reopen(t, s, ring, map[string]string{SignInsPassphraseVariable: "wrong"}).Session(web).Load(t.Context())
	wantReason(t, err, SessionLocked, "is wrong")
}

// A sign-in that another program's files keep needs neither keyring nor
// passphrase here.
func TestSessionKeptElsewhere(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	session, err := s.NewSession(t.Context(), mustProfile(t, s, "sso"))
	if err != nil {
		t.Fatal(err)
	}
	if err := session.Note(t.Context(), "jo", time.Time{}); err != nil {
		t.Errorf("who it is: %v", err)
	}
}

// The environment variable chooses the passphrase too.
func TestSessionPassphraseFromTheEnvironment(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	env := map[string]string{SignInsPassphraseVariable: signInPhrase}
	signIn(t, reopen(t, s, ring, env), "sso", stateMarker)
	wantState(t, reopen(t, s, ring, env), "sso", stateMarker)
}

// The passphrase of the environment is used also where a keyring is there that
// nobody can unlock.
func TestSessionPassphraseComesFirst(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = errors.New("locked")
	env := map[string]string{SignInsPassphraseVariable: signInPhrase}
	_, err := s.NewSession(t.Context(), mustProfile(t, s, "web"))
	wantReason(t, err, SessionUnavailable, "does not answer")
	signIn(t, reopen(t, s, ring, env), "web", stateMarker)
	wantState(t, reopen(t, s, ring, env), "web", stateMarker)
}

// A sign-in that lies under a passphrase is read where there is a keyring too,
// and a new one goes under the keyring's key.
func TestSessionMovesToTheKeyring(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	env := map[string]string{SignInsPassphraseVariable: signInPhrase}
	signIn(t, reopen(t, s, ring, env), "sso", "old")
	ring.err = nil
	wantState(t, reopen(t, s, ring, env), "sso", "old")
	signIn(t, reopen(t, s, ring, nil), "sso", "new") // without the passphrase
	wantState(t, reopen(t, s, ring, nil), "sso", "new")
	if files := sessionFiles(t, s); len(files) != 1 {
		t.Errorf("files: %v", files)
	}
	// Back without a keyring nobody is signed in, which is no error.
	ring.err = ErrNoKeyring
	wantState(t, reopen(t, s, ring, nil), "sso", "")
}

func TestSignInsMayStayInMemory(t *testing.T) {
	t.Parallel()
	off := strings.TrimSuffix(signInConfig, "}") + `, "signIns": {"keep": false}}`
	s, ring := open(t, off, nil)
	signIn(t, s, "sso", stateMarker)
	wantState(t, s, "sso", stateMarker)
	wantState(t, reopen(t, s, ring, nil), "sso", "")
	if _, err := os.Stat(s.sessionDir()); err == nil || len(ring.entries) > 0 {
		t.Error("something was written")
	}

	// Nobody gave a passphrase: this process only.
	s, ring = openSignIns(t)
	ring.err = ErrNoKeyring
	s.KeepSignInsInMemory()
	signIn(t, s, "sso", stateMarker)
	wantState(t, s, "sso", stateMarker)
	if _, err := os.Stat(s.sessionDir()); err == nil {
		t.Error("something was written")
	}

	// The opt-out removes what is there, and a mistake in it removes nothing.
	s, ring = openSignIns(t)
	signIn(t, s, "sso", stateMarker)
	write(t, s.Path(), strings.Replace(off, "false", `"false"`, 1))
	wantState(t, s, "sso", "")
	wantState(t, reopen(t, s, ring, nil), "sso", "")
	if len(sessionFiles(t, s)) != 1 {
		t.Error("a mistake in the configuration removed a sign-in")
	}
	write(t, s.Path(), off+" ")
	wantState(t, s, "sso", "")
	if files := sessionFiles(t, s); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// A sign-in belongs to the profile as it is configured.
func TestEditForgetsTheSignIn(t *testing.T) {
	t.Parallel()
	edited := strings.Replace(signInConfig, `"roleName": "r"`, `"roleName": "other"`, 1)
	byHand := func(content string) func(*testing.T, *Store, Keyring) {
		return func(t *testing.T, s *Store, _ Keyring) {
			write(t, s.Path(), content)
			s.Config() // notices
		}
	}
	tests := map[string]struct {
		edit func(*testing.T, *Store, Keyring)
		left int
	}{
		"edited by hand":  {byHand(edited), 1},
		"removed by hand": {byHand(`{"credentials": {"web": ` + strings.SplitN(signInConfig, `"web": `, 2)[1]), 1},
		"half written":    {byHand(signInConfig[:len(signInConfig)-9]), 2},
		"broken":          {byHand(strings.Replace(signInConfig, `"accountId": "1", `, "", 1)), 2},
		"layout":          {byHand(signInConfig + "\n// a comment"), 2},
		"Update": {func(t *testing.T, s *Store, _ Keyring) {
			p := mustProfile(t, s, "sso")
			p.Fields = map[string]string{"startUrl": "https://b.example.com", "ssoRegion": "eu-west-1", "accountId": "1", "roleName": "r"}
			if err := s.Update(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"Remove": {func(t *testing.T, s *Store, _ Keyring) {
			if err := s.Remove(t.Context(), "sso"); err != nil {
				t.Fatal(err)
			}
		}, 1},
		"edited while nobody looks": {func(t *testing.T, s *Store, ring Keyring) {
			write(t, s.Path(), edited)
			wantState(t, reopen(t, s, ring, nil), "sso", "")
		}, 1},
		"broken while nobody looks": {func(t *testing.T, s *Store, ring Keyring) {
			write(t, s.Path(), strings.Replace(signInConfig, `"accountId": "1", `, "", 1))
			wantState(t, reopen(t, s, ring, nil), "web", "of web")
		}, 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ring := openSignIns(t)
			signIn(t, s, "sso", stateMarker)
			signIn(t, s, "web", "of web")
			test.edit(t, s, ring)
			if files := sessionFiles(t, s); len(files) != test.left {
				t.Errorf("%d files are left, want %d", len(files), test.left)
			}
		})
	}
}

// A sign-in of another process is noticed, and a refresh of its tokens is not
// taken for one.
func TestNewSignInIsNoticed(t *testing.T) {
	t.Parallel()
	server, ring := openSignIns(t)
	sso := mustProfile(t, server, "sso")
	signIn(t, server, "sso", "first")
	held := server.Session(sso)
	fingerprint := server.Fingerprint(sso)
	if fingerprint != held.Fingerprint() {
		t.Error("the session has another fingerprint than the profile")
	}
	var changed []string
	server.OnChange(func(name string) { changed = append(changed, name) })

	other := reopen(t, server, ring, nil)
	if err := other.Session(sso).Save(t.Context(), []byte("refreshed")); err != nil {
		t.Fatal(err)
	}
	wantState(t, server, "sso", "refreshed")
	if server.Fingerprint(sso) != fingerprint || len(changed) > 0 {
		t.Errorf("a refresh is taken for a sign-in: %v", changed)
	}

	fresh := signIn(t, other, "sso", "second")
	if got := server.Fingerprint(sso); got == fingerprint {
		t.Error("a sign-in elsewhere is not noticed")
	} else if got != reopen(t, server, ring, nil).Fingerprint(sso) {
		t.Error("two processes disagree")
	}
	if len(changed) != 1 || changed[0] != "sso" {
		t.Errorf("told about %v", changed)
	}
	if fresh.Fingerprint() != other.Fingerprint(sso) {
		t.Error("who signs in has another fingerprint afterwards")
	}
	// What the old sign-in brings now is too late.
	if err := held.Save(t.Context(), []byte("late")); err != nil {
		t.Fatal(err)
	}
	if err := held.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, server, "sso", "second")
}

// Two sign-ins within one tick of a coarse clock are two, and state that nobody
// signed in for (a cached registration) makes none.
func TestMarks(t *testing.T) {
	t.Parallel()
	s, _ := openSignIns(t)
	sso := mustProfile(t, s, "sso")
	none := s.Fingerprint(sso)
	held := s.Session(sso)
	for _, state := range []string{"a", "b"} {
		if err := held.Save(t.Context(), []byte(state)); err != nil {
			t.Fatal(err)
		}
		wantState(t, s, "sso", state)
	}
	if s.Fingerprint(sso) != none {
		t.Error("a save without a sign-in is taken for one")
	}
	seen := map[string]bool{none: true}
	for range 3 {
		signIn(t, s, "sso", stateMarker)
		if f := s.Fingerprint(sso); seen[f] {
			t.Error("two sign-ins have one fingerprint")
		} else {
			seen[f] = true
		}
	}
	// A sign-in that is not completed changes nothing.
	before := s.Fingerprint(sso)
	abandoned, err := s.NewSession(t.Context(), sso)
	if err != nil {
		t.Fatal(err)
	}
	if err := abandoned.Note(t.Context(), "nobody", time.Time{}); err != nil {
		t.Fatal(err)
	}
	if s.Fingerprint(sso) != before {
		t.Error("an abandoned sign-in counts")
	}
	wantState(t, s, "sso", stateMarker)
}

// New material of a profile is another account.
func TestNewMaterialForgetsTheSignIn(t *testing.T) {
	t.Parallel()
	s, _ := open(t, `{"credentials": {"v": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"keyring": true}}}}`, nil)
	signIn(t, s, "v", stateMarker)
	if err := s.SetSecret(t.Context(), "v", "token", []byte(marker)); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "v", "")
}
