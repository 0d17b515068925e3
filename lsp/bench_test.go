package lsp

import (
	"context"
	"encoding/json"
	"runtime"
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

// samples are the times that one kind of answer took.
type samples struct {
	wall, cpu []time.Duration

	start    time.Time
	startCPU time.Duration
}

// begin and end stand around what is measured, on a locked thread.
func (s *samples) begin() { s.startCPU, s.start = threadTime(), time.Now() }

func (s *samples) end() {
	s.wall = append(s.wall, time.Since(s.start))
	s.cpu = append(s.cpu, threadTime()-s.startCPU)
}

// report adds the percentiles. Those of the processor time leave out the
// waiting for a processor that other programs are using.
func (s *samples) report(b *testing.B) {
	b.Helper()
	at := func(took []time.Duration, q float64) float64 {
		return slices.Sorted(slices.Values(took))[int(q*float64(len(took)-1))].Seconds() * 1000
	}
	b.ReportMetric(at(s.wall, 0.5), "p50-ms")
	b.ReportMetric(at(s.wall, 0.99), "p99-ms")
	if threadTime() > 0 {
		b.ReportMetric(at(s.cpu, 0.99), "p99-cpu-ms")
	}
}

// BenchmarkKeystrokeToDiagnostics types a letter at the begin, in the middle
// and at the end of the file: message decoded, edit applied, parsed, analysed,
// converted and encoded. The debounce is left out.
func BenchmarkKeystrokeToDiagnostics(b *testing.B) {
	lines := strings.Count(benchfile.Requests(benchRequests), "\n")
	for _, place := range []struct {
		name string
		line int
	}{{"begin", 20}, {"middle", lines / 2}, {"end", lines - 20}} {
		b.Run(place.name, func(b *testing.B) { benchKeystroke(b, uint32(place.line)) })
	}
}

func benchKeystroke(b *testing.B, line uint32) {
	s, _ := benchSession(b)
	change := handleNotification(s.didChange)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took samples
	for version := int32(2); b.Loop(); version++ {
		params, err := json.Marshal(keystroke(version, line))
		if err != nil {
			b.Fatal(err)
		}
		took.begin()
		if err := change(b.Context(), params); err != nil {
			b.Fatal(err)
		}
		snap := s.snapshot()
		found := s.diagnose(snap, snap.Document(testURI))
		if _, err := protocol.Marshal(&protocol.PublishDiagnosticsParams{URI: testURI, Diagnostics: found}); err != nil {
			b.Fatal(err)
		}
		took.end()
	}
	took.report(b)
}

// keystroke types a letter at a line's begin, or takes it away again.
func keystroke(version int32, line uint32) map[string]any {
	text, end := "x", uint32(0)
	if version%2 == 1 {
		text, end = "", 1
	}
	edit := protocol.Range{Start: protocol.Position{Line: line}, End: protocol.Position{Line: line, Character: end}}
	return map[string]any{
		"textDocument":   map[string]any{"uri": testURI, "version": version},
		"contentChanges": []any{map[string]any{"range": edit, "text": text}},
	}
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
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var took samples
	for b.Loop() {
		edit.TextDocument.Version++
		if err := s.didChange(b.Context(), edit); err != nil {
			b.Fatal(err)
		}
		took.begin()
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
		took.end()
	}
	took.report(b)
}
