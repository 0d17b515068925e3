package vault

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// Plain fields of a profile that this package reads.
const (
	fieldAddress         = "address"
	fieldNamespace       = "namespace"
	fieldAuthNamespace   = "authNamespace"
	fieldCACert          = "caCert"
	fieldCAPath          = "caPath"
	fieldClientCert      = "clientCert"
	fieldClientKey       = "clientKey"
	fieldTLSServerName   = "tlsServerName"
	fieldAllowHTTP       = "allowHttp"
	fieldMount           = "mount"
	fieldRoleID          = "roleId"
	fieldSecretIDWrapped = "secretIdWrapped"
	fieldUsername        = "username"
	fieldRole            = "role"
	fieldCallbackPort    = "callbackPort"
	fieldJWT             = "jwt" // a secret field
)

// settings are a profile's fields, checked.
type settings struct {
	address *url.URL
	// namespace is where secrets are, authNamespace where the login is.
	namespace, authNamespace string
	allowHTTP                bool
	tls                      *tls.Config
	// socket is the path of a Unix socket that leads to the server; "" for the
	// network.
	socket string
	// proxy replaces the program's choice of a proxy where the environment names
	// one for Vault alone; nil where not.
	proxy *url.URL
	// skipVerify is set where the environment asks not to verify certificates,
	// which is not done; for the message.
	skipVerify bool
}

// settingError is a field of a profile that cannot be used. Field and text are
// safe to show.
type settingError struct {
	field, text string
	err         error
}

func (e *settingError) Error() string { return e.field + ": " + e.text }

func (e *settingError) Unwrap() error { return e.err }

// newSettings checks a profile. It reads the certificate files it names.
func newSettings(profile credentials.Profile) (settings, error) {
	var s settings
	var err error
	s.allowHTTP = profile.Fields[fieldAllowHTTP] == "true"
	s.skipVerify = profile.Fields[credentials.FieldSkipVerify] == "true"
	if path, ok := strings.CutPrefix(profile.Fields[fieldAddress], socketScheme); ok {
		s.socket, s.address, err = path, &url.URL{Scheme: "http", Host: "localhost"}, checkSocket(path)
	} else {
		s.address, err = parseAddress(profile.Fields[fieldAddress], s.allowHTTP)
	}
	if err != nil {
		return settings{}, &settingError{field: fieldAddress, text: err.Error()}
	}
	if s.namespace, err = cleanNamespace(profile.Fields[fieldNamespace]); err != nil {
		return settings{}, &settingError{field: fieldNamespace, text: err.Error()}
	}
	s.authNamespace = s.namespace
	// Present but empty is the root namespace, whatever the other one is.
	if text, ok := profile.Fields[fieldAuthNamespace]; ok {
		if s.authNamespace, err = cleanNamespace(text); err != nil {
			return settings{}, &settingError{field: fieldAuthNamespace, text: err.Error()}
		}
	}
	if text := profile.Fields[credentials.FieldProxy]; text != "" {
		if s.proxy, err = parseProxy(text); err != nil {
			return settings{}, &settingError{field: "VAULT_PROXY_ADDR", text: err.Error()}
		}
	}
	s.tls, err = newTLSConfig(profile)
	return s, err
}

// socketScheme begins the address of a Unix socket, as in Vault's own tools.
const socketScheme = "unix://"

func checkSocket(path string) error {
	if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
		return fmt.Errorf("is not the whole path of a socket, such as unix:///run/vault/agent.sock")
	}
	return nil
}

func parseProxy(text string) (*url.URL, error) {
	proxy, err := url.Parse(text)
	if err != nil || proxy.Scheme != "http" && proxy.Scheme != "https" && proxy.Scheme != "socks5" || proxy.Hostname() == "" {
		return nil, fmt.Errorf("is not the URL of an HTTP proxy")
	}
	return proxy, nil
}

// place is the address as the user wrote it.
func (s settings) place() string {
	if s.socket != "" {
		return socketScheme + s.socket
	}
	return s.address.String()
}

// isHCP reports whether the server is one of HCP Vault Dedicated, which gives
// out the namespace admin and what is below it
// (https://developer.hashicorp.com/hcp/docs/vault).
func (s settings) isHCP() bool {
	return strings.HasSuffix(strings.ToLower(s.address.Hostname()), ".hashicorp.cloud")
}

// parseAddress accepts https://host[:port][/prefix]; plain http only where it
// leads to this machine or the profile allows it. Names that could resolve to
// this machine are checked again when the connection is made.
func parseAddress(text string, allowHTTP bool) (*url.URL, error) {
	if text == "" {
		return nil, fmt.Errorf("is missing")
	}
	address, err := url.Parse(text)
	// The error of url.Parse repeats the text, which may hold a password.
	if err != nil || address.Host == "" || address.Opaque != "" || address.Hostname() == "" {
		return nil, fmt.Errorf("is not a URL such as https://vault.example.com:8200")
	}
	switch {
	case address.Scheme != "https" && address.Scheme != "http":
		return nil, fmt.Errorf("has the scheme %q; only https and http are known", address.Scheme)
	case address.User != nil:
		return nil, fmt.Errorf("holds a user or password, which has no place in an address")
	case address.RawQuery != "" || address.Fragment != "" || address.ForceQuery:
		return nil, fmt.Errorf("has a query or a fragment")
	case address.Scheme == "http" && !allowHTTP && !outbound.MayBeLoopback(address.Hostname()):
		return nil, fmt.Errorf("is plain http to another machine: the token and the secrets would travel in clear; use https, or set %s to true for this credential", fieldAllowHTTP)
	}
	address.Path = strings.TrimSuffix(address.Path, "/")
	address.RawPath = ""
	return address, nil
}

// cleanNamespace is cleanPath where nothing stands for the root namespace.
func cleanNamespace(text string) (string, error) {
	if strings.Trim(text, "/") == "" {
		return "", nil
	}
	return cleanPath(text)
}
