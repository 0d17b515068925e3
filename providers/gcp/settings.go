package gcp

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// Plain fields of a profile that this package reads, beside project.
const (
	fieldEndpoint       = "endpoint"
	fieldTransport      = "transport"
	fieldQuotaProject   = "quotaProject"
	fieldUniverse       = "universeDomain"
	fieldCACert         = "caCert"
	fieldServiceAccount = "serviceAccount"
	fieldSource         = "source"
	fieldDelegates      = "delegates"
	fieldDuration       = "duration"
	fieldAllowHosts     = "allowHosts"
	fieldKey            = "key" // secret
)

// defaultUniverse is the domain of Google's public cloud.
const defaultUniverse = "googleapis.com"

// Environment variables that Google's own tools read.
const (
	envProject      = "GOOGLE_CLOUD_PROJECT"
	envQuotaProject = "GOOGLE_CLOUD_QUOTA_PROJECT"
	envUniverse     = "GOOGLE_CLOUD_UNIVERSE_DOMAIN"
	envADC          = "GOOGLE_APPLICATION_CREDENTIALS"
	envExecutables  = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"
)

// settings are a profile's fields, checked.
type settings struct {
	project      string   // "" where the profile names none
	quotaProject string   // "" where nothing names one
	universe     string   // "googleapis.com"
	endpoint     *url.URL // nil for Google's
	transport    string   // "grpc", "rest" or "" to choose
	roots        *x509.CertPool
}

// settingError is a field of a profile that cannot be used. Field and text are
// safe to show.
type settingError struct {
	field, text string
	err         error
}

func (e *settingError) Error() string { return e.field + " " + e.text }

func (e *settingError) Unwrap() error { return e.err }

// newSettings checks a profile and what the environment adds to it. The
// environment counts for the default method only: another one says all itself.
func newSettings(profile credentials.Profile, options Options) (settings, error) {
	env := func(string) string { return "" }
	if profile.Auth == authDefault {
		env = func(name string) string { value, _ := options.LookupEnv(name); return value }
	}
	s := settings{
		project:      profile.Fields[fieldProject],
		quotaProject: first(profile.Fields[fieldQuotaProject], env(envQuotaProject)),
		universe:     first(profile.Fields[fieldUniverse], env(envUniverse), defaultUniverse),
		transport:    profile.Fields[fieldTransport],
	}
	for _, pair := range [][2]string{{fieldProject, s.project}, {fieldQuotaProject, s.quotaProject}} {
		if pair[1] != "" && !projectPattern().MatchString(pair[1]) {
			return settings{}, &settingError{field: pair[0], text: ruleOf(fieldProject)}
		}
	}
	if !isDomain(s.universe) {
		return settings{}, &settingError{field: fieldUniverse, text: "is not a domain such as " + defaultUniverse}
	}
	if s.transport != "" && s.transport != transportGRPC && s.transport != transportREST {
		return settings{}, &settingError{field: fieldTransport, text: "is neither grpc nor rest"}
	}
	var err error
	if s.endpoint, err = parseEndpoint(profile.Fields[fieldEndpoint]); err != nil {
		return settings{}, err
	}
	if profile.Auth == authEmulator && (s.endpoint == nil || !outbound.MayBeLoopback(s.endpoint.Hostname())) {
		return settings{}, &settingError{field: fieldEndpoint, text: "is not on this machine, where an emulator is: write it as http://localhost:9090"}
	}
	s.roots, err = readRoots(profile, options.RootCAs)
	return s, err
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// isDomain reports whether a text is a host name of two labels at least.
func isDomain(text string) bool {
	labels := strings.Split(text, ".")
	return len(labels) > 1 && len(text) <= 200 &&
		!slices.ContainsFunc(labels, func(label string) bool { return !labelPattern().MatchString(label) })
}

// parseEndpoint accepts https://host[:port]; plain http only to this machine.
func parseEndpoint(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	bad := func(text string) error { return &settingError{field: fieldEndpoint, text: text} }
	u, err := url.Parse(text)
	// The error of url.Parse repeats the text, which may hold a password.
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, bad("is not a URL such as https://secretmanager.example.com")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Trim(u.Path, "/") != "":
		return nil, bad("is more than scheme, host and port")
	case u.Scheme == "http" && !outbound.MayBeLoopback(u.Hostname()):
		return nil, bad("is plain http to another machine: the token and the secrets would travel in clear; use https")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, bad("has a scheme other than https")
	}
	u.Path = ""
	return u, nil
}

// readRoots adds the certificates of a profile's PEM file to the system's, as a
// proxy that looks into connections needs.
func readRoots(profile credentials.Profile, roots *x509.CertPool) (*x509.CertPool, error) {
	path, err := profile.AbsolutePath(fieldCACert)
	if err != nil {
		return nil, &settingError{field: fieldCACert, text: err.Error(), err: err}
	}
	if path == "" {
		return roots, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &settingError{field: fieldCACert, text: "cannot be read", err: err}
	}
	if roots == nil {
		if roots, err = x509.SystemCertPool(); err != nil {
			roots = x509.NewCertPool()
		}
	} else {
		roots = roots.Clone()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &settingError{field: fieldCACert, text: "holds no certificate in PEM form"}
	}
	return roots, nil
}

// tls is the configuration of every connection.
func (s settings) tls() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: s.roots}
}

// origin is where the secrets of a region are served, "" being the global ones.
// A profile's endpoint serves all. Regional names are those of
// https://cloud.google.com/secret-manager/regional-secrets/sm-regional-endpoints
func (s settings) origin(region string) (*url.URL, error) {
	switch {
	case region != "" && !patternOf(fieldLocation).MatchString(region):
		return nil, &fieldError{field: fieldLocation, text: ruleOf(fieldLocation)}
	case s.endpoint != nil:
		return s.endpoint, nil
	case region != "":
		return &url.URL{Scheme: "https", Host: "secretmanager." + region + ".rep." + s.universe}, nil
	}
	return &url.URL{Scheme: "https", Host: "secretmanager." + s.universe}, nil
}

// parseDuration reads a duration of a profile, whole seconds of at least one.
func parseDuration(field, text string, byDefault, limit time.Duration) (time.Duration, error) {
	if text == "" {
		return byDefault, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > limit {
		return 0, &settingError{field: field, text: fmt.Sprintf("is not a duration from 1s to %s", limit)}
	}
	return d.Truncate(time.Second), nil
}
