// Package agefile keeps files encrypted with age (https://age-encryption.org/v1)
// that only the user may read: replaced as a whole, by one writer at a time
// among all processes, and opened with a key that lies in a file under a
// passphrase. The plain text is never written to disk.
package agefile

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

// TempPattern names the files that a write in progress has; a crash may leave
// one behind. They hold cipher text only.
const TempPattern = ".vault-lsp-*.tmp"

// lockName is the file in a folder that its writers lock.
const lockName = ".lock"

// Lock makes the folder, with mode 0700, and waits until no other process writes
// to it; unlock ends that. Readers need no lock. What crashed writers left is
// removed. The error is of ctx or of the file system.
func Lock(ctx context.Context, dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(dir, lockName), flock.SetPermissions(0o600))
	ok, err := lock.TryLockContext(ctx, lockPoll)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, err
	case !ok:
		return nil, errors.New("another process writes to the folder")
	}
	removeLeftovers(dir)
	return func() { _ = lock.Unlock() }, nil // ends with the process at the latest
}

// removeLeftovers deletes what a crashed writer has left; the caller holds the
// lock, so no writer is at work.
func removeLeftovers(dir string) {
	names, err := filepath.Glob(filepath.Join(dir, TempPattern))
	if err != nil {
		return
	}
	for _, name := range names {
		_ = os.Remove(name)
	}
}

// Write replaces a file, with mode 0600: the new content is on disk before it
// takes the old one's name, so a crash at any moment leaves the one or the
// other.
func Write(path string, content []byte) error { return WriteAt(path, content, time.Time{}) }

// WriteAt is Write with a modification time, which the file has from its first
// moment on; the present where it is zero.
func WriteAt(path string, content []byte, modified time.Time) (err error) {
	dir := filepath.Dir(path)
	temp, err := os.CreateTemp(dir, TempPattern) // mode 0600
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
	if !modified.IsZero() {
		if err = os.Chtimes(temp.Name(), modified, modified); err != nil {
			return err
		}
	}
	if err = os.Rename(temp.Name(), path); err != nil {
		return err
	}
	syncFolder(dir)
	return nil
}

// syncFolder puts a new name on disk. Not every file system can do that, and the
// file is whole either way.
func syncFolder(dir string) {
	if folder, err := os.Open(dir); err == nil {
		_ = folder.Sync()
		_ = folder.Close()
	}
}
