package credentials

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"filippo.io/age"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
)

// SignInsPassphraseVariable is the environment variable with the passphrase of
// the kept sign-ins where there is no OS keyring.
const SignInsPassphraseVariable = "VAULT_LSP_SIGN_INS_PASSPHRASE"

// SessionReason says why a sign-in cannot be read or kept.
type SessionReason string

// The reasons.
const (
	// SessionLocked: a passphrase is needed, see Store.UnlockSignIns.
	SessionLocked SessionReason = "locked"
	// SessionLost: what is there cannot be read by anyone; signing in anew helps.
	SessionLost SessionReason = "lost"
	// SessionUnavailable: the keyring or the file system does not answer.
	SessionUnavailable SessionReason = "unavailable"
)

// SessionError is the error of a sign-in that cannot be read or kept.
type SessionError struct {
	Reason  SessionReason
	Message string // what is wrong; safe to show
	Hint    string // what to do
	Err     error  // the cause for errors.Is; never shown
}

// Error is the message.
func (e SessionError) Error() string { return e.Message }

// Unwrap returns the cause, for errors.Is.
func (e SessionError) Unwrap() error { return e.Err }

// Format prints the message for every verb, so that the cause stays out.
func (e SessionError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

func unwritable(err error) *SessionError {
	return &SessionError{SessionUnavailable, "the sign-in cannot be kept: " + fileReason(err),
		"check the permissions of the folder and the space on the disk", err}
}

func unreadable(path string, err error) *SessionError {
	lost := func(message string) *SessionError {
		return &SessionError{SessionLost, message, "sign in again", err}
	}
	switch {
	case errors.Is(err, agefile.ErrWrongKey):
		return lost("the kept sign-in " + path + " is encrypted to a key that is gone")
	case errors.Is(err, errRecordVersion), errors.Is(err, errForeignRecord):
		return lost("the kept sign-in " + path + " cannot be used: " + err.Error())
	case errors.Is(err, agefile.ErrDamaged):
		return lost("the kept sign-in " + path + " is damaged")
	}
	return &SessionError{SessionUnavailable, "the kept sign-in " + path + " cannot be read: " + fileReason(err),
		"check its permissions", err}
}

// fileReason is the operating system's words without the names of files.
func fileReason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return "the file system refuses"
}

// sessionKeys are the keys that this process has unlocked. The turn is a channel
// and not a mutex so that waiting for it ends with the caller's context. Whoever
// also needs the folder's lock takes that first.
type sessionKeys struct {
	turn       chan struct{}
	keyring    *age.X25519Identity
	passphrase *age.X25519Identity
	stamp      agefile.Stamp // of the key file that passphrase came from
	attempts   agefile.Attempts
}

// sessionKey is a key and what it is kept by.
type sessionKey struct {
	identity *age.X25519Identity
	kind     keyKind
}

func (k *sessionKeys) enter(ctx context.Context) error {
	select {
	case k.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *sessionKeys) leave() { <-k.turn }

func (s *Store) keyFile() agefile.KeyFile {
	return agefile.KeyFile{Path: filepath.Join(s.sessionDir(), "passphrase.key.age"), WorkFactor: s.options.WorkFactor}
}

// sessionAccount is the name of the key in the keyring. Folders have keys of
// their own.
func (s *Store) sessionAccount() string { return sessionFolder + "@" + shortHash(s.sessionDir()) }

// SignInsHavePassphrase reports whether a passphrase was chosen for the kept
// sign-ins, so that UnlockSignIns takes that one only.
func (s *Store) SignInsHavePassphrase() bool { return s.keyFile().Stamp() != agefile.Stamp{} }

// UnlockSignIns opens the kept sign-ins for this process with the passphrase
// that protects them where there is no keyring; the first one that is given is
// chosen. It does not keep passphrase. The error is a *SessionError, or that of
// ctx.
func (s *Store) UnlockSignIns(ctx context.Context, passphrase []byte) error {
	unlock, err := agefile.Lock(ctx, s.sessionDir())
	if err != nil {
		return unlessDone(ctx, unwritable(err))
	}
	defer unlock()
	if err := s.keys.enter(ctx); err != nil {
		return err
	}
	defer s.keys.leave()
	return s.openKeyFile(passphrase, true)
}

// openKeyFile opens the key file, or makes it where create is set and there is
// none; the caller has the turn and, for create, the folder's lock.
func (s *Store) openKeyFile(passphrase []byte, create bool) error {
	file := s.keyFile()
	identity, stamp, err := s.keys.attempts.Open(file, passphrase)
	if errors.Is(err, fs.ErrNotExist) && create {
		if identity, err = age.GenerateX25519Identity(); err == nil {
			err = file.Write(identity, passphrase)
		}
		stamp = file.Stamp()
	}
	switch {
	case err == nil:
		s.keys.passphrase, s.keys.stamp = identity, stamp
		return nil
	case errors.Is(err, agefile.ErrEmptyPassphrase):
		return lockedSession("the passphrase of the kept sign-ins is empty", err)
	case errors.Is(err, agefile.ErrWrongPassphrase):
		return lockedSession("the passphrase of the kept sign-ins is wrong", err)
	case errors.Is(err, agefile.ErrDamaged):
		return &SessionError{SessionLost, "the key of the kept sign-ins, " + file.Path + ", is damaged",
			"restore it from a backup, or remove it and sign in again", err}
	case errors.Is(err, fs.ErrNotExist):
		return s.needPassphrase(err)
	}
	return unreadable(file.Path, err)
}

func lockedSession(message string, err error) *SessionError {
	return &SessionError{SessionLocked, message,
		"give the right one, in " + SignInsPassphraseVariable + " where nobody can be asked; if it is lost, remove the folder of the kept sign-ins and sign in again", err}
}

// needPassphrase is the error where there is no keyring and no passphrase yet.
func (s *Store) needPassphrase(err error) *SessionError {
	message := "there is no OS keyring here, so a passphrase has to be chosen under which the sign-in is kept"
	if s.SignInsHavePassphrase() {
		message = "the kept sign-ins are protected by a passphrase, which is needed"
	}
	return &SessionError{SessionLocked, message,
		`set ` + SignInsPassphraseVariable + `, or write "signIns": {"keep": false} in the configuration to keep sign-ins in memory only`, err}
}

// readingKey returns the key that opens a file, and whether it may be an old one
// since it was known already; anew asks the keyring again.
func (s *Store) readingKey(ctx context.Context, kind keyKind, anew bool) (identity *age.X25519Identity, cached bool, err error) {
	if err := s.keys.enter(ctx); err != nil {
		return nil, false, err
	}
	defer s.keys.leave()
	if kind == byPassphrase {
		// The stamp tells whether the key is the present one.
		if s.keys.passphrase == nil || s.keys.stamp != s.keyFile().Stamp() {
			err = s.passphraseFromEnvironment(false)
		}
		return s.keys.passphrase, false, err
	}
	if s.keys.keyring != nil && !anew {
		return s.keys.keyring, true, nil
	}
	identity, err = s.keyringKey(ctx, false)
	if errors.Is(err, ErrNotInKeyring) {
		err = &SessionError{SessionLost, "the OS keyring no longer has the key of the kept sign-ins", "sign in again", err}
	}
	return identity, false, err
}

func (s *Store) passphraseFromEnvironment(create bool) error {
	value, ok := s.options.LookupEnv(SignInsPassphraseVariable)
	if !ok || value == "" {
		return s.needPassphrase(nil)
	}
	return s.openKeyFile([]byte(value), create)
}

// writingKey returns the key that new files are encrypted to: the keyring's, or
// the passphrase's without a keyring or with the passphrase in the environment. create makes it where there is none; the
// caller then holds the folder's lock. Without create a zero key means that it
// could be made.
func (s *Store) writingKey(ctx context.Context, create bool) (sessionKey, error) {
	if err := s.keys.enter(ctx); err != nil {
		return sessionKey{}, err
	}
	defer s.keys.leave()
	passphrase, given := s.options.LookupEnv(SignInsPassphraseVariable)
	given = given && passphrase != ""
	var identity *age.X25519Identity
	err := ErrNoKeyring
	if !given {
		// Whoever sets the variable wants it used, also where a keyring is there
		// that nobody can unlock, as over SSH.
		identity, err = s.keyringKey(ctx, create)
	}
	switch {
	case err == nil, errors.Is(err, ErrNotInKeyring):
		return sessionKey{identity, byKeyring}, nil
	case !errors.Is(err, ErrNoKeyring):
		return sessionKey{}, err
	}
	if s.keys.passphrase == nil || s.keys.stamp != s.keyFile().Stamp() {
		if given && !create && !s.SignInsHavePassphrase() {
			return sessionKey{}, nil
		}
		if err := s.passphraseFromEnvironment(create); err != nil {
			return sessionKey{}, err
		}
	}
	return sessionKey{s.keys.passphrase, byPassphrase}, nil
}

// keyringKey fetches the key from the keyring; the caller has the turn. The
// keyring may wait for a person without end, and its interface takes no context:
// the call is left behind when ctx ends. The error is ErrNoKeyring,
// ErrNotInKeyring, a *SessionError, or that of ctx.
func (s *Store) keyringKey(ctx context.Context, create bool) (*age.X25519Identity, error) {
	type answer struct {
		identity *age.X25519Identity
		err      error
	}
	answers := make(chan answer, 1)
	go func() {
		identity, err := fetchKey(s.options.Keyring, s.sessionAccount(), create)
		answers <- answer{identity, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-answers:
		switch {
		case a.err == nil:
			s.keys.keyring = a.identity
			return a.identity, nil
		case errors.Is(a.err, ErrNoKeyring), errors.Is(a.err, ErrNotInKeyring):
			return nil, a.err
		}
		return nil, &SessionError{SessionUnavailable, "the OS keyring, which has the key of the kept sign-ins, does not answer, is locked, or its entry is damaged",
			`unlock it, set ` + SignInsPassphraseVariable + `, or write "signIns": {"keep": false} in the configuration to keep sign-ins in memory only`, a.err}
	}
}

// fetchKey gets the key, or makes it.
func fetchKey(ring Keyring, account string, create bool) (*age.X25519Identity, error) {
	text, err := ring.Get(account)
	if err == nil {
		defer clear(text)
		identity, err := age.ParseX25519Identity(string(text))
		if err != nil {
			return nil, fmt.Errorf("read the key: %w", agefile.ErrDamaged)
		}
		return identity, nil
	}
	if !errors.Is(err, ErrNotInKeyring) || !create {
		return nil, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, err
	}
	return identity, ring.Set(account, []byte(identity.String()))
}

// forgetKeys makes the process forget the keys it has unlocked. Who is using
// them at this moment keeps them; the program is ending then.
func (s *Store) forgetKeys() {
	select {
	case s.keys.turn <- struct{}{}:
		defer s.keys.leave()
		s.keys.keyring, s.keys.passphrase, s.keys.stamp = nil, nil, agefile.Stamp{}
	default:
	}
}
