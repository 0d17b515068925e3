package hcp

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"os"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// Fields of a profile that this package reads.
const (
	fieldClientID     = "clientId"
	fieldClientSecret = "clientSecret"
	fieldOrganization = "organization"
	fieldProject      = "project"
	fieldAuthURL      = "authUrl"
	fieldAPIURL       = "apiUrl"
	fieldAudience     = "audience"
	fieldCACert       = "caCert"
)

// Where the service was, as in hcp-sdk-go's config/geography, and the audience
// its tokens are for, as in config/tokensource.go.
const (
	defaultAuthURL  = "https://auth.idp.hashicorp.com"
	defaultAPIURL   = "https://api.cloud.hashicorp.com"
	defaultAudience = "https://api.hashicorp.cloud"
	tokenPath       = "/oauth2/token"
)

// settings are a profile's fields, checked.
type settings struct {
	clientID              string
	organization, project string // ids or names; may be empty
	tokenURL, api         *url.URL
	audience              string
	tls                   *tls.Config
}

// settingError is a field of a profile that cannot be used. Field and text are
// safe to show.
type settingError struct {
	field, text string
	err         error
}

func (e *settingError) Error() string { return e.field + ": " + e.text }

func (e *settingError) Unwrap() error { return e.err }

// newSettings checks a profile. It reads the certificate file it names.
func newSettings(profile credentials.Profile) (settings, error) {
	fields := profile.Fields
	s := settings{
		clientID: fields[fieldClientID], organization: fields[fieldOrganization], project: fields[fieldProject],
		audience: fields[fieldAudience],
	}
	if s.clientID == "" {
		return settings{}, &settingError{field: fieldClientID, text: "is missing"}
	}
	if s.audience == "" {
		s.audience = defaultAudience
	}
	auth, err := endpoint(fields, fieldAuthURL, defaultAuthURL)
	if err != nil {
		return settings{}, err
	}
	if !strings.HasSuffix(auth.Path, tokenPath) {
		auth = auth.JoinPath(tokenPath)
	}
	s.tokenURL = auth
	if s.api, err = endpoint(fields, fieldAPIURL, defaultAPIURL); err != nil {
		return settings{}, err
	}
	s.tls, err = newTLSConfig(profile)
	return s, err
}

// endpoint reads https://host[:port][/prefix]; plain http only to this machine.
func endpoint(fields map[string]string, field, byDefault string) (*url.URL, error) {
	text := fields[field]
	if text == "" {
		text = byDefault
	}
	u, err := url.Parse(text)
	fail := func(text string) error { return &settingError{field: field, text: text} }
	switch {
	// The error of url.Parse repeats the text, which may hold a password.
	case err != nil, u.Opaque != "", u.Hostname() == "":
		return nil, fail("is not a URL such as " + byDefault)
	case u.User != nil:
		return nil, fail("holds a user or password, which has no place in it")
	case u.RawQuery != "", u.Fragment != "", u.ForceQuery:
		return nil, fail("has a query or a fragment")
	case u.Scheme == "http" && !outbound.MayBeLoopback(u.Hostname()):
		return nil, fail("is plain http to another machine: the client secret and the tokens would travel in clear; use https")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fail("has another scheme than https")
	}
	u.Path, u.RawPath = strings.TrimSuffix(u.Path, "/"), ""
	return u, nil
}

// newTLSConfig reads the certificate authority a profile names, which replaces
// those of the system.
func newTLSConfig(profile credentials.Profile) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	path, err := profile.AbsolutePath(fieldCACert)
	if err != nil {
		return nil, &settingError{field: fieldCACert, text: err.Error(), err: err}
	}
	if path == "" {
		return config, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &settingError{field: fieldCACert, text: "cannot be read", err: err}
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, &settingError{field: fieldCACert, text: "holds no certificate in PEM form", err: errors.New("no certificate")}
	}
	return config, nil
}
