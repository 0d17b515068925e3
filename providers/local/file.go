package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lockPoll is how often a writer looks whether another has finished.
const lockPoll = 20 * time.Millisecond

// tempPattern names the files that a write in progress has; a crash may leave
// one behind.
const tempPattern = ".vault-lsp-*.tmp"

func (v *Vault) dataPath() string { return filepath.Join(v.dir, v.name+".age") }
func (v *Vault) keyPath() string  { return filepath.Join(v.dir, v.name+".key.age") }
func (v *Vault) sumPath() string  { return v.keyPath() + ".sha256" }
func (v *Vault) lockPath() string { return filepath.Join(v.dir, ".lock") }

func (v *Vault) hasKeyFile() bool {
	_, err := os.Stat(v.keyPath())
	return err == nil
}

func (v *Vault) keyFileStamp() keyStamp {
	info, err := os.Stat(v.keyPath())
	if err != nil {
		return keyStamp{}
	}
	return keyStamp{info.Size(), info.ModTime()}
}

// exclusively runs do while no other process writes to the folder. Readers need
// no lock: a file is replaced as a whole.
func (v *Vault) exclusively(ctx context.Context, do func() error) error {
	if err := os.MkdirAll(v.dir, 0o700); err != nil {
		return v.unwritable(err)
	}
	lock := flock.New(v.lockPath(), flock.SetPermissions(0o600))
	ok, err := lock.TryLockContext(ctx, lockPoll)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || !ok {
		return v.unwritable(err)
	}
	defer func() { _ = lock.Unlock() }() // ends with the process at the latest
	removeLeftovers(v.dir)
	return do()
}

// removeLeftovers deletes what a crashed writer has left; the caller holds the
// lock, so no writer is at work. Leftovers hold cipher text only.
func removeLeftovers(dir string) {
	names, err := filepath.Glob(filepath.Join(dir, tempPattern))
	if err != nil {
		return
	}
	for _, name := range names {
		_ = os.Remove(name)
	}
}

// writeAtomic replaces a file: the new content is on disk before it takes the
// old one's name, so a crash at any moment leaves the one or the other.
func writeAtomic(path string, content []byte) (err error) {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, tempPattern) // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	// The new name is on disk once the folder is. Not every file system can
	// do that, and the file is whole either way.
	if folder, openErr := os.Open(dir); openErr == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
	return nil
}
