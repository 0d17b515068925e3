package lsp

import (
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/providers"
)

// CommandTable returns the table of commands of workspace/executeCommand, in
// the order of the documentation. Every command takes one JSON object.
func CommandTable() []Command {
	return []Command{
		define("vault-lsp.sendRequest", "Send Request",
			"Sends one request of an open document and answers the response, secrets masked. Without `position` and `name` the document's only request. A `version` that is not the document's current one is answered ContentModified (-32801).",
			"a response: `{request: {method, url, headers}, status, statusText, httpVersion, headers, body, timings, redirects, secrets, tests, warnings}`",
			(*session).sendRequest),
		define("vault-lsp.sendAll", "Send All Requests",
			"Sends every request of an open document in order. One that fails does not stop the others.",
			"`{responses: [response or {request: {name, method}, error: {code, message, hint, range?}}], summary: {total, sent, failed}}`",
			(*session).sendAll),
		define("vault-lsp.copyAsCurl", "Copy as cURL",
			"Writes a request as a `curl` command. References stay references; with `reveal` the user is asked, every time, and the values are put in.",
			"`{text}`",
			(*session).copyAsCurl),
		define("vault-lsp.listEnvironments", "List Environments",
			"Lists the environments that a document can be sent in.",
			"`{environments: [name], selected}`; `selected` is empty where none is",
			(*session).listEnvironments),
		define("vault-lsp.selectEnvironment", "Select Environment",
			"Selects the environment for the document's workspace folder until the server ends. The empty name selects none.",
			"`{environments: [name], selected}`",
			(*session).selectEnvironment),
		define("vault-lsp.listProviders", "List Providers",
			"Gives the table of providers, the fields of their references and their ways to sign in, for forms.",
			"`[{name, label, doc, fields: [field], forms: [[name]], methods: [{auth, label, doc, fields: [field], oneOf?, signIn?}]}]`; a method with `signIn` is one that a person signs in with, and so is a profile that has a field with `signIn`",
			(*session).listProviders),
		define("vault-lsp.insertSecret", "Insert Secret",
			"Checks a reference and asks the editor to put it in place of a range.",
			"`{applied, reference}`",
			(*session).insertSecret),
		define("vault-lsp.listSecrets", "List Secrets",
			"Asks a vault, with configured credentials only, for the values that a field of a reference can take: names, paths, versions, keys. Never for the value of a secret.",
			"`{field, items: [{value, detail}]}`",
			(*session).listSecrets),
		define("vault-lsp.listCredentials", "List Credentials",
			"Lists the credential profiles of the user's configuration file.",
			"`[{name, provider, auth, identity?, expires?, isDefault, signIn}]`; identity and expires are those of the last test in this session, or of the kept sign-in, `signIn` says that a person signs in with it",
			(*session).listCredentials),
		define("vault-lsp.describeCredential", "Describe Credential",
			"Gives a credential profile as it is configured, for a form that changes it. Of secret fields it says where they lie, never what they are.",
			"`{name, provider, auth, identity?, expires?, isDefault, signIn, fields, secrets: [{name, source}]}`",
			(*session).describeCredential),
		define("vault-lsp.addCredential", "Add Credential",
			"Writes a credential profile to the user's configuration file. Only plain fields are taken; secret ones are named in `needs`. Run the command of the same place in `input` for each and write the secret to its standard input: it goes to the keyring and never crosses the protocol. With `signIn` in the answer, a person has to sign in afterwards: `vault-lsp.loginCredential`.",
			"`{needs: [field], input: [[argument]], signIn}`",
			(*session).addCredential),
		define("vault-lsp.updateCredential", "Edit Credential",
			"Changes a credential profile: the plain fields become those given, secret ones stay unless they are named. Cached secrets and logins of the profile are dropped.",
			"`{needs: [field], input: [[argument]], signIn}`, as of `vault-lsp.addCredential`",
			(*session).updateCredential),
		define("vault-lsp.setDefaultCredential", "Make Default Credential",
			"Makes a credential profile the one that references of its provider use which name none.",
			"`{name}`",
			(*session).setDefaultCredential),
		define("vault-lsp.testCredential", "Test Credential",
			"Says who a credential profile is and what it may not do. It never asks a person to sign in.",
			"`{name, provider, identity, details: [{name, value}], expires?}`",
			(*session).testCredential),
		define("vault-lsp.loginCredential", "Sign In",
			"Drops what is left of earlier logins of a credential profile and signs in again, with the browser or a code where the profile says so. Where an answer such as an MFA code is missing, the failure has the code `input-needed` with `needs`, `prompts` and `input`: run the command with the answer on its standard input, then repeat.",
			"`{name, provider, identity, details: [{name, value}], expires?}`",
			(*session).loginCredential),
		define("vault-lsp.logoutCredential", "Sign Out",
			"Forgets the kept sign-in of a credential profile, its logins and what it fetched.",
			"`{name}`",
			(*session).logoutCredential),
		define("vault-lsp.cancelSignIn", "Cancel Sign-In",
			"Ends the sign-in of a credential profile that is under way.",
			"`{name, cancelled}`",
			(*session).cancelSignIn),
		define("vault-lsp.removeCredential", "Remove Credential",
			"Removes a credential profile from the user's configuration file and its secrets from the keyring.",
			"`{name}`",
			(*session).removeCredential),
		define("vault-lsp.cacheStatus", "Show Cache",
			"Says what the cache holds; it never says which values.",
			"`{ttlSeconds, maxEntries, entries, hits, misses, byProvider}`",
			(*session).cacheStatus),
		define("vault-lsp.resetCache", "Reset Cache",
			"Drops cached secrets, results in flight and logins: all, or those of one provider, credential or reference.",
			"`{entries, logins}`",
			(*session).resetCache),
		define("vault-lsp.listPermissions", "List Permissions",
			"Lists which secret may be sent to which origin.",
			"`[{id, reference, credential, origin, in, workspace}]`",
			(*session).listPermissions),
		define("vault-lsp.revokePermission", "Revoke Permission",
			"Revokes one permission.",
			"`{id, revoked}`",
			(*session).revokePermission),
	}
}

// The arguments of the commands. A field without omitempty must be given.
type (
	noArgs struct{}

	uriArgs struct {
		URI uri.URI `json:"uri" doc:"the open document"`
	}
	sendRequestArgs struct {
		URI         uri.URI            `json:"uri" doc:"the open document"`
		Version     *int32             `json:"version,omitempty" doc:"the version that the user sees"`
		Position    *protocol.Position `json:"position,omitempty" doc:"a place in the request"`
		Name        string             `json:"name,omitempty" doc:"the request's name, instead of a position"`
		Environment *string            `json:"environment,omitempty" doc:"the environment, instead of the selected one"`
	}
	sendAllArgs struct {
		URI         uri.URI `json:"uri" doc:"the open document"`
		Environment *string `json:"environment,omitempty" doc:"the environment, instead of the selected one"`
	}
	copyAsCurlArgs struct {
		URI      uri.URI            `json:"uri" doc:"the open document"`
		Position *protocol.Position `json:"position,omitempty" doc:"a place in the request"`
		Name     string             `json:"name,omitempty" doc:"the request's name, instead of a position"`
		Reveal   bool               `json:"reveal,omitempty" doc:"put the secrets' values in, after asking the user"`
	}
	selectEnvironmentArgs struct {
		URI         uri.URI `json:"uri" doc:"a document of the workspace folder"`
		Environment string  `json:"environment" doc:"the name, or empty for none"`
	}
	insertSecretArgs struct {
		URI       uri.URI        `json:"uri" doc:"the open document"`
		Range     protocol.Range `json:"range" doc:"what the reference replaces"`
		Reference string         `json:"reference" doc:"the reference: {{$vault path=app/db key=password}}"`
	}
	listSecretsArgs struct {
		Provider   string            `json:"provider" doc:"the provider's name: vault"`
		Credential string            `json:"credential,omitempty" doc:"the credential profile, instead of the default"`
		Prefix     string            `json:"prefix,omitempty" doc:"what the values begin with"`
		Field      string            `json:"field,omitempty" doc:"the field; the provider's first required one where absent"`
		Known      map[string]string `json:"known,omitempty" doc:"fields of the reference that are already filled in"`
	}
	addCredentialArgs struct {
		Name     string                  `json:"name" doc:"the profile's name"`
		Provider string                  `json:"provider" doc:"the provider's name: vault"`
		Auth     string                  `json:"auth" doc:"the way to sign in: approle"`
		Fields   map[string]string       `json:"fields,omitempty" doc:"plain fields only"`
		Secrets  []string                `json:"secrets,omitempty" doc:"optional secret fields to enter as well"`
		Sources  map[string]secretSource `json:"sources,omitempty" doc:"where secret fields lie that are not in the keyring: {token: {env: NAME}} or {token: {file: PATH}}"`
	}
	updateCredentialArgs struct {
		Name    string                  `json:"name" doc:"the profile's name"`
		Fields  map[string]string       `json:"fields,omitempty" doc:"all plain fields of the profile"`
		Secrets []string                `json:"secrets,omitempty" doc:"secret fields to enter anew"`
		Sources map[string]secretSource `json:"sources,omitempty" doc:"where secret fields lie: {token: {env: NAME}} or {token: {file: PATH}}"`
		Forget  []string                `json:"forget,omitempty" doc:"secret fields that the profile shall not have any longer"`
	}
	credentialArgs struct {
		Name string `json:"name" doc:"the profile's name"`
	}
	resetCacheArgs struct {
		Scope *providers.Scope `json:"scope,omitempty" doc:"what to drop: provider, credential or reference; everything where absent"`
	}
	revokePermissionArgs struct {
		ID string `json:"id" doc:"the permission's id"`
	}
)
