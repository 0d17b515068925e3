package credentials

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Store takes from outside; the zero value is what the
// program uses.
type Options struct {
	// Keyring is the keyring of the operating system where nil.
	Keyring Keyring
	// LookupEnv reads the environment; os.LookupEnv where nil.
	LookupEnv func(name string) (string, bool)
	// CommandTimeout limits one run of a `command` source; 30 seconds where 0.
	CommandTimeout time.Duration
	// KeepUnreadable makes Open succeed although the configuration file cannot
	// be read, for a server that has to survive it: until it can be read,
	// Problems tells why, and no credential is given out.
	KeepUnreadable bool
	// StateDir is the folder that the folder of kept sign-ins is in; the
	// configuration file's where "".
	StateDir string
	// WorkFactor is the base-2 logarithm of the scrypt cost of a new passphrase
	// for kept sign-ins; 18 (about a second) where 0.
	WorkFactor int
}

// Store answers who the user is to a provider. It reads the configuration file
// again when the file has changed. Its methods may be called concurrently.
type Store struct {
	path    string
	options Options

	mu       sync.Mutex
	parsed   parsed
	stamp    fileStamp
	readErr  error
	onChange []func(name string)
	// generations count the changes of a profile's stored material in this
	// process, beside those that the file's time shows.
	generations map[string]int
	// provided is material that a person gave this process; see Provide.
	provided map[providedKey]secret.Value
	// sessions are the sign-ins that are kept in memory only, marks those that
	// were seen last.
	sessions     map[sessionID]sessionRecord
	marks        map[sessionID]mark
	forgoKeeping bool
	pruned       bool

	keys sessionKeys
}

// Open reads the configuration file at path; a file that does not exist is an
// empty configuration. Problems inside the file are not an error of Open: see
// Problems. The error is of the file system.
func Open(path string, options Options) (*Store, error) {
	if options.Keyring == nil {
		options.Keyring = OSKeyring()
	}
	if options.LookupEnv == nil {
		options.LookupEnv = os.LookupEnv
	}
	if options.CommandTimeout == 0 {
		options.CommandTimeout = defaultCommandTimeout
	}
	s := &Store{
		path: path, options: options, generations: map[string]int{}, provided: map[providedKey]secret.Value{},
		sessions: map[sessionID]sessionRecord{}, marks: map[sessionID]mark{},
		keys: sessionKeys{turn: make(chan struct{}, 1)},
	}
	src, stamp, err := readConfig(path)
	if err != nil && options.KeepUnreadable {
		s.readErr = err
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	s.stamp, s.parsed = stamp, parse(path, src)
	return s, nil
}

// Path returns the path of the configuration file.
func (s *Store) Path() string { return s.path }

// Keyring returns the keyring the store uses.
func (s *Store) Keyring() Keyring { return s.options.Keyring }

// OnChange registers a function that is called with the name of every profile
// that was added, edited or removed, or got new material. It is called without
// locks held, on the goroutine that noticed.
func (s *Store) OnChange(changed func(name string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onChange = append(s.onChange, changed)
}

// current returns the configuration, read again if the file has changed.
func (s *Store) current() (parsed, error) {
	s.mu.Lock()
	stamp := stampFile(s.path)
	if stamp == s.stamp && s.readErr == nil {
		defer s.mu.Unlock()
		return s.parsed, nil
	}
	before := s.parsed
	src, stamp, err := readConfig(s.path)
	s.readErr = err
	if err != nil {
		s.mu.Unlock()
		return parsed{}, err
	}
	s.stamp, s.parsed = stamp, parse(s.path, src)
	now, listeners := s.parsed, slices.Clone(s.onChange)
	s.mu.Unlock()
	s.forgetEdited(before, now)
	for _, name := range changedProfiles(before, now) {
		for _, changed := range listeners {
			changed(name)
		}
	}
	return now, nil
}

// changedProfiles names the profiles that are not the same in both. A profile
// that keeps material in the keyring may have got new material whenever the
// file was written, since SetSecret marks it that way for other processes.
func changedProfiles(before, now parsed) []string {
	names := map[string]bool{}
	for name, p := range before.config.Credentials {
		other, ok := now.config.Credentials[name]
		if !ok || !reflect.DeepEqual(p, other) || usesKeyring(p) {
			names[name] = true
		}
	}
	for name := range now.config.Credentials {
		if _, ok := before.config.Credentials[name]; !ok {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func usesKeyring(p Profile) bool {
	for _, s := range p.Secrets {
		if s.Keyring {
			return true
		}
	}
	return false
}

// Config returns the current configuration, or the last readable one. The
// caller must not change its maps.
func (s *Store) Config() Config {
	p, err := s.current()
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.parsed.config
	}
	return p.config
}

// Problems returns what is wrong in the configuration file, by position.
func (s *Store) Problems() []Problem {
	p, err := s.current()
	if err != nil {
		return []Problem{{Severity: SeverityError, Path: s.path, Line: 1, Column: 1, Message: err.Error(), Hint: "mend it; it is read again when it changes"}}
	}
	return slices.Clone(p.problems)
}

// List returns the configured profiles by name.
func (s *Store) List() []Profile {
	config := s.Config()
	list := make([]Profile, 0, len(config.Credentials))
	for _, name := range keys(config.Credentials) {
		list = append(list, config.Credentials[name])
	}
	return list
}

// Profile returns the configured profile of that name. The error says what is
// wrong with it, or which there are.
func (s *Store) Profile(name string) (Profile, error) {
	p, err := s.current()
	if err != nil {
		return Profile{}, err
	}
	return p.profile(name)
}

func (p parsed) profile(name string) (Profile, error) {
	if profile, ok := p.config.Credentials[name]; ok {
		return profile, nil
	}
	if broken, ok := p.brokenProfiles[name]; ok {
		return Profile{}, &ConfigError{Problems: broken.problems}
	}
	if p.unusable {
		return Profile{}, &ConfigError{Problems: p.problems}
	}
	return Profile{}, &UnknownCredentialError{Name: name, Known: keys(p.config.Credentials)}
}

// UnknownCredentialError is the error of a name that no profile has.
type UnknownCredentialError struct {
	Name  string
	Known []string
}

// Error names the profiles there are.
func (e *UnknownCredentialError) Error() string {
	if len(e.Known) == 0 {
		return fmt.Sprintf("there is no credential %q; none is configured", e.Name)
	}
	return fmt.Sprintf("there is no credential %q; configured: %s", e.Name, strings.Join(e.Known, ", "))
}

// ErrAmbiguous is the cause of the error of Select where several profiles are
// configured and none is the default.
var ErrAmbiguous = errors.New("several credentials and no default")

// Select returns the profile a reference of provider uses: the named one; for
// name "" the default of the provider, or the only profile there is, or, with
// none configured, the ambient identity. A provider that signs in with the
// profiles of another (secret.CredentialsOf) uses that one's in the same order,
// after a default of its own. A configuration that is damaged where
// the answer would come from is an error, so that no other identity than the
// configured one is ever used in its place.
func (s *Store) Select(provider, name string) (Profile, error) {
	p, err := s.current()
	if err != nil {
		return Profile{}, err
	}
	if name != "" {
		profile, err := p.profile(name)
		if owner := secret.CredentialsOf(provider); err == nil && profile.Provider != owner {
			return Profile{}, fmt.Errorf("credential %q is for %s, not for %s: %s", name, profile.Provider, provider, whichToName(p.named(owner)))
		}
		return profile, err
	}
	if p.unusable {
		return Profile{}, &ConfigError{Problems: p.problems}
	}
	if broken, ok := p.brokenDefaults[provider]; ok {
		return Profile{}, &ConfigError{Problems: broken}
	}
	if name := p.config.Defaults[provider]; name != "" {
		return p.profile(name)
	}
	if owner := secret.CredentialsOf(provider); owner != provider {
		return s.Select(owner, "")
	}
	if problems := p.brokenFor(provider); len(problems) > 0 {
		return Profile{}, &ConfigError{Problems: problems}
	}
	switch names := p.named(provider); len(names) {
	case 0:
		return s.ambient(provider)
	case 1:
		return p.profile(names[0])
	default:
		return Profile{}, fmt.Errorf(`%w for %s: add credential=NAME to the reference or "defaults": {%q: NAME} to the configuration; configured: %s`,
			ErrAmbiguous, provider, provider, strings.Join(names, ", "))
	}
}

// brokenFor returns what is wrong with the profiles that are, or may be meant to
// be, of a provider.
func (p parsed) brokenFor(provider string) []Problem {
	var problems []Problem
	for _, name := range keys(p.brokenProfiles) {
		if broken := p.brokenProfiles[name]; broken.provider == provider || broken.provider == "" {
			problems = append(problems, broken.problems...)
		}
	}
	return problems
}

// named returns the names of the profiles of one provider.
func (p parsed) named(provider string) []string {
	var names []string
	for _, name := range keys(p.config.Credentials) {
		if p.config.Credentials[name].Provider == provider {
			names = append(names, name)
		}
	}
	return names
}

// account is the name of a field's entry in the keyring. Two configuration
// files may use the same profile name for different accounts, so every file but
// the user's usual one has entries of its own.
func (s *Store) account(name, field string) string {
	account := "credential/" + name + "/" + field
	if usual, err := ConfigPath("", withoutPath(s.options.LookupEnv)); err != nil || usual != s.path {
		account += "@" + shortHash(s.path)
	}
	return account
}

func withoutPath(lookup func(string) (string, bool)) func(string) (string, bool) {
	return func(name string) (string, bool) {
		if name == PathVariable {
			return "", false
		}
		return lookup(name)
	}
}

// checkContext is the error of a ctx that is done before work has begun.
func checkContext(ctx context.Context, operation string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", operation, err)
	}
	return nil
}
