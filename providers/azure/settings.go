package azure

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// Fields of a profile that this package reads.
const (
	fieldTenant          = "tenant"
	fieldCloud           = "cloud"
	fieldAuthority       = "authority"
	fieldVaultSuffix     = "vaultSuffix"
	fieldResource        = "resource"
	fieldAPIVersion      = "apiVersion"
	fieldVerifyChallenge = "verifyChallenge"
	fieldAllowExpired    = "allowExpired"
	fieldCACert          = "caCert"
	fieldVault           = "vault"
	fieldClientID        = "clientId"
	fieldClientSecret    = "clientSecret"
	fieldCertificate     = "certificate"
	fieldPassword        = "password"
	fieldSendChain       = "sendCertificateChain"
	fieldObjectID        = "objectId"
	fieldResourceID      = "resourceId"
	fieldTokenFile       = "tokenFile"
	fieldSubscription    = "subscription"
	fieldRedirectPort    = "redirectPort"
)

// Names of clouds in profiles.
const (
	cloudPublic = "public"
	cloudUSGov  = "usgov"
	cloudChina  = "china"
	cloudCustom = "custom"
)

// cloudInfo is where a cloud's sign-in and its vaults are.
type cloudInfo struct {
	authorities []string // hosts; the first is used
	suffix      string
}

// clouds are Azure's national clouds.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-base-url
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
func clouds() map[string]cloudInfo {
	return map[string]cloudInfo{
		cloudPublic: {authorities: []string{"login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net"}, suffix: "vault.azure.net"},
		cloudUSGov:  {authorities: []string{"login.microsoftonline.us", "login.usgovcloudapi.net"}, suffix: "vault.usgovcloudapi.net"},
		cloudChina:  {authorities: []string{"login.chinacloudapi.cn", "login.partner.microsoftonline.cn"}, suffix: "vault.azure.cn"},
	}
}

// settings are a profile's fields, checked.
type settings struct {
	title string // the credential, for messages
	cloud string
	// authority is where tokens come from: "https://login.microsoftonline.com/".
	// Empty for a custom cloud whose profile names none; then only sign-ins work
	// that need none.
	authority string
	// knownAuthority is set for Microsoft's own hosts, which can be asked about
	// themselves.
	knownAuthority bool
	// suffix is what the hosts of vaults end in, with the port if there is one.
	suffix string
	// ownSuffix is set if the profile names the suffix.
	ownSuffix bool
	// cloudSuffix is that of the cloud beside the profile's own; "" for none.
	cloudSuffix string
	resource    string // what a token is for: "https://vault.azure.net"
	tenant      string // "" to learn it from the vault
	apiVersion  string // "" for the library's
	// verifyChallenge is off only by the profile and only for ownSuffix.
	verifyChallenge bool
	allowExpired    bool
	roots           *x509.CertPool // nil for the system's
	vault           string         // the vault to test with; may be empty
}

// settingError is a field of a profile that cannot be used. Field and text are
// safe to show.
type settingError struct {
	field, text string
	err         error
}

func (e *settingError) Error() string { return e.field + ": " + e.text }

func (e *settingError) Unwrap() error { return e.err }

// newSettings checks a profile. It reads the certificate authority it names.
func newSettings(profile credentials.Profile) (settings, error) {
	fields := profile.Fields
	s := settings{
		title: profile.Title(), cloud: fields[fieldCloud], tenant: fields[fieldTenant],
		apiVersion: fields[fieldAPIVersion], vault: fields[fieldVault],
		verifyChallenge: fields[fieldVerifyChallenge] != "false",
		allowExpired:    fields[fieldAllowExpired] == "true",
	}
	if s.tenant != "" && !isTenant(s.tenant) {
		return settings{}, &settingError{field: fieldTenant, text: "is neither a tenant's id nor a domain"}
	}
	if s.apiVersion != "" && !apiVersionForm().MatchString(s.apiVersion) {
		return settings{}, &settingError{field: fieldAPIVersion, text: "is not a version such as 7.4 or 2025-07-01"}
	}
	for _, step := range []func(map[string]string) error{s.setAuthority(profile), s.setSuffix, s.setResource} {
		if err := step(fields); err != nil {
			return settings{}, err
		}
	}
	if !s.verifyChallenge && !s.ownSuffix {
		return settings{}, &settingError{field: fieldVerifyChallenge, text: "can be false only beside a " + fieldVaultSuffix + " of your own: the vaults of Azure's clouds pass the check"}
	}
	var err error
	s.roots, err = rootsOf(profile)
	return s, err
}

var apiVersionForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9]+\.[0-9]+|20[0-9]{2}-[0-9]{2}-[0-9]{2})(-preview(\.[0-9]+)?)?$`)
})

// setAuthority chooses the authority and, where the profile does not say, the
// cloud. The environment's authority counts where the user's own tools would
// look at it too.
func (s *settings) setAuthority(profile credentials.Profile) func(map[string]string) error {
	return func(fields map[string]string) error {
		field, text := fieldAuthority, fields[fieldAuthority]
		if text == "" && s.cloud == "" && (profile.Auth == authDefault || profile.Auth == authWorkload) {
			// https://learn.microsoft.com/dotnet/api/azure.identity.azureauthorityhosts
			field, text = "AZURE_AUTHORITY_HOST", os.Getenv("AZURE_AUTHORITY_HOST")
		}
		var host string
		if text != "" {
			authority, err := parseAuthority(text)
			if err != nil {
				return &settingError{field: field, text: err.Error()}
			}
			host = authority.Host
			if err := s.takeTenant(authority); err != nil {
				return &settingError{field: field, text: err.Error()}
			}
			s.authority = "https://" + host + "/"
		}
		known := cloudOfAuthority(host)
		switch {
		case s.cloud == "" && known != "":
			s.cloud = known
		case s.cloud == "" && field == fieldAuthority && (host != "" || fields[fieldVaultSuffix] != ""):
			s.cloud = cloudCustom
		case s.cloud == "":
			s.cloud = cloudPublic
		}
		info, ok := clouds()[s.cloud]
		if !ok && s.cloud != cloudCustom {
			return &settingError{field: fieldCloud, text: "is none of public, usgov, china, custom"}
		}
		if s.authority == "" && ok {
			s.authority, known = "https://"+info.authorities[0]+"/", s.cloud
		}
		s.knownAuthority = known != ""
		return nil
	}
}

// takeTenant reads https://HOST/TENANT, which people paste as an authority.
func (s *settings) takeTenant(authority *url.URL) error {
	path := strings.Trim(authority.Path, "/")
	path = strings.TrimSuffix(path, "/v2.0")
	switch {
	case path == "" || strings.EqualFold(path, s.tenant):
	case s.tenant == "" && isTenant(path):
		s.tenant = path
	default:
		return fmt.Errorf("has a path; write the host only, and the tenant into %s", fieldTenant)
	}
	return nil
}

// parseAuthority accepts https://HOST[:PORT][/TENANT].
func parseAuthority(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	authority, err := url.Parse(text)
	// The error of url.Parse repeats the text, which may hold a password.
	if err != nil || authority.Scheme != "https" || authority.Hostname() == "" || authority.Opaque != "" {
		return nil, fmt.Errorf("is not an https URL such as https://login.example.com")
	}
	if authority.User != nil || authority.RawQuery != "" || authority.Fragment != "" {
		return nil, fmt.Errorf("has a user, a query or a fragment, which have no place in it")
	}
	authority.Host = strings.ToLower(authority.Host)
	return authority, nil
}

// cloudOfAuthority names the cloud whose sign-in a host is; "" for none.
func cloudOfAuthority(host string) string {
	for name, info := range clouds() {
		for _, known := range info.authorities {
			if host == known {
				return name
			}
		}
	}
	return ""
}

// setSuffix chooses what the hosts of vaults end in.
func (s *settings) setSuffix(fields map[string]string) error {
	s.cloudSuffix = clouds()[s.cloud].suffix
	own := strings.ToLower(strings.TrimPrefix(fields[fieldVaultSuffix], "."))
	switch {
	case own != "" && !isSuffix(own):
		return &settingError{field: fieldVaultSuffix, text: "is not a DNS suffix such as vault.example.net, with :PORT where it is not 443"}
	case own != "" && own != s.cloudSuffix:
		s.suffix, s.ownSuffix = own, true
	case s.cloudSuffix != "":
		s.suffix, s.cloudSuffix = s.cloudSuffix, ""
	default:
		return &settingError{field: fieldVaultSuffix, text: "is missing: a custom cloud needs what the hosts of its vaults end in"}
	}
	return nil
}

// isSuffix reports whether text is one or more DNS labels, with a port or not.
func isSuffix(text string) bool {
	host := text
	if h, port, err := net.SplitHostPort(text); err == nil {
		if !portForm().MatchString(port) {
			return false
		}
		host = h
	}
	for label := range strings.SplitSeq(host, ".") {
		if !isLabel(label) {
			return false
		}
	}
	return true
}

var portForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[1-9][0-9]{0,4}$`) })

// setResource chooses what tokens are asked for where the vault has not said so
// yet. An emulator on this machine passes for a vault of the public cloud.
func (s *settings) setResource(fields map[string]string) error {
	if own := strings.TrimSuffix(fields[fieldResource], "/"); own != "" {
		u, err := url.Parse(own)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
			return &settingError{field: fieldResource, text: "is not an https URL of a host, such as https://vault.example.net"}
		}
		s.resource = own
		return nil
	}
	suffix := s.suffix
	switch {
	case s.cloudSuffix != "":
		suffix = s.cloudSuffix
	case isLocal(suffix):
		suffix = clouds()[cloudPublic].suffix
	}
	s.resource = "https://" + suffix
	return nil
}

// isLocal reports whether a suffix leads to this machine.
func isLocal(suffix string) bool {
	host := suffix
	if h, _, err := net.SplitHostPort(suffix); err == nil {
		host = h
	}
	return outbound.MayBeLoopback(host)
}

// rootsOf reads the certificate authority of a profile beside the system's.
func rootsOf(profile credentials.Profile) (*x509.CertPool, error) {
	path, err := pathOf(profile, fieldCACert)
	if err != nil || path == "" {
		return nil, err
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, &settingError{field: fieldCACert, text: "cannot be read", err: err}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &settingError{field: fieldCACert, text: "holds no certificate in PEM form"}
	}
	return roots, nil
}

// pathOf returns the absolute path in a field.
func pathOf(profile credentials.Profile, field string) (string, error) {
	path, err := profile.AbsolutePath(field)
	if err != nil {
		return "", &settingError{field: field, text: err.Error(), err: err}
	}
	return path, nil
}

// isTenant reports whether text can be a tenant's id or domain.
func isTenant(text string) bool {
	return tenantForm().MatchString(text)
}

// isTenantID reports whether text is a tenant's id.
func isTenantID(text string) bool { return guidForm().MatchString(text) }

var (
	tenantForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,252}$`) })
	guidForm   = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	})
	labelForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?$`) })
)

// isLabel reports whether text is a DNS label (RFC 1123, section 2.1).
func isLabel(text string) bool { return labelForm().MatchString(text) }
