package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8200": true, "127.8.9.1:80": true, "[::1]:8200": true, "[::ffff:127.0.0.1]:80": true,
		"192.0.2.1:8200": false, "[2001:db8::1]:80": false, "10.0.0.1:80": false, "0.0.0.0:80": false, "": false,
	} {
		if got := onlyLoopback(t.Context(), "tcp", address, nil) == nil; got != want {
			t.Errorf("%q: allowed %v, want %v", address, got, want)
		}
	}
}

// TestLoopbackDialer: the dialer for plain http asks before it connects.
func TestLoopbackDialer(t *testing.T) {
	t.Parallel()
	_, err := NewLoopbackDialer().DialContext(t.Context(), "tcp", "192.0.2.1:80")
	var plain *PlainHTTPError
	if !errors.As(err, &plain) || plain.Address != "192.0.2.1:80" {
		t.Errorf("got %v", err)
	}
}

func TestMayBeLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "vault.localhost": true, "127.0.0.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.example.com": false, "notlocalhost": false, "10.0.0.1": false, "0.0.0.0": false, "127.0.0.1.example.com": false,
	} {
		if got := MayBeLoopback(host); got != want {
			t.Errorf("%q: %v, want %v", host, got, want)
		}
	}
}

func TestLimitBody(t *testing.T) {
	t.Parallel()
	for length, tooLong := range map[int]bool{0: false, 9: false, 10: false, 11: true, 500: true} {
		body := LimitBody(io.NopCloser(strings.NewReader(strings.Repeat("x", length))), 10)
		got, err := io.ReadAll(body)
		var large *TooLargeError
		if errors.As(err, &large) != tooLong {
			t.Errorf("%d bytes: error %v", length, err)
		}
		if len(got) != min(length, 10) {
			t.Errorf("%d bytes: read %d", length, len(got))
		}
	}
	if got := (&TooLargeError{Limit: 16 << 20}).Error(); got != "the answer is larger than 16 MiB" {
		t.Error(got)
	}
}

// TestRetryAfter reads both forms of the header.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "5": 5 * time.Second, "0": 0, "-5": 0, "x": 0, "1h": 0, "99999999999": 0,
		"Mon, 23 Nov 2026 12:00:30 GMT": 30 * time.Second, "Mon, 23 Nov 2026 11:00:00 GMT": 0,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// closed records whether a body was closed.
type closed struct {
	io.Reader
	yes bool
}

func (c *closed) Close() error { c.yes = true; return nil }

// TestRefuseRedirect: the target is told without what may be secret in it.
func TestRefuseRedirect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status         int
		location, want string
	}{
		{http.StatusOK, "", ""},
		{http.StatusForbidden, "https://evil.example.com/", ""},
		{http.StatusFound, "https://me:pw@evil.example.com/token?t=s3cret", "https://evil.example.com"},
		{http.StatusTemporaryRedirect, "", "another place"},
	} {
		body := &closed{Reader: strings.NewReader("")}
		response := &http.Response{StatusCode: test.status, Header: http.Header{}, Body: body}
		if test.location != "" {
			response.Header.Set("Location", test.location)
		}
		err := RefuseRedirect(response)
		var redirect *RedirectError
		if got := errors.As(err, &redirect); got != (test.want != "") || got && redirect.Target != test.want || body.yes != got {
			t.Errorf("%d %s: %v, closed %v", test.status, test.location, err, body.yes)
		}
	}
}

// TestDiagnose has the errors that net, crypto/tls and net/http make.
func TestDiagnose(t *testing.T) {
	t.Parallel()
	system := func(number syscall.Errno) error { return &net.OpError{Op: "dial", Err: number} }
	for want, errs := range map[Cause][]error{
		Unknown:            {nil, errors.New("something else")},
		UnknownAuthority:   {&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}},
		WrongName:          {&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}}}},
		CertificateExpired: {&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}},
		CertificateInvalid: {x509.CertificateInvalidError{Reason: x509.TooManyConstraints}, &tls.CertificateVerificationError{Err: io.EOF}},
		HandshakeEnded:     {&net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}},
		NotTLS:             {tls.RecordHeaderError{}, http.ErrSchemeMismatch},
		ProxyWantsPassword: {&ProxyError{Host: "proxy:3128", Status: http.StatusProxyAuthRequired}},
		ProxyRefuses:       {&ProxyError{Host: "proxy:3128", Status: http.StatusForbidden}},
		NameUnresolved:     {&net.DNSError{Name: "x.example.com", IsNotFound: true}},
		TimedOut:           {context.DeadlineExceeded, &net.DNSError{IsTimeout: true}, system(syscall.ETIMEDOUT)},
		ConnectionRefused:  {system(syscall.ECONNREFUSED)},
		ConnectionClosed:   {system(syscall.ECONNRESET), system(syscall.EPIPE), io.EOF, io.ErrUnexpectedEOF},
		NetworkUnreachable: {system(syscall.ENETUNREACH), system(syscall.EHOSTUNREACH)},
		ConnectionBroken:   {system(syscall.EADDRNOTAVAIL)},
	} {
		for _, err := range errs {
			if err != nil {
				err = &url.Error{Op: "Get", URL: "https://vault.example.com:8200/v1/x?t=s3cret", Err: fmt.Errorf("send: %w", err)}
				if got := Host(err); got != "vault.example.com:8200" {
					t.Errorf("host %q", got)
				}
			}
			got := Diagnose(err)
			if got.Cause != want {
				t.Errorf("%v: %d, want %d", err, got.Cause, want)
			}
			if tlsFault := want >= UnknownAuthority && want <= NotTLS; got.IsTLS() != tlsFault {
				t.Errorf("%v: one of TLS: %v", err, got.IsTLS())
			}
			if told := got.Sentence("the server"); strings.Contains(told, "s3cret") || strings.HasSuffix(told, ".") || strings.Contains(told, "  ") {
				t.Errorf("%v: %q", err, told)
			}
		}
	}
}

// TestProxyRefuses: a transport tells the proxy's answer from the server's, and
// never shows the password in the proxy's URL.
func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	at.User = url.UserPassword("me", "s3cret")
	client := &http.Client{Transport: NewTransport(nil, http.ProxyURL(at), NewDialer().DialContext)}
	_, err = client.Do(request(t))
	if f := Diagnose(err); f.Cause != ProxyRefuses || f.Name != at.Host || f.Status != http.StatusForbidden {
		t.Errorf("%v: %+v", err, f)
	}
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func request(t *testing.T) *http.Request {
	t.Helper()
	made, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://vault.example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	return made
}
