package local

import (
	"context"
	"errors"
	"fmt"

	"filippo.io/age"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Protection says what opens a vault.
type Protection struct {
	// Passphrase protects the key; nil keeps it in the keyring instead.
	Passphrase []byte
}

// HasPassphrase reports whether a passphrase protects the vault, and not the
// keyring.
func (v *Vault) HasPassphrase() bool { return v.hasKeyFile() }

// Protect gives the vault a new key, protected as asked: a new passphrase, or a
// move to or from the keyring. Who knows the old passphrase and has an old copy
// of the key opens nothing that is written from then on. The vault has to be
// open. Whatever is interrupted, the vault opens with the old protection or with
// the new one: the data is first encrypted to both keys.
func (v *Vault) Protect(ctx context.Context, protection Protection) error {
	if protection.Passphrase != nil && len(protection.Passphrase) == 0 {
		return failure(providers.Locked, "protect", "the new passphrase is empty", "give one")
	}
	return v.exclusively(ctx, func() error {
		c, err := v.read(ctx)
		if err != nil {
			return err
		}
		old, _, err := v.identity(ctx)
		if err != nil {
			return err
		}
		fresh, err := age.GenerateX25519Identity()
		if err != nil {
			return failure(providers.Unavailable, "protect", "no key could be made", "")
		}
		if err := v.write(c, old.Recipient(), fresh.Recipient()); err != nil {
			return err
		}
		if err := v.placeKey(ctx, fresh, protection); err != nil {
			// The key that nobody keeps opens nothing either.
			return errors.Join(err, v.write(c, old.Recipient()))
		}
		if err := v.remember(ctx, fresh, protection.Passphrase != nil); err != nil {
			return err
		}
		if err := v.write(c, fresh.Recipient()); err != nil || protection.Passphrase == nil {
			return err
		}
		return v.removeFromKeyring(ctx)
	})
}

// placeKey stores a key where protection says, so that it is the one that opens
// the vault from then on.
func (v *Vault) placeKey(ctx context.Context, key *age.X25519Identity, protection Protection) error {
	if protection.Passphrase == nil {
		err := v.withKeyring(ctx, func(ring credentials.Keyring) error {
			return ring.Set(v.account(), []byte(key.String()))
		})
		var e *providers.Error
		if errors.As(err, &e) {
			// Not Locked: a passphrase would not help.
			return failure(providers.Unavailable, "protect", e.Message, "the vault opens as before; unlock the keyring, or keep the passphrase")
		}
		if err != nil {
			return err
		}
		if err := v.keyFile().Remove(); err != nil {
			return v.unwritable(err)
		}
		return nil
	}
	return v.writeKeyFile(key, protection.Passphrase)
}

// removeFromKeyring removes the old key of a vault that a passphrase protects
// now. The key file is used first, so the entry has no use.
func (v *Vault) removeFromKeyring(ctx context.Context) error {
	err := v.withKeyring(ctx, func(ring credentials.Keyring) error {
		err := ring.Delete(v.account())
		if errors.Is(err, credentials.ErrNotInKeyring) || errors.Is(err, credentials.ErrNoKeyring) {
			return nil
		}
		return err
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	e := failure(providers.Unavailable, "protect", fmt.Sprintf("the vault %q has its passphrase, but its old key could not be removed from the OS keyring", v.name),
		"it opens old copies of the vault only; remove the entry "+v.account()+" of "+credentials.Service+" by hand")
	e.Err = err
	return e
}

// forgetKey makes the next use of the vault unlock it again, where another
// process has given it a new key.
func (v *Vault) forgetKey(ctx context.Context) error {
	l := v.provider.lockOf(v)
	if err := l.enter(ctx); err != nil {
		return err
	}
	defer l.leave()
	l.identity, l.stamp, l.byHand = nil, agefile.Stamp{}, false
	return nil
}
