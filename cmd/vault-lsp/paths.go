package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// appName is the name of our folders in the user's places.
const appName = "vault-lsp"

// configFile returns the path of the user's configuration file: --config, else
// VAULT_LSP_CONFIG, else config.json in the platform's place
// ($XDG_CONFIG_HOME or ~/.config on Linux).
func configFile(flag string) (string, error) {
	for _, path := range []string{flag, os.Getenv("VAULT_LSP_CONFIG")} {
		if path != "" {
			return filepath.Abs(path)
		}
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder: %w; name the file with --config", err)
	}
	return filepath.Join(dir, appName, "config.json"), nil
}

// stateDir returns the folder of what the program remembers: permissions and
// long responses.
func stateDir() (string, error) {
	return userDir("XDG_STATE_HOME", ".local/state")
}

// userDir returns our folder below a folder of the XDG Base Directory
// Specification, or below the user's local application data on Windows.
func userDir(variable, fallback string) (string, error) {
	if dir := os.Getenv(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, appName), nil
	}
	if runtime.GOOS == "windows" {
		if dir := os.Getenv("LOCALAPPDATA"); dir != "" {
			return filepath.Join(dir, appName), nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the home folder: %w", err)
	}
	return filepath.Join(home, filepath.FromSlash(fallback), appName), nil
}
