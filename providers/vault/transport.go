package vault

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// Limits of one connection. The caller's context bounds the whole call.
const (
	dialTimeout           = 10 * time.Second
	tlsTimeout            = 10 * time.Second
	responseHeaderTimeout = 30 * time.Second
	idleTimeout           = 90 * time.Second
	// maxResponse is far above Vault's own limit of a request, 32 MiB, so that
	// only an answer that is not Vault's is cut.
	maxResponse = 64 << 20
)

var errResponseTooLarge = errors.New("the answer is larger than 64 MiB")

// redirectError is a redirect that was not followed. Its text names no path
// and no query.
type redirectError struct{ target string }

func (e *redirectError) Error() string { return "redirected to " + e.target }

// throttledError is an answer that there were too many requests: a quota of the
// server (https://developer.hashicorp.com/vault/docs/concepts/resource-quotas)
// or of a gateway.
type throttledError struct{ after time.Duration }

func (e *throttledError) Error() string { return "too many requests" }

// retryAfter reads how long a server asks to wait (RFC 9110 section 10.2.3); 0 if
// it does not say.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now).Round(time.Second), 0)
	}
	return 0
}

// notLoopbackError is a plain http address that leads off this machine.
type notLoopbackError struct{ address string }

func (e *notLoopbackError) Error() string { return e.address + " is not on this machine" }

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
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	dial := dialer.DialContext
	if s.proxy != nil {
		proxy = http.ProxyURL(s.proxy)
	}
	switch {
	case s.socket != "":
		proxy = nil
		dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", s.socket)
		}
	case s.address.Scheme == "http" && !s.allowHTTP:
		dialer.ControlContext = onlyLoopback
		proxy = nil
	}
	return &guard{
		scheme:     s.address.Scheme,
		host:       s.address.Host,
		skipVerify: s.skipVerify,
		base: &http.Transport{
			Proxy:                 proxy,
			DialContext:           dial,
			TLSClientConfig:       s.tls,
			TLSHandshakeTimeout:   tlsTimeout,
			ResponseHeaderTimeout: responseHeaderTimeout,
			IdleConnTimeout:       idleTimeout,
			// As many as the resolver asks at once, where HTTP/2 does not share one.
			MaxIdleConnsPerHost: 64,
			ForceAttemptHTTP2:   true,
			// Vault's headers are small; a hostile server's need not be.
			MaxResponseHeaderBytes: 1 << 20,
		},
	}
}

// onlyLoopback refuses a connection after its name was resolved and before the
// first byte leaves, so that no name can pretend to be this machine.
func onlyLoopback(_ context.Context, _, address string, _ syscall.RawConn) error {
	resolved, err := netip.ParseAddrPort(address)
	if err != nil || !resolved.Addr().Unmap().IsLoopback() {
		return &notLoopbackError{address: address}
	}
	return nil
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
		return nil, &throttledError{after: retryAfter(response.Header, time.Now())}
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 {
		target := "another place"
		if location, err := response.Location(); err == nil {
			target = location.Scheme + "://" + location.Host
		}
		_ = response.Body.Close()
		return nil, &redirectError{target: target}
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
