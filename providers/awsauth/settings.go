package awsauth

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// The ways to sign in.
const (
	authDefault = "default"
	authKeys    = "keys"
	authProfile = "profile"
	authSSO     = "sso"
	authRole    = "role"
)

// Fields of a profile that this package reads.
const (
	fieldRegion          = "region"
	fieldEndpoint        = "endpoint"
	fieldAllowHTTP       = "allowHttp"
	fieldAccessKeyID     = "accessKeyId"
	fieldSecretAccessKey = "secretAccessKey"
	fieldSessionToken    = "sessionToken"
	fieldProfile         = "profile"
	fieldConfigFile      = "configFile"
	fieldCredentialsFile = "credentialsFile"
	fieldStartURL        = "startUrl"
	fieldSSORegion       = "ssoRegion"
	fieldAccountID       = "accountId"
	fieldRoleName        = "roleName"
	fieldSession         = "session"
	fieldRoleARN         = "roleArn"
	fieldSource          = "source"
	fieldExternalID      = "externalId"
	fieldSessionName     = "sessionName"
	fieldMFASerial       = "mfaSerial"
	fieldDuration        = "duration"
)

// Limits of a role's session (AssumeRole, DurationSeconds).
const (
	defaultDuration = time.Hour
	minDuration     = 15 * time.Minute
	maxDuration     = 12 * time.Hour
)

// settings are the fields of a profile, checked.
type settings struct {
	auth      string
	region    string
	endpoint  *url.URL
	allowHTTP bool
	// configFile and credentialsFile are "" for those of the environment.
	configFile, credentialsFile string
	duration                    time.Duration
}

// settingError is a field of a profile that cannot be used. Field and text are
// safe to show.
type settingError struct {
	field, text string
	err         error
}

func (e *settingError) Error() string { return e.field + ": " + e.text }

func (e *settingError) Unwrap() error { return e.err }

func newSettings(profile credentials.Profile) (settings, error) {
	s := settings{auth: profile.Auth, allowHTTP: profile.Fields[fieldAllowHTTP] == "true", duration: defaultDuration}
	for _, field := range []string{fieldRegion, fieldSSORegion} {
		if text, ok := profile.Fields[field]; ok && !IsRegion(text) {
			return settings{}, &settingError{field: field, text: "is not a region, such as eu-west-1"}
		}
	}
	s.region = profile.Fields[fieldRegion]
	var err error
	if s.endpoint, err = parseEndpoint(profile.Fields[fieldEndpoint], s.allowHTTP); err != nil {
		return settings{}, &settingError{field: fieldEndpoint, text: err.Error()}
	}
	for field, to := range map[string]*string{fieldConfigFile: &s.configFile, fieldCredentialsFile: &s.credentialsFile} {
		if *to, err = profile.AbsolutePath(field); err != nil {
			return settings{}, &settingError{field: field, text: err.Error()}
		}
	}
	if text := profile.Fields[fieldDuration]; text != "" {
		s.duration, err = time.ParseDuration(text)
		if err != nil || s.duration < minDuration || s.duration > maxDuration {
			return settings{}, &settingError{field: fieldDuration, text: "must be from 15m to 12h", err: err}
		}
	}
	return s, nil
}

// parseEndpoint accepts https://host[:port][/path]; plain http only where it
// leads to this machine or the profile allows it.
func parseEndpoint(text string, allowHTTP bool) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	endpoint, err := url.Parse(text)
	// The error of url.Parse repeats the text, which may hold a password.
	switch {
	case err != nil || endpoint.Hostname() == "" || endpoint.Opaque != "" || endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "":
		return nil, fmt.Errorf("is not a URL such as https://vpce-1a2b3c4d.secretsmanager.eu-west-1.vpce.amazonaws.com")
	case endpoint.Scheme == "https":
	case endpoint.Scheme != "http":
		return nil, fmt.Errorf("has the scheme %q; only https and http are known", endpoint.Scheme)
	case !allowHTTP && !outbound.MayBeLoopback(endpoint.Hostname()):
		return nil, fmt.Errorf("is plain http to another machine; use https, or set %s to true for this credential", fieldAllowHTTP)
	}
	return endpoint, nil
}

// endpointFor is the endpoint of the profile for a service, "" where the SDK's
// own or the environment's is used. A host name that names a service, as those
// of VPC endpoints do, is for that service only.
func (s settings) endpointFor(service string) string {
	if s.endpoint == nil || !s.endpointServes(service) {
		return ""
	}
	return s.endpoint.String()
}

func (s settings) endpointServes(service string) bool {
	named := s.endpointService()
	return named == "" || named == service
}

// endpointService is the service that the endpoint's host name names, or "".
func (s settings) endpointService() string {
	for label := range strings.SplitSeq(strings.ToLower(s.endpoint.Hostname()), ".") {
		switch label {
		case ServiceSecretsManager, ServiceSSM, ServiceSTS:
			return label
		}
	}
	return ""
}
