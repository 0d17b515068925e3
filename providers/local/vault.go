package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// A vault's name becomes a file name.
var vaultName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`) })

// Limits of what a vault takes.
const (
	maxNameLength = 256
	maxValueSize  = 1 << 20
	formatVersion = 1
)

// Vault is one encrypted vault, which need not exist yet. Its methods may be
// called concurrently, also by several processes.
type Vault struct {
	provider   *Provider
	credential providers.Credential
	name       string
	dir        string
	own        bool // dir is not the usual folder
}

// content is the plain text of the data file.
type content struct {
	Version int              `json:"version"`
	Secrets map[string]entry `json:"secrets"`
}

// entry is one secret: text, or bytes that are not.
type entry struct {
	Text    *string   `json:"text,omitempty"`
	Base64  []byte    `json:"base64,omitempty"`
	Updated time.Time `json:"updated"`
}

func (e entry) value() secret.Value {
	if e.Text != nil {
		return secret.NewValue([]byte(*e.Text))
	}
	return secret.NewValue(e.Base64)
}

func (c content) names() []string {
	names := make([]string, 0, len(c.Secrets))
	for name := range c.Secrets {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Exists reports whether the vault has been made.
func (v *Vault) Exists() bool {
	_, err := os.Stat(v.dataPath())
	return err == nil
}

// Path returns the path of the encrypted file.
func (v *Vault) Path() string { return v.dataPath() }

// Init makes an empty vault; it is an error if there is one.
func (v *Vault) Init(ctx context.Context) error {
	return v.exclusively(ctx, func() error {
		if v.Exists() {
			return failure(providers.InvalidReference, "init", fmt.Sprintf("there is a vault %q already at %s", v.name, v.dataPath()), "use it, or choose another name")
		}
		return v.init(ctx)
	})
}

// init makes the key and the empty data file; the caller holds the file lock.
func (v *Vault) init(ctx context.Context) error {
	identity, err := v.makeKey(ctx)
	if err != nil {
		return err
	}
	return v.write(content{Version: formatVersion, Secrets: map[string]entry{}}, identity.Recipient())
}

// Names returns the names of the secrets, sorted.
func (v *Vault) Names(ctx context.Context) ([]string, error) {
	c, err := v.read(ctx)
	return c.names(), err
}

// Get returns a secret.
func (v *Vault) Get(ctx context.Context, name string) (secret.Value, error) {
	e, err := v.entry(ctx, name)
	if err != nil {
		return secret.Value{}, err
	}
	return e.value(), nil
}

func (v *Vault) entry(ctx context.Context, name string) (entry, error) {
	c, err := v.read(ctx)
	if err != nil {
		return entry{}, err
	}
	e, ok := c.Secrets[name]
	if !ok {
		return entry{}, v.notFound("get", name, c)
	}
	return e, nil
}

// Set stores or replaces a secret and makes the vault if there is none. It does
// not keep value.
func (v *Vault) Set(ctx context.Context, name string, value secret.Value) error {
	e, err := newEntry(name, value)
	if err != nil {
		return err
	}
	return v.change(ctx, true, func(c content) error {
		c.Secrets[name] = e
		return nil
	})
}

// newEntry makes an entry of a copy of value, if both are within the limits.
func newEntry(name string, value secret.Value) (entry, error) {
	switch {
	case name == "" || len(name) > maxNameLength || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		return entry{}, failure(providers.InvalidReference, "set", "this is not a name for a secret", fmt.Sprintf("use 1 to %d bytes of text without control characters", maxNameLength))
	case value.Len() > maxValueSize:
		return entry{}, failure(providers.InvalidReference, "set", "the value is larger than 1 MiB", "the local vault is for secrets, not for files")
	}
	e := entry{Updated: time.Now().UTC().Truncate(time.Second)}
	if plain := value.Reveal(); utf8.Valid(plain) {
		text := string(plain)
		e.Text = &text
	} else {
		e.Base64 = bytes.Clone(plain)
	}
	return e, nil
}

// Remove deletes a secret.
func (v *Vault) Remove(ctx context.Context, name string) error {
	return v.change(ctx, false, func(c content) error {
		if _, ok := c.Secrets[name]; !ok {
			return v.notFound("remove", name, c)
		}
		delete(c.Secrets, name)
		return nil
	})
}

// change edits the content while no other writer does.
func (v *Vault) change(ctx context.Context, create bool, edit func(content) error) error {
	return v.exclusively(ctx, func() error {
		if create && !v.Exists() {
			if err := v.init(ctx); err != nil {
				return err
			}
		}
		c, err := v.read(ctx)
		if err != nil {
			return err
		}
		if err := edit(c); err != nil {
			return err
		}
		identity, _, err := v.identity(ctx)
		if err != nil {
			return err
		}
		return v.write(c, identity.Recipient())
	})
}

// read decrypts the data file.
func (v *Vault) read(ctx context.Context) (content, error) {
	plain, err := v.open(ctx)
	if err != nil {
		return content{}, err
	}
	defer clear(plain)
	var c content
	// The words of the JSON package may repeat a piece of the text.
	if json.Unmarshal(plain, &c) != nil || c.Secrets == nil {
		return content{}, v.damaged(v.dataPath(), nil)
	}
	if c.Version != formatVersion {
		return content{}, failure(providers.Damaged, "open", fmt.Sprintf("%s has format %d, which this version does not know", v.dataPath(), c.Version), "use a newer version of vault-lsp")
	}
	return c, nil
}

// open returns the plain text of the data file. Another process may be giving
// the vault a new key: where the key does not fit, both are read once more.
func (v *Vault) open(ctx context.Context) ([]byte, error) {
	for attempt := range 2 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sealed, err := os.ReadFile(v.dataPath())
		if errors.Is(err, fs.ErrNotExist) {
			return nil, v.missing()
		}
		if err != nil {
			return nil, v.unreadable(v.dataPath(), err)
		}
		identity, cached, err := v.identity(ctx)
		if err != nil {
			return nil, err
		}
		plain, err := agefile.Open(sealed, identity)
		switch {
		case err == nil:
			return plain, nil
		case !errors.Is(err, agefile.ErrWrongKey):
			return nil, v.damaged(v.dataPath(), err)
		case attempt == 0 && cached:
			if err := v.forgetKey(ctx); err != nil {
				return nil, err
			}
		}
	}
	return nil, failure(providers.Damaged, "open", v.dataPath()+" is encrypted to another key than this vault's", "restore the file and its key from the same backup")
}

// write encrypts the data file to each recipient and replaces it.
func (v *Vault) write(c content, recipients ...age.Recipient) error {
	plain, err := json.Marshal(c)
	if err != nil {
		return failure(providers.Unavailable, "write", "the vault could not be written as JSON", "")
	}
	defer clear(plain)
	sealed, err := agefile.Seal(plain, recipients...)
	if err != nil {
		return failure(providers.Unavailable, "write", "the vault could not be encrypted", "")
	}
	if err := agefile.Write(v.dataPath(), sealed); err != nil {
		return v.unwritable(err)
	}
	return nil
}
