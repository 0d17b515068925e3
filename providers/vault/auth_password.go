package vault

import (
	"context"
	"net/http"
	"strings"

	"github.com/vault-lsp/vault-lsp/providers"
)

// withPassword signs in a user of the server (userpass) or of a directory
// (ldap). Both take the password at login/USERNAME.
func (c *client) withPassword(credential providers.Credential, method string) (signInFunc, error) {
	mount, err := authMount(credential.Profile, method)
	if err != nil {
		return nil, err
	}
	username := credential.Profile.Fields[fieldUsername]
	if username == "" {
		return nil, &settingError{field: fieldUsername, text: "is missing"}
	}
	// The name is a segment of the path; a directory's may hold a slash, which
	// Vault's own command does not escape either.
	name, err := cleanPath(username)
	if err != nil {
		return nil, &settingError{field: fieldUsername, text: err.Error()}
	}
	const text = "the server refuses the user name or the password"
	hint := "store the right password for " + c.title + "; after several wrong ones a server may lock the user for a while"
	refusals := refusals{method: method, mount: mount}.
		on(http.StatusBadRequest, "connecting to host", "the server cannot reach its directory", "ask whoever runs the server").
		on(http.StatusBadRequest, "", text, hint).
		// Release 1.14 answers so to a wrong password.
		on(http.StatusInternalServerError, "invalid username or password", text, hint)
	return func(ctx context.Context) (*login, error) {
		password, err := verbatim(ctx, credential, "password")
		if err != nil {
			return nil, err
		}
		l, err := c.mint(ctx, "auth/"+mount+"/login/"+name, map[string]string{"password": password})
		return l, c.refused(err, refusals)
	}, nil
}

// verbatim fetches a secret field as it is but for one line break at its end: a
// password may begin or end with a blank.
func verbatim(ctx context.Context, credential providers.Credential, field string) (string, error) {
	value, err := credential.Material(ctx, field)
	if err != nil {
		return "", err
	}
	defer value.Wipe()
	return strings.TrimSuffix(strings.TrimSuffix(string(value.Reveal()), "\n"), "\r"), nil
}
