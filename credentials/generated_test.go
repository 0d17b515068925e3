package credentials

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestGenerated fails when docs/credentials.md is not what the table says.
func TestGenerated(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "../docs/credentials.md", credentialsDocument())
}

const introduction = `# Credentials

<!-- Generated from the table in credentials/methods_table.go by go test ./credentials -run TestGenerated -update. -->

Who you are to a vault stands in your own configuration file, never in a request file and never in a workspace: ` + "`$VAULT_LSP_CONFIG`, else `$XDG_CONFIG_HOME/vault-lsp/config.json`, else `vault-lsp/config.json`" + ` in the platform's place for configuration (` + "`~/.config`, `~/Library/Application Support`, `%AppData%`" + `). Comments and trailing commas are allowed.

` + "```jsonc" + `
{
  "credentials": {
    "infra": {
      "provider": "vault",
      "auth": "approle",
      "address": "https://vault.example.com",
      "roleId": "…",
      "secretId": { "keyring": true } // stored by: vault-lsp credential add
    }
  },
  "defaults": { "vault": "infra" },
  "timeouts": { "vault": "10s" }, // time limit of one call
  "cache": { "ttl": "30m", "maxEntries": 1000 },
  "completion": { "liveSecrets": true },
  "proxy": "http://proxy.example.com:3128",
  "tls": { "insecureHosts": ["dev.example.com:8443"] } // certificates of these hosts are not verified
}
` + "```" + `

A reference uses the credential it names (` + "`credential=infra`" + `), else the default of its provider, else the only credential of the provider, else, with none configured, the ambient identity: ` + "`VAULT_ADDR` with `VAULT_TOKEN`, the `token_helper` of `~/.vault`, `~/.vault-token` or `~/.bao-token` (OpenBao's `BAO_…` variables win; `VAULT_AGENT_ADDR` and `unix://` addresses need no token; `VAULT_SKIP_VERIFY` is not honoured: name the authority in `VAULT_CACERT`, `VAULT_CACERT_BYTES` or `VAULT_CAPATH`), `VAULT_LSP_LOCAL_PASSPHRASE`" + ` or the OS keyring for the local vault.

A **secret** field never takes its value here. It says where the value is:

| write | kept in |
|---|---|
| ` + "`{ \"keyring\": true }`" + ` | the OS keyring; entered at a prompt |
| ` + "`{ \"env\": \"NAME\" }`" + ` | an environment variable |
| ` + "`{ \"file\": \"path\" }`" + ` | a file; one line break at its end is not part of the value |
| ` + "`{ \"command\": [\"op\", \"read\", \"op://…\"] }`" + ` | the output of a program, run without a shell, for at most 30 seconds |

**Bold** fields are required.
`

func credentialsDocument() string {
	var b strings.Builder
	b.WriteString(introduction)
	for _, spec := range secret.Providers() {
		fmt.Fprintf(&b, "\n## %s (`$%s`)\n", spec.Label, spec.Name)
		if spec.Credentials != "" {
			fmt.Fprintf(&b, "\nSigns in with the profiles of `$%s`; `defaults` may name another one of them for `%s`.\n", spec.Credentials, spec.Name)
		}
		for _, m := range MethodsOf(spec.Name) {
			fmt.Fprintf(&b, "\n### %s: `\"auth\": \"%s\"`\n\n%s", m.Label, m.Auth, m.Doc)
			for i, set := range m.OneOf {
				if i == 0 {
					b.WriteString(" Needs ")
				} else {
					b.WriteString(" or ")
				}
				b.WriteString("`" + strings.Join(set, "` and `") + "`")
			}
			if len(m.OneOf) > 0 {
				b.WriteString(".")
			}
			b.WriteString("\n\n| field | takes | what |\n|---|---|---|\n")
			for _, f := range m.Fields {
				b.WriteString(fieldRow(f))
			}
		}
	}
	return b.String()
}

func fieldRow(f MethodField) string {
	name, takes, doc := "`"+f.Name+"`", string(f.Type), f.Doc
	if f.Required {
		name = "**" + name + "**"
	}
	if f.Secret {
		takes = "secret"
	}
	if len(f.Values) > 0 {
		takes = "`" + strings.Join(f.Values, "`, `") + "`"
	}
	if f.Default != "" {
		doc += " (`" + f.Default + "`)"
	}
	if f.Example != "" {
		doc += ", such as `" + f.Example + "`"
	}
	return fmt.Sprintf("| %s | %s | %s |\n", name, takes, doc)
}
