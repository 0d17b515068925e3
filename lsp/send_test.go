package lsp

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

const secretFile = `# @name first
GET https://api.example.com/one
Authorization: Bearer {{$vault path=app/db key=password}}

### second
POST https://api.example.com/two
Content-Type: text/plain

hello
`

func TestSendRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	questions := w.answer(answerOnce)
	uri := w.open(t, "a.http", secretFile)

	var response map[string]any
	err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "version": 1, "position": at(1, 3)}, &response)
	if err != nil {
		t.Fatal(err)
	}
	if response["status"] != 200.0 {
		t.Errorf("status %v", response["status"])
	}
	for _, member := range []string{
		"request", "status", "statusText", "httpVersion", "headers", "body", "timings", "redirects", "secrets", "tests", "warnings",
	} {
		if _, ok := response[member]; !ok {
			t.Errorf("the response has no %q", member)
		}
	}
	if diff := cmp.Diff([]string{"Bearer " + markerValue}, w.arrived()); diff != "" {
		t.Errorf("what arrived (-want +got):\n%s", diff)
	}
	body, _ := response["body"].(map[string]any)
	if text, _ := body["text"].(string); !strings.Contains(text, secret.Mask) || strings.Contains(text, markerValue) {
		t.Errorf("the body is not masked: %q", text)
	}
	if len(*questions) != 1 || !strings.Contains((*questions)[0], "https://api.example.com") ||
		!strings.Contains((*questions)[0], "{{$vault path=app/db key=password}}") ||
		!strings.Contains((*questions)[0], "infra") || !strings.Contains((*questions)[0], "header:Authorization") {
		t.Errorf("the question was %q", *questions)
	}
	begun, ended := progressKinds(w.Editor)
	if begun == 0 || begun != ended {
		t.Errorf("progress began %d times and ended %d times", begun, ended)
	}

	// By name, and a request without secrets asks nothing.
	err = w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "second"}, &response)
	if err != nil {
		t.Fatal(err)
	}
	if len(*questions) != 1 {
		t.Errorf("a request without secrets asked: %q", (*questions)[1:])
	}
}

func progressKinds(e *lsptest.Editor) (begun, ended int) {
	for _, m := range e.Received() {
		var p struct{ Value struct{ Kind string } }
		if m.Method != "$/progress" || json.Unmarshal(m.Params, &p) != nil {
			continue
		}
		switch p.Value.Kind {
		case "begin":
			begun++
		case "end":
			ended++
		}
	}
	return begun, ended
}

// What the user answers decides; remembered answers are not asked for again.
func TestDestinationQuestion(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		answers []string
		asks    int
		arrive  int
	}{
		{"deny", []string{answerDeny}, 1, 0},
		{"closed", []string{""}, 1, 0},
		{"once, then asked again", []string{answerOnce, answerOnce}, 2, 2},
		{"always, then not asked", []string{answerAlways, answerDeny}, 1, 2},
		{"deny, then once", []string{answerDeny, answerOnce}, 2, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.initialize()
			uri := w.write(t, "a.http", secretFile)
			w.Open(uri, secretFile)
			asked := 0
			for _, answer := range test.answers {
				questions := w.answer(answer)
				err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "first"}, nil)
				asked += len(*questions)
				if err != nil {
					if f := failure(t, err); !strings.Contains(f.Hint, "permission allow") {
						t.Errorf("the hint is %q; it must name the command that allows", f.Hint)
					}
				}
			}
			if asked != test.asks {
				t.Errorf("asked %d times, want %d", asked, test.asks)
			}
			if got := len(w.arrived()); got != test.arrive {
				t.Errorf("%d requests arrived, want %d", got, test.arrive)
			}
			if test.arrive == 0 && w.vault.fetched != 0 {
				t.Error("a secret was fetched for a send that was denied")
			}
		})
	}
}

// An editor that cannot ask is an editor whose user said no.
func TestDestinationWithoutQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.Initialize(nil)
	uri := w.open(t, "a.http", secretFile)
	err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "first"}, nil)
	if f := failure(t, err); !strings.Contains(f.Hint, "vault-lsp permission allow") {
		t.Errorf("the hint is %q", f.Hint)
	}
	if got := w.arrived(); len(got) != 0 {
		t.Errorf("arrived: %v", got)
	}
	for _, m := range w.Received() {
		if m.Method == "window/showMessageRequest" || m.Method == "window/workDoneProgress/create" {
			t.Errorf("the server sent %s to a client that cannot", m.Method)
		}
	}
}

func TestSendIsPinnedToTheVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	w.Change(uri, 2, lsptest.Change{Text: secretFile + "\n"})
	err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "version": 1, "name": "second"}, nil)
	if got := lsptest.CodeOf(err); got != -32801 {
		t.Errorf("an old version is answered %v, want -32801", err)
	}

	// An edit behind the command does not reach the request.
	pending := w.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri, "version": 2, "name": "second"})
	w.Change(uri, 3, lsptest.Change{Text: "GET https://api.example.com/other\n"})
	var response request.Response
	if err := pending.Wait(&response); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(response.Request.URL, "/two") {
		t.Errorf("sent %s, want the request as it was", response.Request.URL)
	}
}

func TestSendIsCancelled(t *testing.T) {
	t.Parallel()
	cancels := map[string]func(w *world, p *lsptest.Pending){
		"by $/cancelRequest": func(_ *world, p *lsptest.Pending) { p.Cancel() },
		"by progress": func(w *world, _ *lsptest.Pending) {
			m := w.Await("begin of progress", func(m lsptest.Message) bool { return m.Method == "$/progress" })
			var p struct{ Token any }
			_ = json.Unmarshal(m.Params, &p)
			w.Notify("window/workDoneProgress/cancel", map[string]any{"token": p.Token})
		},
	}
	for name, cancel := range cancels {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			arrived := make(chan struct{}, 1)
			w := newWorld(t, func(w *world) {
				w.respond = func(_ http.ResponseWriter, r *http.Request) {
					arrived <- struct{}{}
					<-r.Context().Done()
				}
			})
			w.initialize()
			uri := w.write(t, "a.http", secretFile)
			w.Open(uri, secretFile)
			pending := w.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "second"})
			receive(t, arrived)
			cancel(w, pending)
			if err := pending.Wait(nil); lsptest.CodeOf(err) != -32800 {
				t.Errorf("answered %v, want -32800", err)
			}
			alive(t, w.Editor)
		})
	}
}

// An editor that is killed while a request runs ends the request.
func TestHangupEndsTheSend(t *testing.T) {
	t.Parallel()
	arrived, gone := make(chan struct{}, 1), make(chan struct{})
	w := newWorld(t, func(w *world) {
		w.respond = func(_ http.ResponseWriter, r *http.Request) {
			arrived <- struct{}{}
			<-r.Context().Done()
			close(gone)
		}
	})
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	w.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "second"})
	receive(t, arrived)
	w.Hangup()
	if got := w.Exit(); got != 1 {
		t.Errorf("exit status %d, want 1", got)
	}
	receive(t, gone)
}

func TestSendFailures(t *testing.T) {
	t.Parallel()
	fails := func(kind providers.Kind) func(context.Context, secret.Ref) (providers.Payload, error) {
		return func(context.Context, secret.Ref) (providers.Payload, error) {
			return providers.Payload{}, &providers.Error{
				Kind: kind, Provider: secret.Vault, Op: "get", Message: "no luck with app/db", Hint: "try another",
			}
		}
	}
	tests := []struct {
		name, src string
		get       func(context.Context, secret.Ref) (providers.Payload, error)
		code      string
		line      int // of the range, from 0; -1 for none
	}{
		{"undefined variable", "GET https://api.example.com/{{nope}}\n", nil, "undefined-variable", 0},
		{"unknown field", "GET https://api.example.com/\nA: {{$vault path=a pth=b}}\n", nil, "unknown-field", 1},
		{"not found", secretFile[:strings.Index(secretFile, "###")], fails(providers.NotFound), "not-found", 2},
		{"denied", secretFile[:strings.Index(secretFile, "###")], fails(providers.Denied), "denied", 2},
		{"sealed", secretFile[:strings.Index(secretFile, "###")], fails(providers.Sealed), "sealed", 2},
		{"not built yet", "GET https://api.example.com/\nA: {{$aws secret=a}}\n", nil, "unsupported", 1},
		{"two requests", secretFile, nil, "no-such-request", -1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(w *world) { w.vault.get = test.get })
			w.initialize()
			w.answer(answerOnce)
			uri := w.write(t, "a.http", test.src)
			w.Open(uri, test.src)
			f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil))
			if f.Code != test.code {
				t.Errorf("code %q (%s), want %q", f.Code, f.Message, test.code)
			}
			switch {
			case test.line < 0 && f.Range != nil:
				t.Errorf("range %v, want none", f.Range)
			case test.line >= 0 && (f.Range == nil || int(f.Range.Start.Line) != test.line):
				t.Errorf("range %v, want line %d", f.Range, test.line)
			}
			if len(w.arrived()) != 0 {
				t.Error("a request arrived")
			}
		})
	}
}

func TestSendAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	questions := w.answer(answerOnce)
	src := secretFile + "\n### bad\nGET https://api.example.com/{{nope}}\n\n### last\nGET https://api.example.com/\nAuthorization: {{$vault path=app/db key=password}}\n"
	uri := w.open(t, "a.http", src)
	var result struct {
		Responses []struct {
			Status int
			Error  *Failure
		}
		Summary summary
	}
	if err := w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, &result); err != nil {
		t.Fatal(err)
	}
	if want := (summary{Total: 4, Sent: 3, Failed: 1}); result.Summary != want {
		t.Errorf("summary %+v, want %+v", result.Summary, want)
	}
	if r := result.Responses; len(r) != 4 || r[0].Status != 200 || r[2].Error == nil || r[2].Error.Code != "undefined-variable" {
		t.Errorf("responses %+v", result.Responses)
	}
	if len(*questions) != 1 {
		t.Errorf("asked %d times for one origin: %q", len(*questions), *questions)
	}
}
