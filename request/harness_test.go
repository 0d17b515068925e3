package request_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

const (
	tokenRef   = "{{$vault path=app/api key=token}}"
	tokenValue = "tok-3n-Vv4lue/+&\"x\"<é>"
	urlRef     = "{{$vault path=app/hook key=url}}"
)

// vault is a fake resolver that counts what is fetched.
type vault struct {
	mu      sync.Mutex
	values  map[string]string
	newer   map[string]string // what a refetch gives
	hit     bool
	fetched []string
}

func (v *vault) resolve(_ context.Context, refs []secret.Ref) []request.Secret {
	return v.get(refs, v.values, v.hit)
}

func (v *vault) refetch(_ context.Context, refs []secret.Ref) []request.Secret {
	return v.get(refs, v.newer, false)
}

func (v *vault) get(refs []secret.Ref, values map[string]string, hit bool) []request.Secret {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []request.Secret
	for _, ref := range refs {
		v.fetched = append(v.fetched, ref.String())
		s := request.Secret{Ref: ref, Credential: ref.Get("credential"), Hit: hit}
		if value, ok := values[ref.String()]; ok {
			s.Value = secret.NewValue([]byte(value))
		} else {
			s.Err, s.Code, s.Hint = errors.New("no secret at this path"), "not-found", "check the path"
		}
		out = append(out, s)
	}
	return out
}

// world is a sender whose network is a table from addresses to listeners.
type world struct {
	*testing.T
	vault   *vault
	redact  *redact.Set
	store   *permission.Store
	opts    request.Options
	hosts   map[string]string // "api.example.test:80" → listener
	resolve map[string]string // name → address, for localhost names
	dir     string
	env     map[string]string
	// overrides are variables of the command line.
	overrides map[string]string
	asked     []request.Question
	answer    request.Answer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		T: t, dir: t.TempDir(), redact: redact.NewSet(),
		vault: &vault{values: map[string]string{tokenRef: tokenValue}, newer: map[string]string{}},
		hosts: map[string]string{}, resolve: map[string]string{"localhost": "127.0.0.1"}, env: map[string]string{},
	}
	w.store = permission.Open(filepath.Join(t.TempDir(), "permissions.json"))
	w.opts = request.Options{
		Resolve: w.vault.resolve, Refetch: w.vault.refetch, Permissions: w.store, Redact: w.redact,
		Credential: func(ref secret.Ref) (string, error) {
			if ref.Get("credential") == "nosuch" {
				return "", errors.New("no credential is named nosuch")
			}
			return ref.Get("credential"), nil
		},
		UserAgent: "vault-lsp/test", StateDir: filepath.Join(t.TempDir(), "state"),
		LookupIP: func(_ context.Context, host string) ([]netip.Addr, error) {
			if ip, err := netip.ParseAddr(host); err == nil {
				return []netip.Addr{ip}, nil
			}
			if ip, ok := w.resolve[host]; ok {
				return []netip.Addr{netip.MustParseAddr(ip)}, nil
			}
			return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
		},
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if to, ok := w.hosts[address]; ok {
				address = to
			} else if host, _, _ := net.SplitHostPort(address); !permission.IsLoopbackHost(host) {
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			return (&net.Dialer{}).DialContext(ctx, network, address)
		},
	}
	return w
}

// recorder is a server that remembers its requests.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

type seen struct {
	Method, URL, Host, Body string
	Header                  http.Header
	Length                  int64
	Proto                   string
}

func (r *recorder) requests() []seen {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.seen)
}

func (r *recorder) last(t *testing.T) seen {
	t.Helper()
	all := r.requests()
	if len(all) == 0 {
		t.Fatal("the server saw no request")
	}
	return all[len(all)-1]
}

// addr is the server's host:port.
func (r *recorder) addr() string { return r.Listener.Addr().String() }

func (r *recorder) record(req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen = append(r.seen, seen{req.Method, req.RequestURI, req.Host, string(body), req.Header.Clone(), req.ContentLength, req.Proto})
}

// serve starts a server; tls makes it speak TLS for example.com, HTTP/2
// included.
func (w *world) serve(tls bool, handle http.HandlerFunc) *recorder {
	w.Helper()
	r := &recorder{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		r.record(req)
		if handle != nil {
			handle(rw, req)
		}
	}))
	r.Config.ErrorLog = log.New(io.Discard, "", 0)
	r.Config.DisableGeneralOptionsHandler = true
	if tls {
		r.EnableHTTP2 = true
		r.StartTLS()
		if w.opts.RootCAs == nil {
			w.opts.RootCAs = x509.NewCertPool()
		}
		w.opts.RootCAs.AddCert(r.Certificate())
	} else {
		r.Start()
	}
	w.Cleanup(r.Close)
	return r
}

func (w *world) build(src string) (*request.Plan, []request.Problem) {
	w.Helper()
	file := parser.Parse(src)
	for _, block := range file.Blocks {
		if block.Request != nil {
			return request.Build(file, block.Request, env.NewScope(file, nil, "", w.overrides), w.sources())
		}
	}
	w.Fatalf("no request in %q", src)
	return nil, nil
}

func (w *world) sources() request.Sources {
	return request.Sources{
		Dir: w.dir, LookupEnv: func(name string) (string, bool) { v, ok := w.env[name]; return v, ok },
		Now:    func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) },
		Local:  time.FixedZone("", 2*3600),
		Random: func(n int64) int64 { return n - 1 },
	}
}

func (w *world) plan(src string) *request.Plan {
	w.Helper()
	plan, problems := w.build(src)
	if plan == nil {
		w.Fatalf("Build(%q): %+v", src, problems)
	}
	return plan
}

func (w *world) call() request.Call {
	return request.Call{Workspace: "/project", Ask: func(_ context.Context, q request.Question) (request.Answer, error) {
		w.asked = append(w.asked, q)
		return w.answer, nil
	}}
}

func (w *world) sender() *request.Sender {
	s := request.NewSender(w.opts)
	w.Cleanup(s.Close)
	return s
}

func (w *world) send(src string) (*request.Response, *request.Error) {
	w.Helper()
	return w.sendWith(w.plan(src), w.call())
}

func (w *world) sendWith(plan *request.Plan, call request.Call) (*request.Response, *request.Error) {
	w.Helper()
	response, err := w.sender().Send(w.Context(), plan, call)
	if err == nil {
		return response, nil
	}
	var e *request.Error
	if !errors.As(err, &e) {
		w.Fatalf("Send: %T %v is no *request.Error", err, err)
	}
	return nil, e
}

func (w *world) mustSend(src string) *request.Response {
	w.Helper()
	response, problem := w.send(src)
	if problem != nil {
		w.Fatalf("Send: %s: %s (%s)", problem.Code, problem.Message, problem.Hint)
	}
	return response
}

// get is a request with the token, for a URL.
func get(url string) string {
	return fmt.Sprintf("GET %s\nAuthorization: Bearer %s\n", url, "{{$vault path=app/token key=t}}")
}

const (
	plainRef   = "{{$vault path=app/token key=t}}"
	plainValue = "plain-token-0123456789"
)

type (
	ctx       = context.Context
	netipAddr = netip.Addr
)

func mustURL(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

func basicAuth(h http.Header) (user, password string, ok bool) {
	return (&http.Request{Header: h}).BasicAuth()
}
