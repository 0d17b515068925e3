package credentials

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// PassphraseVariable is the environment variable with the passphrase of the
// local vault where no profile is configured.
const PassphraseVariable = "VAULT_LSP_LOCAL_PASSPHRASE"

// NoCredentialError is the error of a provider that has neither a configured
// profile nor an ambient identity.
type NoCredentialError struct {
	Provider string
	Message  string
	Hint     string
}

// Error is the message.
func (e *NoCredentialError) Error() string { return e.Message }

// ambient makes the profile of a provider for which none is configured.
func (s *Store) ambient(provider string) (Profile, error) {
	p := Profile{Provider: provider, Auth: "default", Ambient: true, Fields: map[string]string{}, Secrets: map[string]Source{}}
	switch provider {
	case secret.Vault:
		return s.ambientVault(p)
	case secret.HCP:
		return s.ambientHCP(p)
	case secret.Local:
		p.Auth = "keyring"
		if value, ok := s.options.LookupEnv(PassphraseVariable); ok && value != "" {
			p.Auth = "passphrase"
			p.Secrets["passphrase"] = Source{Env: PassphraseVariable}
		} else if given, ok := s.given(p, "passphrase"); ok {
			given.Wipe()
			p.Auth = "passphrase"
		}
	}
	return p, nil
}

// ambientVault follows the vault and bao command lines: the BAO_ variable wins
// over the VAULT_ one, as in OpenBao. VAULT_SKIP_VERIFY is not honoured:
// certificates are verified unless the configuration names the host.
func (s *Store) ambientVault(p Profile) (Profile, error) {
	variable := func(name string) (value, variable string) {
		for _, prefix := range []string{"BAO_", "VAULT_"} {
			if v, ok := s.options.LookupEnv(prefix + name); ok && v != "" {
				return v, prefix + name
			}
		}
		return "", ""
	}
	p.Auth = "token"
	for field, name := range map[string]string{
		"address": "ADDR", "namespace": "NAMESPACE", "caCert": "CACERT",
		"clientCert": "CLIENT_CERT", "clientKey": "CLIENT_KEY", "tlsServerName": "TLS_SERVER_NAME",
	} {
		if v, _ := variable(name); v != "" {
			p.Fields[field] = v
		}
	}
	const hint = "add a profile with `vault-lsp credential add`, or set VAULT_ADDR and VAULT_TOKEN (or sign in with `vault login`)"
	if p.Fields["address"] == "" {
		return Profile{}, &NoCredentialError{p.Provider, "no credential for vault: none is configured and VAULT_ADDR is not set", hint}
	}
	if method, ok := LookupMethod(p.Provider, p.Auth); ok {
		for _, problem := range checkFields(method, p) {
			if problem.Field == "address" {
				return Profile{}, &NoCredentialError{p.Provider, "VAULT_ADDR is not an http or https URL without user and password", "set it to the server's URL, such as https://vault.example.com"}
			}
		}
	}
	if _, name := variable("TOKEN"); name != "" {
		p.Secrets["token"] = Source{Env: name}
		return p, nil
	}
	home, err := s.home()
	if err == nil {
		path := filepath.Join(home, ".vault-token")
		if _, err := os.Stat(path); err == nil {
			p.Secrets["token"] = Source{File: path}
			return p, nil
		}
	}
	return Profile{}, &NoCredentialError{p.Provider, "no credential for vault: none is configured, VAULT_TOKEN is not set and there is no ~/.vault-token", hint}
}

// ambientHCP reads the variables of HashiCorp's tools
// (hcp-sdk-go config/env.go).
func (s *Store) ambientHCP(p Profile) (Profile, error) {
	id, ok := s.options.LookupEnv("HCP_CLIENT_ID")
	if _, secretSet := s.options.LookupEnv("HCP_CLIENT_SECRET"); !ok || id == "" || !secretSet {
		return Profile{}, &NoCredentialError{p.Provider,
			"no credential for hcp: none is configured and HCP_CLIENT_ID and HCP_CLIENT_SECRET are not set",
			fmt.Sprintf("add a profile with `vault-lsp credential add`, or set both variables for %s", p.Provider)}
	}
	p.Auth = "service-principal"
	p.Fields["clientId"] = id
	p.Secrets["clientSecret"] = Source{Env: "HCP_CLIENT_SECRET"}
	for field, name := range map[string]string{
		"organization": "HCP_ORGANIZATION_ID", "project": "HCP_PROJECT_ID", "authUrl": "HCP_AUTH_URL",
	} {
		if value, _ := s.options.LookupEnv(name); value != "" {
			p.Fields[field] = value
		}
	}
	// HashiCorp's tools take the host without its scheme.
	if host, _ := s.options.LookupEnv("HCP_API_ADDRESS"); host != "" {
		p.Fields["apiUrl"] = "https://" + strings.TrimSuffix(host, ":443")
	}
	return p, nil
}
