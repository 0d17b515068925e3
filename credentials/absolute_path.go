package credentials

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// AbsolutePath returns the path in a plain field, with the home folder in place
// of ~/; "" where the field has none. A relative path is an error: the program
// may run in a cloned folder, whose files are not the user's. The error is a
// clause that fits behind the field's name.
func (p Profile) AbsolutePath(field string) (string, error) {
	path := p.Fields[field]
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.New("begins with ~/ and there is no home folder")
		}
		return filepath.Join(home, rest), nil
	}
	if path != "" && !filepath.IsAbs(path) {
		return "", errors.New("is a relative path; begin it with / or ~/")
	}
	return path, nil
}
