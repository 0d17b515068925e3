package hcp

import (
	"net/http"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// maxAnswer is far above any page of a list.
const maxAnswer = 16 << 20

// newHTTPClient returns the connections of one credential. Redirects come back
// as answers, so that nothing follows them with a token.
func newHTTPClient(s settings, options Options) *http.Client {
	transport := options.Transport
	if transport == nil {
		transport = byScheme{
			secure: outbound.NewTransport(s.tls, options.Proxy, outbound.NewDialer().DialContext),
			clear:  outbound.NewTransport(nil, nil, outbound.NewLoopbackDialer().DialContext),
		}
	}
	return &http.Client{Transport: transport, CheckRedirect: outbound.UseRedirect}
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
