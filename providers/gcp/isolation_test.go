package gcp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// hostile are values that try to leave the place they stand for.
func hostile() []string {
	return []string{
		"evil.example.com", "evil.example.com/", "evil.example.com#", "evil.example.com?", "us-east1.evil.example.com", "x.rep.evil.example.com:443",
		"@evil.example.com", "a@evil.example.com", "a:443@evil.example.com", "//evil.example.com/x", "https://evil.example.com/x", "127.0.0.1", "[::1]",
		"..", ".", "../x", "a/../../b", "a/b", "a?alt=media", "a#b", "a%2fb", "%2e%2e", "a\\b", "a\r\nHost: evil", "a\nb", "a\x00b", "a;b", "a&b=c", "a b",
		"-a", "a-", "projects/../secrets/x", "projects/p/locations/evil.example.com/secrets/x", "projects/p/secrets/x/versions/1:destroy",
		"projects/p/secrets/x/versions/1/../2", "projects/p/secrets/x:getIamPolicy", "projects/p/secrets/../../q", "\u2024\u2024/x", "a\u2028b", "{{x}}",
	}
}

// TestHostileFields: whatever a reference or a query says, nothing leaves, or it
// goes to Google's host for a secret that the reference may name.
func TestHostileFields(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		p := newProvider(t, server)
		c := withKey(server, reader, fields{"transport": transport})
		for _, value := range hostile() {
			for _, field := range []string{"secret", "project", "version", "location"} {
				values := []secret.FieldValue{{Name: field, Value: value}}
				if field != "secret" {
					values = append(values, secret.FieldValue{Name: "secret", Value: "s"})
				}
				// What the checks of the reference refuse does not get here.
				if r, err := secret.New(secret.GCP, values); err == nil {
					if _, err := p.Get(t.Context(), c, r); err == nil {
						t.Errorf("%s=%q was read", field, value)
					}
				}
				known := map[string]string{"secret": "s", field: value}
				for _, asked := range []string{"secret", "version", "project", "location"} {
					_, _ = p.List(t.Context(), c, providers.Query{Field: asked, Known: known, Prefix: value})
				}
			}
		}
		for _, host := range server.Hosts() {
			if host != "secretmanager.googleapis.com" {
				t.Errorf("connected to %s", host)
			}
		}
		shape := regexp.MustCompile(`^projects/[a-z0-9.:-]+(/secrets/[A-Za-z0-9_-]+(/versions/[A-Za-z0-9_-]+)?)?$`)
		for _, call := range server.Calls() {
			if !shape.MatchString(call.Name) || strings.Contains(call.Name, "/.") {
				t.Errorf("asked for %q", call.Name)
			}
			if !slices.Contains([]string{"AccessSecretVersion", "GetSecret", "ListSecrets", "ListSecretVersions"}, call.Method) {
				t.Errorf("called %s", call.Method)
			}
		}
		if len(server.Calls()) == 0 {
			t.Error("no call at all: the test shows nothing")
		}
	})
}

// TestHostileLocations: the location is the one field that becomes part of a
// host's name. What is no DNS label is refused before a token is made, also if
// it comes past the checks of the reference.
func TestHostileLocations(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p := newProvider(t, server)
	for _, value := range hostile() {
		for _, query := range []providers.Query{
			{Field: "secret", Known: map[string]string{"location": value}},
			{Field: "version", Known: map[string]string{"secret": "s", "location": value}},
			{Field: "secret", Prefix: "projects/p/locations/" + value + "/secrets/"},
		} {
			_, err := p.List(t.Context(), withKey(server, reader, nil), query)
			if err != nil {
				providertest.WantError(t, err, providers.InvalidReference)
			}
		}
	}
	if hosts := server.Hosts(); len(hosts) > 0 {
		t.Errorf("connected to %v", hosts)
	}
}

// TestAmbientIsNotSent: a profile's own method uses nothing of the environment.
func TestAmbientIsNotSent(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("ambient-refresh", developer)
	env := environment{
		"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, userFile("ambient-refresh", nil)),
		"GOOGLE_CLOUD_PROJECT":           "ambient-project", "GOOGLE_CLOUD_QUOTA_PROJECT": "ambient-quota", "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "ambient.example.com",
	}
	p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })
	get(t, p, withKey(server, reader, nil), "secret=db")
	for _, call := range server.Calls() {
		if call.Principal != reader || call.QuotaProject != "" || strings.Contains(fmt.Sprint(call), "ambient") {
			t.Errorf("call %+v", call)
		}
	}
	if len(server.Requests()) > 0 {
		t.Errorf("requests %+v", server.Requests())
	}
}

// TestNewBuildsNothing: a start reads, makes and connects to nothing.
func TestNewBuildsNothing(t *testing.T) {
	t.Parallel()
	fail := func() { t.Error("something was built in New") }
	p := gcp.New(gcp.Options{
		Proxy:     func(*http.Request) (*url.URL, error) { fail(); return nil, nil },
		LookupEnv: func(string) (string, bool) { fail(); return "", false },
		Dial:      func(context.Context, string, string) (net.Conn, error) { fail(); return nil, io.EOF },
	})
	if p.Name() != secret.GCP || p.ResetLogins(t.Context(), nil) != 0 || p.Close(t.Context()) != nil {
		t.Error("New")
	}
}

// proxy is an HTTP proxy that knows CONNECT and leads to the server.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	hosts []string
}

func newProxy(t *testing.T, server *gcpfake.Server) *proxy {
	t.Helper()
	p := &proxy{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.hosts = append(p.hosts, r.Method+" "+r.Host)
		p.mu.Unlock()
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		to, err := server.Dial(r.Context(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(from, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
	}))
	t.Cleanup(p.Close)
	return p
}

// TestProxy: where a proxy is configured, everything goes through it and the
// calls are made over REST.
func TestProxy(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	via := newProxy(t, server)
	address, err := url.Parse(via.URL)
	if err != nil {
		t.Fatal(err)
	}
	env := environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, userFile("refresh-1", nil))}
	direct := 0
	p := newProvider(t, server, func(o *gcp.Options) {
		o.Proxy, o.LookupEnv = http.ProxyURL(address), env.lookup
		o.Dial = func(ctx context.Context, network, to string) (net.Conn, error) {
			if to != address.Host {
				direct++
			}
			return (&net.Dialer{}).DialContext(ctx, network, to)
		}
	})
	get(t, p, plainCredential("default", fields{"project": "my-project"}), "secret=db")
	if calls := server.Calls(); calls[0].Transport != "rest" || direct > 0 {
		t.Errorf("over %s, %d connections beside the proxy", calls[0].Transport, direct)
	}
	want := []string{"CONNECT oauth2.googleapis.com:443", "CONNECT secretmanager.googleapis.com:443"}
	if !slices.Equal(via.hosts, want) {
		t.Errorf("through the proxy: %v, want %v", via.hosts, want)
	}
	refused := withKey(server, reader, fields{"transport": "grpc"})
	wantWords(t, providertest.WantError(t, getError(t, p, refused, "secret=db"), providers.Unauthenticated), "transport is grpc, which cannot use the proxy")
	broken := newProvider(t, server, func(o *gcp.Options) {
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, fmt.Errorf("bad %s", echo) }
	})
	providertest.WantError(t, getError(t, broken, withKey(server, reader, nil), "secret=db"), providers.Unavailable, echo)
}

// TestProxyWithPassword: the answer of a proxy is told from that of Google, at
// the sign-in and at a call.
func TestProxyWithPassword(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Refresh("refresh-1", developer)
	via := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(via.Close)
	address, err := url.Parse("http://jo:" + echo + "@" + strings.TrimPrefix(via.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	env := environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, userFile("refresh-1", nil))}
	p := newProvider(t, server, func(o *gcp.Options) { o.Proxy, o.LookupEnv = http.ProxyURL(address), env.lookup })
	for _, c := range []providers.Credential{plainCredential("default", fields{"project": "my-project"}), withKey(server, reader, nil)} {
		wantWords(t, providertest.WantError(t, getError(t, p, c, "secret=db"), providers.Unavailable, echo), "asks for a password")
	}
}

// TestAuthorities: a profile's caCert is trusted beside the system's.
func TestAuthorities(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	eachPath := writeFile(t, server.PEM())
	for _, transport := range []string{"grpc", "rest"} {
		p := newProvider(t, server, func(o *gcp.Options) { o.RootCAs = nil })
		get(t, p, withKey(server, reader, fields{"transport": transport, "caCert": eachPath}), "secret=db")
	}
}

// The variables of a test that runs itself as another process.
const (
	childVariable = "GCP_TEST_CHILD"
	childAddress  = "GCP_TEST_ADDRESS"
)

// TestMachine: the identity of a virtual machine from its metadata server, in
// another process, since the library asks once whether there is one. With the
// log of Google's libraries at its loudest nothing is written.
// https://cloud.google.com/compute/docs/metadata/querying-metadata
func TestMachine(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		testMachineChild(t)
		return
	}
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	token := server.Token("vm@my-project.iam.gserviceaccount.com")
	metadata := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Metadata-Flavor") != "Google" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Metadata-Flavor", "Google")
		switch strings.TrimPrefix(r.URL.Path, "/computeMetadata/v1/") {
		case "instance/service-accounts/default/token":
			_, _ = fmt.Fprintf(w, `{"access_token": %q, "expires_in": 3000, "token_type": "Bearer"}`, token)
		case "instance/service-accounts/default/email":
			_, _ = io.WriteString(w, "vm@my-project.iam.gserviceaccount.com")
		case "project/project-id":
			_, _ = io.WriteString(w, "my-project")
		case "universe/universe-domain":
			_, _ = io.WriteString(w, "googleapis.com")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(metadata.Close)
	for _, transport := range []string{"grpc", "rest"} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMachine$", "-test.v")
		child.Env = append(os.Environ(), childVariable+"="+transport, childAddress+"="+server.Plain,
			"GCE_METADATA_HOST="+strings.TrimPrefix(metadata.URL, "http://"), "GOOGLE_SDK_GO_LOGGING_LEVEL=debug")
		output, err := child.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, output)
		}
		for _, private := range []string{text, token, "accessToken", "payload"} {
			if strings.Contains(string(output), private) {
				t.Errorf("%s is written: %s", private, output)
			}
		}
	}
}

func testMachineChild(t *testing.T) {
	p := gcp.New(gcp.Options{Proxy: noProxy, LookupEnv: environment{}.lookup})
	c := plainCredential("default", fields{"transport": os.Getenv(childVariable), "endpoint": "http://" + os.Getenv(childAddress)})
	if got, _ := get(t, p, c, "secret=db"); got != text {
		t.Errorf("got %d bytes", len(got))
	}
	identity, err := p.Check(t.Context(), c)
	if err != nil || identity.Name != "vm@my-project.iam.gserviceaccount.com" {
		t.Errorf("%+v, %v", identity, err)
	}
}
