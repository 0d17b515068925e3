package foreign

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Scheme is one row of the table of vals schemes that are read.
type Scheme struct {
	Name     string // "awssecrets"
	Provider string // what it becomes: "aws"
	// Example is an expression, Becomes the reference it is read as.
	Example, Becomes string
	// read makes fields of the parts of an expression.
	read func(*expression)
}

// Schemes returns the table, in the order of the providers. The forms are those
// of the documentation of vals v0.46 (https://github.com/helmfile/vals).
func Schemes() []Scheme {
	return []Scheme{
		{"awssecrets", secret.AWS, "ref+awssecrets://prod/stripe?region=eu-west-1#/api_key", "{{$aws secret=prod/stripe region=eu-west-1 key=api_key}}", (*expression).aws},
		{"awsssm", secret.SSM, "ref+awsssm://prod/db/password", "{{$ssm name=/prod/db/password}}", (*expression).ssm},
		{"gcpsecrets", secret.GCP, "ref+gcpsecrets://my-project/stripe?version=3&trim_nl=true", "{{$gcp secret=stripe project=my-project version=3 trim=true}}", (*expression).gcp},
		{"vault", secret.Vault, "ref+vault://secret/app/db?version=2#/password", "{{$vault path=app/db version=2 key=password}}", (*expression).vault},
		{"openbao", secret.Vault, "ref+openbao://kv/app/db?namespace=team#/password", "{{$vault path=app/db mount=kv namespace=team key=password}}", (*expression).vault},
		{"hcpvaultsecrets", secret.HCP, "ref+hcpvaultsecrets://web/STRIPE_KEY?project_name=prod", "{{$hcp app=web secret=STRIPE_KEY project=prod}}", (*expression).hcp},
		{"azurekeyvault", secret.Azure, "ref+azurekeyvault://my-vault/stripe-key", "{{$azure vault=my-vault secret=stripe-key}}", (*expression).azure},
		{"op", secret.Op, "ref+op://prod/stripe/credential", "{{$op id=op://prod/stripe/credential}}", (*expression).op},
	}
}

// expression is a vals expression while it is read.
type expression struct {
	text     string
	path     []string // decoded, without empty segments at its ends
	rest     string   // the path as it is written
	params   []param
	fragment string // decoded, without the slash at its beginning
	// at is where the fragment begins in text; 0 if there is none.
	at int

	provider string
	fields   []secret.FieldValue
	ignored  []Parameter
	err      *Error
}

// param is one parameter, with its place in the text.
type param struct {
	name, value string
	start, end  int
	used        bool
}

// parseVals reads [secret]ref+SCHEME://PATH[?PARAMS][#FRAGMENT][+].
func parseVals(text string) (Reference, error) {
	x := &expression{text: text}
	body := strings.TrimPrefix(strings.TrimPrefix(text, "secret"), refPrefix)
	begin := len(text) - len(body)
	if i := strings.IndexByte(body, '+'); i >= 0 && i < len(body)-1 {
		return Reference{}, &Error{Message: "A + ends a vals expression; put what follows it outside of the braces.", Start: begin + i, End: len(text)}
	}
	body = strings.TrimSuffix(body, "+")
	name, rest, ok := strings.Cut(body, "://")
	scheme, known := lookupScheme(name)
	switch {
	case !ok:
		return Reference{}, &Error{Message: "A vals expression is written ref+SCHEME://PATH#/KEY, for example " + Schemes()[0].Example + ".", End: len(text)}
	case !known:
		return Reference{}, unknownScheme(name, begin)
	}
	x.provider = scheme.Provider
	x.split(rest, begin+len(name)+len("://"))
	if x.err == nil {
		scheme.read(x)
	}
	if x.err != nil {
		return Reference{}, x.err
	}
	x.unused()
	ref, err := newRef(text, x.provider, x.fields)
	return Reference{Ref: ref, Ignored: x.ignored}, err
}

// Inline finds the first vals expression inside a text and returns its place, in
// bytes, with the + that ends it. Like vals it reads up to a + or a blank, and
// leaves a quote or comma at the end to the text.
func Inline(text string) (start, end int, ok bool) {
	for at := 0; ; {
		i := strings.Index(text[at:], refPrefix)
		if i < 0 {
			return 0, 0, false
		}
		start = at + i
		at = start + len(refPrefix)
		if strings.HasSuffix(text[:start], "secret") {
			start -= len("secret")
		}
		scheme, _, found := strings.Cut(text[at:], "://")
		if !found {
			return 0, 0, false
		}
		if !isWord(scheme) || start > 0 && isWord(text[start-1:start]) {
			continue
		}
		end = len(text)
		if j := strings.IndexAny(text[at:], "+ \t\r\n"); j >= 0 {
			end = at + j
		}
		trimmed := len(strings.TrimRight(text[:end], `",`))
		if trimmed == end && end < len(text) && text[end] == '+' {
			return start, end + 1, true
		}
		return start, trimmed, true
	}
}

// isWord reports whether s consists of lower case letters and digits.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
}

func lookupScheme(name string) (Scheme, bool) {
	i := slices.IndexFunc(Schemes(), func(s Scheme) bool { return s.Name == name })
	if i < 0 {
		return Scheme{}, false
	}
	return Schemes()[i], true
}

func unknownScheme(name string, start int) *Error {
	var names []string
	for _, s := range Schemes() {
		names = append(names, s.Name)
	}
	message := fmt.Sprintf("References to %q are not read; of the schemes of vals these are: %s.", name, strings.Join(names, ", "))
	if near := spelling.Nearest(name, names); near != "" {
		message = fmt.Sprintf("There is no scheme %q; did you mean %s?", name, near)
	}
	return &Error{Message: message, Start: start, End: start + len(name)}
}

// split cuts what stands behind :// into path, parameters and fragment, each
// percent-decoded as in a URL. begin is its place in the text.
func (x *expression) split(rest string, begin int) {
	path, fragment, ok := strings.Cut(rest, "#")
	if ok {
		x.at = begin + len(path)
		x.fragment = strings.TrimPrefix(x.decode(fragment, x.at), "/")
	}
	path, query, ok := strings.Cut(path, "?")
	if ok {
		at := begin + len(path) + 1
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if name != "" {
				x.params = append(x.params, param{name: x.decode(name, at), value: x.decode(value, at), start: at, end: at + len(pair)})
			}
			at += len(pair) + 1
		}
	}
	x.rest = x.decode(path, begin)
	x.path = strings.Split(strings.Trim(x.rest, "/"), "/")
	if strings.Trim(x.rest, "/") == "" {
		x.fail("A path is missing behind ://.", begin, begin+len(path))
	}
}

func (x *expression) decode(text string, at int) string {
	decoded, err := url.PathUnescape(text)
	if err != nil {
		x.fail("A % here is not followed by two hexadecimal digits; write %25 for the character itself.", at, at+len(text))
	}
	return decoded
}

// fail records the first reason why the expression cannot be read.
func (x *expression) fail(message string, start, end int) {
	if x.err == nil {
		x.err = &Error{Message: message, Start: start, End: end}
	}
}

// failPath says how the path should look.
func (x *expression) failPath(form string) {
	start := strings.Index(x.text, "://") + len("://")
	x.fail("The path is written "+form+".", start, max(start, start+len(x.rest)))
}

// set adds a field that has a value.
func (x *expression) set(name, value string) {
	if value != "" {
		x.fields = append(x.fields, secret.FieldValue{Name: name, Value: value})
	}
}

// param returns a parameter's value and marks it as used.
func (x *expression) param(name string) string {
	value := ""
	for i := range x.params {
		if x.params[i].name == name {
			x.params[i].used, value = true, x.params[i].value
		}
	}
	return value
}

// key sets the key of the fragment: a name at the top level, or the JSONPath of
// a way down. vals looks at the members of maps only, also where a name is a
// number.
func (x *expression) key() {
	if x.at == 0 || x.fragment == "" {
		return
	}
	names := strings.Split(x.fragment, "/")
	if len(names) == 1 && !strings.HasPrefix(names[0], "$") {
		x.set("key", names[0])
		return
	}
	var path strings.Builder
	path.WriteByte('$')
	for _, name := range names {
		path.WriteString("['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']")
	}
	x.set("key", path.String())
}

// What parameters without effect mean, as the end of a sentence.
const (
	whyIdentity = "is not obeyed: a reference never chooses a server, an identity or a key file"
	whyFallback = "has no effect: a secret that is missing is an error"
	whyUnknown  = "has no effect"
)

// identityParams choose where a sign-in goes or who signs in.
var identityParams = []string{
	"address", "host", "proto", "token_env", "token_file", "auth_method", "role_id", "secret_id", "username",
	"password_env", "password_file", "profile", "role_arn", "client_id", "client_secret",
}

// unused lists the parameters that nothing read.
func (x *expression) unused() {
	for _, p := range x.params {
		if p.used {
			continue
		}
		ignored := Parameter{Name: p.name, Start: p.start, End: p.end, Why: whyUnknown}
		switch {
		case slices.Contains(identityParams, p.name):
			ignored.Why, ignored.Identity = whyIdentity, true
		case p.name == "optional" || p.name == "fallback" || p.name == "fallback_value":
			ignored.Why = whyFallback
		}
		x.ignored = append(x.ignored, ignored)
	}
}
