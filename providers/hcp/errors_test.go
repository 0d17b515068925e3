package hcp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

func matchAll(credentials.Profile) bool { return true }

func matchNone(credentials.Profile) bool { return false }

// answer makes a response.
func answer(r *http.Request, code int, body string) *http.Response {
	return &http.Response{
		StatusCode: code, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Proto: "HTTP/1.1", ProtoMajor: 1,
	}
}

// script answers the identity service and the interface as it says.
type script struct {
	auth, api func(r *http.Request) (*http.Response, error)
	hosts     atomic.Pointer[[]string]
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	hosts := []string{}
	if seen := s.hosts.Load(); seen != nil {
		hosts = *seen
	}
	hosts = append(hosts, r.URL.Host)
	s.hosts.Store(&hosts)
	if r.URL.Path == tokenPath {
		if s.auth != nil {
			return s.auth(r)
		}
		return answer(r, http.StatusOK, `{"access_token":"leaky-token","token_type":"Bearer","expires_in":60}`), nil
	}
	return s.api(r)
}

func says(code int, body string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) { return answer(r, code, body), nil }
}

func fails(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// TestErrors tells apart what a user meets. Every answer repeats what must not
// be shown.
func TestErrors(t *testing.T) {
	t.Parallel()
	const leak = "leaky-token client-secret-4b7e0d hunter2"
	rpc := func(code int, message string) string {
		return fmt.Sprintf(`{"code":%d,"message":"%s %s","details":[]}`, code, message, leak)
	}
	at := func(r *http.Request, code int, name, value string) (*http.Response, error) {
		response := answer(r, code, leak)
		response.Header.Set(name, value)
		return response, nil
	}
	tests := map[string]struct {
		auth, api func(*http.Request) (*http.Response, error)
		kind      providers.Kind
		says      string // of message and hint
	}{
		"no such secret":      {nil, says(404, rpc(5, "secret not found")), providers.NotFound, `secret "key" of application "web" does not exist`},
		"no such interface":   {nil, says(404, "<html>"+leak), providers.Unavailable, "has no interface of HCP Vault Secrets"},
		"denied":              {nil, says(403, rpc(7, "denied")), providers.Denied, "Vault Secrets App Secret Reader"},
		"token not accepted":  {nil, says(401, rpc(16, "no")), providers.Unauthenticated, "does not accept the token"},
		"bad argument":        {nil, says(400, rpc(3, "version")), providers.InvalidReference, "only static and rotating secrets have versions"},
		"failed precondition": {nil, says(400, rpc(9, "locked")), providers.InvalidReference, "refuses to read"},
		"other client error":  {nil, says(418, leak), providers.InvalidReference, "status 418"},
		"gone":                {nil, says(410, leak), providers.Deleted, "is gone"},
		"not implemented":     {nil, says(501, leak), providers.Unsupported, "does not answer this call"},
		"throttled":           {nil, func(r *http.Request) (*http.Response, error) { return at(r, 429, "Retry-After", "30") }, providers.Throttled, "try again in 30s"},
		"throttled sign-in":   {func(r *http.Request) (*http.Response, error) { return at(r, 429, "Retry-After", "x") }, nil, providers.Throttled, "identity service has a limit"},
		"failing":             {nil, says(503, leak), providers.Unavailable, "failed (status 503)"},
		"no JSON":             {nil, says(200, leak), providers.Unavailable, "not one of HCP"},
		"no secret":           {nil, says(200, `{}`), providers.Unavailable, "not one of HCP"},
		"huge":                {nil, says(200, `{"x":"`+strings.Repeat("x", maxAnswer)), providers.Unavailable, "larger than 16 MiB"},
		"cut":                 {nil, fails(io.ErrUnexpectedEOF), providers.Unavailable, "closed the connection"},
		"redirect": {nil, func(r *http.Request) (*http.Response, error) {
			return at(r, 302, "Location", "https://evil.example/x?"+leak)
		}, providers.Unavailable, "redirects to https://evil.example, which is not followed"},
		"sign-in redirect":     {func(r *http.Request) (*http.Response, error) { return at(r, 307, "Location", "https://evil.example/") }, nil, providers.Unavailable, "redirects to https://evil.example"},
		"wrong client secret":  {says(401, `{"error":"access_denied","error_description":"`+leak+`"}`), nil, providers.Unauthenticated, "refuses the client id and secret"},
		"unknown client":       {says(400, `{"error":"invalid_client"}`), nil, providers.Unauthenticated, "refuses the client id and secret"},
		"wrong audience":       {says(400, `{"error":"invalid_request"}`), nil, providers.Unauthenticated, "check audience"},
		"no identity service":  {says(404, leak), nil, providers.Unavailable, "is no identity service"},
		"identity fails":       {says(500, leak), nil, providers.Unavailable, "the identity service at https://auth.example.com failed"},
		"identity without one": {says(200, `{"access_token":""}`), nil, providers.Unavailable, "not one of an identity service"},
		"token of two lines":   {says(200, `{"access_token":"a\nb","token_type":"Bearer"}`), nil, providers.Unavailable, "not one of an identity service"},
		"mac token":            {says(200, `{"access_token":"a","token_type":"mac"}`), nil, providers.Unavailable, "not one of an identity service"},
		"no name":              {nil, fails(&net.DNSError{Err: leak, Name: "api.example.com", IsNotFound: true}), providers.Unavailable, "the name api.example.com cannot be resolved"},
		"refused":              {nil, fails(syscall.ECONNREFUSED), providers.Unavailable, "refuses the connection"},
		"reset":                {nil, fails(syscall.ECONNRESET), providers.Unavailable, "closed the connection"},
		"too slow":             {nil, fails(context.DeadlineExceeded), providers.Timeout, "did not answer in time"},
		"anything else":        {nil, fails(errors.New(leak)), providers.Unavailable, "the connection to api.example.com failed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := New(Options{Transport: &script{auth: test.auth, api: test.api}})
			credential := credentialOf(map[string]string{
				"clientId": "id", "organization": testOrganization, "project": testProject,
				"authUrl": "https://auth.example.com", "apiUrl": "https://api.example.com",
			}, testSecret)
			_, err := p.Get(t.Context(), credential, reference(t, "app=web", "secret=key"))
			got := providertest.WantError(t, err, test.kind, testSecret, "leaky-token", "hunter2")
			if text := got.Message + " " + got.Hint; !strings.Contains(text, test.says) {
				t.Errorf("%q does not say %q", text, test.says)
			}
		})
	}
}

// TestEndOfLife tells a service that is gone from a secret that is, at
// HashiCorp's own endpoints and only there.
func TestEndOfLife(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		api  func(*http.Request) (*http.Response, error)
		gone bool
	}{
		"gateway without the path": {says(404, `{"code":5,"message":"Not Found","details":[]}`), true},
		"another server":           {says(404, `<html>no</html>`), true},
		"gone":                     {says(410, ``), true},
		"moved":                    {says(302, ``), true},
		"not implemented":          {says(501, `{"code":12,"message":"Method Not Allowed"}`), true},
		"no such host":             {fails(&net.DNSError{Err: "no such host", Name: "api.cloud.hashicorp.com", IsNotFound: true}), true},
		"secret is missing":        {says(404, `{"code":5,"message":"secret not found"}`), false},
		"denied":                   {says(403, `{"code":7,"message":"no"}`), false},
		"failing":                  {says(503, ``), false},
	}
	for name, test := range tests {
		for _, api := range []string{"", "https://api.cloud.eu.hashicorp.com"} {
			transport := &script{api: test.api}
			credential := credentialOf(map[string]string{
				"clientId": "id", "organization": testOrganization, "project": testProject, "apiUrl": api,
			}, testSecret)
			_, err := New(Options{Transport: transport}).Get(t.Context(), credential, reference(t, "app=web", "secret=key"))
			var got *providers.Error
			if !errors.As(err, &got) {
				t.Fatalf("%s: %v", name, err)
			}
			if gone := strings.Contains(got.Message, "ended on 2026-07-01"); gone != test.gone {
				t.Errorf("%s: %s", name, got.Message)
			}
			if test.gone && (got.Kind != providers.Unavailable || !strings.Contains(got.Hint, "$vault")) {
				t.Errorf("%s: kind %s, hint %q", name, got.Kind, got.Hint)
			}
		}
	}
	// An endpoint that does not answer may be down: the hint says what else.
	_, err := New(Options{Transport: &script{api: fails(syscall.ECONNREFUSED)}}).Get(t.Context(), credentialOf(map[string]string{
		"clientId": "id", "organization": testOrganization, "project": testProject,
	}, testSecret), reference(t, "app=web", "secret=key"))
	if got := providertest.WantError(t, err, providers.Unavailable); !strings.Contains(got.Hint, "ended on 2026-07-01") {
		t.Errorf("hint %q", got.Hint)
	}
	// The defaults are HashiCorp's.
	transport := &script{api: says(404, "")}
	_, _ = New(Options{Transport: transport}).Check(t.Context(), credentialOf(map[string]string{"clientId": "id"}, testSecret))
	if hosts := *transport.hosts.Load(); hosts[0] != "auth.idp.hashicorp.com" || hosts[1] != "api.cloud.hashicorp.com" {
		t.Errorf("asked %q", hosts)
	}
}

// TestHostileSettings sends nothing for a profile that cannot be meant.
func TestHostileSettings(t *testing.T) {
	t.Parallel()
	relative := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(relative, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string][]string{
		"no client id":        {"clientId", ""},
		"http to another":     {"apiUrl", "http://vault.example.com"},
		"http like local":     {"apiUrl", "http://127.0.0.1.example.com"},
		"user in the URL":     {"apiUrl", "https://user:hunter2@api.example.com"},
		"query":               {"apiUrl", "https://api.example.com/?x=hunter2"},
		"fragment":            {"authUrl", "https://auth.example.com/#x"},
		"another scheme":      {"authUrl", "ftp://auth.example.com"},
		"no host":             {"authUrl", "https:///path"},
		"opaque":              {"authUrl", "https:auth.example.com"},
		"no URL":              {"authUrl", "https://a b%zz"},
		"relative CA":         {"caCert", "ca.pem"},
		"missing CA":          {"caCert", "/nonexistent/ca.pem"},
		"CA without anything": {"caCert", relative},
	}
	for name, change := range tests {
		transport := &script{api: says(200, "{}")}
		fields := map[string]string{"clientId": "id", change[0]: change[1]}
		_, err := New(Options{Transport: transport}).Check(t.Context(), credentialOf(fields, testSecret))
		if got := providertest.WantError(t, err, providers.Unauthenticated, "hunter2"); !strings.Contains(got.Message, change[0]) {
			t.Errorf("%s: %q does not name the field", name, got.Message)
		}
		if transport.hosts.Load() != nil {
			t.Errorf("%s: something was sent to %q", name, *transport.hosts.Load())
		}
	}
}

// TestReferenceStaysInItsPlace: whatever a reference or an answer names, the
// requests go to the two URLs of the profile and below the path of the call.
func TestReferenceStaysInItsPlace(t *testing.T) {
	t.Parallel()
	hostile := []string{"..", "../x", "a/b", "a%2Fb", "a:open", "x?y=z", "#f", "@evil.example", "http://evil.example", "a\nb", "\x00"}
	for _, value := range hostile {
		at := call{path: scope{organization: value, project: value}.below(value, "secrets", value), verb: "open"}
		api, _ := url.Parse("https://api.example.com/prefix")
		target := at.url(api)
		if target.Host != "api.example.com" || strings.Count(target.EscapedPath(), "/") != 11 || target.RawQuery != "" || target.Fragment != "" ||
			!strings.HasPrefix(target.EscapedPath(), "/prefix/secrets/2023-11-28/organizations/") || strings.Count(target.EscapedPath(), ":") != 1 {
			t.Errorf("%q leads to %s", value, target)
		}
	}
}

// TestRedirectsCarryNothing: neither the client secret nor a token reaches the
// target of a redirect.
func TestRedirectsCarryNothing(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	t.Cleanup(evil.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		for _, path := range []string{tokenPath, "/secrets/"} {
			f := newFake(t)
			f.change(func() {
				f.answer = func(w http.ResponseWriter, r *http.Request) bool {
					if !strings.HasPrefix(r.URL.Path, path) {
						return false
					}
					http.Redirect(w, r, evil.URL, code)
					return true
				}
			})
			_, err := New(Options{}).Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret=key"))
			if got := providertest.WantError(t, err, providers.Unavailable, testSecret); !strings.Contains(got.Message, evil.URL) {
				t.Errorf("%d of %s: %s", code, path, got.Message)
			}
		}
	}
	if seen.Load() != 0 {
		t.Errorf("the target of a redirect saw %d requests", seen.Load())
	}
}

// TestUntrustedCertificate verifies certificates, and names that lead elsewhere
// do not get plain http.
func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	_, err := New(Options{}).Check(t.Context(), credentialOf(f.fields("caCert", ""), testSecret))
	if got := providertest.WantError(t, err, providers.Unavailable); !strings.Contains(got.Hint, fieldCACert) {
		t.Errorf("hint %q", got.Hint)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://192.0.2.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := newHTTPClient(settings{}, Options{}).Do(request)
	if plain := new(*outbound.PlainHTTPError); !errors.As(err, plain) {
		t.Errorf("a connection to another machine is allowed: %v", err)
	}
	if response != nil {
		_ = response.Body.Close()
	}
	if len(f.asked()) != 0 {
		t.Error("a request went to a server that is not trusted")
	}
}
