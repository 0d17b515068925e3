package vault

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"

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
	var opened atomic.Pointer[openedSecretID]
	return func(ctx context.Context) (*login, error) {
		secretID, err := optionalMaterial(ctx, credential, "secretId")
		if err != nil {
			return nil, err
		}
		if wrapped {
			if secretID, err = c.openOnce(ctx, &opened, secretID); err != nil {
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

// openedSecretID is a secret id and the wrapping token it came from.
type openedSecretID struct{ wrapping, secretID string }

// openOnce returns the secret id of a wrapping token and keeps it in memory for
// the next sign-in, since the token does not open a second time.
func (c *client) openOnce(ctx context.Context, kept *atomic.Pointer[openedSecretID], wrapping string) (string, error) {
	if last := kept.Load(); last != nil && last.wrapping == wrapping {
		return last.secretID, nil
	}
	secretID, err := c.unwrapSecretID(ctx, wrapping)
	if err != nil {
		return "", err
	}
	kept.Store(&openedSecretID{wrapping: wrapping, secretID: secretID})
	return secretID, nil
}

// unwrapSecretID exchanges a wrapping token, which works once.
func (c *client) unwrapSecretID(ctx context.Context, wrapping string) (string, error) {
	a, err := c.send(ctx, wrapping, request{
		namespace: c.settings.authNamespace, path: "sys/wrapping/unwrap", body: map[string]string{},
	})
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusForbidden) {
		return "", &loginError{
			method: authAppRole, err: err,
			text: "the wrapped secret id has expired or was opened before",
			hint: "a wrapped secret id opens once; if it was not this program that opened it, somebody else did. Have a new one issued for " + c.title,
		}
	}
	if err != nil {
		return "", err
	}
	var data struct {
		SecretID string `json:"secret_id"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil || data.SecretID == "" {
		return "", &loginError{
			method: authAppRole,
			text:   "what the wrapping token holds is not a secret id",
			hint:   "wrap the answer of auth/approle/role/NAME/secret-id",
		}
	}
	return data.SecretID, nil
}
