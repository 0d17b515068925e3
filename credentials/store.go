package credentials

import (
	"context"
	"errors"
	"time"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Store takes from outside; the zero value is what the
// program uses.
type Options struct {
	// Keyring is the keyring of the operating system where nil.
	Keyring Keyring
	// Getenv reads the environment; os.LookupEnv where nil.
	LookupEnv func(name string) (string, bool)
	// CommandTimeout limits one run of a `command` source; 30 seconds where 0.
	CommandTimeout time.Duration
}

// Store answers who the user is to a provider. It reads the configuration file
// again when the file has changed. Its methods may be called concurrently.
type Store struct{}

// Open reads the configuration file at path; a file that does not exist is an
// empty configuration. Problems inside the file are not an error of Open: see
// Problems. The error is of the file system.
func Open(path string, options Options) (*Store, error) { return nil, errors.ErrUnsupported }

// Path returns the path of the configuration file.
func (s *Store) Path() string { return "" }

// Config returns the current configuration.
func (s *Store) Config() Config { return Config{} }

// Problems returns what is wrong in the configuration file, by position.
func (s *Store) Problems() []Problem { return nil }

// List returns the configured profiles by name.
func (s *Store) List() []Profile { return nil }

// Profile returns the configured profile of that name, or an error that says
// which there are.
func (s *Store) Profile(name string) (Profile, error) { return Profile{}, errors.ErrUnsupported }

// Select returns the profile a reference of provider uses: the named one; for
// name "" the default of the provider, or the only profile there is, or, with
// none configured, the ambient identity. A configuration that is damaged where
// the answer would come from is an error, so that no other identity than the
// configured one is ever used in its place.
func (s *Store) Select(provider, name string) (Profile, error) {
	return Profile{}, errors.ErrUnsupported
}

// Material fetches the material of a secret field of a profile from where the
// profile says it is. The error is a *MaterialError; it never shows material or
// a command's output.
func (s *Store) Material(ctx context.Context, profile Profile, field string) (secret.Value, error) {
	return secret.Value{}, errors.ErrUnsupported
}

// Fingerprint identifies the account a profile stands for as it is configured
// now: it changes with every edit of the profile or of its stored material. It
// is a hash and holds no material.
func (s *Store) Fingerprint(profile Profile) string { return "" }

// Add writes a new profile to the configuration file.
func (s *Store) Add(ctx context.Context, profile Profile) error { return errors.ErrUnsupported }

// Update replaces a profile in the configuration file.
func (s *Store) Update(ctx context.Context, profile Profile) error { return errors.ErrUnsupported }

// SetDefault makes a profile the default of its provider.
func (s *Store) SetDefault(ctx context.Context, name string) error { return errors.ErrUnsupported }

// Remove deletes a profile from the configuration file, the defaults that name
// it, and its material from the keyring.
func (s *Store) Remove(ctx context.Context, name string) error { return errors.ErrUnsupported }

// SetSecret stores the material of a field whose source is the keyring.
func (s *Store) SetSecret(ctx context.Context, name, field string, value []byte) error {
	return errors.ErrUnsupported
}

// OnChange registers a function that is called with the name of every profile
// that was added, edited or removed, or got new material.
func (s *Store) OnChange(changed func(name string)) {}

// Keyring returns the keyring the store uses.
func (s *Store) Keyring() Keyring { return nil }

// MaterialError is the error of a secret field that cannot be had.
type MaterialError struct {
	Credential string // Profile.Title
	Field      string
	Source     string // Source.String
	Message    string // safe to show
	Hint       string // what to do
	Err        error  // never shown
}

// Error is a sentence with the credential, the field and the source.
func (e *MaterialError) Error() string { return e.Message }

// Unwrap returns the cause, for errors.Is.
func (e *MaterialError) Unwrap() error { return e.Err }

// ErrNoSource is the cause of a MaterialError where the profile has no source
// for the field.
var ErrNoSource = errors.New("the profile has no source for this field")
