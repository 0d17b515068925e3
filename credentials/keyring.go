package credentials

import "errors"

// Service is the name under which everything of vault-lsp is kept in the
// keyring.
const Service = "vault-lsp"

// ErrNotInKeyring is returned by a Keyring that works but has no such entry.
var ErrNotInKeyring = errors.New("not in the keyring")

// Keyring keeps secrets by account name. The interface is there for tests and
// for systems that have no keyring.
type Keyring interface {
	// Get returns the entry, or ErrNotInKeyring.
	Get(account string) ([]byte, error)
	// Set stores or replaces the entry.
	Set(account string, value []byte) error
	// Delete removes the entry, or returns ErrNotInKeyring.
	Delete(account string) error
}
