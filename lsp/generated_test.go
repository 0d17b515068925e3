package lsp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/golden"
)

// TestGenerated keeps the documentation at what the tables say.
func TestGenerated(t *testing.T) {
	t.Parallel()
	golden.Compare(t, "../docs/commands.md", commandsDoc())
	golden.Compare(t, "../docs/settings.md", settingsDoc())
}

const commandsIntro = `# Commands of the language server

<!-- Generated from lsp/command_table.go by ` + "`go test ./lsp -run TestGenerated -update`" + `. -->

An editor runs these with ` + "`workspace/executeCommand`" + `. Each takes at most one argument, a JSON object; a member
that is unknown, missing or of another type is answered -32602 (InvalidParams).

What fails is answered -32803 (RequestFailed) with this ` + "`data`" + `: ` + "`{code, message, hint, range?}`" + `. Its ` + "`code`" + ` is
stable; ` + "`message`" + ` and ` + "`hint`" + ` are sentences to show and never hold a value. A failure of code ` + "`locked`" + ` (a vault needs a
passphrase) also has ` + "`needs`" + ` and ` + "`input`" + ` as addCredential answers them: run the commands, then send again. A command
that was cancelled is answered -32800.

Commands that take time show work-done progress, under the request's ` + "`workDoneToken`" + ` or under a token of the
server, and can be cancelled there or with ` + "`$/cancelRequest`" + `.

Before a secret goes to an origin that was not allowed before, the server asks with ` + "`window/showMessageRequest`" + `:
Allow once, Always, Deny. A client that cannot ask gets the answer Deny.
`

func commandsDoc() string {
	var b strings.Builder
	b.WriteString(commandsIntro)
	for _, command := range CommandTable() {
		fmt.Fprintf(&b, "\n## `%s`\n\n%s.\n%s\n", command.Name, command.Title, command.Doc)
		if len(command.Args) > 0 {
			b.WriteString("\n| member | type | required | |\n|---|---|---|---|\n")
		}
		for _, arg := range command.Args {
			required := "no"
			if arg.Required {
				required = "yes"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", arg.Name, arg.Type, required, strings.ReplaceAll(arg.Doc, "|", "\\|"))
		}
		fmt.Fprintf(&b, "\nAnswers %s.\n", command.Result)
	}
	return b.String()
}

const settingsIntro = `# Settings of the language server

<!-- Generated from lsp/settings_table.go by ` + "`go test ./lsp -run TestGenerated -update`" + `. -->

The server reads the section ` + "`vaultLsp`" + ` of the editor's configuration, as nested objects (` + "`\"cache\": {\"ttl\": \"10m\"}`" + `) or as
keys with dots (` + "`\"cache.ttl\": \"10m\"`" + `). A client without ` + "`workspace/configuration`" + ` can pass ` + "`{\"vaultLsp\": {…}}`" + ` as
` + "`initializationOptions`" + ` or with ` + "`workspace/didChangeConfiguration`" + `. Unknown keys and bad values are shown to the user; the
default is used in their place.

What decides where values go or which identity is used (proxy, completion from vaults, credentials, permissions,
exceptions from certificate checks) stands in the user's configuration file only, because a cloned folder may bring
settings of its own. Masking cannot be switched off.

| setting | type | default | |
|---|---|---|---|
`

func settingsDoc() string {
	var b strings.Builder
	b.WriteString(settingsIntro)
	for _, row := range SettingsTable() {
		kind := row.Type
		if len(row.Values) > 0 {
			kind = "`" + strings.Join(row.Values, "`, `") + "`"
		}
		fmt.Fprintf(&b, "| `%s.%s` | %s | %s | %s |\n", SettingsSection, row.Key, kind, row.Default, row.Doc)
	}
	return b.String()
}

// TestTables: every row can be documented.
func TestTables(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, command := range CommandTable() {
		if seen[command.Name] || !strings.HasPrefix(command.Name, "vault-lsp.") {
			t.Errorf("command %q: doubled, or without the prefix", command.Name)
		}
		seen[command.Name] = true
		if command.Title == "" || command.Doc == "" || command.Result == "" {
			t.Errorf("command %s is not documented", command.Name)
		}
		for _, arg := range command.Args {
			if arg.Name == "" || arg.Doc == "" {
				t.Errorf("command %s: argument %+v is not documented", command.Name, arg)
			}
		}
	}
}
