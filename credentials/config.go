package credentials

import (
	"fmt"
	"strings"
	"time"
)

// Limits and defaults of the cache settings.
const (
	DefaultCacheTTL        = 30 * time.Minute
	MaxCacheTTL            = 720 * time.Minute
	DefaultCacheMaxEntries = 1000
	DefaultTimeout         = 10 * time.Second
)

// Config is the content of the user's configuration file with the defaults
// filled in. Only what is free of problems is in it.
type Config struct {
	Credentials map[string]Profile
	// Defaults maps a provider to the profile used where a reference names none.
	Defaults   map[string]string
	Cache      Cache
	Completion Completion
	// Proxy is the URL of the proxy for requests and vaults; "" for none.
	Proxy string
	TLS   TLS
	// Timeouts are the time limits of one call by provider; a provider that is
	// not listed has DefaultTimeout.
	Timeouts map[string]time.Duration
	SignIns  SignIns
}

// SignIns is the `signIns` section.
type SignIns struct {
	// Keep says whether sign-ins of a person survive the end of the program;
	// true unless the file says no.
	Keep bool
}

// Cache is the `cache` section.
type Cache struct {
	TTL        time.Duration // 0 to MaxCacheTTL; 0 switches the cache off
	MaxEntries int
}

// Completion is the `completion` section.
type Completion struct {
	// LiveSecrets says whether completion may ask configured vaults for names;
	// nil where the file does not say.
	LiveSecrets *bool
}

// Live reports whether completion may ask configured vaults for names: true
// unless the file says no.
func (c Completion) Live() bool { return c.LiveSecrets == nil || *c.LiveSecrets }

// TLS is the `tls` section.
type TLS struct {
	// InsecureHosts are the hosts (host or host:port) whose certificates are
	// not verified.
	InsecureHosts []string
}

// Severity is how bad a Problem is.
type Severity string

// The severities: what an error concerns is not used; a warning changes
// nothing.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Problem is one thing wrong in the configuration file. Message and Hint never
// hold a value of the file, since a value may be a secret in the wrong place.
type Problem struct {
	Severity Severity `json:"severity"`
	Path     string   `json:"path"`   // of the file
	Line     int      `json:"line"`   // 1-based
	Column   int      `json:"column"` // 1-based, in characters
	Key      string   `json:"key"`    // "credentials.infra.secretId"
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"` // what to do
}

// String is the problem in one line: path:line:column: message; hint.
func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.Path, p.Line, p.Column, p.Message)
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// ConfigError is the error for a configuration file that cannot be used, or a
// profile or default of it that cannot.
type ConfigError struct {
	Problems []Problem
}

// Error lists the problems, one a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return "read configuration: " + strings.Join(lines, "\n")
}
