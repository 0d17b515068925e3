package vault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Retries of one request. They bridge a restart behind a load balancer, no
// more: a person waits for the answer.
const (
	maxRetries   = 2
	minRetryWait = 100 * time.Millisecond
	maxRetryWait = 500 * time.Millisecond
)

// client is the connection of one credential: where it leads, the login, and
// what was learned about the mounts.
type client struct {
	title     string // the credential, for messages
	profile   credentials.Profile
	settings  settings
	transport *guard
	sdk       *api.Client
	login     *session
	oidc      *oidc // nil for other ways to sign in
	leases    leaseTable
	mounts    mountTable
	now       func() time.Time
	// announce is told every token and secret id that the server gives.
	announce func(secret.Value)
}

// newClient makes the client of a credential. It sends nothing.
func newClient(credential providers.Credential, options Options) (*client, error) {
	settings, err := newSettings(credential.Profile)
	if err != nil {
		return nil, err
	}
	transport := newGuard(settings, options.Proxy)
	sdk, err := newSDK(settings.address, transport, options.UserAgent)
	if err != nil {
		return nil, err
	}
	c := &client{
		title: credential.Profile.Title(), profile: credential.Profile, settings: settings, sdk: sdk, transport: transport, now: options.Clock,
		announce: credential.Announce,
	}
	signIn, err := c.method(credential, options)
	if err != nil {
		return nil, err
	}
	c.login = &session{
		signIn:  signIn,
		refresh: c.refresh,
		revoke:  c.revoke,
		now:     options.Clock,
	}
	return c, nil
}

// newSDK builds the library's client so that nothing of the environment is
// left in it: NewClient reads VAULT_TOKEN, VAULT_NAMESPACE and VAULT_HEADERS,
// and every request would read VAULT_WRAP_TTL.
func newSDK(address *url.URL, transport http.RoundTripper, userAgent string) (*api.Client, error) {
	config := &api.Config{
		Address: address.String(),
		HttpClient: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		DisableRedirects: true,
		MinRetryWait:     minRetryWait,
		MaxRetryWait:     maxRetryWait,
		MaxRetries:       maxRetries,
		CheckRetry:       shouldRetry,
		// The caller's context bounds each call; the library's own timeout ends
		// only some of its calls, and one of them while the body is still read.
		Timeout: 0,
	}
	sdk, err := api.NewClient(config)
	if err != nil {
		return nil, &environmentError{err: err}
	}
	sdk.ClearToken()
	sdk.SetHeaders(http.Header{
		// Asks an agent in between to answer: its protection against forged
		// requests of browsers.
		api.RequestHeaderName: {"true"},
		"User-Agent":          {userAgent},
	})
	sdk.SetWrappingLookupFunc(func(string, string) string { return "" })
	return sdk, nil
}

// environmentError is a VAULT_ variable the library cannot read; it fails on
// them even though nothing of them is used.
type environmentError struct{ err error }

func (e *environmentError) Error() string { return "a VAULT_ environment variable is malformed" }

func (e *environmentError) Unwrap() error { return e.err }

// shouldRetry repeats a request only where a second try can help at once. A
// sealed or busy server (503, 429) is told to the user instead.
func shouldRetry(ctx context.Context, response *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if !isRetriable(ctx, response) {
		return false, nil
	}
	if err != nil {
		return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.ErrUnexpectedEOF), nil
	}
	switch response.StatusCode {
	case http.StatusPreconditionFailed, // a replica that is not up to date yet
		http.StatusBadGateway, http.StatusGatewayTimeout:
		return true, nil
	case http.StatusInternalServerError:
		// Some releases answer so to a wrong secret id.
		return response.Request != nil && response.Request.Method == http.MethodGet, nil
	}
	return false, nil
}

// request is one request below /v1/.
type request struct {
	namespace string
	path      string // cleaned, not escaped
	params    url.Values
	body      any // a write if it is set, else a read
}

// answer is the envelope of Vault's answers. Data and the rest of the numbers
// in it are as the server wrote them.
type answer struct {
	LeaseID       string          `json:"lease_id"`
	LeaseDuration int64           `json:"lease_duration"` // seconds
	Data          json.RawMessage `json:"data"`
	Auth          *auth           `json:"auth"`
	// Wrapped is set in place of Data where somebody has to approve the read
	// first (https://developer.hashicorp.com/vault/docs/enterprise/control-groups).
	Wrapped *struct{} `json:"wrap_info"`

	token string // that it was asked with
}

// auth is the answer to a login or a renewal.
type auth struct {
	ClientToken   string `json:"client_token"`
	LeaseDuration int64  `json:"lease_duration"` // seconds
	Renewable     bool   `json:"renewable"`
	// MFA is set in place of a token where the server wants a second factor.
	MFA *struct{} `json:"mfa_requirement"`
}

// errNotVault is an answer that has not the form of Vault's.
var errNotVault = errors.New("the answer is not one of a Vault server")

// send sends one request with a token, which may be empty. The answer is there
// also beside an error of status 404, which Vault uses to describe a deleted
// version.
func (c *client) send(ctx context.Context, token string, r request) (answer, error) {
	// A copy with its own headers: WithNamespace leaves the original as it is.
	sdk := c.sdk.WithNamespace(r.namespace)
	sdk.SetToken(token)
	var response *api.Response
	var err error
	if r.body == nil {
		response, err = sdk.Logical().ReadRawWithDataWithContext(ctx, r.path, r.params)
	} else {
		var body []byte
		if body, err = json.Marshal(r.body); err != nil {
			return answer{}, fmt.Errorf("encode request: %w", err)
		}
		response, err = sdk.Logical().WriteRawWithContext(ctx, r.path, body)
		clear(body)
	}
	if response != nil {
		defer func() { _ = response.Body.Close() }()
	}
	if err != nil && (response == nil || response.StatusCode != http.StatusNotFound) {
		return answer{}, err
	}
	if isRaw(err) {
		return answer{}, errNotVault
	}
	return decode(response, err)
}

// decode reads the envelope. cause is returned with it.
func decode(response *api.Response, cause error) (answer, error) {
	body, err := io.ReadAll(response.Body)
	defer clear(body)
	if err != nil {
		return answer{}, fmt.Errorf("read answer: %w", err)
	}
	if len(body) == 0 {
		return answer{}, cause
	}
	var a answer
	if err := json.Unmarshal(body, &a); err != nil && cause == nil {
		// The JSON error may show a piece of the body.
		return answer{}, errNotVault
	}
	return a, cause
}

// call sends a request with the login of the credential. If the server does
// not know the token any more, it signs in again and asks once more.
func (c *client) call(ctx context.Context, r request) (answer, error) {
	used, err := c.login.use(ctx)
	if err != nil {
		return answer{}, err
	}
	a, err := c.send(ctx, used.token, r)
	a.token = used.token
	if !hasStatus(err, http.StatusForbidden) {
		return a, err
	}
	if c.accepts(ctx, used.token) {
		return a, denied(used.token, r, err)
	}
	c.login.drop(ctx, used)
	fresh, err := c.login.use(ctx)
	if err != nil {
		return answer{}, err
	}
	if fresh.token == used.token {
		return answer{}, c.refusedToken()
	}
	a, err = c.send(ctx, fresh.token, r)
	a.token = fresh.token
	switch {
	case !hasStatus(err, http.StatusForbidden):
		return a, err
	case !fresh.minted && !c.accepts(ctx, fresh.token):
		return answer{}, c.refusedToken()
	}
	return a, denied(fresh.token, r, err)
}

// reset ends the login, forgets what was learned and reports whether there was
// a login. The client can be used again.
func (c *client) reset(ctx context.Context) bool {
	// While there is a token that may do it.
	c.release(ctx, func(string) bool { return true })
	signedIn := c.login.end(ctx)
	c.mounts.forgetAll()
	c.transport.CloseIdleConnections()
	return signedIn
}
