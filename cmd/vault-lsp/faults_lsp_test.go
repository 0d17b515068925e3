package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// server is the program as an editor runs it, in a faultWorld.
type server struct {
	*lsptest.Editor
	world *faultWorld
	log   *lockedLog
}

// lockedLog is the program's standard error.
type lockedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lockedLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// editServer starts the program; it must have been built from the developer's
// own home, before newFaultWorld.
func editServer(t *testing.T, w *faultWorld, program string) *server {
	t.Helper()
	cmd := exec.Command(program, "serve")
	log := &lockedLog{}
	cmd.Stderr = log
	s := &server{Editor: lsptest.Start(t, cmd), world: w, log: log}
	s.Initialize(map[string]any{"rootUri": "file://" + w.work})
	return s
}

// open opens a new document and returns its address.
func (s *server) open(name, text string) string {
	uri := "file://" + filepath.Join(s.world.work, name+".http")
	s.Open(uri, text)
	return uri
}

// send sends the only request of a document.
func (s *server) send(uri string) (string, error) {
	var answer json.RawMessage
	err := s.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, &answer)
	return string(answer), err
}

// failure is what a failed command answers in data.
type failure struct {
	Code, Message, Hint string
	Range               *lsptest.Range
}

func failureOf(t *testing.T, err error) failure {
	t.Helper()
	var answered *lsptest.ResponseError
	var f failure
	if !errors.As(err, &answered) || answered.Code != -32803 {
		t.Fatalf("answered %v, want error -32803", err)
	}
	if err := json.Unmarshal(answered.Data, &f); err != nil || f.Message != answered.Message {
		t.Errorf("data %s (%v) of %q", answered.Data, err, answered.Message)
	}
	return f
}

// stillServes sends a request that works.
func (s *server) stillServes(t *testing.T) {
	t.Helper()
	uri := s.open("fine", s.world.fine)
	defer s.Close(uri)
	if answer, err := s.send(uri); err != nil || !strings.Contains(answer, "all is well ●●●●●●") {
		t.Errorf("afterwards a request that works answers %v %s", err, answer)
	}
}

// hidesEverything fails the test if a value went over the connection or into
// the log.
func (s *server) hidesEverything(t *testing.T) {
	t.Helper()
	s.world.tells(t, s.Traffic())
	s.world.tells(t, s.log.String())
}

// TestFaultsInTheEditor: every fault is a failure with a code, a sentence and a
// place, and the server goes on.
func TestFaultsInTheEditor(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	s := editServer(t, w, program)
	for _, f := range slices.Concat(faults, vaultFaults) {
		t.Run(f.name, func(t *testing.T) {
			uri := s.open(strings.ReplaceAll(f.name, " ", "-"), w.replace.Replace(f.text))
			answer, err := s.send(uri)
			if f.code == "" {
				if err != nil {
					t.Fatal(err)
				}
				w.tells(t, answer, f.want...)
			} else {
				got := failureOf(t, err)
				if got.Code != f.code {
					t.Errorf("code %q, want %q", got.Code, f.code)
				}
				w.tells(t, got.Message+"; "+got.Hint, f.want...)
				if f.exit == exitReference && got.Range == nil {
					t.Errorf("%q has no place in the file", got.Message)
				}
			}
			s.Close(uri)
			s.stillServes(t)
		})
	}
	s.hidesEverything(t)
	if status := s.Shutdown(); status != 0 {
		t.Errorf("exit status %d", status)
	}
}

// TestSendAllInTheEditor: a request with a mistake counts as failed and keeps
// none of the others from being sent.
func TestSendAllInTheEditor(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	s := editServer(t, w, program)
	uri := s.open("all", w.fine+"\n###\n"+w.replace.Replace("GET TARGET\nContent-Type text/plain\n")+"\n###\n"+w.fine)
	var answer struct {
		Responses []struct {
			Status int
			Error  *failure
		}
		Summary struct{ Total, Sent, Failed int }
	}
	if err := s.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, &answer); err != nil {
		t.Fatal(err)
	}
	if got := answer.Summary; got.Total != 3 || got.Sent != 2 || got.Failed != 1 {
		t.Errorf("summary %+v", got)
	}
	if len(answer.Responses) != 3 || answer.Responses[1].Error == nil || answer.Responses[1].Error.Code != "header-without-colon" || answer.Responses[2].Status != 200 {
		t.Errorf("responses %+v", answer.Responses)
	}
}

// TestCancelledInTheEditor: cancelling answers so, and takes the request back
// from the server it went to.
func TestCancelledInTheEditor(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	s := editServer(t, w, program)
	uri := s.open("held", w.replace.Replace("GET TARGET/held\nA: SECRET\n"))
	pending := s.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri})
	<-w.held
	pending.Cancel()
	err := pending.Wait(nil)
	<-w.gone
	if lsptest.CodeOf(err) != -32800 || !strings.Contains(err.Error(), "cancelled") {
		t.Errorf("answered %v, want RequestCancelled", err)
	}
	s.stillServes(t)
	s.hidesEverything(t)
}

// TestEditorKilledMidSend: the request ends with the editor, and the server
// too.
func TestEditorKilledMidSend(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	s := editServer(t, w, program)
	uri := s.open("held", w.replace.Replace("GET TARGET/held\nA: SECRET\n"))
	s.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri})
	<-w.held
	s.Hangup()
	<-w.gone
	if status := s.Exit(); status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	s.hidesEverything(t)
}

func framed(body string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
}

// TestMalformedFrames: what is no message does not keep the next one from being
// answered.
func TestMalformedFrames(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	s := editServer(t, w, program)
	for name, raw := range map[string]string{
		"no header":            "hello\r\n",
		"blank lines":          "\r\n\r\n\r\n",
		"header without value": "Content-Length\r\n\r\n",
		"length of no number":  "Content-Length: many\r\n\r\n",
		"negative length":      "Content-Length: -5\r\n\r\n",
		"other header":         "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
		"nothing":              "Content-Length: 0\r\n\r\n",
		"no JSON":              framed("{oops"),
		"no object":            framed("null"),
		"array":                framed("[]"),
		"no method":            framed(`{"jsonrpc":"2.0"}`),
		"number for a method":  framed(`{"jsonrpc":"2.0","method":1}`),
		"answer nobody wants":  framed(`{"jsonrpc":"2.0","id":77,"result":null}`),
	} {
		t.Run(name, func(t *testing.T) {
			s.Raw([]byte(raw))
			s.stillServes(t)
		})
	}
	for name, params := range map[string]any{
		"no arguments":      map[string]any{"command": "vault-lsp.sendRequest"},
		"unknown field":     map[string]any{"command": "vault-lsp.sendRequest", "arguments": []any{map[string]any{"uri": "file:///a.http", "urii": 1}}},
		"unknown command":   map[string]any{"command": "vault-lsp.frobnicate", "arguments": []any{map[string]any{}}},
		"not open":          map[string]any{"command": "vault-lsp.sendRequest", "arguments": []any{map[string]any{"uri": "file:///not-open.http"}}},
		"text for an array": map[string]any{"command": "vault-lsp.sendRequest", "arguments": "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := s.Call("workspace/executeCommand", params, nil); lsptest.CodeOf(err) == 0 {
				t.Errorf("answered %v, want an error", err)
			}
			s.stillServes(t)
		})
	}
	s.hidesEverything(t)
}

// TestDamagedConfigurationInTheEditor: damage while the server runs is told
// with line and column where the configuration is needed, and its repair is
// seen.
func TestDamagedConfigurationInTheEditor(t *testing.T) {
	program := testtools.Product(t)
	w := newFaultWorld(t)
	path := filepath.Join(w.home, ".config", "vault-lsp", "config.json")
	intact := w.readFile(path)
	damaged := strings.Replace(intact, `"narrow":`, `"narrow"`, 1)
	w.configure(damaged)
	s := editServer(t, w, program)
	uri := s.open("a", w.fine)
	for range 2 {
		_, err := s.send(uri)
		got := failureOf(t, err)
		w.tells(t, got.Message+"; "+got.Hint, "config.json:3:")
		w.configure(intact)
		s.stillServes(t)
		w.configure(damaged)
	}
	s.hidesEverything(t)
}
