package credentials

import (
	"fmt"
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
