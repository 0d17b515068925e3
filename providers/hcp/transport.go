package hcp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Limits of one connection. The caller's context bounds the whole call.
const (
	dialTimeout           = 10 * time.Second
	tlsTimeout            = 10 * time.Second
	responseHeaderTimeout = 30 * time.Second
	idleTimeout           = 90 * time.Second
	// maxConnections lets as many requests run at once as the resolver sends.
	maxConnections = 64
	// maxAnswer is far above any page of a list.
	maxAnswer = 16 << 20
)

var (
	errNotLoopback    = errors.New("the name of this machine leads to another one")
	errAnswerTooLarge = errors.New("the answer is larger than 16 MiB")
)

// newHTTPClient returns the connections of one credential. Redirects come back
// as answers, so that nothing follows them with a token.
func newHTTPClient(s settings, options Options) *http.Client {
	transport := options.Transport
	if transport == nil {
		dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
		secure := &http.Transport{
			Proxy:                  options.Proxy,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        s.tls,
			TLSHandshakeTimeout:    tlsTimeout,
			ResponseHeaderTimeout:  responseHeaderTimeout,
			IdleConnTimeout:        idleTimeout,
			MaxIdleConnsPerHost:    maxConnections,
			ForceAttemptHTTP2:      true,
			MaxResponseHeaderBytes: 1 << 20,
		}
		clear := secure.Clone()
		local := &net.Dialer{Timeout: dialTimeout, ControlContext: onlyLoopback}
		clear.Proxy, clear.DialContext = nil, local.DialContext
		transport = byScheme{secure: secure, clear: clear}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// byScheme sends plain http only to this machine, whatever the name resolves
// to, and never through a proxy.
type byScheme struct{ secure, clear *http.Transport }

// RoundTrip sends one request.
func (t byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "http" {
		return t.clear.RoundTrip(r)
	}
	return t.secure.RoundTrip(r)
}

// CloseIdleConnections is called through http.Client.CloseIdleConnections.
func (t byScheme) CloseIdleConnections() {
	t.secure.CloseIdleConnections()
	t.clear.CloseIdleConnections()
}

// onlyLoopback refuses a connection after its name was resolved and before the
// first byte leaves.
func onlyLoopback(_ context.Context, _, address string, _ syscall.RawConn) error {
	resolved, err := netip.ParseAddrPort(address)
	if err != nil || !resolved.Addr().Unmap().IsLoopback() {
		return errNotLoopback
	}
	return nil
}
