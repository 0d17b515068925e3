package request_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

func compressed(t *testing.T, coding string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&out)
	case "zlib":
		w = zlib.NewWriter(&out)
	default:
		var err error
		if w, err = flate.NewWriter(&out, 6); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.Write(data)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestBodyDecodingAndLimits(t *testing.T) {
	t.Parallel()
	const limit = 1000
	bomb := compressed(t, "gzip", bytes.Repeat([]byte("x"), 50<<20))
	long := strings.Repeat("y", limit-8) + plainValue + strings.Repeat("z", 2*limit)
	tests := []struct {
		name, kind, coding string
		body               []byte
		noState            bool
		text, file         string
		truncated          bool
		size               int64
		warning            string
	}{
		{name: "text", kind: "text/plain", body: []byte("hello"), text: "hello", size: 5},
		{name: "gzip", coding: "gzip", body: compressed(t, "gzip", []byte("hello")), text: "hello", size: 5},
		{name: "deflate", coding: "deflate", body: compressed(t, "zlib", []byte("hello")), text: "hello", size: 5},
		{name: "bare deflate", coding: "deflate", body: compressed(t, "flate", []byte("hello")), text: "hello", size: 5},
		{name: "not gzip", coding: "gzip", body: []byte("hello"), truncated: true, warning: "is not"},
		{name: "other coding", coding: "br", body: []byte("hello"), truncated: true, warning: "Accept-Encoding"},
		{name: "latin1", kind: "text/plain; charset=ISO-8859-1", body: []byte("caf\xe9"), text: "café", size: 4},
		{name: "binary", kind: "image/png", body: []byte("\x89PNG\x00"), file: "\x89PNG\x00", size: 5},
		{name: "binary without a folder", kind: "image/png", body: []byte("\x89PNG\x00"), noState: true, size: 5, warning: "not text"},
		{name: "long to a file", kind: "text/plain", body: []byte(long), file: strings.Replace(long, plainValue, secret.Mask, 1), size: int64(len(long))},
		{name: "long and cut inside a secret", kind: "text/plain", body: []byte(long), noState: true, text: long[:limit-8] + secret.Mask, truncated: true, size: limit, warning: "cut"},
		{name: "bomb", coding: "gzip", body: bomb, file: strings.Repeat("x", 4*limit), truncated: true, size: 4 * limit, warning: "cut"},
		{name: "bomb without a folder", coding: "gzip", body: bomb, noState: true, text: strings.Repeat("x", limit), truncated: true, size: limit, warning: "cut"},
		{name: "cut inside a character", kind: "text/plain", body: []byte(strings.Repeat("x", limit-1) + "éé"), noState: true, text: strings.Repeat("x", limit-1), truncated: true, size: limit, warning: "cut"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			w.opts.MaxBodySize, w.opts.MaxFileSize = limit, 4*limit
			if tt.noState {
				w.opts.StateDir = ""
			}
			server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", tt.kind)
				if tt.coding != "" {
					rw.Header().Set("Content-Encoding", tt.coding)
				}
				_, _ = rw.Write(tt.body)
			})
			body := w.mustSend(get(server.URL))
			file := ""
			if body.Body.File != "" {
				content, err := os.ReadFile(body.Body.File)
				if err != nil {
					t.Fatal(err)
				}
				file = string(content)
				readAll(t, w.opts.StateDir)
			}
			if body.Body.Text != tt.text || file != tt.file || body.Body.Truncated != tt.truncated || body.Body.Size != tt.size {
				t.Errorf("text %.80q, file %.80q, %+v", body.Body.Text, file, body.Body.Size)
				t.Errorf("diff %s", cmp.Diff(tt.text+"|"+tt.file, body.Body.Text+"|"+file))
			}
			if all := strings.Join(body.Warnings, "|"); !strings.Contains(all, tt.warning) || tt.warning == "" && all != "" {
				t.Errorf("warnings %q, want %q", all, tt.warning)
			}
		})
	}
}

func TestOldResponseFilesAreRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte{0, 1}) })
	plan, sender := w.plan("GET "+server.URL), w.sender()
	var last string
	for range 60 {
		response, err := sender.Send(t.Context(), plan, w.call())
		if err != nil {
			t.Fatal(err)
		}
		last = response.Body.File
	}
	left, err := os.ReadDir(filepath.Dir(last))
	if err != nil || len(left) != 50 {
		t.Errorf("%d files, %v", len(left), err)
	}
	if _, err := os.Stat(last); err != nil {
		t.Error(err)
	}
}

func TestManySendsOfOnePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(rw, req.Header.Get("Authorization"))
	})
	plan, sender, call := w.plan(get(server.URL)), w.sender(), request.Call{}
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			if response, err := sender.Send(t.Context(), plan, call); err != nil || response.Body.Text != "Bearer "+secret.Mask {
				t.Errorf("%+v, %v", response, err)
			}
		})
	}
	wg.Wait()
}

func TestEndlessBodyAndTooManyHeaders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opts.MaxBodySize, w.opts.StateDir = 1000, ""
	server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
		for i := range 300 {
			rw.Header().Set(fmt.Sprintf("X-%d", i), "v")
		}
		for req.Context().Err() == nil {
			if _, err := rw.Write(bytes.Repeat([]byte("endless "), 1000)); err != nil {
				return
			}
		}
	})
	response := w.mustSend("GET " + server.URL)
	if !response.Body.Truncated || len(response.Body.Text) != 1000 || len(response.Headers) != 256 || len(response.Warnings) != 2 {
		t.Errorf("%d bytes, %d headers, warnings %v", len(response.Body.Text), len(response.Headers), response.Warnings)
	}
}

func TestBrokenBody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Length", "100")
		_, _ = rw.Write([]byte("begin " + plainValue[:8]))
		_ = http.NewResponseController(rw).Flush()
		panic(http.ErrAbortHandler)
	})
	response := w.mustSend(get(server.URL))
	if !response.Body.Truncated || response.Body.Text != "begin "+secret.Mask || len(response.Warnings) != 1 {
		t.Errorf("%+v, warnings %v", response.Body, response.Warnings)
	}
}

// untrustedServer speaks TLS with a certificate for example.com that nobody
// here trusts.
func untrustedServer(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	plain := w.serve(false, func(_ http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/hang" {
			<-req.Context().Done()
		}
	})
	untrusted := untrustedServer(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	garbage, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = garbage.Close() })
	go func() {
		for {
			conn, err := garbage.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("nonsense " + plainValue + "\r\n\r\n"))
			_ = conn.Close()
		}
	}()
	w.hosts["wrong.example.test:443"] = untrusted.Listener.Addr().String()
	for name, tt := range map[string]struct{ src, code string }{
		"refused":     {"GET http://" + closed.Addr().String(), request.CodeRefused},
		"no host":     {"GET http://nosuch.example.test", request.CodeHostNotFound},
		"untrusted":   {"GET " + untrusted.URL, request.CodeTLS},
		"wrong name":  {"GET https://wrong.example.test/", request.CodeTLS},
		"not TLS":     {"GET https://" + plain.addr(), request.CodeTLS},
		"time limit":  {"# @timeout 50 ms\n" + get(plain.URL+"/hang"), request.CodeTimeout},
		"not HTTP":    {get("http://" + garbage.Addr().String()), request.CodeNotSent},
		"bad port":    {"GET http://127.0.0.1:99999/", request.CodeNotSent},
		"empty vault": {"GET " + plain.URL + "/{{$vault path=nosuch}}", "not-found"},
	} {
		_, problem := w.send(tt.src)
		if problem == nil || problem.Code != tt.code || problem.Message == "" {
			t.Errorf("%s: %+v, want %s", name, problem, tt.code)
			continue
		}
		if strings.Contains(problem.Message+problem.Hint, plainValue) {
			t.Errorf("%s: the value shows: %s", name, problem.Message)
		}
		if tt.code != "not-found" && problem.Exit != request.ExitSend {
			t.Errorf("%s: exit %d", name, problem.Exit)
		}
	}
}

// An answer that is complete only when the time is over is none: the server may
// have ended it because its client went.
func TestAnswerAfterTheTimeLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	call := w.call()
	call.Progress = func(what string) {
		if what == "Receiving" {
			time.Sleep(110 * time.Millisecond)
		}
	}
	response, problem := w.sendWith(w.plan("# @timeout 100 ms\nGET "+server.URL+"\n"), call)
	if problem == nil || problem.Code != request.CodeTimeout {
		t.Errorf("got %+v, %+v, want the time limit", response, problem)
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"headers", "body", "question", "vault"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			run, cancel := context.WithCancel(t.Context())
			defer cancel()
			server := w.serve(true, func(rw http.ResponseWriter, req *http.Request) {
				if where == "body" {
					_, _ = rw.Write([]byte("begin"))
					_ = http.NewResponseController(rw).Flush()
				}
				cancel()
				<-req.Context().Done()
			})
			w.hosts["example.com:443"] = server.addr()
			call := w.call()
			call.Ask = func(c context.Context, _ request.Question) (request.Answer, error) {
				if where == "question" {
					cancel()
					return request.Deny, c.Err()
				}
				return request.AllowOnce, nil
			}
			if where == "vault" {
				resolve := w.opts.Resolve
				w.opts.Resolve = func(c context.Context, refs []secret.Ref) []request.Secret {
					cancel()
					return resolve(c, refs)
				}
			}
			_, err := w.sender().Send(run, w.plan(get("https://example.com/")), call)
			e, ok := err.(*request.Error)
			if !ok || e.Code != request.CodeCancelled || e.Exit != 4 {
				t.Errorf("error %+v", err)
			}
		})
	}
}

func TestHTTP2AndTimings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(true, nil)
	w.hosts["example.com:443"] = server.addr()
	tick := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w.opts.Clock = func() time.Time { tick = tick.Add(time.Millisecond); return tick }
	sender := w.sender()
	response, err := sender.Send(t.Context(), w.plan("GET https://example.com/ HTTP/1.1"), w.call())
	if err != nil {
		t.Fatal(err)
	}
	if response.HTTPVersion != "HTTP/2" || server.last(t).Proto != "HTTP/2.0" {
		t.Errorf("version %s, the server saw %s", response.HTTPVersion, server.last(t).Proto)
	}
	if x := response.Timings; x.TLS <= 0 || x.FirstByte <= x.TLS || x.Total <= x.FirstByte {
		t.Errorf("timings %+v", x)
	}
}

func TestCertificateException(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := untrustedServer(t)
	w.hosts["self-signed.test:443"], w.hosts["other.test:443"] = server.Listener.Addr().String(), server.Listener.Addr().String()
	w.opts.InsecureHosts = []string{"Self-Signed.test"}
	sender := w.sender()
	response, err := sender.Send(t.Context(), w.plan("GET https://self-signed.test/"), w.call())
	if err != nil || len(response.Warnings) != 1 || !strings.Contains(response.Warnings[0], "not verified") {
		t.Errorf("%+v, %v", response, err)
	}
	if _, err = sender.Send(t.Context(), w.plan("GET https://other.test/"), w.call()); err == nil {
		t.Error("another host was not verified")
	}
}

// TestRefetch is the rule for 401 and 403 with a secret of the cache.
func TestRefetch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, newer string
		hit                 bool
		status              int
		requests, fetches   int
		final               int
		warning             string
	}{
		{"changed", "GET", "new-value", true, 401, 2, 2, 200, "sent again"},
		{"changed, 403", "PUT", "new-value", true, 403, 2, 2, 200, "sent again"},
		{"changed, not idempotent", "POST", "new-value", true, 401, 1, 2, 401, "send again"},
		{"unchanged", "GET", "old-value", true, 401, 1, 2, 401, ""},
		{"not from the cache", "GET", "new-value", false, 401, 1, 1, 401, ""},
		{"other status", "GET", "new-value", true, 404, 1, 1, 404, ""},
		{"refetch fails", "GET", "", true, 401, 1, 2, 401, "could not be fetched again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef], w.vault.hit = "old-value", tt.hit
			if tt.newer != "" {
				w.vault.newer[plainRef] = tt.newer
			}
			server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
				if req.Header.Get("Authorization") != "Bearer new-value" {
					rw.WriteHeader(tt.status)
				}
			})
			response := w.mustSend(tt.method + strings.TrimPrefix(get(server.URL), "GET"))
			if len(server.requests()) != tt.requests || len(w.vault.fetched) != tt.fetches || response.Status != tt.final {
				t.Errorf("%d requests, fetched %v, status %d", len(server.requests()), w.vault.fetched, response.Status)
			}
			if all := strings.Join(response.Warnings, "|"); !strings.Contains(all, tt.warning) || tt.warning == "" && all != "" {
				t.Errorf("warnings %q", all)
			}
		})
	}
}
