package local

import (
	"context"
	"os"
	"path/filepath"

	"github.com/vault-lsp/vault-lsp/internal/agefile"
)

func (v *Vault) dataPath() string { return filepath.Join(v.dir, v.name+".age") }
func (v *Vault) keyPath() string  { return v.keyFile().Path }

// keyFile holds the key where a passphrase protects it.
func (v *Vault) keyFile() agefile.KeyFile {
	return agefile.KeyFile{Path: filepath.Join(v.dir, v.name+".key.age"), WorkFactor: v.provider.options.WorkFactor}
}

func (v *Vault) hasKeyFile() bool {
	_, err := os.Stat(v.keyPath())
	return err == nil
}

// exclusively runs do while no other process writes to the folder. Readers need
// no lock: a file is replaced as a whole.
func (v *Vault) exclusively(ctx context.Context, do func() error) error {
	unlock, err := agefile.Lock(ctx, v.dir)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return v.unwritable(err)
	}
	defer unlock()
	return do()
}
