package vault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// maxResponse is far above Vault's own limit of a request, 32 MiB, so that only
// an answer that is not Vault's is cut.
const maxResponse = 64 << 20

// throttledError is an answer that there were too many requests: a quota of the
// server (https://developer.hashicorp.com/vault/docs/concepts/resource-quotas)
// or of a gateway.
type throttledError struct{ after time.Duration }

func (e *throttledError) Error() string { return "too many requests" }

// guard is the transport of one client: it lets nothing leave for another
// origin than the profile's, turns redirects into errors before the library
// can follow them, and bounds what a server can make us read.
type guard struct {
	base       http.RoundTripper
	scheme     string
	host       string
	skipVerify bool
}

// unverifiedError is a certificate that was not accepted although the
// environment asks not to verify any.
type unverifiedError struct{ err error }

func (e *unverifiedError) Error() string { return e.err.Error() }

func (e *unverifiedError) Unwrap() error { return e.err }

// newGuard returns the transport for a profile's address. Over plain http
// without allowHttp a connection is made only if the address it resolved to is
// this machine, and never through a proxy; nor is a socket reached through one.
func newGuard(s settings, proxy func(*http.Request) (*url.URL, error)) *guard {
	dial := outbound.NewDialer().DialContext
	if s.proxy != nil {
		proxy = http.ProxyURL(s.proxy)
	}
	switch {
	case s.socket != "":
		proxy = nil
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return outbound.NewDialer().DialContext(ctx, "unix", s.socket)
		}
	case s.address.Scheme == "http" && !s.allowHTTP:
		proxy = nil
		dial = outbound.NewLoopbackDialer().DialContext
	}
	return &guard{
		scheme:     s.address.Scheme,
		host:       s.address.Host,
		skipVerify: s.skipVerify,
		base:       outbound.NewTransport(s.tls, proxy, dial),
	}
}

// RoundTrip sends one request.
func (g *guard) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != g.scheme || request.URL.Host != g.host {
		return nil, fmt.Errorf("refused a request to another origin than %s://%s", g.scheme, g.host)
	}
	response, err := g.base.RoundTrip(request)
	var verification *tls.CertificateVerificationError
	if g.skipVerify && errors.As(err, &verification) {
		return nil, &unverifiedError{err: err}
	}
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusTooManyRequests {
		_ = response.Body.Close()
		return nil, &throttledError{after: outbound.RetryAfter(response.Header, time.Now())}
	}
	if err := outbound.RefuseRedirect(response); err != nil {
		return nil, err
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
