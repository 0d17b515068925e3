// Package permission remembers which secret may be sent to which origin. The
// rules are the user's own state, outside every workspace: files of a
// workspace can never grant anything.
package permission

// Ambient stands for the credential that no profile configures: the identity
// that the machine has. It cannot be a profile's name.
const Ambient = "(ambient)"

// Rule allows one value to go to one origin.
type Rule struct {
	// ID is stable and unique in the store; `permission revoke` takes it.
	ID string `json:"id"`
	// Reference is the canonical print of a secret reference, or of another
	// source of the user's: "{{$vault path=app/db}}", "{{$processEnv TOKEN}}".
	Reference string `json:"reference"`
	// Credential is the profile that fetches the secret. Empty allows any.
	Credential string `json:"credential,omitempty"`
	// Origin is scheme://host[:port] as Origin prints it. A rule for an http
	// origin is also the permission to go there in clear.
	Origin string `json:"origin"`
	// In is the placement: "header:Authorization", "query", "path", "body" or
	// "url" (the value supplies the origin). Empty allows any.
	In string `json:"in,omitempty"`
	// Workspace is the root folder of the workspace. Empty allows any.
	Workspace string `json:"workspace,omitempty"`
	// PlainHTTP is set if Origin is http and not loopback, so that a list of
	// the rules shows it.
	PlainHTTP bool `json:"plainHttp,omitempty"`
}

// Use is one value that would go to one origin.
type Use struct {
	Reference  string
	Credential string
	Origin     string
	In         string
	Workspace  string
}
