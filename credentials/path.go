package credentials

import (
	"fmt"
	"os"
	"path/filepath"
)

// PathVariable is the environment variable that names the configuration file.
const PathVariable = "VAULT_LSP_CONFIG"

// ConfigPath returns the path of the configuration file: override (the
// --config flag) if it is not empty, else $VAULT_LSP_CONFIG, else
// $XDG_CONFIG_HOME/vault-lsp/config.json on every platform, else the
// platform's place for configuration. A relative XDG_CONFIG_HOME is ignored, as
// the XDG base directory specification asks.
func ConfigPath(override string, lookupEnv func(string) (string, bool)) (string, error) {
	if override != "" {
		return override, nil
	}
	if path, ok := lookupEnv(PathVariable); ok && path != "" {
		return path, nil
	}
	if dir, ok := lookupEnv("XDG_CONFIG_HOME"); ok && filepath.IsAbs(dir) {
		return filepath.Join(dir, "vault-lsp", "config.json"), nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration folder: set %s to the path of the configuration file: %w", PathVariable, err)
	}
	return filepath.Join(dir, "vault-lsp", "config.json"), nil
}
