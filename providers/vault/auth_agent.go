package vault

import "context"

// withAgent sends no token: a Vault Agent or Vault Proxy adds the one of its own
// sign-in (auto-auth), so whoever reaches it has its rights.
func withAgent(context.Context) (*login, error) { return &login{}, nil }
