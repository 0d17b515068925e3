package credentials

import (
	"errors"
	"os"
	"testing"
)

// What cannot be read is told apart, and a new sign-in mends it.
func TestUnreadableSessions(t *testing.T) {
	t.Parallel()
	change := func(edit func([]byte) []byte) func(*testing.T, *Store, *memoryKeyring) {
		return func(t *testing.T, s *Store, _ *memoryKeyring) {
			path := sessionFiles(t, s)[0]
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			write(t, path, string(edit(content)))
		}
	}
	tests := map[string]struct {
		harm   func(*testing.T, *Store, *memoryKeyring)
		reason SessionReason
		words  string
	}{
		"first line": {change(func(b []byte) []byte { b[3] ^= 1; return b }), SessionLost, "is damaged"},
		"end":        {change(func(b []byte) []byte { b[len(b)-1] ^= 1; return b }), SessionLost, "is damaged"},
		"cut":        {change(func(b []byte) []byte { return b[:len(b)/2] }), SessionLost, "is damaged"},
		"empty":      {change(func([]byte) []byte { return nil }), SessionLost, "is damaged"},
		"of another profile": {func(t *testing.T, s *Store, _ *memoryKeyring) {
			signIn(t, s, "web", "of web")
			if err := os.Rename(s.sessionPath(mustProfile(t, s, "web"), byKeyring), s.sessionPath(mustProfile(t, s, "sso"), byKeyring)); err != nil {
				t.Fatal(err)
			}
		}, SessionLost, "another profile"},
		"key gone":    {func(_ *testing.T, _ *Store, k *memoryKeyring) { clear(k.entries) }, SessionLost, "no longer has the key"},
		"key changed": {func(_ *testing.T, s *Store, k *memoryKeyring) { k.entries[s.sessionAccount()] = otherKey(k, s) }, SessionLost, "a key that is gone"},
		"key damaged": {func(_ *testing.T, s *Store, k *memoryKeyring) { k.entries[s.sessionAccount()] = "AGE-SECRET-KEY-1X" }, SessionUnavailable, "damaged"},
		"ring locked": {func(_ *testing.T, _ *Store, k *memoryKeyring) { k.err = errors.New("AGE-SECRET-KEY") }, SessionUnavailable, "does not answer"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ring := openSignIns(t)
			signIn(t, s, "sso", stateMarker)
			test.harm(t, s, ring)
			again := reopen(t, s, ring, nil)
			_, err := again.Session(mustProfile(t, s, "sso")).Load(t.Context())
			wantReason(t, err, test.reason, test.words)
			if test.reason != SessionLost {
				return
			}
			session, err := again.NewSession(t.Context(), mustProfile(t, s, "sso"))
			if err != nil {
				t.Fatal(err)
			}
			if old, err := session.Load(t.Context()); err != nil || old.Len() > 0 {
				t.Errorf("the old state is in the way of a new sign-in: %v", err)
			}
			signIn(t, again, "sso", "anew")
			wantState(t, s, "sso", "anew") // also where the old key was known
		})
	}
}

// A key file that is damaged is told apart from a wrong passphrase, and one that
// is gone makes place for another.
func TestDamagedKeyOfSignIns(t *testing.T) {
	t.Parallel()
	s, ring := openSignIns(t)
	ring.err = ErrNoKeyring
	env := map[string]string{SignInsPassphraseVariable: signInPhrase}
	signIn(t, reopen(t, s, ring, env), "sso", stateMarker)
	path := s.keyFile().Path
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[60] ^= 1 // in the header, where age takes it for a wrong passphrase
	write(t, path, string(content))
	_, err = reopen(t, s, ring, env).Session(mustProfile(t, s, "sso")).Load(t.Context())
	wantReason(t, err, SessionLost, "passphrase.key.age, is damaged")
	if err := s.keyFile().Remove(); err != nil {
		t.Fatal(err)
	}
	again := reopen(t, s, ring, nil)
	_, err = again.Session(mustProfile(t, s, "sso")).Load(t.Context())
	wantReason(t, err, SessionLocked, "has to be chosen")
	if err := again.UnlockSignIns(t.Context(), []byte("another")); err != nil {
		t.Fatal(err)
	}
	_, err = again.Session(mustProfile(t, s, "sso")).Load(t.Context())
	wantReason(t, err, SessionLost, "a key that is gone")
	signIn(t, again, "sso", "anew")
	wantState(t, again, "sso", "anew")
}

// otherKey makes a valid key that opens nothing.
func otherKey(k *memoryKeyring, s *Store) string {
	old := k.entries[s.sessionAccount()]
	delete(k.entries, s.sessionAccount())
	if _, err := fetchKey(k, s.sessionAccount(), true); err != nil {
		return old
	}
	return k.entries[s.sessionAccount()]
}
