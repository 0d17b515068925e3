package docgen

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
)

// Variables returns docs/variables.md: where variables come from, which one
// counts, and the table of system variables.
func Variables() string {
	var b strings.Builder
	b.WriteString(variablesIntro)
	b.WriteString("\n| written | gives | example |\n|---|---|---|\n")
	for _, v := range env.Systems() {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` |\n", escape(v.Signature), escape(v.Doc), escape(v.Example))
	}
	return b.String()
}

const variablesIntro = `<!-- Generated from the table of system variables by go test ./internal/docgen -update. Do not edit. -->
# Variables

` + "`{{name}}`" + ` stands for the value of a variable. What is not defined is an error and is never sent as text.

## Where they come from
In the order in which they count, the first one that has the name wins; hover shows every candidate:

1. ` + "`--var name=value`" + ` of the command line
2. ` + "`@name = value`" + ` in the file; it counts for the whole file, the last definition wins
3. the selected environment: ` + "`http-client.private.env.json`" + `, then Visual Studio's ` + "`http-client.env.json.user`" + `, then ` + "`http-client.env.json`" + `, each from the file's folder up to the workspace's; then VS Code's ` + "`rest-client.environmentVariables`" + ` of ` + "`.vscode/settings.json`" + ` and ` + "`*.code-workspace`" + `, then what only your own settings have of it, which is masked and goes to a new server only after you were asked
4. ` + "`$shared`" + `, in Kulala ` + "`$kulalaShared`" + `, of the same files
5. ` + "`.env.<environment>`" + `, then ` + "`<environment>.env`" + `, then ` + "`.env`" + `, all three in a folder ` + "`env`" + ` before those beside it, each from the file's folder up to the workspace's

With the setting ` + "`dialect`" + ` at ` + "`jetbrains`" + `, or ` + "`--dialect jetbrains`" + ` on the command line, 2 and 3 change places, and ` + "`{{$timestamp}}`" + ` is in milliseconds.

` + "`{{a.b}}`" + ` is the variable ` + "`a.b`" + ` if there is one, else the member ` + "`b`" + ` of the object ` + "`a`" + ` of an environment. ` + "`{{%name}}`" + ` is the value of ` + "`name`" + `, percent-encoded.

## System variables
Arguments are separated by blanks, and may hold ` + "`{{name}}`" + `. A value that comes from your machine, such as ` + "`{{$processEnv TOKEN}}`" + `, goes only where you allowed it, like a secret.
`
