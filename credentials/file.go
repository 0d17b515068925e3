package credentials

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// maxConfigSize bounds what is read as a configuration file; a hundred profiles
// take a tenth of it.
const maxConfigSize = 256 << 10

// lockPoll is how often a writer looks whether another has finished.
const lockPoll = 20 * time.Millisecond

// readConfig reads the file; a missing one is empty.
func readConfig(path string) ([]byte, fileStamp, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fileStamp{}, nil
	}
	if err != nil {
		return nil, fileStamp{}, fmt.Errorf("read configuration: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxConfigSize {
		return nil, fileStamp{}, fmt.Errorf("read configuration: %s is not a file of at most %d KiB", path, maxConfigSize>>10)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fileStamp{}, fmt.Errorf("read configuration: %w", err)
	}
	return src, stampOf(info), nil
}

// fileStamp tells whether a file has changed without reading it.
type fileStamp struct {
	size int64
	mod  time.Time
}

func stampOf(info fs.FileInfo) fileStamp { return fileStamp{info.Size(), info.ModTime()} }

// stampFile returns the zero stamp for a file that is not there.
func stampFile(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return stampOf(info)
}

// rewrite replaces the file's content by what edit makes of it. Writers in all
// processes take turns; a reader sees the old or the new file, never a part.
func rewrite(ctx context.Context, path string, edit func(old []byte) ([]byte, error)) error {
	// A configuration file may be a link into a folder of dotfiles.
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	lock := flock.New(path + ".lock")
	if ok, err := lock.TryLockContext(ctx, lockPoll); err != nil || !ok {
		return fmt.Errorf("write configuration: wait for another writer of %s: %w", path, err)
	}
	defer func() { _ = lock.Unlock() }() // ends with the process at the latest
	old, _, err := readConfig(path)
	if err != nil {
		return err
	}
	content, err := edit(old)
	if err != nil {
		return err
	}
	if err := writeAtomic(path, content); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// writeAtomic writes a file that only the user may read: to a temporary file
// beside it, then renamed over it.
func writeAtomic(path string, content []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), ".config-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	_, err = temp.Write(content)
	err = errors.Join(err, temp.Sync(), temp.Close())
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
