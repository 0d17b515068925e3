package lsp

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/env"
)

// SettingsSection is the section of the client's configuration that is ours.
const SettingsSection = "vaultLsp"

// Settings are what a user may set in the editor. What decides where values go
// or which identity is used is not among them: a cloned folder's settings reach
// us the same way as the user's own.
type Settings struct {
	// Environment is the environment of files for which none was selected.
	Environment string
	// Dialect is "rest-client" or "jetbrains".
	Dialect string
	// CacheTTL is how long a secret is kept; nil leaves what the user's
	// configuration file says.
	CacheTTL *time.Duration
	// CacheMaxEntries is how many are kept; nil leaves what the user's
	// configuration file says.
	CacheMaxEntries *int
	// RequestTimeout limits one request; 0 is the default.
	RequestTimeout time.Duration
	// FollowRedirects is whether redirects are followed.
	FollowRedirects bool
	// MaxBodySize is how many bytes of a response's body are kept in memory; 0
	// is the default.
	MaxBodySize int64
	// LogLevel is "debug", "info", "warn" or "error".
	LogLevel string
}

// DefaultSettings are the settings where the user sets none.
func DefaultSettings() Settings {
	return Settings{Dialect: string(env.RESTClient), FollowRedirects: true, LogLevel: "info"}
}

// Setting is one row of the table of settings, from which they are read,
// documented and declared to editors.
type Setting struct {
	// Key is the name below SettingsSection, with dots: "cache.ttl".
	Key string
	// Type is the JSON type: "string", "boolean", "integer".
	Type string
	// Values are the allowed ones of an enum.
	Values []string
	// Default is shown in the documentation.
	Default string
	Doc     string

	set func(s *Settings, value json.RawMessage) error
}

// SettingsTable returns the table of settings, in the order of the
// documentation.
func SettingsTable() []Setting {
	return []Setting{
		{
			Key: "environment", Type: "string", Default: `""`,
			Doc: "The environment of `http-client.env.json` that files use until another one is selected.",
			set: func(s *Settings, v json.RawMessage) error { return readString(v, &s.Environment) },
		},
		{
			Key: "dialect", Type: "string", Values: []string{string(env.RESTClient), string(env.JetBrains)},
			Default: `"` + string(env.RESTClient) + `"`,
			Doc:     "Which reading wins where today's tools differ: in `rest-client` a file's own variables win over the environment's, in `jetbrains` the other way round.",
			set: func(s *Settings, v json.RawMessage) error {
				return readEnum(v, &s.Dialect, string(env.RESTClient), string(env.JetBrains))
			},
		},
		{
			Key: "cache.ttl", Type: "string", Default: "`cache.ttl` of the configuration file",
			Doc: "How long a secret stays in memory: a duration such as `30m`, or a number of minutes, up to 12 hours (`720m`); `0` switches the cache off.",
			set: readTTL,
		},
		{
			Key: "cache.maxEntries", Type: "integer", Default: "`cache.maxEntries` of the configuration file",
			Doc: "How many secrets stay in memory at most.",
			set: func(s *Settings, v json.RawMessage) error {
				var n int64
				if err := readInteger(v, &n, 1, 1_000_000); err != nil {
					return err
				}
				entries := int(n)
				s.CacheMaxEntries = &entries
				return nil
			},
		},
		{
			Key: "request.timeout", Type: "string", Default: `"30s"`,
			Doc: "How long one request may take, as a duration such as `30s`.",
			set: func(s *Settings, v json.RawMessage) error {
				return readDuration(v, &s.RequestTimeout, time.Second, time.Millisecond, 24*time.Hour)
			},
		},
		{
			Key: "request.followRedirects", Type: "boolean", Default: "true",
			Doc: "Whether redirects are followed.",
			set: func(s *Settings, v json.RawMessage) error { return readBool(v, &s.FollowRedirects) },
		},
		{
			Key: "response.maxBodySize", Type: "integer", Default: "10485760",
			Doc: "How many bytes of a response's body are kept in memory; what is longer goes to a file that only you can read.",
			set: func(s *Settings, v json.RawMessage) error { return readInteger(v, &s.MaxBodySize, 1024, 1<<30) },
		},
		{
			Key: "log.level", Type: "string", Values: []string{"debug", "info", "warn", "error"}, Default: `"info"`,
			Doc: "What the server logs on its standard error. It never logs the content of files, messages or secrets.",
			set: func(s *Settings, v json.RawMessage) error {
				return readEnum(v, &s.LogLevel, "debug", "info", "warn", "error")
			},
		},
	}
}

func readString(v json.RawMessage, into *string) error {
	if json.Unmarshal(v, into) != nil {
		return fmt.Errorf("must be a string")
	}
	return nil
}

func readBool(v json.RawMessage, into *bool) error {
	if json.Unmarshal(v, into) != nil {
		return fmt.Errorf("must be true or false")
	}
	return nil
}

func readEnum(v json.RawMessage, into *string, values ...string) error {
	var s string
	if json.Unmarshal(v, &s) != nil || !slices.Contains(values, s) {
		return fmt.Errorf("must be one of %q", values)
	}
	*into = s
	return nil
}

func readInteger(v json.RawMessage, into *int64, least, most int64) error {
	var n int64
	if json.Unmarshal(v, &n) != nil || n < least || n > most {
		return fmt.Errorf("must be a whole number from %d to %d", least, most)
	}
	*into = n
	return nil
}

// readDuration reads a duration of Go's syntax, or a number of units.
func readDuration(v json.RawMessage, into *time.Duration, unit, least, most time.Duration) error {
	bad := fmt.Errorf("must be a duration from %s to %s, such as %q", least, most, "30s")
	var d time.Duration
	var s string
	var n float64
	switch {
	case json.Unmarshal(v, &n) == nil:
		d = time.Duration(n * float64(unit))
	case json.Unmarshal(v, &s) == nil:
		s = strings.TrimSpace(s)
		if s == "0" {
			s = "0s"
		}
		var err error
		if d, err = time.ParseDuration(s); err != nil {
			return bad
		}
	default:
		return bad
	}
	if d < least || d > most {
		return bad
	}
	*into = d
	return nil
}

func readTTL(s *Settings, v json.RawMessage) error {
	var ttl time.Duration
	if err := readDuration(v, &ttl, time.Minute, 0, credentials.MaxCacheTTL); err != nil {
		return err
	}
	s.CacheTTL = &ttl
	return nil
}
