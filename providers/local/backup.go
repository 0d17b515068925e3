package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Backup is what an export holds.
type Backup struct {
	Vault    string    // the name of the vault it was made of
	Exported time.Time // when
	content  content
}

// backupContent is the plain text of an export.
type backupContent struct {
	Vault    string    `json:"vault"`
	Exported time.Time `json:"exported"`
	content
}

// IsBackup reports whether a text is what Export makes, without opening it.
func IsBackup(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(text), []byte(armor.Header))
}

// Export returns all secrets of the vault as an armored age file under a
// passphrase of its own, for a backup. The standard age tool opens it.
func (v *Vault) Export(ctx context.Context, passphrase []byte) ([]byte, error) {
	c, err := v.read(ctx)
	if err != nil {
		return nil, err
	}
	recipient, err := age.NewScryptRecipient(string(passphrase))
	if err != nil {
		return nil, failure(providers.Locked, "export", "the passphrase of the backup is empty", "give one")
	}
	if factor := v.provider.options.WorkFactor; factor != 0 {
		recipient.SetWorkFactor(factor)
	}
	plain, err := json.Marshal(backupContent{Vault: v.name, Exported: time.Now().UTC().Truncate(time.Second), content: c})
	if err != nil {
		return nil, failure(providers.Unavailable, "export", "the vault could not be written as JSON", "")
	}
	defer clear(plain)
	sealed, err := agefile.Seal(plain, recipient)
	if err != nil {
		return nil, failure(providers.Unavailable, "export", "the backup could not be encrypted", "")
	}
	var out bytes.Buffer
	w := armor.NewWriter(&out)
	if _, err := w.Write(sealed); err != nil {
		return nil, failure(providers.Unavailable, "export", "the backup could not be written", "")
	}
	if err := w.Close(); err != nil {
		return nil, failure(providers.Unavailable, "export", "the backup could not be written", "")
	}
	return out.Bytes(), nil
}

// OpenBackup decrypts what Export made.
func OpenBackup(text, passphrase []byte) (Backup, error) {
	damaged := failure(providers.Damaged, "restore", "the backup is damaged or is none of a local vault", "take another copy of it; nothing was changed")
	opener, err := age.NewScryptIdentity(string(passphrase))
	if err != nil {
		return Backup{}, failure(providers.Locked, "restore", "the passphrase of the backup is empty", "give the one it was exported with")
	}
	sealed, err := io.ReadAll(armor.NewReader(bytes.NewReader(text)))
	if err != nil {
		return Backup{}, damaged
	}
	plain, err := agefile.Open(sealed, opener)
	if errors.Is(err, agefile.ErrWrongKey) {
		return Backup{}, failure(providers.Locked, "restore", "the passphrase of the backup is wrong, or the backup is damaged", "give the one it was exported with")
	}
	if err != nil {
		return Backup{}, damaged
	}
	defer clear(plain)
	var b backupContent
	if json.Unmarshal(plain, &b) != nil || b.Secrets == nil || b.Version != formatVersion {
		return Backup{}, damaged
	}
	return Backup{Vault: b.Vault, Exported: b.Exported, content: b.content}, nil
}

// Names returns the names of the secrets, sorted.
func (b Backup) Names() []string { return b.content.names() }

// Conflict says what to do about a name that has another value in the vault.
type Conflict int

// The ways.
const (
	Refuse  Conflict = iota // store nothing at all
	Replace                 // take the new value
	Keep                    // leave the old one
)

// Stored says what happened to each name of many, sorted.
type Stored struct {
	Added, Replaced, Kept, Same []string
}

// Restore stores the secrets of a backup in the vault, all of them or none, and
// makes the vault if there is none. Others that it has stay.
func (v *Vault) Restore(ctx context.Context, backup Backup, conflict Conflict) (Stored, error) {
	return v.setAll(ctx, "restore", backup.content.Secrets, conflict)
}

// SetAll is Set for many secrets: all of them are stored, or none.
func (v *Vault) SetAll(ctx context.Context, values map[string]secret.Value, conflict Conflict) (Stored, error) {
	entries := map[string]entry{}
	for name, value := range values {
		e, err := newEntry(name, value)
		if err != nil {
			return Stored{}, err
		}
		entries[name] = e
	}
	return v.setAll(ctx, "import", entries, conflict)
}

func (v *Vault) setAll(ctx context.Context, op string, entries map[string]entry, conflict Conflict) (Stored, error) {
	var stored Stored
	err := v.change(ctx, true, func(c content) error {
		var taken []string
		for _, name := range (content{Secrets: entries}).names() {
			old, exists := c.Secrets[name]
			switch {
			case !exists:
				stored.Added = append(stored.Added, name)
			case old.equal(entries[name]):
				stored.Same = append(stored.Same, name)
				continue
			case conflict == Keep:
				stored.Kept = append(stored.Kept, name)
				continue
			case conflict == Refuse:
				taken = append(taken, name)
				continue
			default:
				stored.Replaced = append(stored.Replaced, name)
			}
			c.Secrets[name] = entries[name]
		}
		if len(taken) > 0 {
			shown := strings.Join(taken[:min(len(taken), maxListedNames)], ", ")
			return failure(providers.InvalidReference, op, fmt.Sprintf("the vault %q has another value for: %s; nothing was stored", v.name, shown),
				"choose --replace or --keep, or another --prefix")
		}
		return nil
	})
	if err != nil {
		return Stored{}, err
	}
	return stored, nil
}

// equal reports whether two entries have the same value.
func (e entry) equal(other entry) bool {
	if e.Text == nil || other.Text == nil {
		return e.Text == nil && other.Text == nil && slices.Equal(e.Base64, other.Base64)
	}
	return *e.Text == *other.Text
}
