package credentials

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
)

// A sign-in is one file, in a folder for all configuration files of the user:
//
//	CONFIG.PROFILE.BINDING.KEY.age
//
// CONFIG and PROFILE are hashes of the configuration's path and of the profile's
// provider and name, BINDING is one of the profile as it is configured, and KEY
// is what opens the file: keyring or passphrase. So nothing has to be decrypted
// to know that a sign-in belongs to an edited profile.

// sessionFolder is the folder of the files below Options.StateDir.
const sessionFolder = "sign-ins"

// recordVersion is the version of the content of a file.
const recordVersion = 1

// keyKind says what opens a file.
type keyKind string

const (
	byKeyring    keyKind = "keyring"
	byPassphrase keyKind = "passphrase"
)

// sessionID names the profile of a session.
type sessionID struct{ provider, profile string }

func identify(profile Profile) sessionID { return sessionID{profile.Provider, profile.Name} }

// sessionRecord is the content of a file.
type sessionRecord struct {
	Version  int       `json:"version"`
	Binding  string    `json:"binding"` // to profile and configuration, as in the file's name
	State    []byte    `json:"state"`
	Identity string    `json:"identity,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Since    time.Time `json:"since,omitzero"`

	mark mark // of a record in memory
}

func (r sessionRecord) clone() sessionRecord {
	r.State = bytes.Clone(r.State)
	return r
}

func (r sessionRecord) encode(profile Profile) []byte {
	r.Version, r.Binding = recordVersion, bindingOf(profile)
	plain, _ := json.Marshal(r) // such a struct always encodes
	return plain
}

var (
	errRecordVersion = errors.New("the file is of another version of vault-lsp")
	errForeignRecord = errors.New("the file is of another profile")
)

// decodeRecord reads a record; the words of the JSON package stay out of the
// error, since they may repeat a piece of the text.
func decodeRecord(plain []byte, profile Profile) (sessionRecord, error) {
	var r sessionRecord
	switch {
	case json.Unmarshal(plain, &r) != nil || r.State == nil:
		return sessionRecord{}, agefile.ErrDamaged
	case r.Version != recordVersion:
		return sessionRecord{}, errRecordVersion
	case r.Binding != bindingOf(profile):
		return sessionRecord{}, errForeignRecord
	}
	return r, nil
}

// bindingOf is a hash of a profile as it is configured.
func bindingOf(profile Profile) string {
	plain, _ := json.Marshal(profile) // such a struct always encodes, maps by key
	return longHash(string(plain))
}

func longHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

func (s *Store) sessionDir() string {
	dir := s.options.StateDir
	if dir == "" {
		dir = filepath.Dir(s.path)
	}
	return filepath.Join(dir, sessionFolder)
}

// sessionPrefix is what the names of all files of a profile begin with.
func (s *Store) sessionPrefix(profile Profile) string {
	return longHash(s.path) + "." + longHash(profile.Provider+"\x00"+profile.Name) + "."
}

// sessionFile is a file that a sign-in may be in.
type sessionFile struct {
	path string
	kind keyKind
}

// sessionFiles are the files that the sign-in of a profile may be in.
func (s *Store) sessionFiles(profile Profile) [2]sessionFile {
	path := filepath.Join(s.sessionDir(), s.sessionPrefix(profile)+bindingOf(profile))
	return [2]sessionFile{{path + ".keyring.age", byKeyring}, {path + ".passphrase.age", byPassphrase}}
}

func (s *Store) sessionPath(profile Profile, kind keyKind) string {
	files := s.sessionFiles(profile)
	if kind == byKeyring {
		return files[0].path
	}
	return files[1].path
}

// findSession returns the file that a profile has, and its mark. For a moment,
// while one is being replaced by the other, there may be two: the later counts.
func (s *Store) findSession(profile Profile) (file sessionFile, present mark, ok bool) {
	for _, candidate := range s.sessionFiles(profile) {
		info, err := os.Stat(candidate.path)
		if err != nil {
			continue
		}
		if at := mark(info.ModTime().UnixNano()); !ok || at > present {
			file, present, ok = candidate, at, true
		}
	}
	return file, present, ok
}

// keeps reports whether the sign-in of a profile is kept in a file. Nobody signs
// in with an ambient identity by name, and the environment may change it.
func (s *Store) keeps(profile Profile) bool {
	if profile.Ambient || profile.Name == "" || !s.Config().SignIns.Keep {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.forgoKeeping
}

// KeepSignInsInMemory makes this process keep new sign-ins in memory only, for
// a person who has no keyring and gives no passphrase.
func (s *Store) KeepSignInsInMemory() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgoKeeping = true
}

// markOf returns the mark of the sign-in that is there now.
func (s *Store) markOf(profile Profile) mark {
	s.mu.Lock()
	record, ok := s.sessions[identify(profile)]
	s.mu.Unlock()
	if ok {
		return record.mark
	}
	if !s.keeps(profile) {
		return 0
	}
	_, present, _ := s.findSession(profile)
	return present
}

// noticeMark tells the listeners if a person has signed in anew since the last
// look, so that what the old identity fetched is forgotten.
func (s *Store) noticeMark(profile Profile, present mark) {
	s.mu.Lock()
	id := identify(profile)
	last, seen := s.marks[id]
	s.marks[id] = present
	listeners := slices.Clone(s.onChange)
	s.mu.Unlock()
	if !seen || last == present {
		return
	}
	for _, changed := range listeners {
		changed(profile.Name)
	}
}

// stillConfigured reports whether the configuration has the profile as it is.
// Where it cannot be read nothing has changed that is known.
func (s *Store) stillConfigured(profile Profile) bool {
	p, err := s.current()
	if err != nil || p.unusable {
		return true
	}
	now, ok := p.config.Credentials[profile.Name]
	return ok && bindingOf(now) == bindingOf(profile)
}

// dropSession removes what is kept of a profile but the file at keep, which may
// be "".
func (s *Store) dropSession(profile Profile, keep string) error {
	s.mu.Lock()
	clear(s.sessions[identify(profile)].State)
	delete(s.sessions, identify(profile))
	s.mu.Unlock()
	paths, err := filepath.Glob(filepath.Join(globEscape(s.sessionDir()), s.sessionPrefix(profile)+"*.age"))
	var errs []error
	for _, path := range paths {
		if path == keep {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, err)...)
}

// globEscape makes a path mean itself in a pattern.
func globEscape(path string) string {
	if os.PathSeparator == '\\' {
		return path // has no escapes, and a * cannot stand in a name
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// forgetEdited removes the sign-ins of profiles that are not what they were.
func (s *Store) forgetEdited(before, now parsed) {
	if now.forgetSignIns && !before.forgetSignIns {
		s.removeSessions(nil)
	}
	for _, name := range slices.Sorted(maps.Keys(before.config.Credentials)) {
		old := before.config.Credentials[name]
		present, ok := now.config.Credentials[name]
		switch {
		case now.unusable, now.brokenProfiles[name].problems != nil:
			// Somebody is typing; what it will be is not known yet.
		case !ok:
			_ = s.dropSession(old, "") // at the latest pruneSessions does
		case bindingOf(old) != bindingOf(present):
			keep, _, _ := s.findSession(present)
			_ = s.dropSession(old, keep.path)
		}
	}
}

// pruneSessions removes, once a process, the sign-ins of profiles that were
// edited or removed while no process looked.
func (s *Store) pruneSessions() {
	s.mu.Lock()
	done := s.pruned
	s.pruned = true
	s.mu.Unlock()
	if done {
		return
	}
	parsed, err := s.current()
	if err != nil || parsed.unusable || len(parsed.brokenProfiles) > 0 {
		return
	}
	known := map[string]bool{}
	for _, profile := range parsed.config.Credentials {
		for _, file := range s.sessionFiles(profile) {
			known[file.path] = !parsed.forgetSignIns
		}
	}
	s.removeSessions(known)
}

// removeSessions removes the files of this configuration but those to keep. What
// cannot be removed stays encrypted.
func (s *Store) removeSessions(keep map[string]bool) {
	paths, _ := filepath.Glob(filepath.Join(globEscape(s.sessionDir()), longHash(s.path)+".*.age"))
	for _, path := range paths {
		if !keep[path] {
			_ = os.Remove(path)
		}
	}
}
