package foreign

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/vault-lsp/vault-lsp/secret"
)

// InsomniaTag finds the first {% vault … %} of Insomnia in a text and returns
// its place, in bytes.
func InsomniaTag(text string) (start, end int, ok bool) {
	for at := 0; ; {
		i := strings.Index(text[at:], "{%")
		if i < 0 {
			return 0, 0, false
		}
		start = at + i
		at = start + 2
		close := strings.Index(text[at:], "%}")
		if close < 0 {
			return 0, 0, false
		}
		inner := strings.TrimSpace(strings.Trim(text[at:at+close], "-"))
		if rest, ok := strings.CutPrefix(inner, "vault"); ok && rest != "" && strings.ContainsRune(" \t'\"", rune(rest[0])) {
			return start, at + close + 2, true
		}
	}
}

// ParseInsomnia reads a tag {% vault 'PROVIDER', 'CREDENTIAL', 'BASE64' %},
// whose last part is JSON. The credential is an id of Insomnia's own database
// and has no meaning elsewhere. The error is an *Error.
func ParseInsomnia(tag string) (secret.Ref, error) {
	fail := func(message string) (secret.Ref, error) {
		return secret.Ref{}, &Error{Message: message, End: len(tag)}
	}
	words := quoted(tag)
	if len(words) < 3 {
		return fail("This tag of Insomnia has not its three parts: provider, credential, reference.")
	}
	decoded, err := base64.StdEncoding.DecodeString(words[2])
	if err != nil {
		decoded, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(words[2], "="))
	}
	var fields insomniaFields
	if err != nil || json.Unmarshal(decoded, &fields) != nil {
		return fail("The last part of this tag of Insomnia is not JSON in base64.")
	}
	switch words[0] {
	case secret.AWS:
		return newRef(tag, secret.AWS, fields.aws())
	case secret.GCP:
		return newRef(tag, secret.GCP, fields.gcp())
	case secret.Azure:
		return newRef(tag, secret.Azure, pairs("id", fields.SecretIdentifier))
	case "hashicorp":
		if fields.AppName != "" || fields.OrganizationID != "" {
			return newRef(tag, secret.HCP, fields.hcp())
		}
		return newRef(tag, secret.Vault, fields.vault())
	}
	return fail("This tag of Insomnia names a provider that is not known: aws, gcp, hashicorp and azure are.")
}

// insomniaFields are the members of the JSON, of all providers
// (https://github.com/Kong/insomnia, src/ui/components/templating/external-vault
// of the releases until v11).
type insomniaFields struct {
	SecretID     string `json:"SecretId"`
	VersionID    string `json:"VersionId"`
	VersionStage string
	SecretType   string
	SecretKey    string

	SecretName string `json:"secretName"`
	Version    text   `json:"version"`

	KVVersion        string `json:"kvVersion"`
	SecretEnginePath string `json:"secretEnginePath"`

	OrganizationID string `json:"organizationId"`
	ProjectID      string `json:"projectId"`
	AppName        string `json:"appName"`

	SecretIdentifier string `json:"secretIdentifier"`
}

// text is a JSON text or number.
type text string

// UnmarshalJSON reads both.
func (t *text) UnmarshalJSON(data []byte) error {
	*t = text(strings.Trim(string(data), `"`))
	if *t == "null" {
		*t = ""
	}
	return nil
}

func (f insomniaFields) aws() []secret.FieldValue {
	fields := pairs("secret", f.SecretID, "version", f.VersionID, "stage", f.VersionStage)
	// Without a key Insomnia gives the whole text.
	if f.SecretType == "kv" {
		fields = append(fields, pairs("key", f.SecretKey)...)
	}
	return fields
}

func (f insomniaFields) gcp() []secret.FieldValue {
	fields := pairs("secret", f.SecretName)
	// A version in the name wins, and latest is what no version means.
	if !strings.Contains(f.SecretName, "/versions/") && f.Version != "latest" {
		fields = append(fields, pairs("version", string(f.Version))...)
	}
	return fields
}

func (f insomniaFields) vault() []secret.FieldValue {
	mount := strings.Trim(f.SecretEnginePath, "/")
	if mount == "secret" {
		mount = ""
	}
	fields := pairs("path", strings.Trim(f.SecretName, "/"), "mount", mount, "engine", f.KVVersion)
	if f.KVVersion != "v1" {
		fields = append(fields, pairs("version", string(f.Version))...)
	}
	// JSON decoding is not case-sensitive: secretKey is SecretKey.
	return append(fields, pairs("key", f.SecretKey)...)
}

func (f insomniaFields) hcp() []secret.FieldValue {
	return pairs("app", f.AppName, "secret", f.SecretName, "organization", f.OrganizationID, "project", f.ProjectID, "version", string(f.Version))
}

// pairs makes fields of names and values, leaving out empty values.
func pairs(list ...string) []secret.FieldValue {
	var fields []secret.FieldValue
	for i := 0; i < len(list); i += 2 {
		if list[i+1] != "" {
			fields = append(fields, secret.FieldValue{Name: list[i], Value: list[i+1]})
		}
	}
	return fields
}

// quoted returns the texts in quotes.
func quoted(tag string) []string {
	var words []string
	for {
		i := strings.IndexAny(tag, `'"`)
		if i < 0 {
			return words
		}
		end := strings.IndexByte(tag[i+1:], tag[i])
		if end < 0 {
			return words
		}
		words = append(words, tag[i+1:i+1+end])
		tag = tag[i+1+end+1:]
	}
}
