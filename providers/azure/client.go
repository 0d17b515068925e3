package azure

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"syscall"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"

	"github.com/vault-lsp/vault-lsp/providers"
)

// Retries of one request. They bridge a hiccup, no more: a person waits for the
// answer. Being throttled is told at once, with how long to wait.
const (
	maxRetries    = 2
	retryDelay    = 200 * time.Millisecond
	maxRetryDelay = time.Second
)

func retries() policy.RetryOptions {
	return policy.RetryOptions{MaxRetries: maxRetries, RetryDelay: retryDelay, MaxRetryDelay: maxRetryDelay, ShouldRetry: shouldRetry}
}

// shouldRetry repeats a request only where a second try can help at once.
func shouldRetry(response *http.Response, err error) bool {
	if err != nil {
		return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	switch response.StatusCode {
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// client is what one credential has: its tokens and a connection to each vault.
type client struct {
	settings  settings
	authority *authority
	tokens    *tokens
	base      http.RoundTripper
	userAgent string
	now       func() time.Time

	mu     sync.Mutex
	vaults map[string]*azsecrets.Client // by host
	// seen are the vaults that have answered, for completion.
	seen map[string]bool
}

// newClient makes the client of a credential. It sends nothing and reads no
// secret.
func newClient(credential providers.Credential, options Options) (*client, error) {
	s, err := newSettings(credential.Profile)
	if err != nil {
		return nil, err
	}
	base := options.Transport
	if base == nil {
		base = newTransport(s.roots, options.Proxy)
	}
	// The endpoint of the machine's own identity is on this machine or next to
	// it, never behind a proxy.
	platform := options.Transport
	if platform == nil {
		platform = newTransport(s.roots, nil)
	}
	permits := s.permitsAuthority
	a := &authority{
		settings: s, credential: credential, userAgent: options.UserAgent,
		identity: (&guard{base: base, permits: permits, userAgent: options.UserAgent}).client(),
		platform: &http.Client{Transport: platform, CheckRedirect: noRedirect},
		state:    &keptState{session: credential.Session, announce: credential.Announce},
	}
	acquire, err := a.method()
	if err != nil {
		return nil, err
	}
	return &client{
		settings: s, authority: a, base: base, userAgent: options.UserAgent, now: options.Clock,
		tokens: newTokens(s, acquire, credential.Announce, options.Clock),
		vaults: map[string]*azsecrets.Client{}, seen: map[string]bool{},
	}, nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// permitsAuthority reports whether a host is that of the profile's authority,
// or one of the same cloud's.
func (s settings) permitsAuthority(host string) bool {
	if "https://"+host+"/" == s.authority {
		return true
	}
	known := cloudOfAuthority(host)
	return s.knownAuthority && known != ""
}

// vault returns the connection to a vault, whose host settings.permits.
func (c *client) vault(at location) (*azsecrets.Client, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if vault, ok := c.vaults[at.host]; ok {
		return vault, nil
	}
	g := &guard{base: c.base, permits: func(host string) bool { return host == at.host }}
	vault, err := azsecrets.NewClient("https://"+at.host, c.tokens, &azsecrets.ClientOptions{
		ClientOptions: azcore.ClientOptions{
			APIVersion: c.settings.apiVersion, Transport: g.client(), Retry: retries(),
			Telemetry: policy.TelemetryOptions{ApplicationID: c.userAgent},
		},
		// On for the vaults of Azure's clouds, always.
		DisableChallengeResourceVerification: !c.settings.verifyChallenge && c.settings.isOwn(at.host),
	})
	if err != nil {
		return nil, &settingError{field: fieldAPIVersion, text: "cannot be used", err: err}
	}
	c.vaults[at.host] = vault
	return vault, nil
}

// answered remembers that a vault exists.
func (c *client) answered(at location) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[at.host] = true
}

// reset forgets the tokens and the connections, which hold tokens too, and
// reports whether there was a token. The client can be used again.
func (c *client) reset() bool {
	signedIn := c.tokens.end()
	c.mu.Lock()
	clear(c.vaults)
	c.mu.Unlock()
	c.authority.identity.CloseIdleConnections()
	return signedIn
}

// quiet turns off what AZURE_SDK_GO_LOGGING turns on: the library would write
// to the standard error of a language server, which editors show and keep. The
// library's switch is one for the whole process and not safe to move later.
var quiet = sync.OnceFunc(func() { log.SetListener(nil) })
