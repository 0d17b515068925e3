// Package azurefake is an Azure cloud for tests: its authority, Microsoft Entra
// ID, and its key vaults, over TLS on this machine under the names of the real
// ones. The vaults are Azure's own fake (azsecrets/fake) behind a real listener,
// with the authentication challenge of the service in front; what the fake
// leaves out follows the published documentation, cited where it stands.
package azurefake

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Tenant is the tenant that all vaults belong to.
const Tenant = "22222222-2222-2222-2222-222222222222"

// Request is one request the cloud got.
type Request struct {
	Host, Method, Path string
	// Token is set if the request carried a bearer token.
	Token bool
	// UserAgent and Form are what it showed of itself and, at the authority, what
	// it asked for.
	UserAgent string
	Form      map[string][]string
}

// Cloud is the authority and the vaults.
type Cloud struct {
	// Transport reaches the cloud whatever host a request names, and nothing
	// else; names that no cloud has cannot be resolved.
	Transport http.RoundTripper
	// CAFile is the path of the certificate that signs the servers'.
	CAFile string
	// Address is where the cloud listens, "127.0.0.1:PORT".
	Address string

	tb testing.TB

	mu           sync.Mutex
	requests     []Request
	applications map[string]*application
	issued       map[string]token
	vaults       map[string]*vault
	answer       func(http.ResponseWriter, *http.Request) bool
	trust        func(bearer string) (client, tenant, audience string, ok bool)
}

// New starts a cloud without applications and with the vaults that Put makes.
func New(tb testing.TB) *Cloud {
	tb.Helper()
	c := &Cloud{
		tb: tb, applications: map[string]*application{}, issued: map[string]token{}, vaults: map[string]*vault{},
	}
	certificate, roots, file := newCertificate(tb)
	c.CAFile = file
	server := startTLS(tb, http.HandlerFunc(c.serve), certificate)
	c.Address = server.Listener.Addr().String()
	dialer := &net.Dialer{}
	c.Transport = &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		MaxIdleConnsPerHost: 64,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(address)
			if err != nil {
				return nil, err
			}
			if !c.knows(host) {
				return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
			}
			return dialer.DialContext(ctx, network, c.Address)
		},
	}
	return c
}

// hosts are the names of the cloud's servers; * is one label.
func hosts() []string {
	return []string{
		"login.microsoftonline.com", "login.microsoftonline.us", "login.chinacloudapi.cn", "login.example.net",
		"*.vault.azure.net", "*.vault.usgovcloudapi.net", "*.vault.azure.cn", "*.vault.example.net",
		"localhost", "*.localhost",
	}
}

// knows reports whether a name resolves: those of authorities, and of the
// vaults that exist.
func (c *Cloud) knows(host string) bool {
	if slices.Contains(hosts(), host) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	name, _, _ := strings.Cut(host, ".")
	return c.vaults[name] != nil
}

// Requests returns what was asked so far.
func (c *Cloud) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requests)
}

// Answer sets a function that may answer in place of the cloud; it reports
// whether it did. It is called once a vault has accepted the token.
func (c *Cloud) Answer(answer func(http.ResponseWriter, *http.Request) bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answer = answer
}

// Trust sets a function that reads the tokens of another authority; it reports
// whether one is good.
func (c *Cloud) Trust(read func(bearer string) (client, tenant, audience string, ok bool)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trust = read
}

// serve records a request and passes it to the server of its host.
func (c *Cloud) serve(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	seen := Request{
		Host: host, Method: r.Method, Path: r.URL.Path, Token: r.Header.Get("Authorization") != "", UserAgent: r.UserAgent(),
	}
	if err := r.ParseForm(); err == nil {
		seen.Form = r.PostForm
	}
	c.mu.Lock()
	c.requests = append(c.requests, seen)
	c.mu.Unlock()
	if strings.HasPrefix(host, "login.") || strings.Contains(r.URL.Path, "/oauth2/") || strings.Contains(r.URL.Path, "/.well-known/") {
		c.serveAuthority(w, r, host)
		return
	}
	c.serveVault(w, r, host)
}

// Serve starts a server of a test's own over TLS, with a certificate for
// localhost and the names under it. It returns its address, "localhost:PORT",
// and the path of the certificate.
func Serve(tb testing.TB, handler http.Handler) (host, caFile string) {
	tb.Helper()
	certificate, _, file := newCertificate(tb)
	server := startTLS(tb, handler, certificate)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		tb.Fatalf("azurefake: %v", err)
	}
	return "localhost:" + port, file
}

// startTLS starts a server that says nothing about handshakes that tests break.
func startTLS(tb testing.TB, handler http.Handler, certificate tls.Certificate) *httptest.Server {
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	server.StartTLS()
	tb.Cleanup(server.Close)
	return server
}

// newCertificate makes the certificate of all hosts.
func newCertificate(tb testing.TB) (tls.Certificate, *x509.CertPool, string) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("azurefake: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "azurefake"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: hosts(), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatalf("azurefake: %v", err)
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	file := filepath.Join(tb.TempDir(), "azurefake.pem")
	if err := os.WriteFile(file, encoded, 0o600); err != nil {
		tb.Fatalf("azurefake: %v", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(encoded)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots, file
}

// writeJSON answers with a status and a JSON body.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
