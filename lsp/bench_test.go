package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
)

// benchRequests gives a file of about 55,000 lines.
const benchRequests = 5000

// quiet is a client that nobody reads.
type quiet struct{ protocol.Client }

func (quiet) PublishDiagnostics(context.Context, *protocol.PublishDiagnosticsParams) error {
	return nil
}

// benchSession returns a session with the large file open and nothing scheduled.
func benchSession(b *testing.B) (*session, string) {
	b.Helper()
	s := newSession(b.Context(), Deps{Log: zap.NewNop()})
	s.client = quiet{}
	s.caps = capabilities{snippets: true}
	s.diagnostics.close()
	src := benchfile.Requests(benchRequests)
	if err := s.didOpen(b.Context(), openParams(src)); err != nil {
		b.Fatal(err)
	}
	return s, src
}

func openParams(src string) *didOpenParams {
	p := &didOpenParams{}
	p.TextDocument.URI, p.TextDocument.Version, p.TextDocument.Text = testURI, 1, src
	return p
}

// report adds the percentiles of what was measured.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.99), "p99-ms")
}

// BenchmarkKeystrokeToDiagnostics types a letter in the middle of the file:
// message decoded, edit applied, parsed, analysed, converted and encoded. The
// debounce is left out.
func BenchmarkKeystrokeToDiagnostics(b *testing.B) {
	s, src := benchSession(b)
	line := strings.Count(src[:len(src)/2], "\n")
	change := handleNotification(s.didChange)
	var took []time.Duration
	version := 1
	for b.Loop() {
		version++
		text := "x"
		edit := protocol.Range{
			Start: protocol.Position{Line: uint32(line)}, End: protocol.Position{Line: uint32(line), Character: uint32(version % 2)},
		}
		if version%2 == 1 {
			text = ""
		}
		params, err := json.Marshal(map[string]any{
			"textDocument":   map[string]any{"uri": testURI, "version": version},
			"contentChanges": []any{map[string]any{"range": edit, "text": text}},
		})
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := change(b.Context(), params); err != nil {
			b.Fatal(err)
		}
		snap := s.snapshot()
		found := s.diagnose(snap, snap.Document(testURI))
		if _, err := protocol.Marshal(&protocol.PublishDiagnosticsParams{URI: testURI, Diagnostics: found}); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}

// BenchmarkCompletion completes the name of a field near the file's end, each
// time right after a keystroke, from the raw message to the encoded answer.
func BenchmarkCompletion(b *testing.B) {
	s, src := benchSession(b)
	added := src + "\n### last\nGET https://a.example/\nX: {{$vault pa}}\n"
	if err := s.didOpen(b.Context(), openParams(added)); err != nil {
		b.Fatal(err)
	}
	line := uint32(strings.Count(added, "\n") - 1)
	position := protocol.Position{Line: line, Character: uint32(len("X: {{$vault pa"))}
	params, err := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": testURI}, "position": position})
	if err != nil {
		b.Fatal(err)
	}
	letter := "a"
	edit := &didChangeParams{ContentChanges: []contentChange{{Text: &letter, Range: &protocol.Range{
		Start: protocol.Position{Line: line, Character: position.Character - 1}, End: position,
	}}}}
	edit.TextDocument.URI, edit.TextDocument.Version = testURI, 1
	complete := handleCall(s.completion)
	var took []time.Duration
	for b.Loop() {
		edit.TextDocument.Version++
		if err := s.didChange(b.Context(), edit); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		list, err := complete(b.Context(), s.snapshot(), params)
		if err != nil {
			b.Fatal(err)
		}
		if len(list.(*protocol.CompletionList).Items) == 0 {
			b.Fatal("no items")
		}
		if _, err := protocol.Marshal(list); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(start))
	}
	report(b, took)
}
