package request

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Sender needs. Resolve, Credential, Permissions and Redact
// are required; the zero value of the rest is a good default.
type Options struct {
	// Resolve fetches secrets, one result for each reference in order.
	Resolve func(context.Context, []secret.Ref) []Secret
	// Refetch fetches them anew, past the cache. Nil: no refetch after 401/403.
	Refetch func(context.Context, []secret.Ref) []Secret
	// Credential names the profile that a reference would be fetched with,
	// without fetching: empty for the ambient one. An error is safe to show.
	Credential func(secret.Ref) (string, error)
	// Permissions are the user's remembered answers.
	Permissions *permission.Store
	// Redact gets every value before it is used, and masks what comes back.
	Redact *redact.Set

	// UserAgent is sent where the file has none: "vault-lsp/1.2.3".
	UserAgent string
	// Timeout limits one hop, from connecting to the last byte of the body;
	// 0 is 30 s. # @timeout overrides it.
	Timeout time.Duration
	// KeepRedirects returns redirects instead of following them.
	KeepRedirects bool
	// MaxBodySize is the number of decompressed bytes of a body that are kept
	// in memory; 0 is 10 MiB.
	MaxBodySize int64
	// MaxFileSize is the number of bytes that a body may have on disk; 0 is
	// 1 GiB.
	MaxFileSize int64
	// StateDir is the user's state folder; longer and binary bodies are
	// written to its folder responses. Empty: they are cut.
	StateDir string
	// Proxy is used for all but loopback; nil for none. The process's own
	// environment is never looked at.
	Proxy *url.URL
	// InsecureHosts are host names whose certificates the user chose not to
	// verify.
	InsecureHosts []string
	// RootCAs are trusted; nil for the system's.
	RootCAs *x509.CertPool
	// Clock tells the time for timings; nil for time.Now.
	Clock func() time.Time
	// LookupIP resolves names for the loopback rule; nil for the system's.
	LookupIP func(ctx context.Context, host string) ([]netip.Addr, error)
	// Dial connects; nil for a net.Dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const (
	defaultTimeout     = 30 * time.Second
	defaultMaxBodySize = 10 << 20
	defaultMaxFileSize = 1 << 30
)

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.MaxBodySize <= 0 {
		o.MaxBodySize = defaultMaxBodySize
	}
	if o.MaxFileSize <= 0 {
		o.MaxFileSize = defaultMaxFileSize
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.LookupIP == nil {
		o.LookupIP = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	return o
}

// Sender sends plans. It may be used by many goroutines at once.
type Sender struct {
	opts       Options
	transports transports
}

// NewSender returns a sender. Close it to end its idle connections.
func NewSender(opts Options) *Sender {
	s := &Sender{opts: opts.withDefaults()}
	s.transports = transports{opts: &s.opts, made: map[route]*http.Transport{}}
	return s
}

// Close ends idle connections.
func (s *Sender) Close() { s.transports.close() }
