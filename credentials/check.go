package credentials

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/secret"
)

// FieldProblem is one thing wrong with a Profile. Its texts never repeat a
// value.
type FieldProblem struct {
	Field   string `json:"field"` // "provider", "auth", "name" or a field; "" for the whole
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// ProfileError is the error of a Profile that cannot be written.
type ProfileError struct {
	Name     string
	Problems []FieldProblem
}

// Error lists the problems.
func (e *ProfileError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "check credential %q: ", e.Name)
	for i, p := range e.Problems {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(p.Message)
		if p.Hint != "" {
			b.WriteString(" (" + p.Hint + ")")
		}
	}
	return b.String()
}

// The names a person can type without quotes in a reference.
var profileName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$`) })

var dnsLabel = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`) })

// Check returns what is wrong with a profile, in the order of its method's
// fields.
func Check(p Profile) []FieldProblem {
	var problems []FieldProblem
	if !profileName().MatchString(p.Name) {
		problems = append(problems, badName())
	}
	if _, ok := secret.Lookup(p.Provider); !ok {
		return append(problems, unknownProvider(p.Provider))
	}
	if owner := secret.CredentialsOf(p.Provider); owner != p.Provider {
		return append(problems, FieldProblem{"provider", p.Provider + " has no credentials of its own: it signs in with those of " + owner,
			fmt.Sprintf(`write "provider": %q`, owner)})
	}
	method, ok := LookupMethod(p.Provider, p.Auth)
	if !ok {
		return append(problems, unknownAuth(p.Provider, p.Auth))
	}
	return append(problems, checkFields(method, p)...)
}

func badName() FieldProblem {
	return FieldProblem{"name", "this is not a name for a credential", "use letters, digits, . _ @ and -, at most 64"}
}

func unknownProvider(name string) FieldProblem {
	hint := "one of: " + strings.Join(MethodProviders(), ", ")
	if near := spelling.Nearest(name, MethodProviders()); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return FieldProblem{"provider", "unknown provider", hint}
}

func unknownAuth(provider, auth string) FieldProblem {
	var names []string
	for _, m := range MethodsOf(provider) {
		names = append(names, m.Auth)
	}
	hint := "one of: " + strings.Join(names, ", ")
	if near := spelling.Nearest(auth, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return FieldProblem{"auth", provider + " has no such auth", hint}
}

func checkFields(method Method, p Profile) []FieldProblem {
	var problems []FieldProblem
	for _, f := range method.Fields {
		value, plain := p.Fields[f.Name]
		source, sourced := p.Secrets[f.Name]
		switch {
		case f.Secret && plain:
			problems = append(problems, literalRefused(f.Name))
		case f.Secret && sourced:
			if problem := checkSource(f.Name, source); problem != nil {
				problems = append(problems, *problem)
			}
		case !f.Secret && sourced:
			problems = append(problems, FieldProblem{f.Name, f.Name + " is plain text, not a secret field", "write its value as text"})
		case plain:
			if problem := checkValue(f, value); problem != nil {
				problems = append(problems, *problem)
			}
		case f.Required:
			problems = append(problems, missingField(method, f))
		}
	}
	for _, name := range slices.Concat(keys(p.Fields), keys(p.Secrets)) {
		if _, ok := method.Field(name); !ok {
			problems = append(problems, unknownField(method, name))
		}
	}
	if len(problems) == 0 && !oneOfComplete(method, p) {
		var sets []string
		for _, set := range method.OneOf {
			sets = append(sets, strings.Join(set, " and "))
		}
		problems = append(problems, FieldProblem{"", fmt.Sprintf("%s needs %s", method.Auth, strings.Join(sets, " or ")), "add one of them"})
	}
	return problems
}

func oneOfComplete(method Method, p Profile) bool {
	has := func(name string) bool {
		_, plain := p.Fields[name]
		_, sourced := p.Secrets[name]
		return plain || sourced
	}
	for _, set := range method.OneOf {
		if !slices.ContainsFunc(set, func(name string) bool { return !has(name) }) {
			return true
		}
	}
	return len(method.OneOf) == 0
}

func literalRefused(field string) FieldProblem {
	return FieldProblem{field, field + " is a secret and must not stand in this file",
		fmt.Sprintf(`write "%s": {"keyring": true} and store it with `+"`vault-lsp credential add`"+`, or use {"env": "NAME"}, {"file": "path"} or {"command": ["…"]}; if the value was ever shared, replace it`, field)}
}

func missingField(method Method, f MethodField) FieldProblem {
	hint := fmt.Sprintf(`add "%s": "…" (%s)`, f.Name, f.Doc)
	if f.Secret {
		hint = fmt.Sprintf(`add "%s": {"keyring": true}, {"env": "NAME"}, {"file": "path"} or {"command": ["…"]}`, f.Name)
	}
	return FieldProblem{f.Name, fmt.Sprintf("%s %s needs %s", method.Provider, method.Auth, f.Name), hint}
}

func unknownField(method Method, name string) FieldProblem {
	var names []string
	for _, f := range method.Fields {
		names = append(names, f.Name)
	}
	hint := "known here: " + strings.Join(names, ", ")
	if near := spelling.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return FieldProblem{name, fmt.Sprintf("%s %s has no field %q", method.Provider, method.Auth, name), hint}
}

func checkSource(field string, s Source) *FieldProblem {
	set := 0
	for _, is := range []bool{s.Keyring, s.Env != "", s.File != "", len(s.Command) > 0} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return &FieldProblem{field, field + " needs exactly one place", `one of {"keyring": true}, {"env": "NAME"}, {"file": "path"}, {"command": ["…"]}`}
	case strings.ContainsAny(s.Env, "=\x00"):
		return &FieldProblem{field, "this is not the name of an environment variable", "name a variable, without its value"}
	case len(s.Command) > 0 && strings.TrimSpace(s.Command[0]) == "":
		return &FieldProblem{field, "the command has no program", `write it as ["program", "argument", …]`}
	case strings.ContainsRune(s.File, 0) || strings.ContainsRune(strings.Join(s.Command, ""), 0):
		return &FieldProblem{field, "a place must not hold a NUL character", "remove it"}
	}
	return nil
}

// CheckField returns what is wrong with a value for a plain field, nil if
// nothing is, for forms that check while they ask.
func CheckField(f MethodField, value string) *FieldProblem { return checkValue(f, value) }

// CheckSource is CheckField for the place of a secret field.
func CheckSource(field string, s Source) *FieldProblem { return checkSource(field, s) }

// checkValue checks a plain value against the field's type.
func checkValue(f MethodField, value string) *FieldProblem {
	bad := func(message, hint string) *FieldProblem {
		return &FieldProblem{f.Name, f.Name + " " + message, hint}
	}
	if strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return bad("holds a control character", "remove it")
	}
	if value == "" {
		return bad("is empty", "give a value or remove the field")
	}
	switch f.Type {
	case TypeURL:
		if !validURL(value) {
			return bad("is not an http or https URL without user and password", "such as "+orElse(f.Example, "https://example.com"))
		}
	case TypeServer:
		if !validURL(value) && !validSocket(value) {
			return bad("is not an http or https URL without user and password", "such as "+orElse(f.Example, "https://example.com")+", or unix:///path of a socket")
		}
	case TypeBool:
		if value != "true" && value != "false" {
			return bad("must be true or false", "")
		}
	case TypeDuration:
		if d, err := time.ParseDuration(value); err != nil || d <= 0 {
			return bad("is not a duration", "such as 15m")
		}
	case TypeLabel:
		if !dnsLabel().MatchString(value) {
			return bad("is not a region", "it has lower-case letters, digits and - only")
		}
	case TypeEnum:
		if !slices.Contains(f.Values, value) {
			return bad("has an unknown value", "one of: "+strings.Join(f.Values, ", "))
		}
	}
	return nil
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func validURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

func validProxy(s string) bool {
	u, err := url.Parse(s)
	return err == nil && slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) && u.Hostname() != ""
}

func holdsPassword(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return false
	}
	_, has := u.User.Password()
	return has
}

func validHost(s string) bool {
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		if port == "" {
			return false
		}
		host = h
	}
	return host != "" && !strings.ContainsAny(host, "/*?@ \t[]")
}
