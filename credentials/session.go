package credentials

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Session is what one sign-in of a person with a profile left: state that is
// opaque to everyone but the provider. It is kept across restarts, encrypted,
// unless the configuration says otherwise, and belongs to the profile as it was
// configured: with an edit it is gone. Its methods may be called concurrently.
type Session struct {
	store   *Store
	profile Profile
	// mark tells the sign-ins with a profile apart; 0 for none.
	mark mark
	// fresh is set if a person is signing in: what is saved is a new sign-in.
	fresh bool
}

// mark is the time of a sign-in, which its file has as modification time, in
// nanoseconds since 1970. A refresh of the state keeps it, so that a mark that
// changes means that a person has signed in anew, in whichever process.
type mark int64

// Account says who a person signed in as, for display without a network.
type Account struct {
	Identity string    // "jo@example.com"
	Expires  time.Time // when the vault says the sign-in ends; zero for unknown
	Since    time.Time // when the person signed in
}

// Session returns the sign-in that is there now; it may be none.
func (s *Store) Session(profile Profile) Session {
	present := s.markOf(profile)
	s.noticeMark(profile, present)
	return Session{store: s, profile: profile, mark: present}
}

// NewSession prepares a new sign-in of a person with profile; Save completes it.
// The error is a *SessionError: what cannot be kept is told before a person goes
// through a browser, with reason SessionLocked where a passphrase is needed
// first.
func (s *Store) NewSession(ctx context.Context, profile Profile) (Session, error) {
	session := Session{store: s, profile: profile, fresh: true}
	if profile.NeedsPerson() && !profile.KeptElsewhere() && s.keeps(profile) {
		if _, err := s.writingKey(ctx, false); err != nil {
			return Session{}, err
		}
	}
	session.mark = nextMark(s.markOf(profile))
	return session, nil
}

// nextMark is a whole even number of seconds, as every file system can keep it.
func nextMark(last mark) mark {
	const step = mark(2 * time.Second)
	next := mark(time.Now().UnixNano()) / step * step
	return max(next, last/step*step+step)
}

// Exists reports whether something was kept when the Session was made.
func (n Session) Exists() bool { return n.mark != 0 && !n.fresh }

// Fingerprint is the Store's, for this sign-in: two sign-ins with one profile
// may be two accounts.
func (n Session) Fingerprint() string { return n.store.fingerprint(n.profile, n.mark) }

// Load returns what was saved last; a zero Value if there is nothing. The copy
// is the caller's. The error is a *SessionError, or that of ctx.
func (n Session) Load(ctx context.Context) (secret.Value, error) {
	record, err := n.store.loadRecord(ctx, n.profile)
	var old *SessionError
	if n.fresh && errors.As(err, &old) {
		err = nil // whatever it was is about to be replaced
	}
	if err != nil || record.State == nil {
		return secret.Value{}, err
	}
	return secret.NewValue(record.State), nil
}

// Save keeps state, which it copies, for Load. It does nothing where it is too
// late: the profile has been edited or removed, or a person has signed in anew,
// since the Session was made. The error is a *SessionError, or that of ctx.
func (n Session) Save(ctx context.Context, state []byte) error {
	return n.store.saveRecord(ctx, n, func(r *sessionRecord) {
		r.State = append([]byte(nil), state...)
		if n.fresh {
			r.Identity, r.Expires, r.Since = "", time.Time{}, time.Unix(0, int64(n.mark)).UTC()
		}
	})
}

// Note keeps who the person is beside the state, where there is any.
func (n Session) Note(ctx context.Context, identity string, expires time.Time) error {
	return n.store.saveRecord(ctx, n, func(r *sessionRecord) { r.Identity, r.Expires = identity, expires })
}

// Account returns who the person signed in as; ok is false if nobody did or it
// cannot be told without asking for a passphrase.
func (n Session) Account(ctx context.Context) (account Account, ok bool) {
	record, err := n.store.loadRecord(ctx, n.profile)
	if err != nil || record.State == nil {
		return Account{}, false
	}
	clear(record.State)
	return Account{Identity: record.Identity, Expires: record.Expires, Since: record.Since}, true
}

// Delete forgets the sign-in, unless a person has signed in anew meanwhile.
func (n Session) Delete(ctx context.Context) error {
	if err := checkContext(ctx, "forget the sign-in"); err != nil {
		return err
	}
	if n.store.markOf(n.profile) != n.mark && !n.fresh {
		return nil
	}
	if err := n.store.dropSession(n.profile, ""); err != nil {
		return unwritable(err)
	}
	return nil
}

// loadRecord reads the record of a profile; a zero one if there is none.
func (s *Store) loadRecord(ctx context.Context, profile Profile) (sessionRecord, error) {
	if err := checkContext(ctx, "read the sign-in"); err != nil {
		return sessionRecord{}, err
	}
	s.mu.Lock()
	record, ok := s.sessions[identify(profile)]
	s.mu.Unlock()
	if ok {
		return record.clone(), nil
	}
	s.pruneSessions()
	if !s.keeps(profile) {
		return sessionRecord{}, nil
	}
	file, _, ok := s.findSession(profile)
	if !ok {
		return sessionRecord{}, nil
	}
	return s.readRecord(ctx, profile, file)
}

// readRecord decrypts a file, once more where another process has made another
// key since ours was fetched.
func (s *Store) readRecord(ctx context.Context, profile Profile, file sessionFile) (sessionRecord, error) {
	path := file.path
	for fresh := range 2 {
		identity, cached, err := s.readingKey(ctx, file.kind, fresh == 1)
		if errors.Is(err, ErrNoKeyring) {
			return sessionRecord{}, nil // kept elsewhere: here nobody is signed in
		}
		if err != nil {
			return sessionRecord{}, err
		}
		sealed, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return sessionRecord{}, nil // replaced or forgotten just now
		}
		if err != nil {
			return sessionRecord{}, unreadable(path, err)
		}
		plain, err := agefile.Open(sealed, identity)
		if errors.Is(err, agefile.ErrWrongKey) && cached {
			continue
		}
		if err != nil {
			return sessionRecord{}, unreadable(path, err)
		}
		record, err := decodeRecord(plain, profile)
		clear(plain)
		if err != nil {
			return sessionRecord{}, unreadable(path, err)
		}
		return record, nil
	}
	return sessionRecord{}, unreadable(path, agefile.ErrWrongKey)
}

// saveRecord changes the record of a session, in memory or in its file.
func (s *Store) saveRecord(ctx context.Context, n Session, change func(*sessionRecord)) error {
	if err := checkContext(ctx, "keep the sign-in"); err != nil {
		return err
	}
	if n.profile.Name != "" && !s.stillConfigured(n.profile) {
		return nil
	}
	var err error
	if s.keeps(n.profile) {
		err = s.writeRecord(ctx, n, change)
	} else {
		s.rememberRecord(n, change)
	}
	if err == nil {
		s.noticeMark(n.profile, s.markOf(n.profile))
	}
	return err
}

// rememberRecord is saveRecord in memory.
func (s *Store) rememberRecord(n Session, change func(*sessionRecord)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := identify(n.profile)
	old := s.sessions[id]
	if !n.fresh && old.mark != n.mark {
		return
	}
	var record sessionRecord
	if old.mark == n.mark {
		record = old.clone()
	}
	change(&record)
	record.mark = n.mark
	if record.State == nil {
		return // nobody has signed in
	}
	clear(old.State)
	s.sessions[id] = record
}

// writeRecord is saveRecord in a file.
func (s *Store) writeRecord(ctx context.Context, n Session, change func(*sessionRecord)) error {
	unlock, err := agefile.Lock(ctx, s.sessionDir())
	if err != nil {
		return unlessDone(ctx, unwritable(err))
	}
	defer unlock()
	present := s.markOf(n.profile)
	if present != n.mark && !n.fresh {
		return nil
	}
	var record sessionRecord
	if !n.fresh || present == n.mark {
		if record, err = s.loadRecord(ctx, n.profile); err != nil && !n.fresh {
			return err
		}
	}
	change(&record)
	if record.State == nil {
		return nil
	}
	key, err := s.writingKey(ctx, true)
	if err != nil {
		return err
	}
	plain := record.encode(n.profile)
	defer clear(plain)
	defer clear(record.State)
	sealed, err := agefile.Seal(plain, key.identity.Recipient())
	if err != nil {
		return unwritable(err)
	}
	path := s.sessionPath(n.profile, key.kind)
	if err := agefile.WriteAt(path, sealed, time.Unix(0, int64(n.mark))); err != nil {
		return unwritable(err)
	}
	if err := s.dropSession(n.profile, path); err != nil {
		return unwritable(err)
	}
	return nil
}

// unlessDone is err, or the error of a ctx that is done.
func unlessDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
