package local

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"filippo.io/age"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
)

// identity returns the vault's key, unlocking it where it is not open yet;
// cached says that it was.
func (v *Vault) identity(ctx context.Context) (identity *age.X25519Identity, cached bool, err error) {
	l := v.provider.lockOf(v)
	if err := l.enter(ctx); err != nil {
		return nil, false, err
	}
	defer l.leave()
	if l.identity != nil && (l.byHand || l.fingerprint == v.credential.Fingerprint) && l.stamp == v.keyFile().Stamp() {
		return l.identity, true, nil
	}
	identity, stamp, err := v.unlock(ctx, l)
	if err != nil {
		return nil, false, err
	}
	l.identity, l.stamp, l.fingerprint, l.byHand = identity, stamp, v.credential.Fingerprint, false
	return identity, false, nil
}

// unlock gets the key as the profile says.
func (v *Vault) unlock(ctx context.Context, l *lock) (*age.X25519Identity, agefile.Stamp, error) {
	if v.hasKeyFile() {
		// Also where the profile says keyring: a person may just have been asked
		// for the passphrase.
		passphrase, err := v.passphrase(ctx)
		if err != nil {
			return nil, agefile.Stamp{}, err
		}
		defer clear(passphrase)
		return v.openKeyFile(&l.attempts, passphrase)
	}
	// Also where the profile says passphrase: the vault may have moved to the
	// keyring.
	identity, err := v.keyringIdentity(ctx)
	if err == nil || v.credential.Profile.Auth == "keyring" || ctx.Err() != nil {
		return identity, agefile.Stamp{}, err
	}
	return nil, agefile.Stamp{}, failure(providers.Locked, "unlock", fmt.Sprintf("the key of the vault %q is not protected by a passphrase: %s is not there", v.name, v.keyPath()),
		`if the vault was made with the OS keyring, use a credential with "auth": "keyring"; otherwise restore the key file from a backup`)
}

const passphraseHint = `set ` + credentials.PassphraseVariable + `, or add a credential with "provider": "local", "auth": "passphrase" and a source for its passphrase`

// passphrase fetches the passphrase from the profile's source.
func (v *Vault) passphrase(ctx context.Context) ([]byte, error) {
	locked := func(err error, hint string) error {
		e := failure(providers.Locked, "unlock", fmt.Sprintf("the vault %q is protected by a passphrase, which is needed", v.name), hint)
		e.Err = err
		return e
	}
	if v.credential.Material == nil {
		return nil, locked(nil, passphraseHint)
	}
	value, err := v.credential.Material(ctx, "passphrase")
	if err == nil {
		return value.Reveal(), nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	hint := passphraseHint
	var told *providers.Error
	if errors.As(err, &told) && !errors.Is(err, credentials.ErrNoSource) {
		e := failure(providers.Locked, "unlock", fmt.Sprintf("the passphrase of the vault %q cannot be had: %s", v.name, told.Message), told.Hint)
		e.Err = err
		return nil, e
	}
	return nil, locked(err, hint)
}

// openKeyFile decrypts the key file.
func (v *Vault) openKeyFile(attempts *agefile.Attempts, passphrase []byte) (*age.X25519Identity, agefile.Stamp, error) {
	identity, stamp, err := attempts.Open(v.keyFile(), passphrase)
	switch {
	case err == nil:
		return identity, stamp, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, stamp, v.missing()
	case errors.Is(err, agefile.ErrDamaged):
		return nil, stamp, v.damaged(v.keyPath(), err)
	case errors.Is(err, agefile.ErrEmptyPassphrase):
		return nil, stamp, failure(providers.Locked, "unlock", "the passphrase is empty", "give the passphrase of the vault")
	case errors.Is(err, agefile.ErrWrongPassphrase):
		// Locked and not Unauthenticated: a client that asked a person for the
		// passphrase has to ask again.
		return nil, stamp, failure(providers.Locked, "unlock", fmt.Sprintf("the passphrase of the vault %q is wrong", v.name), v.wrongPassphraseHint())
	}
	return nil, stamp, v.unreadable(v.keyPath(), err)
}

func (v *Vault) wrongPassphraseHint() string {
	if source, ok := v.credential.Profile.Secrets["passphrase"]; ok {
		return "check where it comes from: " + source.String()
	}
	return "try again; without the passphrase nobody can open the vault"
}

// makeKey makes the key of a new vault, or takes up the one that an Init which
// did not come to its end has left.
func (v *Vault) makeKey(ctx context.Context) (*age.X25519Identity, error) {
	if v.hasKeyFile() {
		identity, _, err := v.identity(ctx)
		return identity, err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, failure(providers.Unavailable, "init", "no key could be made", "")
	}
	passphrase, passphraseErr := v.passphrase(ctx)
	if v.credential.Profile.Auth == "keyring" && passphraseErr != nil {
		err := v.withKeyring(ctx, func(ring credentials.Keyring) error {
			old, err := ring.Get(v.account())
			if err == nil {
				identity, err = age.ParseX25519Identity(string(old))
				clear(old)
				return err
			}
			if errors.Is(err, credentials.ErrNotInKeyring) {
				return ring.Set(v.account(), []byte(identity.String()))
			}
			return err
		})
		return identity, err
	}
	if passphraseErr != nil {
		return nil, passphraseErr
	}
	defer clear(passphrase)
	if err := v.writeKeyFile(identity, passphrase); err != nil {
		return nil, err
	}
	return identity, v.remember(ctx, identity, false)
}

// remember keeps a key that has just been made open, as unlocking it would;
// byHand as Unlock would, since a person has just given its passphrase.
func (v *Vault) remember(ctx context.Context, identity *age.X25519Identity, byHand bool) error {
	l := v.provider.lockOf(v)
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	l.identity, l.stamp, l.fingerprint, l.byHand = identity, v.keyFile().Stamp(), v.credential.Fingerprint, byHand
	return nil
}

func (v *Vault) writeKeyFile(identity *age.X25519Identity, passphrase []byte) error {
	err := v.keyFile().Write(identity, passphrase)
	if errors.Is(err, agefile.ErrEmptyPassphrase) {
		return failure(providers.Locked, "init", "the passphrase is empty", "give one")
	}
	if err != nil {
		return v.unwritable(err)
	}
	return nil
}

func (v *Vault) keyringIdentity(ctx context.Context) (*age.X25519Identity, error) {
	var identity *age.X25519Identity
	err := v.withKeyring(ctx, func(ring credentials.Keyring) error {
		text, err := ring.Get(v.account())
		if err != nil {
			return err
		}
		defer clear(text)
		identity, err = age.ParseX25519Identity(string(text))
		return err
	})
	return identity, err
}

// withKeyring runs do with the keyring and explains what goes wrong. A keyring
// may wait for a person without end, and its interface takes no context: the
// call is left behind when ctx ends.
func (v *Vault) withKeyring(ctx context.Context, do func(credentials.Keyring) error) error {
	done := make(chan error, 1)
	go func() { done <- do(v.provider.options.Keyring) }()
	var err error
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err = <-done:
	}
	var e *providers.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, credentials.ErrNotInKeyring):
		e = failure(providers.Locked, "unlock", fmt.Sprintf("the OS keyring has no key for the vault %q", v.name),
			"unlock the keyring it was made with, restore its entry, or remove "+v.dataPath()+" to begin anew")
	case errors.Is(err, credentials.ErrNoKeyring):
		e = failure(providers.Locked, "unlock", "there is no OS keyring here (no D-Bus session)", "use a passphrase: "+passphraseHint)
	default:
		e = failure(providers.Locked, "unlock", "the OS keyring does not answer, is locked, or its entry is damaged", "unlock it, or use a passphrase: "+passphraseHint)
	}
	e.Err = err
	return e
}

// account is the name of the key in the keyring. Vaults in another folder than
// the usual one have entries of their own.
func (v *Vault) account() string {
	account := "local/" + v.name
	if v.own {
		sum := sha256.Sum256([]byte(v.dir))
		account += "@" + hex.EncodeToString(sum[:4])
	}
	return account
}
