package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

const testURI = "file:///nowhere/a.http"

// start runs a session with an editor. prepare may add methods.
func start(t testing.TB, deps Deps, prepare func(*session)) *lsptest.Editor {
	t.Helper()
	if deps.Log == nil {
		deps.Log = zap.NewNop()
	}
	return lsptest.New(t, func(ctx context.Context, in io.Reader, out io.Writer) int {
		base, cancel := context.WithCancel(ctx)
		defer cancel()
		s := newSession(base, deps)
		if prepare != nil {
			prepare(s)
		}
		return s.run(cancel, in, out)
	})
}

// alive ends the test unless the server still answers.
func alive(t *testing.T, e *lsptest.Editor) {
	t.Helper()
	if got := lsptest.CodeOf(e.Call("test/none", nil, nil)); got != -32601 {
		t.Fatalf("the server answers code %d to an unknown method, want -32601", got)
	}
}

// version is a call that answers the version of the test document.
func version(_ context.Context, snap *Snapshot, _ []byte) (any, error) {
	return protocol.Integer(snap.Document(testURI).Version), nil
}

// block is a call that says that it runs and waits for its end.
func block(running chan<- struct{}) call {
	return func(ctx context.Context, _ *Snapshot, _ []byte) (any, error) {
		running <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// The library recycles a request's context: deriving from it ends the process.
func TestContextsMayBeDerived(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	derive := func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, time.Hour)
		context.AfterFunc(ctx, func() { seen.Add(1) })
		cancel()
	}
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.notifications["test/derive"] = func(ctx context.Context, _ []byte) error {
			derive(ctx)
			return nil
		}
		s.dispatch.calls["test/derive"] = func(ctx context.Context, _ *Snapshot, _ []byte) (any, error) {
			derive(ctx)
			return nil, nil
		}
	})
	e.Initialize(nil)
	var last *lsptest.Pending
	for range 2000 {
		e.Notify("test/derive", nil)
		last = e.Go("test/derive", nil)
	}
	if err := last.Wait(nil); err != nil {
		t.Fatal(err)
	}
	alive(t, e)
}

// Every call sees exactly the edits that were sent before it.
func TestCallsSeeTheEditsBeforeThem(t *testing.T) {
	t.Parallel()
	const edits = 5000
	e := start(t, Deps{}, func(s *session) { s.dispatch.calls["test/version"] = version })
	e.Initialize(nil)
	e.Open(testURI, "GET http://localhost/\n")
	answers := make([]*lsptest.Pending, 0, edits)
	for i := range edits {
		e.Change(testURI, i+2, lsptest.Change{Range: &lsptest.Range{}, Text: "#"})
		answers = append(answers, e.Go("test/version", nil))
	}
	for i, answer := range answers {
		var got int
		if err := answer.Wait(&got); err != nil {
			t.Fatal(err)
		}
		if got != i+2 {
			t.Fatalf("the call behind edit %d saw version %d", i+2, got)
		}
	}
}

func TestUnknownNotificationsAreIgnored(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(nil)
	e.Notify("$/whatever", map[string]any{"a": 1})
	e.Notify("workspace/whatever", nil)
	e.Notify("", nil)
	alive(t, e)
}

func TestMalformedNotificationsAreIgnored(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.MustCall("initialize", map[string]any{"processId": nil, "rootUri": nil, "capabilities": map[string]any{}}, nil)
	e.Notify("initialized", nil)
	e.Notify("$/cancelRequest", map[string]any{"id": nil})
	e.Notify("$/cancelRequest", map[string]any{"id": []int{1}})
	e.Notify("$/cancelRequest", nil)
	e.Notify("textDocument/didOpen", map[string]any{"textDocument": 7})
	e.Notify("textDocument/didChange", []int{1, 2})
	e.Notify("textDocument/didClose", "x")
	e.Notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": testURI, "version": "new"}})
	e.Notify("workspace/didChangeConfiguration", nil)
	e.Notify("workspace/didChangeWatchedFiles", map[string]any{"changes": "all"})
	e.Notify("window/workDoneProgress/cancel", map[string]any{"token": map[string]any{}})
	alive(t, e)
}

func TestPanicsAreAnsweredAndLoggedWithoutTheirValue(t *testing.T) {
	t.Parallel()
	const value = "panic-value-with-a-secret"
	core, logs := observer.New(zap.DebugLevel)
	e := start(t, Deps{Log: zap.New(core)}, func(s *session) {
		s.dispatch.calls["test/panic"] = func(context.Context, *Snapshot, []byte) (any, error) { panic(value) }
		s.dispatch.notifications["test/panic"] = func(context.Context, []byte) error { panic(value) }
	})
	e.Initialize(nil)
	if got := lsptest.CodeOf(e.Call("test/panic", map[string]any{"p": value}, nil)); got != -32603 {
		t.Errorf("a panic is answered %d, want -32603", got)
	}
	e.Notify("test/panic", nil)
	alive(t, e)
	panics := logs.FilterMessage("panic").All()
	if len(panics) != 2 {
		t.Fatalf("%d panics logged, want 2", len(panics))
	}
	for _, entry := range logs.All() {
		if text := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(text, value) {
			t.Errorf("the log holds the panic's value: %s", text)
		}
	}
	if frames := fmt.Sprint(panics[0].ContextMap()["frames"]); !strings.Contains(frames, "lsp.TestPanics") {
		t.Errorf("the log names no frame of ours: %s", frames)
	}
}

func TestCancelIsAnsweredRequestCancelled(t *testing.T) {
	t.Parallel()
	running := make(chan struct{})
	e := start(t, Deps{}, func(s *session) { s.dispatch.calls["test/block"] = block(running) })
	e.Initialize(nil)
	call := e.Go("test/block", nil)
	receive(t, running)
	call.Cancel()
	if got := lsptest.CodeOf(call.Wait(nil)); got != -32800 {
		t.Errorf("a cancelled call with a numeric id is answered %d, want -32800", got)
	}

	e.Frame([]byte(`{"jsonrpc":"2.0","id":"one","method":"test/block"}`))
	receive(t, running)
	e.Notify("$/cancelRequest", map[string]any{"id": "one"})
	answer := e.Await("answer to one", func(m lsptest.Message) bool { return string(m.ID) == `"one"` })
	if answer.Error == nil || answer.Error.Code != -32800 {
		t.Errorf("a cancelled call with a string id is answered %v, want -32800", answer.Error)
	}
	e.Notify("$/cancelRequest", map[string]any{"id": 4711})
	alive(t, e)
}

func TestSlowCallsHoldUpNothing(t *testing.T) {
	t.Parallel()
	running := make(chan struct{})
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.calls["test/block"] = block(running)
		s.dispatch.calls["test/version"] = version
	})
	e.Initialize(nil)
	e.Open(testURI, "")
	slow := e.Go("test/block", nil)
	receive(t, running)
	e.Change(testURI, 2, lsptest.Change{Text: "x"})
	var got int
	e.MustCall("test/version", nil, &got)
	if got != 2 {
		t.Errorf("behind a slow call the version is %d, want 2", got)
	}
	slow.Cancel()
	if err := slow.Wait(nil); lsptest.CodeOf(err) != -32800 {
		t.Error(err)
	}
}

// The library's logging stream stands still after a client's error response.
func TestErrorResponsesOfTheClient(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.calls["test/ask"] = func(ctx context.Context, _ *Snapshot, _ []byte) (any, error) {
			_, err := s.client.ShowMessageRequest(ctx, &protocol.ShowMessageRequestParams{Message: "?"})
			return protocol.Boolean(err != nil), nil
		}
	})
	e.Handle("window/showMessageRequest", func(json.RawMessage) (any, *lsptest.ResponseError) {
		return nil, &lsptest.ResponseError{Code: -32000, Message: "no"}
	})
	e.Initialize(nil)
	for range 3 {
		var refused bool
		e.MustCall("test/ask", nil, &refused)
		if !refused {
			t.Error("the client's error did not arrive")
		}
	}
	e.Frame([]byte(`{"jsonrpc":"2.0","id":99,"result":null}`))
	e.Frame([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}`))
	alive(t, e)
}

func TestHangupEndsWhatRuns(t *testing.T) {
	t.Parallel()
	running, ended := make(chan struct{}), make(chan error, 1)
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.calls["test/block"] = func(ctx context.Context, _ *Snapshot, _ []byte) (any, error) {
			running <- struct{}{}
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, ctx.Err()
		}
	})
	e.Initialize(nil)
	e.Go("test/block", nil)
	receive(t, running)
	e.Hangup()
	if got := e.Exit(); got != 1 {
		t.Errorf("exit status %d after the editor hung up, want 1", got)
	}
	if err := receive(t, ended); err == nil {
		t.Error("the running call was not cancelled")
	}
}

func TestNullRangeIsTheWholeDocument(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.calls["test/text"] = func(_ context.Context, snap *Snapshot, _ []byte) (any, error) {
			return protocol.String(snap.Document(testURI).File.Src), nil
		}
	})
	e.Initialize(nil)
	e.Open(testURI, "old text")
	e.Notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": testURI, "version": 2},
		"contentChanges": []any{map[string]any{"range": nil, "text": "new"}},
	})
	var got string
	e.MustCall("test/text", nil, &got)
	if got != "new" {
		t.Errorf("the document is %q, want %q", got, "new")
	}
}

func TestBadParametersAreNotRepeated(t *testing.T) {
	t.Parallel()
	const value = "s3cr3t-in-params"
	core, logs := observer.New(zap.DebugLevel)
	e := start(t, Deps{Log: zap.New(core)}, nil)
	e.Initialize(nil)
	for _, params := range []string{
		`{"textDocument":{"uri":5},"position":"` + value + `"}`,
		`["` + value + `"]`,
		`{"textDocument":{"uri":"` + testURI + `"},"position":{"line":-1,"character":"` + value + `"}}`,
	} {
		err := e.Call("textDocument/hover", json.RawMessage(params), nil)
		if got := lsptest.CodeOf(err); got != -32602 {
			t.Errorf("%s: answered %v, want -32602", params, err)
		}
		if strings.Contains(err.Error(), value) {
			t.Errorf("the answer repeats the parameters: %v", err)
		}
	}
	for _, entry := range logs.All() {
		if text := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(text, value) {
			t.Errorf("the log repeats the parameters: %s", text)
		}
	}
}

func TestIDsInUseAreRefused(t *testing.T) {
	t.Parallel()
	running := make(chan struct{})
	e := start(t, Deps{}, func(s *session) { s.dispatch.calls["test/block"] = block(running) })
	e.Initialize(nil)
	e.Frame([]byte(`{"jsonrpc":"2.0","id":"same","method":"test/block"}`))
	receive(t, running)
	e.Frame([]byte(`{"jsonrpc":"2.0","id":"same","method":"test/block"}`))
	answer := e.Await("answer", func(m lsptest.Message) bool { return string(m.ID) == `"same"` })
	if answer.Error == nil || answer.Error.Code != -32600 {
		t.Errorf("a second call of the same id is answered %v, want -32600", answer.Error)
	}
	alive(t, e)
}

// A storm of edits, calls, cancels and junk leaves the document and the
// connection as they should be.
func TestStorm(t *testing.T) {
	t.Parallel()
	const rounds = 1500
	e := start(t, Deps{}, func(s *session) {
		s.dispatch.calls["test/version"] = version
		s.dispatch.calls["test/block"] = func(ctx context.Context, _ *Snapshot, _ []byte) (any, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
	})
	e.Initialize(nil)
	e.Open(testURI, "GET http://localhost/\n")
	var cancelled sync.WaitGroup
	for i := range rounds {
		e.Change(testURI, i+2, lsptest.Change{Range: &lsptest.Range{}, Text: "x"})
		e.Go("textDocument/hover", lsptest.At(testURI, lsptest.Position{}))
		blocked := e.Go("test/block", nil)
		blocked.Cancel()
		cancelled.Go(func() {
			if err := blocked.Wait(nil); lsptest.CodeOf(err) != -32800 {
				t.Errorf("cancelled call: %v", err)
			}
		})
		if i%10 == 0 {
			e.Notify("$/junk", map[string]any{"n": i})
			e.Frame([]byte(`{"jsonrpc":"2.0","method":`))
			e.Raw([]byte("what is this\r\n"))
		}
	}
	cancelled.Wait()
	var got int
	e.MustCall("test/version", nil, &got)
	if got != rounds+1 {
		t.Errorf("version %d after the storm, want %d", got, rounds+1)
	}
	if status := e.Shutdown(); status != 0 {
		t.Errorf("exit status %d, want 0", status)
	}
}
