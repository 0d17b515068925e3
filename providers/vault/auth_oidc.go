package vault

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// defaultCallbackPort is the port of `vault login -method=oidc`, which roles
// tend to allow (https://developer.hashicorp.com/vault/docs/auth/jwt#redirect-uris).
const defaultCallbackPort = 8250

// personTimeout is how long a person may take in the browser.
const personTimeout = 5 * time.Minute

// oidc is the sign-in of a person in the browser. The server is the client of
// the OIDC provider; this program opens the URL the server gives, receives the
// browser's answer on this machine and hands it to the server, which answers
// with a token. The token is kept in the credential's Session.
type oidc struct {
	c          *client
	credential providers.Credential
	mount      string
	port       int

	mu sync.Mutex
	// ended says why there is no session any more, "" where none is known of.
	ended string
}

// kept is what the Session holds.
type kept struct {
	Token string `json:"token"`
}

// withOIDC uses the token that a person's sign-in left.
func (c *client) withOIDC(credential providers.Credential) (signInFunc, error) {
	mount, err := authMount(credential.Profile, authOIDC)
	if err != nil {
		return nil, err
	}
	o := &oidc{c: c, credential: credential, mount: mount, port: defaultCallbackPort}
	if text := credential.Profile.Fields[fieldCallbackPort]; text != "" {
		if o.port, err = strconv.Atoi(text); err != nil || o.port < 1 || o.port > 65535 {
			return nil, &settingError{field: fieldCallbackPort, text: "is not a port from 1 to 65535"}
		}
	}
	c.oidc = o
	return o.resume, nil
}

// resume makes a login of the kept token. The server is asked about it first:
// it may have ended, or been revoked, since it was kept.
func (o *oidc) resume(ctx context.Context) (*login, error) {
	token, err := o.load(ctx)
	if err != nil {
		return nil, err
	}
	if token == "" {
		return nil, providers.NeedsSignIn(o.credential.Profile, o.reason(), nil)
	}
	l := &login{token: token, precious: true}
	life, err := o.c.lookup(ctx, token)
	switch {
	case err == nil:
		return l.lasting(o.c.now(), life.ttl(), life.Renewable), nil
	case !hasStatus(err, http.StatusForbidden):
		return nil, err
	case o.c.accepts(ctx, token):
		// A token that may not look itself up.
		return l, nil
	}
	return nil, o.over(ctx, token)
}

// over forgets a token that the server does not accept any more.
func (o *oidc) over(ctx context.Context, token string) error {
	const reason = "the sign-in has ended: its token expired or was revoked"
	o.mu.Lock()
	o.ended = reason
	o.mu.Unlock()
	// Another process may have signed in meanwhile.
	if now, err := o.load(ctx); err == nil && now == token {
		if err := o.credential.Session.Delete(ctx); err != nil {
			return err
		}
	}
	return providers.NeedsSignIn(o.credential.Profile, reason, &tokenError{})
}

func (o *oidc) reason() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended != "" {
		return o.ended
	}
	return "nobody has signed in yet"
}

// load reads the kept token, "" where there is none.
func (o *oidc) load(ctx context.Context) (string, error) {
	state, err := o.credential.Session.Load(ctx)
	if err != nil {
		return "", err
	}
	defer state.Wipe()
	var k kept
	if state.Len() == 0 || json.Unmarshal(state.Reveal(), &k) != nil {
		return "", nil
	}
	o.c.announce(secret.NewValue([]byte(k.Token)))
	return k.Token, nil
}

// keep saves a token in the Session.
func (o *oidc) keep(ctx context.Context, token string) error {
	state, err := json.Marshal(kept{Token: token})
	if err != nil {
		return fmt.Errorf("encode the session: %w", err)
	}
	defer clear(state)
	o.mu.Lock()
	o.ended = ""
	o.mu.Unlock()
	return o.credential.Session.Save(ctx, state)
}

// signIn takes a person through the browser and makes the token the login.
func (o *oidc) signIn(ctx context.Context, person providers.Person) error {
	ctx, cancel := context.WithTimeout(ctx, personTimeout)
	defer cancel()
	listener, err := listenCallback(ctx, o.port)
	if err != nil {
		return o.failed(err, fmt.Sprintf("port %d of this machine, to which the browser comes back, is in use", o.port),
			"end the other program, or name another port in "+fieldCallbackPort+" and have the role allow it")
	}
	defer listener.close()
	nonce := rand.Text()
	target, err := o.authURL(ctx, nonce)
	if err != nil {
		return err
	}
	listener.serve(target.Query().Get("state"), func(r redirected) error {
		return o.exchange(ctx, r, nonce)
	})
	if err := person.OpenURL(ctx, target.String()); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return o.failed(err, "the browser could not be opened", "sign in on a machine with a browser, or use another way to sign in")
	}
	err = listener.wait(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return o.failed(err, "nobody signed in within "+personTimeout.String(), "start the sign-in again, and finish it in the browser")
	}
	return err
}

// authURL asks the server where the person signs in.
func (o *oidc) authURL(ctx context.Context, nonce string) (*url.URL, error) {
	role := o.credential.Profile.Fields[fieldRole]
	redirect := fmt.Sprintf("http://localhost:%d%s", o.port, callbackPath)
	a, err := o.c.send(ctx, "", request{
		namespace: o.c.settings.authNamespace, path: "auth/" + o.mount + "/oidc/auth_url",
		body: withRole(role, map[string]string{"redirect_uri": redirect, "client_nonce": nonce}),
	})
	refusals := refusals{method: authOIDC, mount: o.mount}.
		on(http.StatusBadRequest, "role", "the server does not know the role, or the mount has no default role",
			"check the role of "+o.c.title).
		on(http.StatusBadRequest, "", "the server refuses to begin an OIDC sign-in at auth/"+o.mount,
			"check that this mount is configured for OIDC and not for JWT")
	if err != nil {
		return nil, o.c.refused(err, refusals)
	}
	var data struct {
		URL string `json:"auth_url"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, errNotVault
	}
	// The server gives nothing as the answer to a role that is not for OIDC and
	// to a redirect URI that is not allowed alike.
	if data.URL == "" {
		return nil, o.failed(nil, "the server gives no URL to sign in at",
			"the role must be one for OIDC with "+redirect+" in its allowed_redirect_uris")
	}
	target, err := url.Parse(data.URL)
	if err != nil || target.Scheme != "https" && (target.Scheme != "http" || !outbound.MayBeLoopback(target.Hostname())) || target.User != nil {
		return nil, o.failed(nil, "the server names a URL to sign in at that is not https",
			"ask whoever runs the server to correct oidc_discovery_url of auth/"+o.mount)
	}
	if target.Query().Get("state") == "" {
		return nil, o.failed(nil, "the server names a URL to sign in at without a state",
			"the answer of the browser could not be told from a forged one; ask whoever runs the server")
	}
	return target, nil
}

// exchange hands the browser's answer to the server and keeps the token.
func (o *oidc) exchange(ctx context.Context, r redirected, nonce string) error {
	if r.failure != "" {
		return o.failed(nil, "the OIDC provider refuses the sign-in ("+r.failure+")", "sign in again, with an account that may use this application")
	}
	path := "auth/" + o.mount + "/oidc/callback"
	if r.posted {
		// With response_mode=form_post the server wants to have the answer twice:
		// it keeps the first, and the second, which has no ID token, ends it.
		_, err := o.c.send(ctx, "", request{
			namespace: o.c.settings.authNamespace, path: path,
			body: map[string]string{"state": r.state, "code": r.code, "id_token": r.idToken},
		})
		if err != nil && !errors.Is(err, errNotVault) {
			return o.refusedExchange(err)
		}
	}
	a, err := o.c.send(ctx, "", request{
		namespace: o.c.settings.authNamespace, path: path,
		params: url.Values{"state": {r.state}, "code": {r.code}, "client_nonce": {nonce}},
	})
	if err != nil {
		return o.refusedExchange(err)
	}
	l, err := o.c.accept(a)
	if err != nil {
		return err
	}
	old, _ := o.load(ctx)
	if err := o.keep(ctx, l.token); err != nil {
		o.c.revoke(ctx, l.token)
		return err
	}
	if old != "" && old != l.token {
		o.c.revoke(ctx, old)
	}
	// It is for this program to renew and for the person to end.
	l.minted, l.precious = false, true
	o.c.login.adopt(ctx, l)
	return nil
}

func (o *oidc) refusedExchange(err error) error {
	return o.c.refused(err, refusals{method: authOIDC, mount: o.mount}.
		on(http.StatusBadRequest, "", "the server does not accept the sign-in",
			"the account may not have what the role asks for (bound claims, audience, groups), or it took too long; sign in again").
		on(http.StatusInternalServerError, "", "the server could not verify the sign-in",
			"the server's own log says why"))
}

// failed is a sign-in that did not come to its end.
func (o *oidc) failed(err error, text, hint string) error {
	return &loginError{method: authOIDC, text: text, hint: hint, err: err}
}
