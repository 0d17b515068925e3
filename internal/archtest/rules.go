// Package archtest keeps what ARCHITECTURE.md says true: which package of the
// module may import which other and which packages of the outside world each
// may touch, that its code map and the packages agree, and how long files and
// functions may be. Its tests run over the output of `go list` and the sources.
package archtest

// Rule is what one package may import.
type Rule struct {
	// Ours are the packages of this module, relative to its root, that it may
	// import directly.
	Ours []string
	// Outside are the modules beyond the standard library that it may import,
	// as path prefixes.
	Outside []string
	// Forbidden are packages of the standard library, as path prefixes, that it
	// must not import: a parser that cannot open a socket cannot leak through
	// one.
	Forbidden []string
}

// pure packages compute: they reach neither network, files nor processes.
func pure() []string { return []string{"net/", "net", "os", "os/", "log", "syscall"} }

// noProcess packages start no program.
func noProcess() []string { return []string{"os/exec", "log"} }

// Rules is the table, by package path relative to the module's root. A package
// that is not in the table may not exist.
func Rules() map[string]Rule {
	return map[string]Rule{
		"internal/text":             {Forbidden: pure()},
		"internal/slab":             {Forbidden: pure()},
		"internal/dayjs":            {Forbidden: pure()},
		"template":                  {Ours: []string{"internal/text", "internal/slab"}, Forbidden: pure()},
		"parser":                    {Ours: []string{"internal/text", "internal/slab", "template"}, Forbidden: pure()},
		"internal/spelling":         {Forbidden: pure()},
		"secret":                    {Ours: []string{"internal/spelling", "template"}, Forbidden: []string{"net/http", "os", "os/", "log", "syscall"}},
		"secret/foreign":            {Ours: []string{"internal/spelling", "secret"}, Forbidden: []string{"net/http", "os", "os/", "log", "syscall"}},
		"cache":                     {Forbidden: pure()},
		"internal/redact":           {Ours: []string{"secret"}, Forbidden: append(noProcess(), "net/http")},
		"internal/redact/redactzap": {Ours: []string{"internal/redact"}, Outside: []string{"go.uber.org/zap"}, Forbidden: append(noProcess(), "net/http")},
		"env": {
			Ours:      []string{"internal/text", "internal/spelling", "template", "parser", "secret", "secret/foreign"},
			Outside:   []string{"github.com/tailscale/hujson"},
			Forbidden: pure(),
		},
		"format": {Ours: []string{"internal/text", "parser", "template"}, Forbidden: pure()},
		"analysis": {
			Ours:      []string{"internal/text", "internal/spelling", "internal/dayjs", "template", "parser", "secret", "secret/foreign", "env"},
			Forbidden: pure(),
		},
		"credentials": {
			Ours:      []string{"secret", "internal/agefile", "internal/childenv", "internal/spelling"},
			Outside:   []string{"filippo.io/age", "github.com/tailscale/hujson", "github.com/zalando/go-keyring", "github.com/godbus/dbus", "github.com/gofrs/flock"},
			Forbidden: []string{"log", "net/http"},
		},
		"permission": {
			Ours:      []string{"secret"},
			Outside:   []string{"github.com/gofrs/flock", "golang.org/x/net"},
			Forbidden: append(noProcess(), "net/http"),
		},
		"internal/agefile": {
			Outside:   []string{"filippo.io/age", "github.com/gofrs/flock"},
			Forbidden: append(noProcess(), "net/http"),
		},
		// os/exec for looking programs up.
		"internal/childenv": {Forbidden: []string{"net", "log"}},
		"internal/flight":   {Outside: []string{"golang.org/x/sync"}, Forbidden: pure()},
		"internal/outbound": {Forbidden: noProcess()},
		"internal/input":    {Forbidden: append(noProcess(), "net/http")},
		"providers": {
			Ours:      []string{"secret", "credentials", "cache", "internal/spelling"},
			Outside:   []string{"github.com/theory/jsonpath"},
			Forbidden: append(noProcess(), "net/http"),
		},
		"providers/local": {
			Ours:      []string{"providers", "secret", "credentials", "internal/agefile"},
			Outside:   []string{"filippo.io/age"},
			Forbidden: append(noProcess(), "net/http"),
		},
		"providers/awsauth": {
			Ours:      []string{"internal/childenv", "internal/outbound", "providers", "secret", "credentials"},
			Outside:   []string{"github.com/aws/"},
			Forbidden: []string{"log"}, // it runs the credential_process of AWS profiles
		},
		"providers/aws": {
			Ours:      []string{"providers", "providers/awsauth", "secret", "credentials"},
			Outside:   []string{"github.com/aws/"},
			Forbidden: noProcess(),
		},
		"providers/ssm": {
			Ours:      []string{"providers", "providers/awsauth", "secret", "credentials"},
			Outside:   []string{"github.com/aws/"},
			Forbidden: noProcess(),
		},
		"providers/azure/azurefake": {Outside: []string{"github.com/Azure/azure-sdk-for-go/sdk/"}, Forbidden: noProcess()},
		"providers/azure": {
			Ours: []string{"internal/childenv", "internal/flight", "internal/outbound", "providers", "secret", "credentials"},
			Outside: []string{
				"github.com/Azure/azure-sdk-for-go/sdk/", "github.com/AzureAD/microsoft-authentication-library-for-go/",
				"software.sslmate.com/src/go-pkcs12",
			},
			// os/exec for az, azd and pwsh, with arguments and without a shell.
			Forbidden: []string{"log"},
		},
		"providers/gcp": {
			Ours: []string{"internal/flight", "internal/outbound", "providers", "secret", "credentials"},
			Outside: []string{
				"cloud.google.com/go/", "google.golang.org/", "github.com/googleapis/gax-go/",
			},
			Forbidden: noProcess(),
		},
		"providers/gcp/gcpfake": {
			Outside: []string{"cloud.google.com/go/secretmanager/", "google.golang.org/"},
		},
		"providers/vault": {
			Ours:      []string{"internal/flight", "internal/outbound", "providers", "secret", "credentials"},
			Outside:   []string{"github.com/hashicorp/"},
			Forbidden: noProcess(),
		},
		"providers/hcp": {
			Ours:      []string{"internal/flight", "internal/outbound", "providers", "secret", "credentials"},
			Forbidden: noProcess(),
		},
		"providers/onepassword": {
			Ours:      []string{"internal/childenv", "providers", "secret", "credentials"},
			Forbidden: []string{"net/http", "log"},
		},
		"providers/providertest": {Ours: []string{"providers", "secret", "credentials"}},
		"request": {
			Ours:      []string{"internal/text", "internal/dayjs", "template", "parser", "secret", "env", "permission", "internal/redact"},
			Outside:   []string{"github.com/google/uuid", "github.com/brianvoe/gofakeit"},
			Forbidden: noProcess(),
		},
		"lsp": {
			Ours: []string{
				"analysis", "format", "parser", "secret", "env", "request", "permission", "providers",
				"credentials", "internal/text", "internal/redact", "internal/input",
			},
			Outside:   []string{"go.lsp.dev/", "go.uber.org/zap", "github.com/go-json-experiment/json"},
			Forbidden: []string{"os/exec", "log"},
		},
		"internal/lsptest":   {},
		"internal/benchfile": {},
		"internal/testtools": {Forbidden: []string{"log"}},
		"internal/archtest":  {},
		"internal/golden":    {Outside: []string{"github.com/google/go-cmp"}},
		"internal/docgen":    {Ours: []string{"secret", "env"}, Forbidden: pure()},
		"cmd/vault-lsp":      {Ours: []string{"*"}, Outside: []string{"*"}},
	}
}

// MayReveal lists the packages that may call secret.Value.Reveal: the one that
// puts the value into the request it belongs to, those that fetch or store it,
// and the program, which wires the masking and prints a value that its user
// asked for.
func MayReveal() []string {
	return []string{"request", "cmd/vault-lsp", "providers", "providers/awsauth", "providers/azure", "providers/hcp", "providers/local", "providers/onepassword", "providers/vault", "providers/gcp"}
}
