package testtools

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

//go:embed entra/server.mjs
var entraServer []byte

//go:embed entra/login.mjs
var entraLogin []byte

// EntraServer is the OpenID-certified oidc-provider in the URL layout of
// Microsoft Entra ID, over TLS, with one tenant. Access tokens are JSON Web
// Tokens for https://vault.azure.net with Entra's claims.
type EntraServer struct {
	// URL is the authority, "https://localhost:PORT".
	URL string
	// CAFile is the path of the certificate that signs the server's.
	CAFile string
	// Tenant is the id of the only tenant.
	Tenant string
	// People is the client id with which people sign in, in the browser or with
	// a device code. Whoever signs in is alice@example.test.
	People string
	// Application and Secret are a service principal.
	Application, Secret string

	tb   testing.TB
	node string
}

// Entra starts an Entra ID for one test, or ends the test as Missing says.
func Entra(tb testing.TB) *EntraServer {
	tb.Helper()
	module := installed(tb, "oidc-provider", "entra", "node_modules", "oidc-provider")
	s := &EntraServer{
		Tenant: "11111111-1111-1111-1111-111111111111", People: "people",
		Application: "application", Secret: "application-secret",
		tb: tb, node: installed(tb, "Node.js", "node", "bin", "node"),
	}
	folder := tb.TempDir()
	var key string
	s.CAFile, key = certificateFiles(tb, folder)
	script := writeFile(tb, folder, "server.mjs", entraServer)
	p := start(tb, exec.Command(s.node, script, module, key, s.CAFile))
	s.URL = p.awaitLine(tb, "READY ")
	return s
}

// SignIn signs alice in at a URL in a real browser: the one a browser sign-in
// opens, or the page for device codes with the code in it (see DevicePage).
// Pictures of what a person sees begin with the path picture. It returns the
// text of the last page and may be called from any goroutine.
func (s *EntraServer) SignIn(url, picture string) (string, error) {
	parts := []string{
		filepath.Join(Folder(), "playwright", "node_modules", "playwright-core"),
		chromiumPath(),
	}
	folder, err := os.MkdirTemp("", "entra-login-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	script := filepath.Join(folder, "login.mjs")
	if err := os.WriteFile(script, entraLogin, 0o600); err != nil {
		return "", err
	}
	var complaint bytes.Buffer
	command := exec.Command(s.node, append(append([]string{script}, parts...), url, picture)...)
	command.Stderr = &complaint
	output, err := command.Output()
	if err != nil {
		return complaint.String(), err
	}
	return strings.TrimSpace(string(output)), nil
}

// Browser ends the test as Missing says where SignIn has no browser to work
// with.
func (s *EntraServer) Browser() {
	s.tb.Helper()
	installed(s.tb, "playwright-core", "playwright", "node_modules", "playwright-core")
	command(s.tb, "chromium", "chromium")
}

func chromiumPath() string {
	if path, err := exec.LookPath("chromium"); err == nil {
		return path
	}
	return "/usr/bin/chromium"
}

// DevicePage is the page where a device code is confirmed.
func (s *EntraServer) DevicePage(code string) string {
	return s.URL + "/" + s.Tenant + "/v2.0/device?user_code=" + code
}

// certificateFiles writes a certificate for localhost that signs itself, and
// its key.
func certificateFiles(tb testing.TB, folder string) (certificate, key string) {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatalf("certificate: %v", err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		tb.Fatalf("certificate: %v", err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatalf("certificate: %v", err)
	}
	certificate = writeFile(tb, folder, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return certificate, writeFile(tb, folder, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}))
}

func writeFile(tb testing.TB, folder, name string, data []byte) string {
	tb.Helper()
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatalf("write %s: %v", name, err)
	}
	return path
}
