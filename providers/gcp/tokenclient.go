package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"google.golang.org/api/googleapi"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// maxTokenResponse bounds what a token endpoint can make us read.
const maxTokenResponse = 1 << 20

// tokenFault is what an endpoint of a sign-in answered, or why it did not. The
// libraries put the answer's text into their errors, which is never shown.
type tokenFault struct {
	host   string
	status int // HTTP; 0 if there was no answer
	// code and subtype are those of OAuth 2.0 (RFC 6749 section 5.2), api the
	// answer of another service of Google.
	code, subtype string
	api           *googleapi.Error
	err           error
}

// faults holds the last fault of one sign-in.
type faults struct {
	mu   sync.Mutex
	last *tokenFault
}

type faultsKey struct{}

func withFaults(ctx context.Context) (context.Context, *faults) {
	f := &faults{}
	return context.WithValue(ctx, faultsKey{}, f), f
}

func (f *faults) note(fault *tokenFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = fault
}

func (f *faults) get() *tokenFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// newTokenClient is the HTTP client with which tokens are fetched. It follows
// no redirect: what it sends is worth as much as a password.
func newTokenClient(s settings, options Options) *http.Client {
	return &http.Client{
		Transport:     &tokenTransport{base: newTransport(s, options, options.dial("")), userAgent: options.UserAgent},
		CheckRedirect: outbound.UseRedirect,
	}
}

// newTransport makes the HTTP transport of all that is not gRPC.
func newTransport(s settings, options Options, dial outbound.Dial) *http.Transport {
	proxy := func(r *http.Request) (*url.URL, error) {
		if r.URL.Scheme == "http" || isNear(r.URL.Hostname()) {
			return nil, nil
		}
		return options.Proxy(r)
	}
	return outbound.NewTransport(s.tls(), proxy, dial)
}

// dial is how connections are made to an endpoint of a scheme; "" for any. With
// plain http the address that a name resolved to must be this machine.
func (o Options) dial(scheme string) outbound.Dial {
	if o.Dial != nil {
		return o.Dial
	}
	if scheme == "http" {
		return outbound.NewLoopbackDialer().DialContext
	}
	return outbound.NewDialer().DialContext
}

// isNear reports whether a host is this machine or the metadata server of the
// cloud it runs in: those speak plain http, and no proxy stands between.
func isNear(host string) bool {
	if outbound.IsLoopback(host) || host == "metadata.google.internal" || host == "metadata" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	if err != nil {
		return false
	}
	// fd20:ce::254 is Google's and fd00:ec2::254 Amazon's metadata server.
	return ip.Unmap().IsLinkLocalUnicast() || ip == netip.MustParseAddr("fd20:ce::254") || ip == netip.MustParseAddr("fd00:ec2::254")
}

// tokenTransport sends the requests of a sign-in and notes what went wrong.
type tokenTransport struct {
	base      http.RoundTripper
	userAgent string
}

// RoundTrip sends one request.
func (t *tokenTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	noted, _ := request.Context().Value(faultsKey{}).(*faults)
	if noted == nil {
		noted = &faults{}
	}
	if request.URL.Scheme != "https" && !isNear(request.URL.Hostname()) {
		err := &outbound.PlainHTTPError{Address: request.URL.Host}
		noted.note(&tokenFault{host: request.URL.Host, err: err})
		return nil, err
	}
	request = request.Clone(request.Context())
	request.Header.Set("User-Agent", t.userAgent)
	response, err := t.base.RoundTrip(request)
	if err != nil {
		noted.note(&tokenFault{host: request.URL.Host, err: err})
		return nil, err
	}
	body, err := io.ReadAll(outbound.LimitBody(response.Body, maxTokenResponse))
	_ = response.Body.Close()
	if err != nil {
		noted.note(&tokenFault{host: request.URL.Host, err: err})
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	if response.StatusCode >= 300 {
		noted.note(readTokenFault(request.URL.Host, response, body))
	}
	return response, nil
}

// readTokenFault reads an answer that is an error, of either form.
func readTokenFault(host string, response *http.Response, body []byte) *tokenFault {
	fault := &tokenFault{host: host, status: response.StatusCode}
	var oauth struct {
		Error   json.RawMessage `json:"error"`
		Subtype string          `json:"error_subtype"`
	}
	if json.Unmarshal(body, &oauth) != nil {
		return fault
	}
	if json.Unmarshal(oauth.Error, &fault.code) == nil {
		fault.subtype = oauth.Subtype
		return fault
	}
	copied := *response
	copied.Body = io.NopCloser(bytes.NewReader(body))
	errors.As(googleapi.CheckResponse(&copied), &fault.api)
	return fault
}

// tokenError is a sign-in that failed.
type tokenError struct {
	fault *tokenFault // nil where no request failed
	err   error
}

func (e *tokenError) Error() string { return "sign-in failed" }

func (e *tokenError) Unwrap() error {
	if e.fault != nil && e.fault.err != nil {
		return e.fault.err
	}
	return e.err
}
