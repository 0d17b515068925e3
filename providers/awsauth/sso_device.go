package awsauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Names of the device authorization grant (RFC 8628) and of what the token is
// for, as the AWS CLI asks for them.
const (
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
	grantRefresh = "refresh_token"
	ssoScope     = "sso:account:access"
	clientName   = "vault-lsp"
)

// Polling follows RFC 8628, section 3.5: 5 seconds where the server names no
// interval, and 5 more whenever it asks to slow down.
const pollInterval = 5 * time.Second

// signIn signs a person in to the portal with a device code and keeps the
// token
// (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_StartDeviceAuthorization.html).
func (t *tokens) signIn(ctx context.Context, person providers.Person) error {
	path, err := t.path()
	if err != nil {
		return err
	}
	client := t.client()
	registered, err := client.RegisterClient(ctx, &ssooidc.RegisterClientInput{
		ClientName: aws.String(clientName), ClientType: aws.String("public"),
		Scopes: []string{ssoScope}, GrantTypes: []string{grantDevice, grantRefresh},
	})
	if err != nil {
		return err
	}
	announceText(t.loader.credential.Announce, aws.ToString(registered.ClientSecret))
	started, err := client.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: registered.ClientId, ClientSecret: registered.ClientSecret, StartUrl: &t.portal.startURL,
	})
	if err != nil {
		return err
	}
	announceText(t.loader.credential.Announce, aws.ToString(started.DeviceCode))
	out, err := t.await(ctx, person, client, registered, started)
	if err != nil {
		return err
	}
	token := ssoToken{
		ClientID: aws.ToString(registered.ClientId), ClientSecret: aws.ToString(registered.ClientSecret),
		RegistrationExpiresAt: time.Unix(registered.ClientSecretExpiresAt, 0).UTC(),
		StartURL:              t.portal.startURL, Region: t.portal.region,
	}
	token.take(out, t.loader.accounts.options.Clock())
	token.announce(t.loader.credential.Announce)
	release, err := t.loader.accounts.lock(ctx, path)
	if err != nil {
		return err
	}
	defer release()
	if err := writeToken(path, token); err != nil {
		return err
	}
	return t.mark(ctx)
}

// mark leaves in the credential's session that somebody has signed in, so that
// lists show it and other processes notice. Where there is no key for that yet
// it is left out: the token itself is in its place.
func (t *tokens) mark(ctx context.Context) error {
	state, err := json.Marshal(keptState{Identity: "portal " + t.portal.tokenKey()})
	if err != nil {
		return err
	}
	err = t.loader.credential.Session.Save(ctx, state)
	var told *providers.Error
	if errors.As(err, &told) && told.Kind == providers.Locked {
		return nil
	}
	return err
}

// await shows the code and asks for the token until the person has confirmed
// in the browser.
func (t *tokens) await(ctx context.Context, person providers.Person, client *ssooidc.Client,
	registered *ssooidc.RegisterClientOutput, started *ssooidc.StartDeviceAuthorizationOutput,
) (*ssooidc.CreateTokenOutput, error) {
	now := t.loader.accounts.options.Clock()
	code := providers.DeviceCode{
		URL: aws.ToString(started.VerificationUri), Complete: aws.ToString(started.VerificationUriComplete),
		Code: aws.ToString(started.UserCode), Expires: now.Add(time.Duration(started.ExpiresIn) * time.Second),
	}
	if !mayOpen(code.URL) || code.Complete != "" && !mayOpen(code.Complete) {
		return nil, errors.New("the address to enter the code at is not an https URL")
	}
	ctx, cancel := context.WithDeadlineCause(ctx, code.Expires, errCodeExpired)
	defer cancel()
	told := make(chan error, 1)
	// Whoever shows the code offers to open its page.
	go func() { told <- person.ShowCode(ctx, code) }()

	interval := time.Duration(started.Interval) * time.Second
	if interval <= 0 {
		interval = pollInterval
	}
	next := t.loader.accounts.options.After(interval)
	for {
		select {
		case err := <-told:
			if err != nil {
				return nil, &personError{err}
			}
			told = nil // shown; go on waiting
			continue
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-next:
		}
		out, err := client.CreateToken(ctx, &ssooidc.CreateTokenInput{
			ClientId: registered.ClientId, ClientSecret: registered.ClientSecret,
			DeviceCode: started.DeviceCode, GrantType: aws.String(grantDevice),
		})
		var pending *types.AuthorizationPendingException
		var slower *types.SlowDownException
		switch {
		case err == nil:
			return out, nil
		case errors.As(err, &slower):
			interval += pollInterval
		case errors.As(err, &pending):
		case isAnswered(err) || ctx.Err() != nil:
			return nil, err
		default:
			// No answer: slower, but the person may be confirming all the same.
			interval += pollInterval
		}
		next = t.loader.accounts.options.After(interval)
	}
}

var errCodeExpired = errors.New("the code has expired")

// mayOpen reports whether an address that a server named may be opened.
func mayOpen(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Hostname() != "" && u.User == nil &&
		(u.Scheme == "https" || u.Scheme == "http" && outbound.MayBeLoopback(u.Hostname()))
}
