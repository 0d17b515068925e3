package azure

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of one connection. The caller's context bounds the whole call.
const (
	dialTimeout           = 10 * time.Second
	tlsTimeout            = 10 * time.Second
	responseHeaderTimeout = 30 * time.Second
	idleTimeout           = 90 * time.Second
	// A secret has at most 25 KiB and a page of a list 25 names; far above both,
	// so that only an answer that is not Azure's is cut.
	maxResponse = 4 << 20
	// maxIdle keeps the connections of a burst of references.
	maxIdle = 64
)

var errResponseTooLarge = errors.New("the answer is larger than 4 MiB")

// errChallenge is a vault's demand for a token that cannot be read.
var errChallenge = errors.New("the authentication challenge is malformed")

// redirectError is a redirect that was not followed. Its text names no path
// and no query.
type redirectError struct{ target string }

func (e *redirectError) Error() string { return "redirected to " + e.target }

// originError is a request that was not sent because it would have gone
// elsewhere than to the vault or the authority. A list names its next page by a
// URL, and an authority its endpoints: none of them may choose who sees a token.
type originError struct{ host string }

func (e *originError) Error() string { return "refused a request to " + e.host }

// newTransport returns the transport below all guards of one credential.
func newTransport(roots *x509.CertPool, proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkProxy,
		DialContext:            loopback(dialer.DialContext),
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  responseHeaderTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    maxIdle,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// proxyError is a proxy that does not lead on.
type proxyError struct{ status int }

func (e *proxyError) Error() string { return fmt.Sprintf("the proxy answers with status %d", e.status) }

// checkProxy tells a refusal of the proxy from one of the server behind it.
func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return &proxyError{status: response.StatusCode}
	}
	return nil
}

// loopback dials names under .localhost as this machine, whose resolver may not
// know them (RFC 6761, section 6.3): emulators have a vault at each.
func loopback(dial func(ctx context.Context, network, address string) (net.Conn, error)) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && strings.HasSuffix(host, ".localhost") {
			address = net.JoinHostPort("localhost", port)
		}
		return dial(ctx, network, address)
	}
}

// guard lets requests leave for some hosts only, over TLS, turns redirects into
// errors and bounds what a server can make us read.
type guard struct {
	base      http.RoundTripper
	permits   func(host string) bool
	userAgent string
}

// client returns an HTTP client that sends through the guard.
func (g *guard) client() *http.Client {
	return &http.Client{
		Transport:     g,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RoundTrip sends one request.
func (g *guard) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := g.send(request)
	note(request.Context(), response, err)
	return response, err
}

func (g *guard) send(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != "https" || !g.permits(strings.ToLower(request.URL.Host)) {
		return nil, &originError{host: request.URL.Host}
	}
	if request.Header.Get("User-Agent") == "" && g.userAgent != "" {
		request = request.Clone(request.Context())
		request.Header.Set("User-Agent", g.userAgent)
	}
	response, err := g.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		target := "another place"
		if location, err := response.Location(); err == nil {
			target = location.Scheme + "://" + location.Host
		}
		_ = response.Body.Close()
		return nil, &redirectError{target: target}
	}
	if response.StatusCode == http.StatusUnauthorized && !isReadable(response.Header.Get("WWW-Authenticate")) {
		_ = response.Body.Close()
		return nil, errChallenge
	}
	response.Body = &limitedBody{ReadCloser: response.Body, left: maxResponse}
	return response, nil
}

// CloseIdleConnections is called through http.Client.CloseIdleConnections.
func (g *guard) CloseIdleConnections() {
	if base, ok := g.base.(*http.Transport); ok {
		base.CloseIdleConnections()
	}
}

// isReadable reports whether Azure's library can read a challenge: it takes the
// fourth piece between slashes of the authorization URL for the tenant, and
// there must be one.
func isReadable(challenge string) bool {
	for part := range strings.SplitSeq(strings.ReplaceAll(challenge, "Bearer ", ""), " ") {
		pieces := strings.Split(part, "=")
		if len(pieces) != 2 || pieces[0] != "authorization" {
			continue
		}
		value := strings.TrimSuffix(strings.ReplaceAll(pieces[1], `"`, ""), ",")
		if value != "" && strings.Count(value, "/") < 3 {
			return false
		}
	}
	return true
}

// limitedBody fails, unlike io.LimitReader, when a body is longer than allowed:
// a cut answer must not pass for a whole one.
type limitedBody struct {
	io.ReadCloser
	left int64
}

// Read reads up to the limit.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errResponseTooLarge
	}
	// One byte more than is left shows whether the body goes on.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, errResponseTooLarge
	}
	return n, err
}

// exchange is how the last request of a sign-in went. Azure's libraries turn
// most failures into text; what they did is read here instead.
type exchange struct {
	err        error
	host       string
	status     int
	retryAfter time.Duration
	body       []byte // of an error, cut
}

type exchangeKey struct{}

// withExchange returns a context whose requests are noted in the exchange.
func withExchange(ctx context.Context) (context.Context, *exchange) {
	e := &exchange{}
	return context.WithValue(ctx, exchangeKey{}, e), e
}

// maxErrorBody is how much of an authority's error is looked at.
const maxErrorBody = 16 << 10

// note keeps the outcome of a request for whoever waits for it. The sign-in of
// one credential sends one request at a time.
func note(ctx context.Context, response *http.Response, err error) {
	e, ok := ctx.Value(exchangeKey{}).(*exchange)
	if !ok {
		return
	}
	*e = exchange{err: err}
	if response == nil {
		return
	}
	e.status = response.StatusCode
	if response.Request != nil {
		e.host = response.Request.URL.Host
	}
	if response.StatusCode < 400 {
		return
	}
	e.retryAfter = retryAfter(response.Header)
	head, _ := io.ReadAll(io.LimitReader(response.Body, maxErrorBody))
	e.body = head
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), response.Body), response.Body}
}

// retryAfter reads how long a server asks to wait, 0 if it does not say
// (RFC 9110, section 10.2.3; Azure sends milliseconds too).
func retryAfter(header http.Header) time.Duration {
	for name, unit := range map[string]time.Duration{
		"Retry-After-Ms": time.Millisecond, "X-Ms-Retry-After-Ms": time.Millisecond, "Retry-After": time.Second,
	} {
		var count int64
		if _, err := fmt.Sscanf(header.Get(name), "%d", &count); err == nil && count > 0 && count < 1<<31 {
			return time.Duration(count) * unit
		}
	}
	return 0
}
