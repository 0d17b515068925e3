package vault

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The ways to sign in that this package knows.
const (
	authToken      = "token"
	authAppRole    = "approle"
	authUserpass   = "userpass"
	authLDAP       = "ldap"
	authJWT        = "jwt"
	authKubernetes = "kubernetes"
	authCert       = "cert"
	authOIDC       = "oidc"
	authAgent      = "agent"
)

// Paths of the token a request is made with.
const (
	pathLookupSelf = "auth/token/lookup-self"
	pathRenewSelf  = "auth/token/renew-self"
	pathRevokeSelf = "auth/token/revoke-self"
)

// revokeTimeout bounds the revocation of one token; at the end of the program
// somebody waits for it.
const revokeTimeout = 5 * time.Second

// tokenError is a token the server does not know, or no longer.
type tokenError struct {
	// origin is where the token is from, such as a file; "" if unknown.
	origin string
	agent  bool // an agent adds the token
	// tokenFile is set where Vault's own command writes the token.
	tokenFile bool
}

func (e *tokenError) Error() string { return e.text() }

func (e *tokenError) text() string {
	switch {
	case e.agent:
		return "the agent adds no token, or none that may do this"
	case e.origin != "":
		return "the server does not accept the token from " + e.origin + "; it is wrong, has expired or was revoked"
	}
	return "the server does not accept the token; it is wrong, has expired or was revoked"
}

func (e *tokenError) hint() string {
	switch {
	case e.agent:
		return "check that its auto_auth has signed in and that its api_proxy has use_auto_auth_token = true"
	case e.tokenFile:
		return "sign in with `vault login`, which stores a new one there"
	}
	return "sign in again and store the new token"
}

// refusedToken is the error of a token the server does not accept.
func (c *client) refusedToken() error {
	profile := c.profile
	e := &tokenError{agent: profile.Auth == authAgent}
	if source := profile.Secrets["token"]; !source.IsZero() && profile.Auth == authToken {
		e.origin = source.String()
		e.tokenFile = strings.HasSuffix(source.File, "-token") || profile.Ambient && len(source.Command) > 0
	}
	return e
}

// errNoLogin is an empty answer to a login: the ldap method of release 1.14
// refuses a password with it.
var errNoLogin = errors.New("the server gives no token and no reason")

// errMFA is a sign-in that the server wants confirmed with a second factor.
var errMFA = errors.New("the server wants a second factor")

// signInFunc obtains a login.
type signInFunc = func(ctx context.Context) (*login, error)

// method returns how a credential signs in.
func (c *client) method(credential providers.Credential, options Options) (signInFunc, error) {
	switch auth := credential.Profile.Auth; auth {
	case authToken:
		return c.withToken(credential), nil
	case authAppRole:
		return c.withAppRole(credential)
	case authUserpass, authLDAP:
		return c.withPassword(credential, auth)
	case authJWT:
		return c.withJWT(credential)
	case authKubernetes:
		return c.withKubernetes(credential, options.PodTokenFile)
	case authCert:
		return c.withCert(credential)
	case authOIDC:
		return c.withOIDC(credential)
	case authAgent:
		return withAgent, nil
	default:
		return nil, &settingError{field: "auth", text: fmt.Sprintf("%q is not a way to sign in to vault", auth)}
	}
}

// material fetches a secret field as text without surrounding blanks: files
// and commands tend to end in a newline.
func material(ctx context.Context, credential providers.Credential, field string) (string, error) {
	value, err := credential.Material(ctx, field)
	if err != nil {
		return "", err
	}
	defer value.Wipe()
	return strings.TrimSpace(string(value.Reveal())), nil
}

// optionalMaterial is material where a profile may have no such field.
func optionalMaterial(ctx context.Context, credential providers.Credential, field string) (string, error) {
	text, err := material(ctx, credential, field)
	if errors.Is(err, credentials.ErrNoSource) {
		return "", nil
	}
	return text, err
}

// mint writes to a login path and returns the token it answers with.
func (c *client) mint(ctx context.Context, path string, body map[string]string) (*login, error) {
	a, err := c.send(ctx, "", request{namespace: c.settings.authNamespace, path: path, body: body})
	if err != nil {
		return nil, err
	}
	return c.accept(a)
}

// accept is the login that an answer to a sign-in brings.
func (c *client) accept(a answer) (*login, error) {
	switch {
	case a.Auth == nil && len(a.Data) == 0:
		return nil, errNoLogin
	case a.Auth == nil:
		return nil, errNotVault
	case a.Auth.MFA != nil:
		return nil, errMFA
	case a.Auth.ClientToken == "":
		return nil, errNotVault
	}
	c.announce(secret.NewValue([]byte(a.Auth.ClientToken)))
	ttl := time.Duration(a.Auth.LeaseDuration) * time.Second
	return login{token: a.Auth.ClientToken, minted: true}.lasting(c.now(), ttl, a.Auth.Renewable), nil
}

// refresh renews a login. Of one whose life is unknown it asks first.
func (c *client) refresh(ctx context.Context, current *login) (*login, error) {
	if !current.known {
		life, err := c.lookup(ctx, current.token)
		if err != nil {
			return nil, err
		}
		// A renewal would use up a token with a limited number of uses.
		return current.lasting(c.now(), life.ttl(), life.Renewable && life.NumUses == 0), nil
	}
	a, err := c.send(ctx, current.token, request{
		namespace: c.settings.authNamespace, path: pathRenewSelf, body: map[string]string{},
	})
	if err != nil {
		return nil, err
	}
	if a.Auth == nil {
		return nil, errNotVault
	}
	return current.lasting(c.now(), time.Duration(a.Auth.LeaseDuration)*time.Second, a.Auth.Renewable), nil
}

// revoke gives a token back. Nobody can do anything about a failure: the token
// then lives until its time is over.
func (c *client) revoke(ctx context.Context, token string) {
	ctx, cancel := context.WithTimeout(ctx, revokeTimeout)
	defer cancel()
	_, _ = c.send(ctx, token, request{
		namespace: c.settings.authNamespace, path: pathRevokeSelf, body: map[string]string{},
	})
}

// accepts reports whether the server knows a token, after it has denied
// something with status 403, which it answers to an unknown token and to one
// without the right alike. A token may look itself up unless its policies are
// unusually narrow; the list of mounts is filtered for, but not refused to, any
// token that is known. In doubt the answer is yes.
func (c *client) accepts(ctx context.Context, token string) bool {
	for _, r := range []request{
		{namespace: c.settings.authNamespace, path: pathLookupSelf},
		{namespace: c.settings.namespace, path: pathMounts},
	} {
		// Without any token the list is there too, and empty.
		if r.path == pathMounts && token == "" {
			break
		}
		if _, err := c.send(ctx, token, r); !hasStatus(err, http.StatusForbidden) {
			return true
		}
	}
	return false
}
