package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ofFolders is what the help of a command says that takes folders.
const ofFolders = "A folder stands for\n" +
	"the .http and .rest files in it, without those of hidden folders and node_modules."

// requestFiles puts the request files of folders in their place, in the order of
// their names. Links in folders are not followed.
func requestFiles(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		if info, err := os.Stat(arg); arg == stdinName || err != nil || !info.IsDir() {
			paths = append(paths, arg)
			continue
		}
		before := len(paths)
		err := filepath.WalkDir(arg, func(path string, entry fs.DirEntry, err error) error {
			name := entry.Name()
			switch {
			case err != nil:
				return err
			case entry.IsDir() && path != arg && (strings.HasPrefix(name, ".") || name == "node_modules"):
				return filepath.SkipDir
			case entry.Type().IsRegular() && slices.Contains([]string{".http", ".rest"}, strings.ToLower(filepath.Ext(name))):
				paths = append(paths, path)
			}
			return nil
		})
		if err != nil {
			return nil, usage(err)
		}
		if len(paths) == before {
			return nil, usage(fmt.Errorf("%s: there is no .http or .rest file in this folder", arg))
		}
	}
	return paths, nil
}
