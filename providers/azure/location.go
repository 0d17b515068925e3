package azure

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// Fields of a reference.
const (
	refID      = "id"
	refVault   = "vault"
	refSecret  = "secret"
	refVersion = "version"
)

// location is one secret, or one version of it, in one vault.
type location struct {
	host    string // of the vault, lower case, with its port if it has one
	name    string // may be empty where a whole vault is meant
	version string // "" for the current one
}

// vault is the vault's name for messages: the first label of its host, or all
// of it on an emulator.
func (l location) vault() string {
	name, rest, ok := strings.Cut(l.host, ".")
	if !ok || rest == "" {
		return l.host
	}
	return name
}

// String names the secret for messages.
func (l location) String() string {
	switch {
	case l.name == "":
		return "the vault " + l.vault()
	case l.version == "":
		return fmt.Sprintf("%s in the vault %s", l.name, l.vault())
	}
	return fmt.Sprintf("version %s of %s in the vault %s", l.version, l.name, l.vault())
}

// fieldError is a field of a reference that cannot be used.
type fieldError struct{ field, text, hint string }

func (e *fieldError) Error() string { return e.field + " " + e.text }

// What Key Vault allows in names and versions. Everything else is refused here,
// before a packet leaves, because it would become a part of a URL.
// https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
var (
	nameForm    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z-]{1,127}$`) })
	versionForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`) })
)

// locate finds the secret that the fields of a reference name.
func (s settings) locate(get func(string) string) (location, error) {
	parts := identifier{vault: get(refVault), name: get(refSecret), version: get(refVersion)}
	field := refVault
	if id := get(refID); id != "" {
		if parts.vault != "" || parts.name != "" || parts.version != "" {
			return location{}, &fieldError{field: refID, text: "names vault, secret and version already", hint: "remove the other fields, or id"}
		}
		var err error
		if parts, err = parseIdentifier(id); err != nil {
			return location{}, err
		}
		field = refID
	}
	at, err := s.inVault(field, parts)
	if err != nil {
		return location{}, err
	}
	if !nameForm().MatchString(parts.name) {
		return location{}, &fieldError{field: refSecret, text: "is not a name of 1 to 127 letters, digits and hyphens", hint: "the portal shows the names of a vault under Objects, Secrets"}
	}
	if parts.version != "" && !versionForm().MatchString(parts.version) {
		return location{}, &fieldError{field: refVersion, text: "is not a version's id of letters and digits", hint: "the portal shows the versions on the secret's page"}
	}
	at.name, at.version = parts.name, parts.version
	return at, nil
}

// inVault finds the vault of an identifier and checks that it is one that the
// credential's tokens may go to.
func (s settings) inVault(field string, parts identifier) (location, error) {
	host := parts.host
	if host == "" {
		if !isLabel(parts.vault) {
			return location{}, &fieldError{field: field, text: "does not name a vault of letters, digits and hyphens", hint: "a vault's name is the first part of its host name"}
		}
		host = strings.ToLower(parts.vault) + "." + s.suffix
		if strings.EqualFold(parts.vault, "localhost") && s.ownSuffix && isLocal(s.suffix) {
			host = s.suffix // an emulator's first vault has no name
		}
	}
	if !s.permits(host) {
		return location{}, s.foreign(field, host)
	}
	return location{host: host}, nil
}

// permits reports whether a host is a vault of the profile's cloud: one label
// before its suffix. The suffix alone is one too where the user configured it,
// as emulators have a single vault at localhost.
func (s settings) permits(host string) bool {
	if s.ownSuffix && host == s.suffix {
		return true
	}
	for _, suffix := range []string{s.suffix, s.cloudSuffix} {
		if name, ok := strings.CutSuffix(host, "."+suffix); ok && suffix != "" && isLabel(name) {
			return true
		}
	}
	return false
}

// isOwn reports whether a host is under the suffix the user configured.
func (s settings) isOwn(host string) bool {
	return s.ownSuffix && (host == s.suffix || strings.HasSuffix(host, "."+s.suffix))
}

// foreign says why a host is refused.
func (s settings) foreign(field, host string) error {
	for name, info := range clouds() {
		if strings.HasSuffix(host, "."+info.suffix) && name != s.cloud {
			return &fieldError{
				field: field, text: fmt.Sprintf("names a vault of the cloud %s, and %s is of the cloud %s", name, s.title, s.cloud),
				hint: fmt.Sprintf("name a credential whose %s is %s", fieldCloud, name),
			}
		}
	}
	return &fieldError{
		field: field, text: fmt.Sprintf("names a host that is not a key vault of %s: its name does not end in .%s", s.title, s.suffix),
		hint: fmt.Sprintf("nothing was sent. If it is a vault of a cloud of your own, set %s to %s and %s for a credential", fieldCloud, cloudCustom, fieldVaultSuffix),
	}
}

// identifier is what one text says about a secret; host or vault is set.
type identifier struct{ host, vault, name, version string }

// The forms an id may have beside a URL. App Service and Visual Studio write
// the former.
// https://learn.microsoft.com/azure/app-service/app-service-key-vault-references#understand-source-app-settings-from-key-vault
var (
	microsoftForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)^@Microsoft\.KeyVault\((.*)\)$`) })
	shortForm     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^([0-9A-Za-z-]+)/([0-9A-Za-z-]+)(?:/([0-9A-Za-z]+))?$`)
	})
)

// parseIdentifier reads a Secret Identifier, an App Service reference or
// VAULT/NAME[/VERSION].
func parseIdentifier(text string) (identifier, error) {
	if form := microsoftForm().FindStringSubmatch(text); form != nil {
		return parseMicrosoft(form[1])
	}
	if form := shortForm().FindStringSubmatch(text); form != nil {
		return identifier{vault: form[1], name: form[2], version: form[3]}, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.Opaque != "" ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return identifier{}, badIdentifier()
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/"), "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] != "secrets" {
		return identifier{}, badIdentifier()
	}
	id := identifier{host: strings.TrimSuffix(strings.ToLower(u.Host), ":443"), name: parts[1]}
	if len(parts) == 3 {
		id.version = parts[2]
	}
	return id, nil
}

// parseMicrosoft reads what stands between the parentheses of
// @Microsoft.KeyVault(…): SecretUri=URL, or VaultName=…;SecretName=… with or
// without SecretVersion.
func parseMicrosoft(inner string) (identifier, error) {
	fields := map[string]string{}
	for pair := range strings.SplitSeq(inner, ";") {
		name, value, ok := strings.Cut(pair, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		if _, twice := fields[name]; !ok || twice {
			return identifier{}, badIdentifier()
		}
		fields[name] = strings.TrimSpace(value)
	}
	uri, hasURI := fields["secreturi"]
	_, hasVersion := fields["secretversion"]
	id := identifier{vault: fields["vaultname"], name: fields["secretname"], version: fields["secretversion"]}
	switch {
	case hasURI && len(fields) == 1 && strings.HasPrefix(uri, "https://"):
		return parseIdentifier(uri)
	case !hasURI && id.vault != "" && id.name != "" && (len(fields) == 2 || len(fields) == 3 && hasVersion):
		return id, nil
	}
	return identifier{}, badIdentifier()
}

func badIdentifier() error {
	return &fieldError{
		field: refID, text: "is not a Secret Identifier",
		hint: "write it as https://VAULT.vault.azure.net/secrets/NAME, with or without /VERSION, or as @Microsoft.KeyVault(SecretUri=…)",
	}
}
