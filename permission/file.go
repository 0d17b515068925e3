package permission

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile is the most that the file may have, in bytes: thousands of rules.
const maxFile = 4 << 20

// readFile returns the text of the file, nil if there is none. It refuses a
// file that is none, and one that somebody other than the user could have
// written: a rule grants.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file; remove it", path)
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s is larger than %d bytes; remove it", path, maxFile)
	}
	for _, at := range []string{path, filepath.Dir(path)} {
		if err := checkOwner(at); err != nil {
			return nil, err
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxFile))
}
