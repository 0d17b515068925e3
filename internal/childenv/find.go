package childenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Find returns the path of a program of the user's: the first on the PATH whose
// folder is absolute and that is not of a workspace. The error is
// exec.ErrNotFound.
func Find(name string, workspaces []string) (string, error) {
	for _, folder := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(folder) {
			continue
		}
		path, err := exec.LookPath(filepath.Join(folder, name))
		if err == nil && !InWorkspace(path, workspaces) {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// InWorkspace reports whether a program lies in a workspace or in the folder
// the process runs in, unless that is the home folder or the root, where the
// user's own programs are.
func InWorkspace(path string, workspaces []string) bool {
	folders := slices.Clone(workspaces)
	home, _ := os.UserHomeDir()
	if here, err := os.Getwd(); err == nil && here != filepath.Clean(home) && filepath.Dir(here) != here {
		folders = append(folders, here)
	}
	return slices.ContainsFunc(folders, func(folder string) bool { return contains(folder, path) || contains(folder, real(path)) })
}

// contains reports whether a path lies in a folder or in what it links to.
func contains(folder, path string) bool {
	for _, f := range []string{folder, real(folder)} {
		if rest, err := filepath.Rel(f, path); err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// real is a path without links; the path itself where that cannot be told.
func real(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}
