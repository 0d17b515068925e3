// Package outbound has the rules of every connection to a vault: an answer is
// bounded, a redirect is an error, plain http stays on this machine. It also
// tells apart why a connection failed, in sentences that may be shown. What to
// do about it depends on the vault and stands in its own package.
package outbound

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"
)

// Limits of one connection. The caller's context bounds the whole call.
const (
	DialTimeout           = 10 * time.Second
	tlsTimeout            = 10 * time.Second
	responseHeaderTimeout = 30 * time.Second
	idleTimeout           = 90 * time.Second
	// MaxIdlePerHost is as many connections as the resolver sends calls at once
	// to a vault, where HTTP/2 does not share one.
	MaxIdlePerHost = 64
	// MaxHeaderBytes is far above the headers of any vault; a hostile server's
	// need not be small.
	MaxHeaderBytes = 1 << 20
)

// Dial makes a connection.
type Dial = func(ctx context.Context, network, address string) (net.Conn, error)

// Proxy chooses the proxy for a request; nil for none.
type Proxy = func(*http.Request) (*url.URL, error)

// NewDialer returns what dials a vault.
func NewDialer() *net.Dialer {
	return &net.Dialer{Timeout: DialTimeout, KeepAlive: 30 * time.Second}
}

// NewLoopbackDialer returns what dials this machine and nothing else, for plain
// http: its errors are PlainHTTPErrors.
func NewLoopbackDialer() *net.Dialer {
	dialer := NewDialer()
	dialer.ControlContext = onlyLoopback
	return dialer
}

// NewTransport returns a transport with the limits of this package. It follows
// no redirect by itself, as no transport does.
func NewTransport(config *tls.Config, proxy Proxy, dial Dial) *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: CheckProxy,
		DialContext:            dial,
		TLSClientConfig:        config,
		TLSHandshakeTimeout:    tlsTimeout,
		ResponseHeaderTimeout:  responseHeaderTimeout,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    MaxIdlePerHost,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: MaxHeaderBytes,
	}
}

// ProxyError is a proxy that does not let a connection through.
type ProxyError struct {
	Host   string
	Status int // of its answer to CONNECT
}

// Error names the proxy without its user and password.
func (e *ProxyError) Error() string { return "the proxy " + e.Host + " refused the connection" }

// CheckProxy tells a refusal of the proxy from one of the server behind it, by
// a *ProxyError. It is an http.Transport.OnProxyConnectResponse.
func CheckProxy(_ context.Context, proxy *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode != http.StatusOK {
		return &ProxyError{Host: proxy.Host, Status: response.StatusCode}
	}
	return nil
}
