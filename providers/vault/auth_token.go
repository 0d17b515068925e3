package vault

import (
	"context"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

// lookupAfter is how long a token of the user is used before the server is
// asked about its life. A single send never pays for that question, which
// would also use up a token with a limited number of uses.
const lookupAfter = time.Minute

// withToken uses the token of the profile. It is read again after the server
// has refused it, since `vault login` may have written a new one. The token of
// a configured profile is renewed; that of the environment belongs to whoever
// put it there.
func (c *client) withToken(credential providers.Credential) signInFunc {
	return func(ctx context.Context) (*login, error) {
		token, err := material(ctx, credential, "token")
		if err != nil {
			return nil, err
		}
		if token == "" {
			return nil, &loginError{method: authToken, text: "the token is empty", hint: "store a token for " + c.title}
		}
		l := &login{token: token}
		if !credential.Profile.Ambient {
			l.precious, l.refreshAt = true, c.now().Add(lookupAfter)
		}
		return l, nil
	}
}
