package request

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	dialTimeout        = 30 * time.Second
	idleTimeout        = 90 * time.Second
	maxHeaderBytes     = 256 << 10
	maxIdleConnections = 20
)

// route says which transport a hop takes. Connections are never shared between
// routes: one to a loopback name is known to end on this machine, one to an
// excepted host is not verified.
type route struct{ loopback, insecure bool }

// transports are made when they are first needed.
type transports struct {
	mu   sync.Mutex
	opts *Options
	made map[route]*http.Transport
}

func (t *transports) get(r route) *http.Transport {
	t.mu.Lock()
	defer t.mu.Unlock()
	if have := t.made[r]; have != nil {
		return have
	}
	dial := t.opts.Dial
	var proxy func(*http.Request) (*url.URL, error)
	if r.loopback {
		dial = t.dialLoopback
	} else if t.opts.Proxy != nil {
		proxy = http.ProxyURL(t.opts.Proxy)
	}
	made := &http.Transport{
		Proxy:       proxy,
		DialContext: dial,
		TLSClientConfig: &tls.Config{
			MinVersion: tls.VersionTLS12,
			RootCAs:    t.opts.RootCAs,
			// Only for hosts that the user's own configuration names; every
			// response from one says so.
			InsecureSkipVerify: r.insecure, //nolint:gosec // see above
		},
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           maxIdleConnections,
		IdleConnTimeout:        idleTimeout,
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
	t.made[r] = made
	return made
}

func (t *transports) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.made {
		one.CloseIdleConnections()
	}
}

// dialLoopback connects to a loopback address and to no other, whatever the
// name resolves to by now.
func (t *transports) dialLoopback(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	addresses, err := t.opts.LookupIP(ctx, host)
	if err != nil {
		return nil, err
	}
	failure := error(&net.DNSError{Err: "no loopback address", Name: host, IsNotFound: true})
	for _, a := range addresses {
		if !a.Unmap().IsLoopback() {
			return nil, errors.New("dial: " + host + " is not a loopback address any more")
		}
		conn, err := t.opts.Dial(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		failure = err
	}
	return nil, failure
}

// insecure reports whether the user excepted a host from verification.
func (o *Options) insecure(u *url.URL) bool {
	if u.Scheme != "https" {
		return false
	}
	for _, host := range o.InsecureHosts {
		if strings.EqualFold(host, u.Hostname()) || strings.EqualFold(host, u.Host) {
			return true
		}
	}
	return false
}

// stopwatch takes the times of one hop. The transport calls it from several
// goroutines.
type stopwatch struct {
	mu    sync.Mutex
	now   func() time.Time
	begin time.Time
	marks map[string]time.Time
	spent map[string]time.Duration
}

func newStopwatch(now func() time.Time) *stopwatch {
	return &stopwatch{now: now, begin: now(), marks: map[string]time.Time{}, spent: map[string]time.Duration{}}
}

func (w *stopwatch) start(phase string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks[phase] = w.now()
}

func (w *stopwatch) stop(phase string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if from, ok := w.marks[phase]; ok {
		w.spent[phase] = w.now().Sub(from)
	}
}

// milliseconds returns a phase's time; 0 if it did not happen, as on a
// connection that was used before.
func (w *stopwatch) milliseconds(phase string) float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return toMilliseconds(w.spent[phase])
}

func toMilliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// trace lets the transport's events drive the stopwatch.
func (w *stopwatch) trace(ctx context.Context) context.Context {
	w.start("firstByte")
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { w.start("dns") },
		DNSDone:              func(httptrace.DNSDoneInfo) { w.stop("dns") },
		ConnectStart:         func(_, _ string) { w.start("connect") },
		ConnectDone:          func(_, _ string, _ error) { w.stop("connect") },
		TLSHandshakeStart:    func() { w.start("tls") },
		TLSHandshakeDone:     func(tls.ConnectionState, error) { w.stop("tls") },
		GotFirstResponseByte: func() { w.stop("firstByte") },
	})
}
