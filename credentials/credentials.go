// Package credentials holds the user's named credential profiles: it reads
// them from the user's configuration file, checks them against one table of
// authentication methods, and fetches their secret fields from the OS keyring,
// the environment, a file or a command.
//
// A profile says who the user is to a provider. It stands in the user's
// configuration file only: a request file may name a profile and can never
// define or change one.
package credentials

import "strings"

// Profile is one credential: an account of a provider and how to sign in to
// it. The plain fields are text, the secret fields say where their material is
// kept; the material itself is never in a Profile.
type Profile struct {
	// Name is the profile's name in the configuration file; "" for the ambient
	// identity of a provider.
	Name     string `json:"name"`
	Provider string `json:"provider"` // a name of the provider table: "vault"
	Auth     string `json:"auth"`     // a method of Methods: "approle"
	// Ambient is set if the profile was made from the environment and not
	// configured: VAULT_ADDR and VAULT_TOKEN, or the SDK's own default chain.
	Ambient bool `json:"ambient,omitempty"`
	// Fields are the plain fields by name; booleans are "true" and "false".
	Fields map[string]string `json:"fields,omitempty"`
	// Secrets say for each secret field where its material is.
	Secrets map[string]Source `json:"secrets,omitempty"`
}

// Title names the profile in messages: `credential "infra"`, or the ambient
// identity of its provider.
func (p Profile) Title() string {
	if p.Name != "" {
		return `credential "` + p.Name + `"`
	}
	return "the ambient " + p.Provider + " identity"
}

// NeedsPerson reports whether a person has to sign in with the profile: in a
// browser, with a device code or an MFA code. Everything else signs in by itself.
func (p Profile) NeedsPerson() bool {
	method, ok := LookupMethod(p.Provider, p.Auth)
	return ok && method.ByPerson(p.Fields)
}

// KeptElsewhere reports whether the sign-in with the profile is kept in the files
// of another program, as that to IAM Identity Center is in those of the AWS CLI.
func (p Profile) KeptElsewhere() bool {
	method, ok := LookupMethod(p.Provider, p.Auth)
	return ok && method.KeptElsewhere
}

// Source says where the material of a secret field is. Exactly one of its
// fields is set.
type Source struct {
	Keyring bool     `json:"keyring,omitempty"` // the keyring of the operating system
	Env     string   `json:"env,omitempty"`     // name of an environment variable
	File    string   `json:"file,omitempty"`    // path; ~/ is the home folder, relative paths start at the configuration's folder
	Command []string `json:"command,omitempty"` // program and arguments, run without a shell
}

// IsZero reports whether no place is set.
func (s Source) IsZero() bool {
	return !s.Keyring && s.Env == "" && s.File == "" && len(s.Command) == 0
}

// String describes the place for messages. Of a command it shows the program
// only: its arguments may be private.
func (s Source) String() string {
	switch {
	case s.Keyring:
		return "the OS keyring"
	case s.Env != "":
		return "environment variable " + s.Env
	case s.File != "":
		return "file " + s.File
	case len(s.Command) > 0:
		return "command " + strings.TrimSpace(s.Command[0])
	}
	return "no source"
}
