// Package local is the provider of $local: an encrypted vault in a file on
// this machine, for work that has no other vault and for trying things out.
//
// The secrets are one age file (https://age-encryption.org/v1), encrypted to
// an X25519 key. The key is kept in the keyring of the operating system, or in
// a second age file that a passphrase opens. The plain text of neither is ever
// written to disk.
package local

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"filippo.io/age"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// DefaultVault is the name of the vault of a credential that names none.
const DefaultVault = "local"

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

// Provider is the provider of $local. It keeps the keys of the vaults it has
// unlocked in memory.
type Provider struct {
	options Options

	mu    sync.Mutex
	locks map[string]*lock // by vault file and profile name
}

// lock is the state of one vault for one profile. Its turn is a channel and not
// a mutex so that waiting for it ends with the caller's context: opening a
// passphrase file takes a second.
type lock struct {
	turn        chan struct{}
	profile     credentials.Profile
	identity    *age.X25519Identity
	fingerprint string
	byHand      bool // opened with Unlock, whatever the profile's source says
	stamp       agefile.Stamp
	attempts    agefile.Attempts
}

// DefaultDir is $XDG_DATA_HOME/vault-lsp on every platform, else the platform's
// place for data.
func DefaultDir(lookupEnv func(string) (string, bool)) (string, error) {
	if dir, ok := lookupEnv("XDG_DATA_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "vault-lsp"), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir() // AppData, Application Support
		if err != nil {
			return "", fmt.Errorf("find the data folder: set XDG_DATA_HOME: %w", err)
		}
		return filepath.Join(dir, "vault-lsp"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the data folder: set XDG_DATA_HOME: %w", err)
	}
	return filepath.Join(home, ".local", "share", "vault-lsp"), nil
}

// New returns a Provider.
func New(options Options) *Provider {
	if options.Keyring == nil {
		options.Keyring = credentials.OSKeyring()
	}
	return &Provider{options: options, locks: map[string]*lock{}}
}

// Name returns "local".
func (p *Provider) Name() string { return secret.Local }

// Get returns the named secret.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	v, err := p.Vault(credential)
	if err != nil {
		return providers.Payload{}, err
	}
	e, err := v.entry(ctx, ref.Get("secret"))
	if err != nil {
		return providers.Payload{}, err
	}
	kind := providers.Text
	if e.Text == nil {
		kind = providers.Binary
	}
	return providers.Payload{Value: e.value(), Kind: kind}, nil
}

// List returns the names of the secrets for field "secret". It lists no keys:
// they would have to be read out of a value.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	if query.Field != "secret" {
		return nil, nil
	}
	v, err := p.Vault(credential)
	if err != nil {
		return nil, err
	}
	if !v.Exists() {
		return nil, nil // nothing to unlock for
	}
	content, err := v.read(ctx)
	if err != nil {
		return nil, err
	}
	var items []providers.Item
	for _, name := range content.names() {
		if strings.HasPrefix(name, query.Prefix) {
			items = append(items, providers.Item{Value: name, Detail: "stored " + content.Secrets[name].Updated.Format(time.DateOnly)})
		}
	}
	return items, nil
}

// Check unlocks the vault.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	v, err := p.Vault(credential)
	if err != nil {
		return providers.Identity{}, err
	}
	content, err := v.read(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Name: "local vault " + v.name, Details: []providers.Detail{
		{Name: "file", Value: v.dataPath()},
		{Name: "secrets", Value: fmt.Sprint(len(content.Secrets))},
	}}, nil
}

// ResetLogins forgets the unlocked keys.
func (p *Provider) ResetLogins(ctx context.Context, match func(credentials.Profile) bool) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	count := 0
	for key, l := range p.locks {
		// Who is opening the vault at this moment goes on with its own lock.
		if match(l.profile) {
			delete(p.locks, key)
			count++
		}
	}
	return count
}

// Vault returns the vault that a credential of provider local names. It reads
// nothing yet.
func (p *Provider) Vault(credential providers.Credential) (*Vault, error) {
	name := credential.Profile.Fields["vault"]
	if name == "" {
		name = DefaultVault
	}
	if !vaultName().MatchString(name) || strings.HasSuffix(name, ".key") {
		return nil, failure(providers.InvalidReference, "open", "the credential's vault is not a name for a vault", "use letters, digits, . _ and -, not ending in .key")
	}
	usual, usualErr := DefaultDir(os.LookupEnv)
	dir := p.options.Dir
	if dir == "" {
		if usualErr != nil {
			return nil, failure(providers.Unavailable, "open", "there is no folder for the vault", "set XDG_DATA_HOME or HOME")
		}
		dir = usual
	}
	return &Vault{provider: p, credential: credential, name: name, dir: dir, own: usualErr != nil || dir != usual}, nil
}

// Unlock opens the vault of a profile with a passphrase that a person has just
// given and keeps it open until a reset or the end of the program. It does not
// keep the passphrase.
func (p *Provider) Unlock(ctx context.Context, profile credentials.Profile, passphrase []byte) error {
	v, err := p.Vault(providers.Credential{Profile: profile})
	if err != nil {
		return err
	}
	l := p.lockOf(v)
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	identity, stamp, err := v.openKeyFile(&l.attempts, passphrase)
	if err != nil {
		return err
	}
	l.identity, l.stamp, l.byHand = identity, stamp, true
	return nil
}

func (p *Provider) lockOf(v *Vault) *lock {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := v.dataPath() + "\x00" + v.credential.Profile.Name
	l := p.locks[key]
	if l == nil {
		l = &lock{turn: make(chan struct{}, 1), profile: v.credential.Profile}
		p.locks[key] = l
	}
	return l
}

func (l *lock) enter(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *lock) leave() { <-l.turn }
