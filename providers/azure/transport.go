package azure

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// maxResponse is far above a secret, which has at most 25 KiB, and a page of a
// list, which has 25 names, so that only an answer that is not Azure's is cut.
const maxResponse = 4 << 20

// errChallenge is a vault's demand for a token that cannot be read.
var errChallenge = errors.New("the authentication challenge is malformed")

// originError is a request that was not sent because it would have gone
// elsewhere than to the vault or the authority. A list names its next page by a
// URL, and an authority its endpoints: none of them may choose who sees a token.
type originError struct{ host string }

func (e *originError) Error() string { return "refused a request to " + e.host }

// newTransport returns the transport below all guards of one credential.
func newTransport(roots *x509.CertPool, proxy outbound.Proxy) *http.Transport {
	config := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	return outbound.NewTransport(config, proxy, loopback(outbound.NewDialer().DialContext))
}

// loopback dials names under .localhost as this machine, whose resolver may not
// know them (RFC 6761, section 6.3): emulators have a vault at each.
func loopback(dial outbound.Dial) outbound.Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, port, err := net.SplitHostPort(address); err == nil && outbound.IsLocalName(host) {
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
	return &http.Client{Transport: g, CheckRedirect: outbound.UseRedirect}
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
	if err := outbound.RefuseRedirect(response); err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusUnauthorized && !isReadable(response.Header.Get("WWW-Authenticate")) {
		_ = response.Body.Close()
		return nil, errChallenge
	}
	response.Body = outbound.LimitBody(response.Body, maxResponse)
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

// retryAfter reads how long a server asks to wait, 0 if it does not say. Azure
// sends milliseconds too.
func retryAfter(header http.Header) time.Duration {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if count, err := strconv.ParseInt(header.Get(name), 10, 32); err == nil && count > 0 {
			return time.Duration(count) * time.Millisecond
		}
	}
	return outbound.RetryAfter(header, time.Now())
}
