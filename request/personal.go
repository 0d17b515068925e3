package request

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// errPersonal is a file that is in the workspace's folder and not of the
// workspace.
var errPersonal = errors.New("belongs to you or to the version control, and may hold credentials")

// isPersonal reports whether a file below root did not come with the workspace:
// what version control keeps for the user, as the address of a remote with its
// token in .git/config, and, where the workspace is the home folder or one above
// it, the hidden files there, such as .ssh and .aws. name is without links.
func isPersonal(root, name string) bool {
	separator := string(filepath.Separator)
	for part := range strings.SplitSeq(name, separator) {
		if slices.ContainsFunc([]string{".git", ".hg", ".svn", ".jj"}, func(folder string) bool { return strings.EqualFold(part, folder) }) {
			return true
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return false
	}
	if resolved, err := filepath.EvalSymlinks(home); err == nil {
		home = resolved
	}
	below, err := filepath.Rel(root, home)
	if err != nil || below == ".." || strings.HasPrefix(below, ".."+separator) {
		return false // the home folder is not in the workspace
	}
	inHome, err := filepath.Rel(home, filepath.Join(root, name))
	return err == nil && strings.HasPrefix(inHome, ".") && inHome != ".." && !strings.HasPrefix(inHome, ".."+separator)
}

// WithoutPersonal returns the files of a workspace without those that did not
// come with it, also under the name of a link: what environment files hold is
// sent wherever a request says. root is the workspace's folder.
func WithoutPersonal(root string, files fs.FS) fs.FS {
	resolved, err := filepath.EvalSymlinks(root)
	if err != nil {
		resolved = root
	}
	return workspaceFiles{resolved, files}
}

type workspaceFiles struct {
	root  string
	files fs.FS
}

// Open refuses a file that is personal.
func (w workspaceFiles) Open(name string) (fs.File, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(w.root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	if below, err := filepath.Rel(w.root, real); err == nil && below != "." && isPersonal(w.root, below) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errPersonal}
	}
	return w.files.Open(name)
}
