// Package childenv makes the environment of the programs that are started: the
// helpers that give credentials or secrets, and the browser. They inherit what
// the user's shell has, but neither the passphrases that are for this program
// only nor its working folder, which is often a cloned one.
package childenv

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Of returns the variables of an environment that a child gets, in a new slice.
// What is left out is every VAULT_LSP_…_PASSPHRASE, in whichever case, since a
// browser and what it starts may live for days with its environment readable
// for every process of the user.
func Of(environment []string) []string {
	return slices.DeleteFunc(slices.Clone(environment), isOwnSecret)
}

// Environ is Of for the environment of this process.
func Environ() []string { return Of(os.Environ()) }

func isOwnSecret(variable string) bool {
	name, _, _ := strings.Cut(strings.ToUpper(variable), "=")
	return strings.HasPrefix(name, "VAULT_LSP_") && strings.HasSuffix(name, "_PASSPHRASE")
}

// Folder is where a program runs: the home folder, or the root of the file
// system where there is none. In a cloned folder the program would find that
// one's modules, settings and version files, and a relative path in the user's
// configuration would name a program of it.
func Folder() string {
	home, err := os.UserHomeDir()
	if err == nil && filepath.IsAbs(home) {
		if info, err := os.Stat(home); err == nil && info.IsDir() {
			return home
		}
	}
	root := string(filepath.Separator)
	if here, err := os.Getwd(); err == nil {
		root = filepath.VolumeName(here) + root
	}
	return root
}
