package env

import (
	"fmt"
	"strings"
)

// foreignCalls are the functions of other tools that have no counterpart, by how
// they begin, with whose they are and what to write in their place.
var foreignCalls = []struct{ prefix, tool, instead string }{
	{"aadToken", "REST Client", insteadOfToken},
	{"aadV2Token", "REST Client", insteadOfToken},
	{"oidcAccessToken", "REST Client", insteadOfToken},
	{"auth.", "JetBrains, httpYac and Kulala", insteadOfToken},
	{"keeper(", "the Keeper plugin", "write a reference to a vault that is supported, such as {{$vault path=… key=…}}"},
	{"projectRoot", "JetBrains", "write a path relative to the request file"},
	{"exampleServer", "JetBrains", "write the address of a server"},
	{"placeholder", "JetBrains", "write the value in its place"},
	{"historyFolder", "JetBrains", "write a path relative to the request file"},
	{".", "JetBrains", "name the variable before the path, as in {{name.path}}"},
	{"date", "Kulala", `write {{$datetime "YYYY-MM-DD"}}`},
	{"kulala", "Kulala", "define the variable in the file or in http-client.env.json"},
	{"fake.", "resterm", "write one of {{$random.…}}"},
	{"timestampMs", "resterm", "set the dialect to jetbrains, where {{$timestamp}} is in milliseconds"},
	{"timestampISO8601", "resterm", "write {{$isoTimestamp}}"},
	{"req.", "a script", "scripts are not run; write the value into a variable"},
}

const insteadOfToken = "put the token into a vault and write a reference to it, such as {{$vault path=… key=…}}"

// foreignCall returns the row of a function of another tool.
func foreignCall(name string) (instead string, known bool) {
	for _, row := range foreignCalls {
		if strings.HasPrefix(name, row.prefix) {
			return fmt.Sprintf("$%s of %s is not supported; %s.", name, row.tool, row.instead), true
		}
	}
	return "", false
}

// notSupported says that a call means nothing, and what to do.
func notSupported(name string) string {
	if message, known := foreignCall(name); known {
		return message
	}
	return fmt.Sprintf("There is no system variable $%s; docs/variables.md lists those there are, such as $guid, $timestamp and $processEnv.", name)
}
