package azure

import (
	"context"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/vault-lsp/vault-lsp/providers"
)

// created is when a version was made; zero if it does not say.
func created(properties *azsecrets.SecretProperties) time.Time {
	if properties.Attributes == nil || properties.Attributes.Created == nil {
		return time.Time{}
	}
	return *properties.Attributes.Created
}

// describe says about a secret what is not its value.
func describe(properties *azsecrets.SecretProperties) string {
	var parts []string
	if properties.Managed != nil && *properties.Managed {
		parts = append(parts, "certificate")
	}
	if properties.ContentType != nil && *properties.ContentType != "" {
		parts = append(parts, *properties.ContentType)
	}
	if a := properties.Attributes; a != nil {
		if a.Enabled != nil && !*a.Enabled {
			parts = append(parts, "disabled")
		}
		if a.Expires != nil {
			parts = append(parts, "expires "+when(*a.Expires))
		}
	}
	return strings.Join(parts, ", ")
}

// check obtains a token for the vaults of the cloud and says whose it is. Where
// the profile names a vault, it says what is missing there.
func (c *client) check(ctx context.Context) (providers.Identity, error) {
	token, err := c.tokens.GetToken(ctx, c.wanted())
	if err != nil {
		return providers.Identity{}, err
	}
	identity := c.identity(token)
	if c.settings.vault == "" {
		return identity, nil
	}
	at, err := c.settings.inVault(fieldVault, identifier{vault: c.settings.vault})
	if err != nil {
		return providers.Identity{}, &settingError{field: fieldVault, text: "is not the name of a vault", err: err}
	}
	vault, err := c.vault(at)
	if err != nil {
		return providers.Identity{}, err
	}
	detail := providers.Detail{Name: "secrets of " + at.vault(), Value: "may be listed"}
	if _, err := vault.NewListSecretPropertiesPager(nil).NextPage(ctx); err != nil {
		f := failure{ctx: ctx, op: opCheck, profile: c.authority.credential.Profile, settings: c.settings, who: c.who, at: at, err: err}
		told, ok := f.explain().(*providers.Error)
		if !ok {
			return providers.Identity{}, f.explain()
		}
		detail.Value = told.Message + "; " + told.Hint
	} else {
		c.answered(at)
	}
	identity.Details = append(identity.Details, detail)
	return identity, nil
}

// wanted are the options of a token for no particular vault.
func (c *client) wanted() tokenOptions {
	return tokenOptions{Scopes: c.authority.scopes(), TenantID: c.settings.tenant, EnableCAE: true}
}

// signIn signs a person in and says who that is.
func (c *client) signIn(ctx context.Context, person providers.Person) (providers.Identity, error) {
	epoch := c.tokens.current()
	token, tenant, kept, err := c.authority.signIn(ctx, person)
	if err != nil {
		return providers.Identity{}, err
	}
	for _, tenant := range []string{tenant, c.settings.tenant} {
		c.tokens.keep(epoch, tokenKey{tenant: tenant, scope: c.authority.scopes()[0]}, token)
	}
	identity := c.identity(token)
	if kept != nil {
		text := "until this program ends"
		if told, ok := kept.(*providers.Error); ok {
			text += ": " + told.Message
		}
		identity.Details = append(identity.Details, providers.Detail{Name: "kept", Value: text})
	}
	return identity, nil
}

// identity describes the owner of a token, without the token.
func (c *client) identity(token azcore.AccessToken) providers.Identity {
	claims := readClaims(token.Token)
	identity := providers.Identity{Name: c.nameOf(claims), Expires: token.ExpiresOn}
	if identity.Name == "" {
		identity.Name = "an identity whose token does not say who it is"
	}
	add := func(name, value string) {
		if value = printable(value); value != "" {
			identity.Details = append(identity.Details, providers.Detail{Name: name, Value: value})
		}
	}
	add("tenant", claims.Tenant)
	add("application", claims.AppID+claims.Party)
	add("object id", claims.ObjectID)
	add("managed identity", claims.ResourceID)
	add("cloud", c.settings.cloud)
	add("vaults", "*."+c.settings.suffix)
	if !token.ExpiresOn.IsZero() {
		add("token expires", when(token.ExpiresOn))
	}
	return identity
}

// who names the owner of the tokens in memory, for messages; "" if there is
// none.
func (c *client) who() string {
	c.tokens.mu.Lock()
	defer c.tokens.mu.Unlock()
	for _, token := range c.tokens.kept {
		if name := c.nameOf(readClaims(token.Token)); name != "" {
			return name
		}
	}
	return ""
}

// nameOf is the name in a token or, of a person whose token has none, that of
// the account.
func (c *client) nameOf(claims claims) string {
	if account := c.authority.account.Load(); account != nil && claims.person() == "" && printable(*account) != "" {
		return printable(*account)
	}
	return claims.name()
}
