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
  "signIns": { "keep": true }, // false keeps the sign-ins of a person in memory only
  "proxy": "http://proxy.example.com:3128",
  "tls": { "insecureHosts": ["dev.example.com:8443"] } // certificates of these hosts are not verified
}
` + "```" + `

A reference uses the credential it names (` + "`credential=infra`" + `), else the default of its provider, else the only credential of the provider, else, with none configured, the ambient identity: ` + "`VAULT_ADDR` with `VAULT_TOKEN`, the `token_helper` of `~/.vault`, `~/.vault-token` or `~/.bao-token` (OpenBao's `BAO_…` variables win; `VAULT_AGENT_ADDR` and `unix://` addresses need no token; `VAULT_SKIP_VERIFY` is not honoured: name the authority in `VAULT_CACERT`, `VAULT_CACERT_BYTES` or `VAULT_CAPATH`), `HCP_CLIENT_ID` with `HCP_CLIENT_SECRET` (and `HCP_ORGANIZATION_ID`, `HCP_PROJECT_ID`, `HCP_AUTH_URL`, `HCP_API_ADDRESS`), what `op` signs in with in a terminal, `VAULT_LSP_LOCAL_PASSPHRASE`" + ` or the OS keyring for the local vault.

A **secret** field never takes its value here. It says where the value is:

| write | kept in |
|---|---|
| ` + "`{ \"keyring\": true }`" + ` | the OS keyring; entered at a prompt |
| ` + "`{ \"env\": \"NAME\" }`" + ` | an environment variable |
| ` + "`{ \"file\": \"path\" }`" + ` | a file; one line break at its end is not part of the value |
| ` + "`{ \"command\": [\"op\", \"read\", \"op://…\"] }`" + ` | the output of a program, run without a shell, for at most 30 seconds |

## On the command line

` + "```" + `
vault-lsp credential add                       # asks for everything, with the defaults and examples of this page
vault-lsp credential add infra --provider vault --auth approle --set address=https://vault.example.com --set roleId=reader
vault-lsp credential edit infra --set namespace=admin
vault-lsp credential list                      # which are defaults, and who is signed in; asks no vault
vault-lsp credential test infra                # who am I, what is missing, when does it end
vault-lsp credential login sso                 # in the browser or with a code; running editors use it at once
vault-lsp credential logout sso
vault-lsp credential methods vault approle     # this page, in the terminal
` + "```" + `

A team agrees on names: the request files say ` + "`credential=infra`" + `, and everybody's own configuration says who they are as infra. An edit of a profile forgets what was fetched with it.

On a terminal, a command that lacks a sign-in or a passphrase asks for it and goes on. Without one it ends with exit status 3 and says what to run. To an editor the passphrase goes as every secret does: never over the protocol.

## How sign-ins are kept

Where a person signs in (in the browser, with a device code or an MFA code), what the sign-in brought survives the end of the program: a refresh token, say, so that nobody signs in twice a day.

- It is one file a profile in ` + "`sign-ins`" + ` of the state folder (` + "`$XDG_STATE_HOME/vault-lsp`, `~/.local/state/vault-lsp`, `%LocalAppData%\\vault-lsp`" + `), encrypted with [age](https://age-encryption.org), readable by you only. Nothing in it is in clear, not even who you are.
- The key of the files is in the OS keyring. Only the key is there: some keyrings hold no more than 2.5 kB an entry.
- Where there is no keyring (over SSH, in WSL and containers) a passphrase protects the key. It is chosen at the first sign-in and asked for once a process, or read from ` + "`VAULT_LSP_SIGN_INS_PASSPHRASE`" + `, which wins over a keyring where it is set. There is no way back from a lost one: remove the folder and sign in again.
- A sign-in belongs to the profile as it is configured. Editing or removing the profile, new secret material for it, ` + "`credential logout`" + ` and, everywhere, ` + "`\"signIns\": { \"keep\": false }`" + ` forget it.
- A new sign-in counts in every running process, which drops what it had fetched as somebody else.
- A file that is damaged, or whose key is gone, is told as such, and the next sign-in replaces it.

## The local vault

` + "`$local`" + ` needs no account. ` + "`vault-lsp secret set NAME`" + ` makes it: a file encrypted with age whose key is in the OS keyring or, without one, under a passphrase. A profile with ` + "`\"vault\": \"team\"`" + ` is another vault beside it.

` + "```" + `
vault-lsp secret set stripe                                  # the value is typed or piped in, never an argument
vault-lsp secret import .env --prefix shop/                  # prints {{$local secret=shop/…}} for each variable
vault-lsp secret import http-client.private.env.json --env dev --rewrite   # puts the references into the file
vault-lsp secret passphrase                                  # a new key under a new passphrase; --keyring moves it there
vault-lsp secret export --out backup.age                     # encrypted under a passphrase of its own
vault-lsp secret restore backup.age
` + "```" + `

A new passphrase makes a new key: old copies of the vault open with the old one, nothing written later does. Every change is all or nothing, also when the machine stops in the middle of it.

` + "`secret list` and `secret get`" + ` work with every vault; ` + "`set` and `remove`" + ` are for the local one, the others are never written to.

## Fields of every way to sign in

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
