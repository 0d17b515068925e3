package vault

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// Plain fields of a profile that this package reads.
const (
	fieldAddress         = "address"
	fieldNamespace       = "namespace"
	fieldAuthNamespace   = "authNamespace"
	fieldCACert          = "caCert"
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
	if s.address, err = parseAddress(profile.Fields[fieldAddress], s.allowHTTP); err != nil {
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
	s.tls, err = newTLSConfig(profile)
	return s, err
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
	case address.Scheme == "http" && !allowHTTP && !mayBeLoopback(address.Hostname()):
		return nil, fmt.Errorf("is plain http to another machine: the token and the secrets would travel in clear; use https, or set %s to true for this credential", fieldAllowHTTP)
	}
	address.Path = strings.TrimSuffix(address.Path, "/")
	address.RawPath = ""
	return address, nil
}

// mayBeLoopback reports whether a host is this machine or, being localhost,
// should be.
func mayBeLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// cleanNamespace is cleanPath where nothing stands for the root namespace.
func cleanNamespace(text string) (string, error) {
	if strings.Trim(text, "/") == "" {
		return "", nil
	}
	return cleanPath(text)
}

// newTLSConfig reads the certificates a profile names. caCert replaces the
// system's certificate authorities, as it does for Vault's own command.
func newTLSConfig(profile credentials.Profile) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: profile.Fields[fieldTLSServerName]}
	paths := make(map[string]string, 3)
	for _, field := range []string{fieldCACert, fieldClientCert, fieldClientKey} {
		path, err := certificatePath(profile, field)
		if err != nil {
			return nil, err
		}
		paths[field] = path
	}
	if path := paths[fieldCACert]; path != "" {
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, &settingError{field: fieldCACert, text: "cannot be read", err: err}
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, &settingError{field: fieldCACert, text: "holds no certificate in PEM form"}
		}
	}
	cert, key := paths[fieldClientCert], paths[fieldClientKey]
	switch {
	case cert == "" && key == "":
		return config, nil
	case cert == "" || key == "":
		return nil, &settingError{field: fieldClientCert, text: "needs " + fieldClientKey + " and the other way round"}
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, &settingError{field: fieldClientCert, text: "and " + fieldClientKey + " cannot be read as a certificate and its key in PEM form", err: err}
	}
	config.Certificates = []tls.Certificate{pair}
	return config, nil
}

// certificatePath returns the path in a field; ~/ is the home folder. A
// configured profile must not name a relative one: the server may run in a
// cloned folder, whose files are not the user's. The environment may, as it
// does for Vault's own command.
func certificatePath(profile credentials.Profile, field string) (string, error) {
	path := profile.Fields[field]
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", &settingError{field: field, text: "begins with ~/ and there is no home folder", err: err}
		}
		return filepath.Join(home, rest), nil
	}
	if path != "" && !filepath.IsAbs(path) && !profile.Ambient {
		return "", &settingError{field: field, text: "is a relative path; begin it with / or ~/"}
	}
	return path, nil
}
