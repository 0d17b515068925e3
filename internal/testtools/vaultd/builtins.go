package main

import (
	"maps"
	"slices"

	jwt "github.com/hashicorp/vault-plugin-auth-jwt"
	kubernetes "github.com/hashicorp/vault-plugin-auth-kubernetes"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/credential/cert"
	"github.com/hashicorp/vault/builtin/credential/ldap"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	"github.com/hashicorp/vault/builtin/logical/database"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
)

// secretEngines are the engines this server can mount.
func secretEngines() map[string]logical.Factory {
	return map[string]logical.Factory{"kv": kv.Factory, "database": database.Factory}
}

// authMethods are the login methods this server can mount; tokens are part of
// the core.
func authMethods() map[string]logical.Factory {
	return map[string]logical.Factory{
		"approle":    approle.Factory,
		"cert":       cert.Factory,
		"jwt":        jwt.Factory,
		"kubernetes": kubernetes.Factory,
		"ldap":       ldap.Factory,
		// Both names are the same method, as in Vault's own registry.
		"oidc":     jwt.Factory,
		"userpass": userpass.Factory,
	}
}

// builtins tells the core which plugins are compiled in. Vault's own registry
// would link every database and cloud it knows; this one names the few above.
type builtins struct{}

// memoryDatabase is the name of the one database plugin.
const memoryDatabase = "memory-database-plugin"

// byType returns the factories of one plugin type, empty for databases.
func (builtins) byType(t consts.PluginType) map[string]logical.Factory {
	switch t {
	case consts.PluginTypeSecrets:
		return secretEngines()
	case consts.PluginTypeCredential:
		return authMethods()
	default:
		return nil
	}
}

// Contains reports whether the plugin is compiled in.
func (b builtins) Contains(name string, t consts.PluginType) bool {
	if t == consts.PluginTypeDatabase {
		return name == memoryDatabase
	}
	_, ok := b.byType(t)[name]
	return ok
}

// Get returns a constructor of the plugin's factory.
func (b builtins) Get(name string, t consts.PluginType) (func() (any, error), bool) {
	if t == consts.PluginTypeDatabase && name == memoryDatabase {
		return newMemoryDatabase, true
	}
	factory, ok := b.byType(t)[name]
	if !ok {
		return nil, false
	}
	return func() (any, error) { return factory, nil }, true
}

// Keys lists the plugins of one type in a stable order.
func (b builtins) Keys(t consts.PluginType) []string {
	if t == consts.PluginTypeDatabase {
		return []string{memoryDatabase}
	}
	return slices.Sorted(maps.Keys(b.byType(t)))
}

// DeprecationStatus calls every plugin it has supported.
func (b builtins) DeprecationStatus(name string, t consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Supported, b.Contains(name, t)
}

// IsBuiltinEntPlugin is false: this is the open source edition.
func (builtins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }
