package secret

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
)

// MaxTTL is the longest time that a value may be reused.
const MaxTTL = 720 * time.Minute

// checkValue returns what is wrong with a field's value, or "". A request file
// comes from strangers: what becomes part of a host name or of a path at the
// vault may only hold what such a name holds.
func checkValue(provider string, field Field, value string) string {
	switch {
	case value == "":
		return fmt.Sprintf("%s has no value; give one, for example %s=%s, or remove the field.", field.Name, field.Name, field.Example)
	case !utf8.ValidString(value):
		return fmt.Sprintf("%s is not valid UTF-8.", field.Name)
	case strings.Contains(value, "{{"):
		return fmt.Sprintf("%s must not hold {{, which begins a variable.", field.Name)
	case field.Name != "key" && strings.ContainsFunc(value, unicode.IsControl):
		return fmt.Sprintf("%s must not hold line ends, tabs or other control characters.", field.Name)
	case strings.ContainsRune(value, 0):
		return fmt.Sprintf("%s must not hold a NUL character.", field.Name)
	case strings.ContainsFunc(value, isMisleading):
		return fmt.Sprintf("%s must not hold characters that hide or reorder text, or move the cursor.", field.Name)
	}
	if provider == Azure && field.Name == "id" {
		return checkAzureID(field, value)
	}
	if message := checkType(field, value); message != "" {
		return message
	}
	switch provider {
	case AWS:
		return checkAWS(field.Name, value)
	case SSM:
		return checkSSM(field.Name, value)
	case GCP:
		return checkGCP(field.Name, value)
	case Vault:
		return checkVault(field.Name, value)
	case HCP:
		return checkHCP(field.Name, value)
	case Azure:
		return checkAzure(field.Name, value)
	case Op:
		return checkOp(field.Name, value)
	}
	return ""
}

// isMisleading reports whether a character makes a text look other than it is:
// the reference stands in the question whether its secret may be sent, and a
// file from a stranger must not rewrite that question. Line ends and tabs are
// printed as escapes.
func isMisleading(r rune) bool {
	if r == '\n' || r == '\r' || r == '\t' {
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}

func checkType(field Field, value string) string {
	switch field.Type {
	case TypeInteger:
		if !isNumber(value) || value[0] == '0' {
			return fmt.Sprintf("%s must be a whole number from 1, for example %s=%s.", field.Name, field.Name, field.Example)
		}
		if _, err := strconv.ParseInt(value, 10, 32); err != nil {
			return fmt.Sprintf("%s is too large a number.", field.Name)
		}
	case TypeEnum:
		if slices.Contains(field.Values, value) {
			return ""
		}
		if near := spelling.Nearest(value, field.Values); near != "" {
			return fmt.Sprintf("%s must be %s; did you mean %s?", field.Name, oneOf(field.Values), near)
		}
		return fmt.Sprintf("%s must be %s.", field.Name, oneOf(field.Values))
	case TypeDuration:
		d, err := time.ParseDuration(value)
		if err != nil {
			return fmt.Sprintf("%s must be a duration with its unit, such as 90s, 30m or 2h, or 0.", field.Name)
		}
		if d < 0 || d > MaxTTL {
			return fmt.Sprintf("%s must be from 0 to 720m.", field.Name)
		}
	case TypeLabel:
		if !isLabel(value) {
			return fmt.Sprintf("%s must be a single name of letters, digits and hyphens, for example %s=%s.", field.Name, field.Name, field.Example)
		}
	case TypeURL:
		u, err := url.Parse(value)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
			return fmt.Sprintf("%s must be an https URL, for example %s.", field.Name, field.Example)
		}
		if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
			return fmt.Sprintf("%s must be a URL without user name, query and fragment.", field.Name)
		}
	}
	return ""
}

func checkAWS(field, value string) string {
	switch field {
	case "secret":
		if strings.HasPrefix(value, "arn:") {
			if _, ok := parseARN(value); !ok {
				return "The ARN must look like arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/stripe-AbCdEf."
			}
			return ""
		}
		if len(value) > 512 || !consistsOf(value, "/_+=.@!-") {
			return "secret must be a name of letters, digits and / _ + = . @ ! -, or an ARN."
		}
	case "version":
		if len(value) < 32 || len(value) > 64 || !consistsOf(value, "-") {
			return "version must be a version id of 32 to 64 letters, digits and hyphens; a label such as AWSPREVIOUS belongs into stage."
		}
	case "stage":
		if len(value) > 256 || !consistsOf(value, "/_+=.@!-") {
			return "stage must be a label such as AWSCURRENT or AWSPREVIOUS."
		}
	}
	return ""
}

func checkSSM(field, value string) string {
	switch field {
	case "name":
		if strings.HasPrefix(value, "arn:") {
			if _, ok := parseParameterARN(value); !ok {
				return "The ARN must look like arn:aws:ssm:eu-west-1:123456789012:parameter/prod/db/password."
			}
			return ""
		}
		if len(value) > 2048 || !consistsOf(value, "/_.-") {
			return "name must be a parameter's name of letters, digits and / _ . -, or an ARN; a version belongs into version."
		}
	case "version":
		if len(value) > 100 || !consistsOf(value, "_.-") {
			return "version must be a number or a label of letters, digits and _ . -."
		}
	}
	return ""
}

func checkGCP(field, value string) string {
	switch field {
	case "secret":
		if _, ok := parseGCPName(value); !ok {
			return "secret must be an id of letters, digits, _ and -, or a resource name such as projects/my-project/secrets/stripe-key."
		}
	case "project":
		if !isGCPProject(value) {
			return "project must be a project's id or number, for example project=my-project."
		}
	case "version":
		if len(value) > 63 || !consistsOf(value, "_-") {
			return "version must be a number, an alias or latest."
		}
	}
	return ""
}

func checkVault(field, value string) string {
	switch field {
	case "path", "mount", "namespace":
		trimmed := strings.Trim(value, "/")
		if trimmed == "" {
			return fmt.Sprintf("%s has no name in it; give one, for example %s=app.", field, field)
		}
		for segment := range strings.SplitSeq(trimmed, "/") {
			if segment == "" || segment == "." || segment == ".." {
				return fmt.Sprintf("%s must not hold //, /./ or /../.", field)
			}
		}
	}
	return ""
}

func checkHCP(field, value string) string {
	switch field {
	case "app", "secret":
		if len(value) > 128 || !consistsOf(value, "_-") {
			return fmt.Sprintf("%s must consist of letters, digits, _ and -.", field)
		}
	case "organization", "project":
		// A name is only compared with names; an id becomes part of a path.
		if len(value) > 128 || strings.ContainsAny(value, "/\\") || strings.TrimSpace(value) != value {
			return fmt.Sprintf("%s must be an id or a name of at most 128 characters, without slashes and without blanks at its ends.", field)
		}
	}
	return ""
}

func checkAzure(field, value string) string {
	switch field {
	case "id":
		u, _ := url.Parse(value)
		if !isAzureIdentifier(u) {
			return badAzureID
		}
	case "vault":
		if !isVaultName(value) {
			return "vault must be the name of a key vault, 3 to 24 letters, digits and hyphens."
		}
	case "secret":
		if !isSecretName(value) {
			return "secret must be a name of letters, digits and hyphens."
		}
	case "version":
		if len(value) > 64 || !consistsOf(value, "") {
			return "version must be a version's id of letters and digits."
		}
	}
	return ""
}

// checkOp reads op://VAULT/ITEM/[SECTION/]FIELD, with the query that 1Password
// has for one-time passwords and SSH keys
// (https://developer.1password.com/docs/cli/secret-reference-syntax).
func checkOp(field, value string) string {
	if field != "id" {
		return ""
	}
	path, ok := strings.CutPrefix(value, "op://")
	path, query, asks := strings.Cut(path, "?")
	if strings.Contains(path, "$") {
		return "id must name vault, item and field; 1Password's variables ($NAME) are not read."
	}
	segments := strings.Split(path, "/")
	ok = ok && len(value) <= 1024 && (len(segments) == 3 || len(segments) == 4)
	for _, segment := range segments {
		ok = ok && isOpName(segment)
	}
	if !ok {
		return "id must look like op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD; give the id of what has another character than a letter, digit, blank, - _ or . in its name."
	}
	name, attribute, _ := strings.Cut(query, "=")
	if asks && (name != "attribute" && name != "attr" && name != "ssh-format" || !consistsOf(attribute, "-")) {
		return "The query of id must be attribute=NAME or ssh-format=NAME."
	}
	return ""
}

// isOpName reports whether s can be a name in a reference of 1Password. A name
// of dots alone leads nowhere.
func isOpName(s string) bool {
	return strings.Trim(s, ". ") != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.", r)
	})
}

// isAzureIdentifier reports whether u is https://HOST/secrets/NAME[/VERSION].
// Whether the host is a key vault's is for the provider to say, which knows
// the user's clouds.
func isAzureIdentifier(u *url.URL) bool {
	for label := range strings.SplitSeq(u.Hostname(), ".") {
		if !isLabel(label) {
			return false
		}
	}
	parts := strings.Split(strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/"), "/")
	if len(parts) < 2 || len(parts) > 3 || parts[0] != "secrets" || !consistsOf(parts[1], "-") {
		return false
	}
	return len(parts) == 2 || consistsOf(parts[2], "")
}
