package vault

import (
	"context"

	"github.com/vault-lsp/vault-lsp/providers"
)

// SignIn takes a person through the browser where the credential is for OIDC,
// and signs in by itself where it is not; see providers.SignIn.
func (p *Provider) SignIn(ctx context.Context, credential providers.Credential, person providers.Person) (providers.Identity, error) {
	identity, err := withClient(ctx, p, credential, func(c *client) (providers.Identity, error) {
		if c.oidc != nil {
			if err := c.oidc.signIn(ctx, person); err != nil {
				return providers.Identity{}, err
			}
		}
		return c.check(ctx)
	})
	return identity, explain(ctx, opSignIn, credential.Profile.Title(), "its own token", err)
}
