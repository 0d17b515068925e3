package request_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/request"
)

// TestDestinationGuard is the table of (file, state, answer) → sent or not.
// What is not sent must not be fetched either, unless the secret supplies the
// origin.
func TestDestinationGuard(t *testing.T) {
	t.Parallel()
	header := permission.Rule{Reference: plainRef, Credential: permission.Ambient, Origin: "https://example.com", In: "header:Authorization", Workspace: "/project"}
	without := func(change func(*permission.Rule)) []permission.Rule {
		r := header
		change(&r)
		return []permission.Rule{r}
	}
	tests := []struct {
		name   string
		src    string
		rules  []permission.Rule
		allow  []string
		answer request.Answer
		nobody bool
		sent   bool
		asked  int
		code   string
		env    map[string]string
	}{
		{name: "denied", src: get("https://example.com/"), asked: 1, code: request.CodeDenied},
		{name: "allowed once", src: get("https://example.com/"), answer: request.AllowOnce, asked: 1, sent: true},
		{name: "always", src: get("https://example.com/"), answer: request.Always, asked: 1, sent: true},
		{name: "nobody to ask", src: get("https://example.com/"), nobody: true, code: request.CodeDenied},
		{name: "rule", src: get("https://example.com/"), rules: []permission.Rule{header}, sent: true},
		{name: "rule for any workspace, headless", src: get("https://example.com/"), rules: without(func(r *permission.Rule) { r.Workspace, r.Credential = "", "" }), nobody: true, sent: true},
		{name: "rule of another workspace", src: get("https://example.com/"), rules: without(func(r *permission.Rule) { r.Workspace = "/other" }), asked: 1, code: request.CodeDenied},
		{name: "rule for another placement", src: get("https://example.com/"), rules: without(func(r *permission.Rule) { r.In = "query" }), asked: 1, code: request.CodeDenied},
		{name: "rule for another origin", src: get("https://example.com:8443/"), rules: []permission.Rule{header}, asked: 1, code: request.CodeDenied},
		{name: "rule for another credential", src: "GET https://example.com/\nAuthorization: Bearer {{$vault path=app/token key=t credential=prod}}", rules: []permission.Rule{header}, asked: 1, code: request.CodeDenied},
		{name: "allow-host", src: get("https://example.com/"), allow: []string{"https://EXAMPLE.com:443"}, nobody: true, sent: true},
		{name: "allow-host of another", src: get("https://example.com/"), allow: []string{"https://example.com:8443", "nonsense"}, nobody: true, code: request.CodeDenied},
		{name: "plain http is not asked for", src: get("http://api.example.test/"), answer: request.Always, code: request.CodePlainHTTP},
		{name: "plain http by rule", src: get("http://api.example.test/"), rules: without(func(r *permission.Rule) { r.Origin = "http://api.example.test" }), sent: true},
		{name: "plain http by allow-host", src: get("http://api.example.test/"), allow: []string{"http://api.example.test"}, sent: true},
		{name: "https rule does not cover http", src: get("http://example.com/"), rules: []permission.Rule{header}, code: request.CodePlainHTTP},
		{name: "no secret, no question", src: "GET http://api.example.test/", sent: true},
		{name: "process environment is bound too", src: "GET https://example.com/?t={{$processEnv TOKEN}}", env: map[string]string{"TOKEN": "envvalue"}, asked: 1, code: request.CodeDenied},
		{name: "process environment by rule", src: "GET https://example.com/?t={{$processEnv TOKEN}}", env: map[string]string{"TOKEN": "envvalue"}, rules: []permission.Rule{{Reference: "{{$processEnv TOKEN}}", Origin: "https://example.com", In: "query"}}, sent: true},
		{name: "variable hides nothing", src: "@h = example.com\n@t = {{$vault path=app/token key=t}}\n\nGET https://{{h}}/{{t}}", asked: 1, code: request.CodeDenied},
		{name: "host header is no destination", src: get("https://example.com/") + "Host: trusted.test\n", rules: []permission.Rule{{Reference: plainRef, Origin: "https://trusted.test"}}, asked: 1, code: request.CodeDenied},
		{name: "unknown credential", src: "GET https://example.com/{{$vault path=a credential=nosuch}}", code: request.CodeCredential},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			w.answer, w.env = tt.answer, tt.env
			secure, plain := w.serve(true, nil), w.serve(false, nil)
			w.hosts = map[string]string{"example.com:443": secure.addr(), "example.com:8443": secure.addr(), "api.example.test:80": plain.addr(), "example.com:80": plain.addr()}
			if len(tt.rules) > 0 {
				if _, err := w.store.Allow(tt.rules...); err != nil {
					t.Fatal(err)
				}
			}
			call := w.call()
			call.AllowOrigins = tt.allow
			if tt.nobody {
				call.Ask = nil
			}
			_, problem := w.sendWith(w.plan(tt.src), call)
			requests := len(secure.requests()) + len(plain.requests())
			if (requests > 0) != tt.sent || (problem == nil) != tt.sent {
				t.Errorf("sent %d requests, error %+v; want sent %v", requests, problem, tt.sent)
			}
			if len(w.asked) != tt.asked {
				t.Errorf("asked %d times, want %d", len(w.asked), tt.asked)
			}
			if problem == nil {
				return
			}
			if problem.Code != tt.code || problem.Exit != request.ExitReference || problem.Span == nil {
				t.Errorf("error %+v, want code %s, exit 3 and a span", problem, tt.code)
			}
			if len(w.vault.fetched) > 0 {
				t.Errorf("fetched %v before the decision", w.vault.fetched)
			}
		})
	}
}

func TestQuestionListsEverythingAndAlwaysIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	w.vault.values["{{$vault path=b credential=prod}}"] = "another-value"
	w.answer = request.Always
	server := w.serve(true, nil)
	w.hosts["example.com:443"] = server.addr()
	src := "POST https://example.com/{{$vault path=b credential=prod}}\nAuthorization: Bearer " + plainRef + "\nX-Again: " + plainRef + "\n\n" + plainRef + plainRef + "\n"
	w.mustSend(src)
	want := []request.Question{{Origin: "https://example.com", Method: "POST", Workspace: "/project", Items: []request.QuestionItem{
		{Reference: "{{$vault path=b credential=prod}}", Credential: "prod", In: "path"},
		{Reference: plainRef, Credential: permission.Ambient, In: "header:Authorization"},
		{Reference: plainRef, Credential: permission.Ambient, In: "header:X-Again"},
		{Reference: plainRef, Credential: permission.Ambient, In: "body"},
	}}}
	if diff := cmp.Diff(want, w.asked); diff != "" {
		t.Error(diff)
	}
	w.mustSend(src)
	if len(w.asked) != 1 {
		t.Errorf("asked again: %v", w.asked[1:])
	}
	rules, err := w.store.List()
	if err != nil || len(rules) != 4 {
		t.Errorf("rules %v, %v; want 4", rules, err)
	}
}

func TestRefusalGivesTheCommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	call := w.call()
	call.Ask = func(context.Context, request.Question) (request.Answer, error) {
		return request.Always, errors.New("the client cannot ask")
	}
	_, problem := w.sendWith(w.plan(get("https://example.com/")), call)
	want := "vault-lsp permission allow --reference '{{$vault path=app/token key=t}}' --origin https://example.com --in header:Authorization --workspace /project"
	if problem == nil || !strings.Contains(problem.Hint, want) {
		t.Errorf("error %+v; want the hint %s", problem, want)
	}
}

func TestSecretThatSuppliesTheOrigin(t *testing.T) {
	t.Parallel()
	const hook = "https://example.com/services/T0/B0/s3cr3t-p4th"
	tests := []struct {
		name, src, value string
		answer           request.Answer
		sent             bool
		origin           string
		fetched          []string
		remembered       bool
	}{
		{name: "denied", src: "POST {{$vault path=hook}}\n\n{\"text\": \"{{$vault path=app/token key=t}}\"}", value: hook, origin: "https://example.com", fetched: []string{"{{$vault path=hook}}"}},
		{name: "allowed", src: "POST {{$vault path=hook}}\n\n{\"text\": \"{{$vault path=app/token key=t}}\"}", value: hook, answer: request.Always, sent: true, origin: "https://example.com", fetched: []string{"{{$vault path=hook}}", plainRef}, remembered: true},
		{name: "base URL", src: "GET {{$vault path=hook}}/users?x=1", value: "https://example.com", answer: request.AllowOnce, sent: true, origin: "https://example.com", fetched: []string{"{{$vault path=hook}}"}},
		{name: "suffix changes the origin", src: "GET {{$vault path=hook}}.evil.test/", value: "https://example.com", origin: "https://example.com.evil.test", fetched: []string{"{{$vault path=hook}}"}},
		{name: "part of the host is hidden", src: "GET https://{{$vault path=hook}}.evil.test/", value: "S3cretSub", origin: "https://●●●●●●.evil.test", fetched: []string{"{{$vault path=hook}}"}},
		{name: "a hidden origin is not remembered", src: "GET https://{{$vault path=hook}}/", value: "example.com", answer: request.Always, sent: true, origin: "https://●●●●●●", fetched: []string{"{{$vault path=hook}}"}},
		{name: "at sign", src: "GET https://{{$vault path=hook}}/", value: "trusted.test@evil.test", origin: "https://●●●●●●", fetched: []string{"{{$vault path=hook}}"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			w.vault.values["{{$vault path=hook}}"] = tt.value
			w.answer = tt.answer
			server := w.serve(true, func(rw http.ResponseWriter, req *http.Request) { _, _ = rw.Write([]byte(req.RequestURI)) })
			w.hosts["example.com:443"] = server.addr()
			response, problem := w.send(tt.src)
			if (problem == nil) != tt.sent || (len(server.requests()) > 0) != tt.sent {
				t.Fatalf("error %+v, %d requests; want sent %v", problem, len(server.requests()), tt.sent)
			}
			if len(w.asked) != 1 {
				t.Fatalf("asked %+v", w.asked)
			}
			if tt.name != "at sign" && w.asked[0].Origin != tt.origin {
				t.Errorf("asked for %q, want %q", w.asked[0].Origin, tt.origin)
			}
			if diff := cmp.Diff(tt.fetched, w.vault.fetched); diff != "" {
				t.Error(diff)
			}
			if response != nil && strings.Contains(response.Request.URL+response.Body.Text, "s3cr3t") {
				t.Errorf("the secret shows: %s %s", response.Request.URL, response.Body.Text)
			}
			rules, _ := w.store.List()
			if (len(rules) > 0) != tt.remembered {
				t.Errorf("remembered %v", rules)
			}
		})
	}
}

func TestLoopbackIsFree(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, host, resolves string
		sent                 bool
	}{
		{"127.0.0.1", "127.0.0.1", "", true},
		{"localhost", "localhost", "127.0.0.1", true},
		{"below localhost", "api.localhost", "127.0.0.1", true},
		{"localhost that is elsewhere", "localhost", "203.0.113.9", false},
		{"name that resolves to loopback", "rebind.evil.test", "127.0.0.1", false},
		{"number", "2130706433", "127.0.0.1", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.vault.values[plainRef] = plainValue
			server := w.serve(false, nil)
			_, port, _ := strings.Cut(server.addr(), ":")
			w.resolve[tt.host] = tt.resolves
			w.hosts[tt.host+":"+port] = server.addr()
			_, problem := w.send(get("http://" + tt.host + ":" + port + "/"))
			if (problem == nil) != tt.sent || (len(server.requests()) > 0) != tt.sent || len(w.asked) > 0 {
				t.Errorf("error %+v, %d requests, %d questions; want sent %v", problem, len(server.requests()), len(w.asked), tt.sent)
			}
			if problem != nil && problem.Code != request.CodePlainHTTP {
				t.Errorf("error %+v, want %s", problem, request.CodePlainHTTP)
			}
		})
	}
}

func TestLoopbackIsPinned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	evil := w.serve(false, nil)
	// Between the decision and the connection the name moves elsewhere.
	lookup := w.opts.LookupIP
	first := true
	w.opts.LookupIP = func(ctx context.Context, host string) (a []netipAddr, err error) {
		w.resolve["localhost"] = "203.0.113.9"
		if first {
			w.resolve["localhost"] = "127.0.0.1"
		}
		first = false
		return lookup(ctx, host)
	}
	w.hosts["203.0.113.9:80"], w.hosts["localhost:80"] = evil.addr(), evil.addr()
	_, problem := w.send(get("http://localhost/"))
	if problem == nil || len(evil.requests()) > 0 {
		t.Errorf("error %+v, %d requests", problem, len(evil.requests()))
	}
}

func TestProxyIsNeverUsedForLoopback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	proxy, server := w.serve(false, nil), w.serve(false, nil)
	w.opts.Proxy = mustURL(t, proxy.URL)
	w.mustSend(get(server.URL))
	if len(proxy.requests()) > 0 || len(server.requests()) != 1 {
		t.Error("loopback went through the proxy")
	}
	w.mustSend("GET http://api.example.test/")
	if got := proxy.last(t).URL; got != "http://api.example.test/" {
		t.Errorf("the proxy saw %q", got)
	}
}

func TestAuthorizeAsksOnceAnOrigin(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values[plainRef] = plainValue
	server := w.serve(true, nil)
	w.hosts["example.com:443"], w.hosts["example.com:8443"] = server.addr(), server.addr()
	w.answer = request.AllowOnce
	plans := []*request.Plan{
		w.plan(get("https://example.com/1")), w.plan("GET https://example.com/2?k=" + plainRef), w.plan(get("https://example.com:8443/3")), w.plan("GET https://example.com/4"),
	}
	call := w.call()
	call.Grants = request.NewGrants()
	sender := w.sender()
	if err := sender.Authorize(t.Context(), plans, call); err != nil {
		t.Fatal(err)
	}
	if len(w.asked) != 2 || len(w.asked[0].Items) != 2 {
		t.Fatalf("asked %+v", w.asked)
	}
	for _, plan := range plans {
		if _, err := sender.Send(t.Context(), plan, call); err != nil {
			t.Error(err)
		}
	}
	if len(w.asked) != 2 {
		t.Errorf("asked again: %+v", w.asked[2:])
	}
	// A refusal holds for all of them too.
	w.asked, w.answer, call.Grants = nil, request.Deny, request.NewGrants()
	before := len(server.requests())
	if err := sender.Authorize(t.Context(), plans[:2], call); err != nil {
		t.Fatal(err)
	}
	for _, plan := range plans[:2] {
		if _, err := sender.Send(t.Context(), plan, call); err == nil {
			t.Error("sent although denied")
		}
	}
	if len(w.asked) != 1 || len(server.requests()) != before {
		t.Errorf("asked %d times, %d requests", len(w.asked), len(server.requests())-before)
	}
}

func TestUnreadablePermissionsAllowNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := writeFile(filepath.Join(w.dir, "p.json"), "{damaged"); err != nil {
		t.Fatal(err)
	}
	w.opts.Permissions = permission.Open(filepath.Join(w.dir, "p.json"))
	w.answer = request.AllowOnce
	_, problem := w.send(get("https://example.com/"))
	if problem == nil || problem.Code != request.CodePermissions {
		t.Errorf("error %+v", problem)
	}
}

func TestUnresolvedReference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(200) })
	_, problem := w.send("GET " + server.URL + "\nX: {{$vault path=nosuch}}")
	if problem == nil || problem.Code != "not-found" || problem.Exit != 3 || problem.Hint != "check the path" || problem.Span == nil || !strings.Contains(problem.Message, "{{$vault path=nosuch}}") {
		t.Errorf("error %+v", problem)
	}
	if len(server.requests()) > 0 {
		t.Error("sent")
	}
}
