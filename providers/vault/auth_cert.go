package vault

import (
	"context"
	"net/http"

	"github.com/vault-lsp/vault-lsp/providers"
)

// withCert signs in with the client certificate that the connection shows.
func (c *client) withCert(credential providers.Credential) (signInFunc, error) {
	mount, err := authMount(credential.Profile, authCert)
	if err != nil {
		return nil, err
	}
	switch {
	case c.settings.address.Scheme != "https":
		return nil, &settingError{field: fieldAddress, text: "is not https, and a certificate is shown over TLS only"}
	case len(c.settings.tls.Certificates) == 0:
		return nil, &settingError{field: fieldClientCert, text: "is missing"}
	}
	role := credential.Profile.Fields[fieldRole]
	refusals := refusals{method: authCert, mount: mount}.on(http.StatusBadRequest, "",
		"the server refuses the client certificate",
		"check that its authority is trusted by a role at auth/"+mount+", and that no gateway ends the TLS connection before the server")
	return func(ctx context.Context) (*login, error) {
		body := map[string]string{}
		if role != "" {
			body["name"] = role
		}
		l, err := c.mint(ctx, "auth/"+mount+"/login", body)
		return l, c.refused(err, refusals)
	}, nil
}
