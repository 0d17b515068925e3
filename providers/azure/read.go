package azure

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// goneError is a secret that exists and must not be used. Text and hint are
// safe to show.
type goneError struct {
	kind       providers.Kind
	text, hint string
	err        error
}

func (e *goneError) Error() string { return e.text }

func (e *goneError) Unwrap() error { return e.err }

// read fetches a secret. One whose time is over or has not come is an error
// unless the profile allows it: Key Vault gives it out and says in its
// documentation that it should not be used.
// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-attributes
func (c *client) read(ctx context.Context, at location) (providers.Payload, error) {
	vault, err := c.vault(at)
	if err != nil {
		return providers.Payload{}, err
	}
	answer, err := vault.GetSecret(ctx, at.name, at.version, nil)
	if hasStatus(err, http.StatusNotFound) {
		return providers.Payload{}, c.missing(ctx, vault, at, err)
	}
	if err != nil {
		return providers.Payload{}, err
	}
	if answer.Value == nil || answer.ID == nil {
		return providers.Payload{}, errNotVault
	}
	c.answered(at)
	payload := providers.Payload{Value: secret.NewValue([]byte(*answer.Value)), Version: version(answer.ID)}
	if answer.Attributes == nil {
		return payload, nil
	}
	if expires := answer.Attributes.Expires; expires != nil {
		payload.Expires = *expires
	}
	if err := c.inTime(at, *answer.Attributes); err != nil {
		payload.Value.Wipe()
		return providers.Payload{}, err
	}
	return payload, nil
}

// version is that of an identifier; "" if it has none.
func version(id *azsecrets.ID) string {
	if id == nil {
		return ""
	}
	return id.Version()
}

// inTime checks the activation and expiry dates of a secret.
func (c *client) inTime(at location, attributes azsecrets.SecretAttributes) error {
	now := c.now()
	switch {
	case c.settings.allowExpired:
		return nil
	case attributes.Expires != nil && !now.Before(*attributes.Expires):
		return &goneError{
			kind: providers.Deleted, text: fmt.Sprintf("%s has expired: its expiry date is %s", at, when(*attributes.Expires)),
			hint: fmt.Sprintf("store a new version, or move the date: az keyvault secret set-attributes --vault-name %s --name %s --expires DATE; to use it all the same, set %s to true in the credential", at.vault(), at.name, fieldAllowExpired),
		}
	case attributes.NotBefore != nil && now.Before(*attributes.NotBefore):
		return &goneError{
			kind: providers.Denied, text: fmt.Sprintf("%s is not valid yet: its activation date is %s", at, when(*attributes.NotBefore)),
			hint: fmt.Sprintf("wait, name an earlier version, or set %s to true in the credential", fieldAllowExpired),
		}
	}
	return nil
}

func when(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// missing tells a deleted secret that can be recovered from one that never was.
// Where the credential may not look at deleted secrets, it is just missing.
func (c *client) missing(ctx context.Context, vault *azsecrets.Client, at location, cause error) error {
	deleted, err := vault.GetDeletedSecret(ctx, at.name, nil)
	if err != nil || deleted.ID == nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return cause
	}
	e := &goneError{
		kind: providers.Deleted, text: at.String() + " was deleted", err: cause,
		hint: fmt.Sprintf("it can be recovered: az keyvault secret recover --vault-name %s --name %s", at.vault(), at.name),
	}
	if deleted.DeletedDate != nil {
		e.text += " at " + when(*deleted.DeletedDate)
	}
	if deleted.ScheduledPurgeDate != nil {
		e.hint += ", until " + when(*deleted.ScheduledPurgeDate)
	}
	return e
}
