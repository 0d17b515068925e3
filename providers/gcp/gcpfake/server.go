package gcpfake

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
)

// Universe is the domain below which the server has its names.
const Universe = "googleapis.com"

// Server is a running stand-in.
type Server struct {
	// Address is the host and port of the TLS listener, Plain that of one
	// without TLS, which serves Secret Manager only.
	Address, Plain string
	// RootCAs verify the certificate.
	RootCAs *x509.CertPool

	t    testing.TB
	ca   *x509.Certificate
	caK  *ecdsa.PrivateKey
	key  *rsa.PrivateKey // of the service accounts
	grpc *grpc.Server
	rest []binding

	mu       sync.Mutex
	certs    map[string]*tls.Certificate
	hosts    []string
	projects map[string]string // number or id -> number
	secrets  map[string]*stored
	denied   map[[2]string]bool // principal, permission
	tokens   map[string]string  // access token -> principal
	refresh  map[string]grant
	subjects map[string]string    // subject token -> principal
	mayAct   map[[2]string]bool   // principal, service account
	keys     map[string]keyStatus // e-mail -> status
	calls    []Call
	requests []Request
	hook     func(ctx context.Context, call Call) error
	corrupt  bool
	now      func() time.Time
	issued   int
}

// Call is one call of Secret Manager.
type Call struct {
	Method       string // "AccessSecretVersion"
	Name         string // the resource it names
	Host         string // the host it came to
	Transport    string // "grpc" or "rest"
	Principal    string // who called
	Token        string
	QuotaProject string
	UserAgent    string
	Routing      string // x-goog-request-params
}

// Request is one request of the services that give tokens.
type Request struct {
	Host, Path, Body, Authorization string
}

// Start starts a server that ends with the test. The project "my-project" has
// the number 123456789012.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		t: t, certs: map[string]*tls.Certificate{}, projects: map[string]string{}, secrets: map[string]*stored{},
		denied: map[[2]string]bool{}, tokens: map[string]string{}, refresh: map[string]grant{}, subjects: map[string]string{},
		mayAct: map[[2]string]bool{}, keys: map[string]keyStatus{}, now: time.Now, RootCAs: x509.NewCertPool(),
	}
	s.Project("my-project", "123456789012")
	s.makeKeys()
	s.grpc = grpc.NewServer(grpc.UnaryInterceptor(s.intercept))
	secretmanagerpb.RegisterSecretManagerServiceServer(s.grpc, &service{server: s})
	s.rest = bindings(t)
	s.Address = s.serve(s.TLS())
	s.Plain = s.serve(nil)
	return s
}

// TLS is the configuration of the listener, for another with its certificates.
func (s *Server) TLS() *tls.Config {
	return &tls.Config{GetCertificate: s.certificate, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
}

// serve starts a listener; config is nil for one without TLS.
func (s *Server) serve(config *tls.Config) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatalf("listen: %v", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(s.handle), TLSConfig: config, ErrorLog: log.New(io.Discard, "", 0), Protocols: &http.Protocols{}}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	go func() {
		if config == nil {
			_ = server.Serve(listener)
			return
		}
		_ = server.ServeTLS(listener, "", "")
	}()
	s.t.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// Dial connects to the server whatever Google host is asked for, and notes the
// host. Another host gets an error.
func (s *Server) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.hosts = append(s.hosts, host)
	s.mu.Unlock()
	if !strings.HasSuffix(host, "."+Universe) {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return (&net.Dialer{}).DialContext(ctx, network, s.Address)
}

// Hosts are the hosts that were connected to, in order, each once.
func (s *Server) Hosts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hosts []string
	for _, host := range s.hosts {
		if !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return hosts
}

// Calls are the calls of Secret Manager so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Requests are the requests for tokens so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// OnCall is asked before each call of Secret Manager is answered; its error is
// the answer.
func (s *Server) OnCall(hook func(ctx context.Context, call Call) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// handle sends each request where its host and content belong.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	service, _, _ := strings.Cut(host, ".")
	switch {
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc"):
		s.grpc.ServeHTTP(w, r)
	case service == "oauth2" || service == "sts" || service == "iamcredentials":
		s.handleTokens(w, r, service)
	default:
		s.handleREST(w, r)
	}
}

func (s *Server) makeKeys() {
	var err error
	if s.caK, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		s.t.Fatalf("key: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, s.caK.Public(), s.caK)
	if err != nil {
		s.t.Fatalf("certificate: %v", err)
	}
	if s.ca, err = x509.ParseCertificate(der); err != nil {
		s.t.Fatalf("certificate: %v", err)
	}
	s.RootCAs.AddCert(s.ca)
	if s.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		s.t.Fatalf("key: %v", err)
	}
}

// certificate makes the certificate of the name a client asks for.
func (s *Server) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if made := s.certs[hello.ServerName]; made != nil {
		return made, nil
	}
	if !strings.HasSuffix(hello.ServerName, "."+Universe) {
		return nil, fmt.Errorf("no certificate for %q", hello.ServerName)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(int64(len(s.certs) + 2)), DNSNames: []string{hello.ServerName},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, s.ca, key.Public(), s.caK)
	if err != nil {
		return nil, err
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	s.certs[hello.ServerName] = made
	return made, nil
}

// PEM is the certificate of the authority in RootCAs.
func (s *Server) PEM() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.ca.Raw}))
}
