// Package local is the provider of $local: an encrypted vault in a file on
// this machine, for work that has no other vault and for trying things out.
//
// The secrets are one age file, encrypted to an X25519 key. The key is kept in
// the keyring of the operating system, or in a second age file that a
// passphrase opens.
package local

import (
	"context"
	"errors"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Provider takes from outside.
type Options struct {
	// Dir is the folder of the vault files; DefaultDir where "".
	Dir string
	// Keyring keeps the key of vaults with auth keyring; the keyring of the
	// operating system where nil.
	Keyring credentials.Keyring
	// WorkFactor is the base-2 logarithm of the scrypt cost for new passphrase
	// vaults; 18 (about a second) where 0.
	WorkFactor int
}

// Provider is the provider of $local.
type Provider struct{}

// New returns a Provider.
func New(options Options) *Provider { return &Provider{} }

// Name returns "local".
func (p *Provider) Name() string { return secret.Local }

// Get returns the named secret.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	return providers.Payload{}, errors.ErrUnsupported
}

// List returns the names of the secrets.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	return nil, errors.ErrUnsupported
}

// Check unlocks the vault.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	return providers.Identity{}, errors.ErrUnsupported
}

// ResetLogins forgets the unlocked keys.
func (p *Provider) ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int {
	return 0
}

// Vault returns the vault that a credential of provider local names.
func (p *Provider) Vault(credential providers.Credential) (*Vault, error) {
	return nil, errors.ErrUnsupported
}

// Vault is one encrypted vault, which need not exist yet.
type Vault struct{}

// Exists reports whether the vault has been made.
func (v *Vault) Exists() bool { return false }

// Init makes an empty vault; it is an error if there is one.
func (v *Vault) Init(ctx context.Context) error { return errors.ErrUnsupported }

// Names returns the names of the secrets, sorted.
func (v *Vault) Names(ctx context.Context) ([]string, error) { return nil, errors.ErrUnsupported }

// Get returns a secret.
func (v *Vault) Get(ctx context.Context, name string) (secret.Value, error) {
	return secret.Value{}, errors.ErrUnsupported
}

// Set stores or replaces a secret and makes the vault if there is none.
func (v *Vault) Set(ctx context.Context, name string, value secret.Value) error {
	return errors.ErrUnsupported
}

// Remove deletes a secret.
func (v *Vault) Remove(ctx context.Context, name string) error { return errors.ErrUnsupported }
