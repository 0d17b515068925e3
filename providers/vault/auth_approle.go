package vault

import (
	"context"
	"net/http"

	"github.com/vault-lsp/vault-lsp/providers"
)

// withAppRole signs in with a role id and a secret id. The secret id may be
// absent, for roles that are bound otherwise, or wrapped: then the material is
// a token for one use that the secret id is fetched with.
func (c *client) withAppRole(credential providers.Credential) (signInFunc, error) {
	fields := credential.Profile.Fields
	mount, err := authMount(credential.Profile, authAppRole)
	if err != nil {
		return nil, err
	}
	roleID := fields[fieldRoleID]
	if roleID == "" {
		return nil, &settingError{field: fieldRoleID, text: "is missing"}
	}
	wrapped := fields[fieldSecretIDWrapped] == "true"
	opener := &wrappedSecretID{c: c, session: credential.Session, mount: mount}
	return func(ctx context.Context) (*login, error) {
		secretID, err := optionalMaterial(ctx, credential, "secretId")
		if err != nil {
			return nil, err
		}
		if wrapped {
			if secretID, err = opener.open(ctx, secretID); err != nil {
				return nil, err
			}
		}
		body := map[string]string{"role_id": roleID}
		if secretID != "" {
			body["secret_id"] = secretID
		}
		l, err := c.mint(ctx, "auth/"+mount+"/login", body)
		return l, c.appRoleError(err, mount)
	}, nil
}

// appRoleError says what a refused login means.
func (c *client) appRoleError(err error, mount string) error {
	switch {
	case hasStatus(err, http.StatusBadRequest),
		hasStatus(err, http.StatusInternalServerError) && hasMessage(err, "invalid secret id"):
		return &loginError{
			method: authAppRole, err: err,
			text: "the server refuses the role id or the secret id",
			hint: "the secret id may have expired or be used up: store a new one for " + c.title,
		}
	case hasStatus(err, http.StatusForbidden), hasStatus(err, http.StatusNotFound):
		return &loginError{
			method: authAppRole, err: err,
			text: "the server refuses a login at auth/" + mount,
			hint: "check the mount of the AppRole method and the namespace of " + c.title,
		}
	}
	return err
}
