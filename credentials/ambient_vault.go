package credentials

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Files of Vault's and OpenBao's own commands in the home folder.
const (
	vaultTokenFile  = ".vault-token"
	baoTokenFile    = ".bao-token"
	vaultConfigFile = ".vault"
)

// Fields of the ambient profile of vault that no configured one has.
const (
	// FieldCACertBytes has the server's certificate authority itself, in PEM form.
	FieldCACertBytes = "caCertBytes"
	// FieldProxy is the URL of an HTTP proxy.
	FieldProxy = "proxy"
	// FieldSkipVerify is "true" where the environment asks not to verify
	// certificates. They are verified all the same; it is for the error message.
	FieldSkipVerify = "skipVerify"
)

// vaultVariable returns a variable of Vault's command line by the part of its
// name behind VAULT_, and its whole name. That of OpenBao, BAO_, wins even where
// it is empty, as in OpenBao.
func (s *Store) vaultVariable(name string) (value, variable string) {
	for _, prefix := range []string{"BAO_", "VAULT_"} {
		if v, ok := s.options.LookupEnv(prefix + name); ok {
			return v, prefix + name
		}
	}
	return "", ""
}

// ambientVault follows the vault and bao command lines. An agent's address wins
// over the server's. VAULT_SKIP_VERIFY is not honoured: certificates are always
// verified, and an authority of one's own is named in VAULT_CACERT. Of
// VAULT_HEADERS, VAULT_MFA and VAULT_WRAP_TTL nothing is used.
func (s *Store) ambientVault(p Profile) (Profile, error) {
	for field, name := range map[string]string{
		"address": "ADDR", "namespace": "NAMESPACE", "caCert": "CACERT", "caPath": "CAPATH", FieldCACertBytes: "CACERT_BYTES",
		"clientCert": "CLIENT_CERT", "clientKey": "CLIENT_KEY", "tlsServerName": "TLS_SERVER_NAME", FieldProxy: "HTTP_PROXY",
	} {
		if v, _ := s.vaultVariable(name); v != "" {
			p.Fields[field] = v
		}
	}
	// In Vault's command this one, too, is the URL of an HTTP proxy.
	if v, _ := s.vaultVariable("PROXY_ADDR"); v != "" {
		p.Fields[FieldProxy] = v
	}
	if v, _ := s.vaultVariable("SKIP_VERIFY"); v != "" {
		if skip, err := strconv.ParseBool(v); err != nil || skip {
			p.Fields[FieldSkipVerify] = "true"
		}
	}
	agent, agentVariable := s.vaultVariable("AGENT_ADDR")
	if agent != "" {
		p.Fields["address"] = agent
	}
	address := p.Fields["address"]
	const hint = "add a profile with `vault-lsp credential add`, or set VAULT_ADDR and VAULT_TOKEN (or sign in with `vault login`)"
	switch {
	case address == "":
		return Profile{}, &NoCredentialError{p.Provider, "no credential for vault: none is configured and VAULT_ADDR is not set", hint}
	case !validURL(address) && !validSocket(address):
		name := "VAULT_ADDR"
		if agent != "" {
			name = agentVariable
		}
		return Profile{}, &NoCredentialError{p.Provider, name + " is not an http or https URL without user and password",
			"set it to the server's URL, such as https://vault.example.com, or to unix:///path of an agent's socket"}
	}
	source, err := s.vaultToken()
	switch {
	case err != nil:
		return Profile{}, err
	case !source.IsZero():
		p.Auth, p.Secrets["token"] = "token", source
	case agent != "" || validSocket(address):
		p.Auth = "agent"
	default:
		return Profile{}, &NoCredentialError{p.Provider, "no credential for vault: none is configured, VAULT_TOKEN is not set and there is no ~/.vault-token", hint}
	}
	return p, nil
}

// vaultToken says where the token of Vault's command is, if there is one: the
// environment, the token helper of ~/.vault, or the file that `vault login`
// writes.
func (s *Store) vaultToken() (Source, error) {
	if v, name := s.vaultVariable("TOKEN"); v != "" {
		return Source{Env: name}, nil
	}
	home, err := s.home()
	if err != nil {
		// Nothing of the home folder can be had.
		return Source{}, nil
	}
	helper, path := s.tokenHelper(home)
	switch {
	case helper != "" && !filepath.IsAbs(helper):
		// The folder we run in may be a cloned one.
		return Source{}, &NoCredentialError{"vault", "the token_helper in " + path + " is a relative path", "write the whole path of the program"}
	case helper != "":
		return Source{Command: []string{helper, "get"}}, nil
	}
	files := []string{filepath.Join(home, vaultTokenFile), filepath.Join(home, baoTokenFile)}
	if _, ok := s.options.LookupEnv("BAO_ADDR"); ok {
		files[0], files[1] = files[1], files[0]
	}
	if path, _ := s.options.LookupEnv("BAO_TOKEN_PATH"); path != "" {
		files = []string{s.expand(path)}
	}
	for _, file := range files {
		if _, err := os.Stat(file); err == nil {
			return Source{File: file}, nil
		}
	}
	return Source{}, nil
}

// tokenHelperLine finds the one setting there is in the configuration of Vault's
// command, which is HCL or JSON.
var tokenHelperLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^[\s{]*"?token_helper"?\s*[=:]\s*("(?:[^"\\\n]|\\.)*")`)
})

// tokenHelper returns the program that ~/.vault names for keeping the token, ""
// where it names none, and the path of that file. Whatever else the file is, for
// instance one of Ansible's, is not an error.
func (s *Store) tokenHelper(home string) (helper, path string) {
	path = filepath.Join(home, vaultConfigFile)
	if own, _ := s.vaultVariable("CONFIG_PATH"); own != "" {
		path = s.expand(own)
	}
	content, err := readMaterialFile(path)
	if err != nil {
		return "", path
	}
	match := tokenHelperLine().FindSubmatch(content)
	if match == nil {
		return "", path
	}
	helper, err = strconv.Unquote(string(match[1]))
	if err != nil {
		return "", path
	}
	if rest, ok := strings.CutPrefix(helper, "~/"); ok {
		helper = filepath.Join(home, rest)
	}
	return helper, path
}

// validSocket reports whether s is unix:// and an absolute path.
func validSocket(s string) bool {
	path, ok := strings.CutPrefix(s, "unix://")
	return ok && filepath.IsAbs(path)
}
