package azure

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/vault-lsp/vault-lsp/providers"
)

// developmentClient is the application people sign in to where the profile
// names none: Azure's own for developer tools, the one azidentity uses.
const developmentClient = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

// organizations stands for the tenant of whoever signs in.
const organizations = "organizations"

// personTimeout bounds a sign-in in the browser; Azure gives about as long to
// enter a device code.
const personTimeout = 15 * time.Minute

// errNobody is a credential that nobody has signed in with.
var errNobody = errors.New("nobody has signed in")

// errNobodyCame is a sign-in that nobody has finished in time.
var errNobodyCame = errors.New("nobody has signed in in time")

// msal makes the client of Microsoft's library that keeps its state in a cache.
// It announces that it can answer to continuous access evaluation, as
// azidentity does.
func (a *authority) msal(state cache.ExportReplace) (public.Client, error) {
	if err := a.needAuthority(); err != nil {
		return public.Client{}, err
	}
	clientID := a.credential.Profile.Fields[fieldClientID]
	if clientID == "" {
		clientID = developmentClient
	}
	options := []public.Option{
		public.WithAuthority(a.settings.authority + a.home()), public.WithCache(state),
		public.WithHTTPClient(a.identity), public.WithClientCapabilities([]string{"CP1"}),
	}
	if !a.settings.knownAuthority {
		options = append(options, public.WithInstanceDiscovery(false))
	}
	client, err := public.New(clientID, options...)
	if err != nil {
		return public.Client{}, &settingError{field: fieldAuthority, text: "cannot be used", err: err}
	}
	return client, nil
}

// home is the tenant a person signs in to.
func (a *authority) home() string {
	if a.settings.tenant == "" {
		return organizations
	}
	return a.settings.tenant
}

// elsewhere is the tenant to name in a request: none where it is the home, as
// Microsoft's library wants it.
func (a *authority) elsewhere(tenant string) string {
	if strings.EqualFold(tenant, a.home()) {
		return ""
	}
	return tenant
}

// silently obtains tokens with what the last sign-in left.
func (a *authority) silently() (acquireFunc, error) {
	client, err := a.msal(a.state)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, options tokenOptions) (azcore.AccessToken, error) {
		token, err := a.redeem(ctx, client, options)
		if err == nil || !isDead(ctx, err) {
			return token, err
		}
		// Another process may have signed in anew, or have used up a refresh
		// token that is good for one use.
		if changed, loadErr := a.state.changed(ctx); loadErr != nil || !changed {
			return azcore.AccessToken{}, err
		}
		return a.redeem(ctx, client, options)
	}, nil
}

// redeem exchanges the refresh token for an access token.
func (a *authority) redeem(ctx context.Context, client public.Client, options tokenOptions) (azcore.AccessToken, error) {
	accounts, err := client.Accounts(ctx)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	if len(accounts) == 0 {
		return azcore.AccessToken{}, errNobody
	}
	result, err := client.AcquireTokenSilent(ctx, options.Scopes, public.WithSilentAccount(accounts[0]),
		public.WithTenantID(a.elsewhere(options.TenantID)), public.WithClaims(options.Claims))
	if err != nil {
		return azcore.AccessToken{}, err
	}
	a.account.Store(&accounts[0].PreferredUsername)
	return accessToken(result), nil
}

// isDead reports whether the authority has refused a refresh token.
func isDead(ctx context.Context, err error) bool {
	seen, ok := ctx.Value(exchangeKey{}).(*exchange)
	return ok && err != nil && seen.oauth().Error == "invalid_grant"
}

func accessToken(result public.AuthResult) azcore.AccessToken {
	return azcore.AccessToken{Token: result.AccessToken, ExpiresOn: result.ExpiresOn.UTC(), RefreshOn: result.Metadata.RefreshOn.UTC()}
}

// signIn signs a person in, keeps what stays in the session and returns the
// token with the tenant it is of. kept says why the state could not be kept.
func (a *authority) signIn(ctx context.Context, person providers.Person) (token azcore.AccessToken, tenant string, kept error, err error) {
	fresh := &newState{}
	client, err := a.msal(fresh)
	if err != nil {
		return azcore.AccessToken{}, "", nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, personTimeout)
	defer cancel()
	flow := a.inBrowser
	if a.credential.Profile.Auth == authDeviceCode {
		flow = a.withCode
	}
	limited, seen := withExchange(ctx)
	result, err := flow(limited, client, person)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return azcore.AccessToken{}, "", nil, errNobodyCame
	}
	if err != nil {
		return azcore.AccessToken{}, "", nil, &signInError{err: err, exchange: *seen}
	}
	kept = a.state.save(ctx, fresh.data)
	a.account.Store(&result.Account.PreferredUsername)
	return accessToken(result), result.IDToken.TenantID, kept, nil
}

// personError is a sign-in that the person or their machine ended.
type personError struct {
	text, hint string
	err        error
}

func (e *personError) Error() string { return e.text }

func (e *personError) Unwrap() error { return e.err }

// scopes are what a person is asked to grant: the vaults of the cloud.
func (a *authority) scopes() []string { return []string{a.settings.resource + "/.default"} }

// inBrowser signs in with an authorization code and PKCE; the answer comes back
// to a port of this machine.
func (a *authority) inBrowser(ctx context.Context, client public.Client, person providers.Person) (public.AuthResult, error) {
	var failed error
	open := func(address string) error {
		if err := checkAddress(address); err != nil {
			failed = err
		} else if err := person.OpenURL(ctx, address); err != nil {
			failed = &personError{
				text: "the browser could not be opened",
				hint: fmt.Sprintf("sign in where there is a browser, or set \"auth\": %q in the credential", authDeviceCode), err: err,
			}
		}
		return failed
	}
	options := []public.AcquireInteractiveOption{public.WithOpenURL(open)}
	if port := a.credential.Profile.Fields[fieldRedirectPort]; port != "" {
		if !portForm().MatchString(port) {
			return public.AuthResult{}, &settingError{field: fieldRedirectPort, text: "is not the number of a port"}
		}
		options = append(options, public.WithRedirectURI("http://localhost:"+port))
	}
	result, err := client.AcquireTokenInteractive(ctx, a.scopes(), options...)
	if failed != nil && ctx.Err() == nil {
		return public.AuthResult{}, failed
	}
	return result, err
}

// withCode signs in with a code that is entered on any machine (RFC 8628).
func (a *authority) withCode(ctx context.Context, client public.Client, person providers.Person) (public.AuthResult, error) {
	code, err := client.AcquireTokenByDeviceCode(ctx, a.scopes())
	if err != nil {
		return public.AuthResult{}, err
	}
	if err := checkAddress(code.Result.VerificationURL); err != nil {
		return public.AuthResult{}, err
	}
	shown := providers.DeviceCode{URL: code.Result.VerificationURL, Code: code.Result.UserCode, Expires: code.Result.ExpiresOn}
	// Whoever shows the code may keep showing it until it was entered.
	limited, cancel := context.WithCancel(ctx)
	defer cancel()
	told := make(chan error, 1)
	go func() {
		err := person.ShowCode(limited, shown)
		told <- err
		if err != nil {
			cancel()
		}
	}()
	result, err := code.AuthenticationResult(limited)
	if err == nil || ctx.Err() != nil || limited.Err() == nil {
		return result, err
	}
	return public.AuthResult{}, &personError{text: "the sign-in was ended before the code was entered", hint: "sign in again", err: <-told}
}

// checkAddress refuses an address of an authority that no browser should open.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return &personError{text: "the authority names a sign-in page that is not https", hint: "check the " + fieldAuthority + " of the credential"}
	}
	return nil
}
