package childenv

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestFind passes over the folders of a workspace: a cloned one may hold a
// program with the name of the user's.
func TestFind(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("left out: programs have other names here")
	}
	own, work, other := t.TempDir(), t.TempDir(), t.TempDir()
	link := filepath.Join(t.TempDir(), "link")
	bin := filepath.Join(work, "node_modules", ".bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{own, work, bin, other} {
		if err := os.WriteFile(filepath.Join(folder, "az"), []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(bin, link); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	for _, before := range []string{"", ".", "node_modules/.bin", work, bin, link, other} {
		t.Setenv("PATH", strings.Join([]string{before, own}, string(filepath.ListSeparator)))
		if got, err := Find("az", []string{other}); err != nil || got != filepath.Join(own, "az") {
			t.Errorf("PATH=%s: %q, %v", os.Getenv("PATH"), got, err)
		}
	}
	t.Setenv("PATH", bin)
	if got, err := Find("az", nil); err == nil {
		t.Errorf("found %q", got)
	}
	t.Setenv("HOME", work)
	if got, err := Find("az", nil); err != nil || got != filepath.Join(bin, "az") {
		t.Errorf("in the home folder: %q, %v", got, err)
	}
}
