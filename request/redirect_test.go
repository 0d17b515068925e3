package request_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/request"
)

func redirectTo(status int, location string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Location", location)
		rw.WriteHeader(status)
	}
}

// holds reports whether anything of a request holds the text.
func (s seen) holds(text string) bool {
	return strings.Contains(fmt.Sprintf("%v", s), text)
}

func TestRedirectMethods(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status      int
		method, now string
	}{
		{301, "GET", "GET"}, {301, "POST", "GET"}, {301, "PUT", "PUT"}, {301, "HEAD", "HEAD"},
		{302, "GET", "GET"}, {302, "POST", "GET"}, {302, "DELETE", "DELETE"},
		{303, "POST", "GET"}, {303, "PUT", "GET"}, {303, "HEAD", "HEAD"},
		{307, "POST", "POST"}, {307, "GET", "GET"},
		{308, "POST", "POST"}, {308, "PATCH", "PATCH"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.status, tt.method), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
				if req.URL.Path == "/from" {
					redirectTo(tt.status, "to?x=1#part")(rw, req)
				}
			})
			response := w.mustSend(tt.method + " " + server.URL + "/from\nContent-Type: text/plain\nX-Kept: yes\n\nthe body")
			got := server.last(t)
			wantBody := ""
			if tt.now == tt.method {
				wantBody = "the body"
			}
			if got.Method != tt.now || got.URL != "/to?x=1" || got.Body != wantBody || got.Header.Get("X-Kept") != "yes" {
				t.Errorf("second request %+v", got)
			}
			if (got.Header.Get("Content-Type") == "") != (wantBody == "") {
				t.Errorf("Content-Type %q with body %q", got.Header.Get("Content-Type"), wantBody)
			}
			want := []request.Redirect{{Status: tt.status, Method: tt.now, URL: server.URL + "/to?x=1"}}
			if diff := cmp.Diff(want, response.Redirects); diff != "" {
				t.Error(diff)
			}
			if response.Request.Method != tt.now || response.Request.URL != server.URL+"/to?x=1" {
				t.Errorf("echo %+v", response.Request)
			}
		})
	}
}

// TestRedirectToAnotherOriginCarriesNothing: two servers, all codes.
func TestRedirectToAnotherOriginCarriesNothing(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			evil := w.serve(false, nil)
			server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
				if req.URL.Path == "/back" {
					return
				}
				redirectTo(status, evil.URL+"/stolen")(rw, req)
			})
			response := w.mustSend("GET " + server.URL + "\nAuthorization: Basic user:literal\nCookie: a=b\nProxy-Authorization: x y\nX-Key: " + plainRef + "\nX-Plain: kept\nHost: virtual.test\n")
			got := evil.last(t)
			for _, forbidden := range []string{plainValue, "Authorization", "Cookie", "X-Key"} {
				if got.holds(forbidden) {
					t.Errorf("the other origin saw %s: %+v", forbidden, got)
				}
			}
			if got.Header.Get("X-Plain") != "kept" || got.Host != evil.addr() {
				t.Errorf("second request %+v", got)
			}
			if diff := cmp.Diff([]string{"Authorization", "Cookie", "Proxy-Authorization", "X-Key"}, response.Redirects[0].Dropped); diff != "" {
				t.Error(diff)
			}
			first := server.requests()[0]
			if first.Header.Get("X-Key") != plainValue || first.Header.Get("Cookie") != "a=b" {
				t.Errorf("first request %+v", first)
			}
		})
	}
}

// TestRedirectOfAValueAsks: what cannot be dropped needs permission.
func TestRedirectOfAValueAsks(t *testing.T) {
	t.Parallel()
	body := "POST https://example.com/\n\n{\"k\": \"" + plainRef + "\"}"
	tests := []struct {
		name, src, location string
		status              int
		answers             []request.Answer
		asked               int
		code                string
		arrives             bool // at the other origin
	}{
		{"body, denied", body, "https://example.com:8443/", 307, []request.Answer{request.AllowOnce, request.Deny}, 2, request.CodeDenied, false},
		{"body, allowed", body, "https://example.com:8443/", 308, []request.Answer{request.AllowOnce, request.AllowOnce}, 2, "", true},
		{"body to plain http", body, "http://example.com/", 307, []request.Answer{request.AllowOnce, request.Always}, 1, request.CodeDowngrade, false},
		{"body is not repeated", body, "https://example.com:8443/", 302, []request.Answer{request.AllowOnce}, 1, "", true},
		{"server puts it into the location, denied", get("https://example.com/"), "https://example.com:8443/?t=" + plainValue, 302, []request.Answer{request.AllowOnce, request.Deny}, 2, request.CodeDenied, false},
		{"encoded in the location", get("https://example.com/"), "https://example.com:8443/?t=%70lain-token-0123456789", 302, []request.Answer{request.AllowOnce, request.Deny}, 2, request.CodeDenied, false},
		{"header is dropped, no question", get("https://example.com/"), "https://example.com:8443/", 307, []request.Answer{request.AllowOnce}, 1, "", true},
		{"header is dropped to http", get("https://example.com/"), "http://example.com/", 302, []request.Answer{request.AllowOnce}, 1, "", true},
		{"same origin asks nothing more", body, "/other", 307, []request.Answer{request.AllowOnce}, 1, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			evil, plain := w.serve(true, nil), w.serve(false, nil)
			server := w.serve(true, func(rw http.ResponseWriter, req *http.Request) {
				if req.URL.Path == "/" {
					redirectTo(tt.status, tt.location)(rw, req)
				}
			})
			w.hosts = map[string]string{"example.com:443": server.addr(), "example.com:8443": evil.addr(), "example.com:80": plain.addr()}
			var asked []request.Question
			call := w.call()
			call.Ask = func(_ ctx, q request.Question) (request.Answer, error) {
				asked = append(asked, q)
				return tt.answers[len(asked)-1], nil
			}
			response, problem := w.sendWith(w.plan(tt.src), call)
			arrived := append(evil.requests(), plain.requests()...)
			if (len(arrived) > 0) != tt.arrives || len(asked) != tt.asked {
				t.Errorf("the other origin saw %+v; asked %+v", arrived, asked)
			}
			if (problem == nil) != (tt.code == "") || problem != nil && problem.Code != tt.code {
				t.Errorf("error %+v, want %s", problem, tt.code)
			}
			if len(arrived) > 0 && tt.name != "body, allowed" && arrived[0].holds(plainValue) {
				t.Errorf("the other origin saw the secret: %+v", arrived[0])
			}
			if len(asked) == 2 && asked[1].RedirectFrom != "https://example.com" {
				t.Errorf("second question %+v", asked[1])
			}
			if strings.Contains(fmt.Sprintf("%+v %+v %+v", response, problem, asked), plainValue) {
				t.Error("the value shows")
			}
		})
	}
}

func TestRedirectLimitsAndSwitches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/loop":
			redirectTo(302, "/loop")(rw, req)
		case "/file":
			redirectTo(302, "file:///etc/passwd")(rw, req)
		case "/none":
			rw.WriteHeader(302)
		case "/304":
			redirectTo(304, "/x")(rw, req)
		}
	})
	for path, code := range map[string]string{"/loop": request.CodeRedirects, "/file": request.CodeBadRedirect} {
		if _, problem := w.send("GET " + server.URL + path); problem == nil || problem.Code != code || problem.Exit != 4 {
			t.Errorf("%s: %+v, want %s", path, problem, code)
		}
	}
	if n := len(server.requests()); n != 12 {
		t.Errorf("%d requests, want 11 of the loop and 1", n)
	}
	for _, src := range []string{"# @no-redirect\nGET " + server.URL + "/loop", "GET " + server.URL + "/none"} {
		if r := w.mustSend(src); r.Status != 302 || len(r.Redirects) != 0 {
			t.Errorf("%q: %d, %v", src, r.Status, r.Redirects)
		}
	}
	if r := w.mustSend("GET " + server.URL + "/304"); r.Status != 304 {
		t.Errorf("304: %d", r.Status)
	}
	w.opts.KeepRedirects = true
	if r := w.mustSend("GET " + server.URL + "/loop"); r.Status != 302 {
		t.Errorf("KeepRedirects: %d", r.Status)
	}
}
