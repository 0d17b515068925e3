package request_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mccutchen/go-httpbin/v2/httpbin"

	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// forms are what a server may make of a value.
func forms(v string) []string {
	marshal := func(escapeHTML bool) string {
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(escapeHTML)
		_ = e.Encode(v)
		return strings.TrimSpace(out.String())
	}
	all := []string{
		v, url.QueryEscape(v), url.PathEscape(v), marshal(true), marshal(false), html.EscapeString(v),
		fmt.Sprintf("%x", v), fmt.Sprintf("%X", v), lowerPercent(url.QueryEscape(v)),
	}
	for _, before := range []string{"", "u:", "us:", "usr:"} {
		all = append(all, base64.StdEncoding.EncodeToString([]byte(before+v)), base64.RawURLEncoding.EncodeToString([]byte(before+v)))
	}
	return all
}

func lowerPercent(v string) string {
	return regexp.MustCompile(`%..`).ReplaceAllStringFunc(v, strings.ToLower)
}

// TestEveryFormIsMaskedEverywhere lets the server reflect every form of the
// value in its headers and body, and looks for them in all that comes out:
// response, files of the state folder, progress and questions.
func TestEveryFormIsMaskedEverywhere(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"text/plain", "application/octet-stream"} {
		w := newWorld(t)
		var progress []string
		server := w.serve(false, func(rw http.ResponseWriter, req *http.Request) {
			rw.Header().Set("Content-Type", contentType)
			for i, form := range forms(tokenValue) {
				rw.Header().Set(fmt.Sprintf("X-Form-%d", i), form)
			}
			if contentType == "application/octet-stream" {
				_, _ = rw.Write([]byte{0})
			}
			for _, form := range forms(tokenValue) {
				// Each form in two writes, flushed, so that it crosses a chunk's border.
				_, _ = fmt.Fprintf(rw, "[%s", form[:len(form)/2])
				_ = http.NewResponseController(rw).Flush()
				_, _ = fmt.Fprintf(rw, "%s]\n", form[len(form)/2:])
			}
		})
		call := w.call()
		call.Progress = func(s string) { progress = append(progress, s) }
		response, problem := w.sendWith(w.plan("POST "+server.URL+"/{{$vault path=app/api key=token}}?q={{$vault path=app/api key=token}}\nX-Key: {{$vault path=app/api key=token}}\nAuthorization: Basic user {{$vault path=app/api key=token}}\n\n{{$vault path=app/api key=token}}"), call)
		if problem != nil {
			t.Fatal(problem)
		}
		if !server.last(t).holds(tokenValue) {
			t.Fatal("the server did not get the value")
		}
		out, err := json.Marshal(response)
		if err != nil {
			t.Fatal(err)
		}
		everything := string(out) + fmt.Sprintf("%+v %+v %v", response, w.asked, progress) + readAll(t, w.opts.StateDir)
		for _, form := range forms(tokenValue) {
			if strings.Contains(everything, strings.Trim(form, "=")) {
				t.Errorf("%s: %q shows", contentType, form)
			}
		}
		if !strings.Contains(everything, secret.Mask) {
			t.Error("nothing is masked")
		}
	}
}

// readAll returns the content of every file below a folder, and checks that
// they are for the user only.
func readAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			all.Write(text)
		}
		return nil
	})
	return all.String()
}

// TestHTTPBin sends to a server that is not ours.
func TestHTTPBin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const value, escaped = `p"l/a\i&n é`, `p\"l/a\\i&n é`
	w.vault.values[plainRef] = value
	w.vault.values["{{$vault path=app/token key=t encode=json}}"] = escaped
	server := httptest.NewServer(httpbin.New())
	t.Cleanup(server.Close)
	for path, status := range map[string]int{
		"POST /anything?q=" + plainRef: 200, "GET /gzip": 200, "GET /deflate": 200, "GET /status/418": 418, "GET /redirect/3": 200,
		"GET /bytes/2000": 200, "GET /stream/5": 200, "GET /encoding/utf8": 200, "GET /image/png": 200, "HEAD /get": 200, "GET /basic-auth/user/pw": 200,
		"GET /links/3": 200,
	} {
		method, rest, _ := strings.Cut(path, " ")
		body := ""
		if method == "POST" {
			body = "\nContent-Type: application/json\n\n{\"k\": \"{{$vault path=app/token key=t encode=json}}\"}"
		}
		response, problem := w.send(method + " " + server.URL + rest + "\nAuthorization: Basic user:pw" + body)
		if problem != nil {
			t.Errorf("%s: %+v", path, problem)
			continue
		}
		if response.Status != status {
			t.Errorf("%s: status %d, want %d", path, response.Status, status)
		}
		if out, _ := json.Marshal(response); strings.Contains(string(out), `l/a`) || strings.Contains(string(out), "l%2Fa") || strings.Contains(string(out), "i&n") {
			t.Errorf("%s: the value shows: %s", path, out)
		}
		if strings.Contains(rest, "/gzip") && !strings.Contains(response.Body.Text, `"gzipped": true`) {
			t.Errorf("%s: %+v", path, response.Body)
		}
	}
}

func TestResponseJSON(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef], w.vault.hit = plainValue, true
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json; charset=utf-8")
		rw.Header()["Date"] = nil
		rw.WriteHeader(201)
		_, _ = rw.Write([]byte(`{"token":"` + plainValue + `"}`))
	})
	response := w.mustSend("POST " + server.URL + "/a?b=" + plainRef + "\nAuthorization: Bearer " + plainRef + "\n\nx")
	response.Timings = request.Timings{}
	out, err := json.MarshalIndent(response, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
 "request": {
  "method": "POST",
  "url": "URL/a?b=●●●●●●",
  "headers": [
   {
    "name": "Authorization",
    "value": "Bearer ●●●●●●"
   },
   {
    "name": "User-Agent",
    "value": "vault-lsp/test"
   },
   {
    "name": "Accept-Encoding",
    "value": "gzip, deflate"
   }
  ]
 },
 "status": 201,
 "statusText": "Created",
 "httpVersion": "HTTP/1.1",
 "headers": [
  {
   "name": "Content-Length",
   "value": "33"
  },
  {
   "name": "Content-Type",
   "value": "application/json; charset=utf-8"
  }
 ],
 "body": {
  "mediaType": "application/json",
  "size": 34,
  "text": "{\"token\":\"●●●●●●\"}",
  "truncated": false
 },
 "timings": {
  "dns": 0,
  "connect": 0,
  "tls": 0,
  "firstByte": 0,
  "total": 0
 },
 "redirects": [],
 "secrets": [
  {
   "reference": "{{$vault path=app/token key=t}}",
   "credential": "(ambient)",
   "cache": "hit"
  }
 ],
 "tests": [],
 "warnings": []
}`
	want = strings.ReplaceAll(want, "URL", server.URL)
	want = strings.ReplaceAll(want, `"value": "33"`, fmt.Sprintf(`"value": "%d"`, len(plainValue)+12))
	want = strings.ReplaceAll(want, `"size": 34`, fmt.Sprintf(`"size": %d`, len(plainValue)+12))
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Error(diff)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, value, want string }{
		{"short", "POST URL\n\n{{$vault path=s}}", "abc", "shorter than 4 bytes"},
		{"empty", "POST URL\n\n{{$vault path=s}}", "", "is empty"},
		{"json", "POST URL\nContent-Type: application/json\n\n{\"a\": \"{{$vault path=s}}\"}", `qu"ote`, "encode=json"},
		{"json that stays json", "POST URL\nContent-Type: application/json\n\n{\"a\": \"{{$vault path=s}}\"}", `plain`, ""},
		{"json number", "POST URL\nContent-Type: application/problem+json\n\n{\"a\": {{$vault path=s}}}", `12345`, ""},
		{"not json before", "POST URL\nContent-Type: application/json\n\n{a: \"{{$vault path=s}}\"}", `qu"ote`, ""},
		{"form", "POST URL\nContent-Type: application/x-www-form-urlencoded\n\na={{$vault path=s}}", "x&admin=1", "encode=url"},
		{"form, encoded", "@s = {{$vault path=s}}\n\nPOST URL\nContent-Type: application/x-www-form-urlencoded\n\na={{%s}}", "x&admin=1", ""},
		{"length", "POST URL\nContent-Length: 3\n\n{{$vault path=s}}", "value", "Content-Length"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values["{{$vault path=s}}"] = tt.value
			server := w.serve(false, nil)
			response := w.mustSend(strings.ReplaceAll(tt.src, "URL", server.URL))
			all := strings.Join(response.Warnings, "|")
			if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
				t.Errorf("warnings %q, want %q", all, tt.want)
			}
		})
	}
}

// TestShortValuesAreMaskedInTheEcho: where we put a value ourselves we know
// its place, however short it is.
func TestShortValuesAreMaskedInTheEcho(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = "z9"
	server := w.serve(false, nil)
	response := w.mustSend("GET " + server.URL + "/?a=" + plainRef + "\nX-A: " + plainRef + "\nAuthorization: Basic u " + plainRef)
	out, _ := json.Marshal(response.Request)
	if strings.Contains(string(out), "z9") || strings.Contains(string(out), base64.StdEncoding.EncodeToString([]byte("u:z9"))) {
		t.Errorf("shown: %s", out)
	}
}
