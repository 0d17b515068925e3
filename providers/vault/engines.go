package vault

// rolePath is where an engine lists the names that one of its paths is read
// with: what is listed at from is read at prefix + name + suffix.
type rolePath struct{ from, prefix, suffix string }

// engineShape is what a reader of an engine's paths has to know. The paths are
// those of https://developer.hashicorp.com/vault/api-docs/secret.
type engineShape struct {
	paths []rolePath
	// keys are the names in what is read.
	keys []string
}

// shapeOf returns the shape of an engine by its type, an empty one for a type
// that is not known.
func shapeOf(engineType string) engineShape {
	creds := func(from string) []rolePath { return []rolePath{{from, "creds/", ""}} }
	switch engineType {
	case "database":
		return engineShape{[]rolePath{{"roles", "creds/", ""}, {"static-roles", "static-creds/", ""}}, []string{"password", "username"}}
	case "aws":
		return engineShape{[]rolePath{{"roles", "creds/", ""}, {"static-roles", "static-creds/", ""}}, []string{"access_key", "secret_key", "security_token"}}
	case "azure":
		return engineShape{creds("roles"), []string{"client_id", "client_secret"}}
	case "gcp":
		return engineShape{[]rolePath{
			{"rolesets", "roleset/", "/token"}, {"static-accounts", "static-account/", "/token"}, {"impersonated-accounts", "impersonated-account/", "/token"},
		}, []string{"token"}}
	case "consul", "terraform":
		return engineShape{creds("roles"), []string{"token"}}
	case "nomad":
		return engineShape{creds("role"), []string{"accessor_id", "secret_id"}}
	case "rabbitmq":
		return engineShape{creds("roles"), []string{"password", "username"}}
	case "ldap", "openldap":
		return engineShape{[]rolePath{{"role", "creds/", ""}, {"static-role", "static-cred/", ""}}, []string{"password", "username"}}
	case "ad":
		return engineShape{creds("roles"), []string{"current_password", "last_password", "username"}}
	case "mongodbatlas":
		return engineShape{creds("roles"), []string{"private_key", "public_key"}}
	case "totp":
		return engineShape{[]rolePath{{"keys", "code/", ""}}, []string{"code"}}
	}
	return engineShape{}
}

// isReadable reports whether references may be for an engine: not for those of
// the server itself, and not for those that answer to writes only.
func isReadable(engineType string) bool {
	switch engineType {
	case "system", "identity", "cubbyhole", "transit", "transform", "kmip", "ns_system", "ns_identity", "ns_cubbyhole":
		return false
	}
	return true
}
