package lsp

import (
	"context"
	"math/rand/v2"
	"testing"

	"go.lsp.dev/protocol"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// withText adds a call that answers the test document's text.
func withText(s *session) {
	s.dispatch.calls["test/text"] = func(_ context.Context, snap *Snapshot, _ []byte) (any, error) {
		doc := snap.Document(testURI)
		if doc == nil {
			return nil, nil
		}
		return protocol.String(doc.File.Src), nil
	}
}

func textOf(t *testing.T, e *lsptest.Editor) string {
	t.Helper()
	var got *string
	e.MustCall("test/text", nil, &got)
	if got == nil {
		return "<not open>"
	}
	return *got
}

func at(line, character int) lsptest.Position {
	return lsptest.Position{Line: line, Character: character}
}

func change(startLine, start, endLine, end int, text string) lsptest.Change {
	return lsptest.Change{Range: &lsptest.Range{Start: at(startLine, start), End: at(endLine, end)}, Text: text}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	const src = "GET http://x/\nA: äöü😀z\r\n\r\nbody"
	tests := []struct {
		name    string
		changes []lsptest.Change
		want    string
	}{
		{"insert", []lsptest.Change{change(0, 4, 0, 4, "y")}, "GET yhttp://x/\nA: äöü😀z\r\n\r\nbody"},
		{"behind a surrogate pair", []lsptest.Change{change(1, 8, 1, 9, "Z")}, "GET http://x/\nA: äöü😀Z\r\n\r\nbody"},
		{"inside a surrogate pair", []lsptest.Change{change(1, 7, 1, 9, "Z")}, "GET http://x/\nA: äöüZ\r\n\r\nbody"},
		{"over lines", []lsptest.Change{change(0, 3, 3, 0, "")}, "GETbody"},
		{"several refer to one another", []lsptest.Change{change(0, 0, 0, 3, "POST"), change(0, 4, 0, 5, "_")}, "POST_http://x/\nA: äöü😀z\r\n\r\nbody"},
		{"whole document", []lsptest.Change{{Text: "new"}}, "new"},
		{"whole, then part", []lsptest.Change{{Text: "new"}, change(0, 0, 0, 1, "f")}, "few"},
		{"character behind the line", []lsptest.Change{change(0, 13, 0, 900, "!")}, "GET http://x/!\nA: äöü😀z\r\n\r\nbody"},
		{"line behind the end", []lsptest.Change{change(3, 0, 900, 0, "end")}, "GET http://x/\nA: äöü😀z\r\n\r\nend"},
		{"swapped ends", []lsptest.Change{change(3, 4, 3, 0, "end")}, "GET http://x/\nA: äöü😀z\r\n\r\nend"},
		{"no change", nil, src},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := start(t, Deps{}, withText)
			e.Initialize(nil)
			e.Open(testURI, src)
			e.Change(testURI, 2, test.changes...)
			if got := textOf(t, e); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestChangesOutOfOrderAreRefused(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, withText)
	e.Initialize(nil)
	e.Change(testURI, 1, lsptest.Change{Text: "not open"})
	e.Open(testURI, "one")
	e.Change(testURI, 5, lsptest.Change{Text: "five"})
	e.Change(testURI, 5, lsptest.Change{Text: "five again"})
	e.Change(testURI, 3, lsptest.Change{Text: "three"})
	if got := textOf(t, e); got != "five" {
		t.Errorf("document is %q, want %q", got, "five")
	}
	e.Notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": testURI, "version": 6},
		"contentChanges": []any{map[string]any{"range": nil}},
	})
	if got := textOf(t, e); got != "five" {
		t.Errorf("after a change without text the document is %q, want %q", got, "five")
	}
	e.Close(testURI)
	e.Close(testURI)
	if got := textOf(t, e); got != "<not open>" {
		t.Errorf("document is %q after close", got)
	}
	e.Open(testURI, "again")
	if got := textOf(t, e); got != "again" {
		t.Errorf("document is %q after it was opened again", got)
	}
}

// Edits of any kind leave the server with the text that the editor has, in
// every encoding.
func TestRandomEdits(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"utf-8", "utf-16", "utf-32"} {
		t.Run(encoding, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			e := start(t, Deps{}, withText)
			e.Initialize(map[string]any{"capabilities": map[string]any{
				"general": map[string]any{"positionEncodings": []string{encoding}},
			}})
			runes := []rune("GET http://x/\n\nä😀")
			e.Open(testURI, string(runes))
			pieces := []string{"", "a", "ü", "😀", "\n", "### x\nGET y\n", "{{a}}"}
			for version := 2; version < 400; version++ {
				from := random.IntN(len(runes) + 1)
				to := min(from+random.IntN(4), len(runes))
				src, piece := string(runes), pieces[random.IntN(len(pieces))]
				e.Change(testURI, version, lsptest.Change{Text: piece, Range: &lsptest.Range{
					Start: lsptest.PositionIn(encoding, src, len(string(runes[:from]))),
					End:   lsptest.PositionIn(encoding, src, len(string(runes[:to]))),
				}})
				runes = append(append(append([]rune{}, runes[:from]...), []rune(piece)...), runes[to:]...)
			}
			if got := textOf(t, e); got != string(runes) {
				t.Errorf("got  %q\nwant %q", got, string(runes))
			}
		})
	}
}

func TestURIsAreSpelledAsTheClientDoes(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(nil)
	const uri = "file:///tmp/a@b c:d.http"
	e.Open(uri, "GET http://localhost/\n")
	if got := e.AwaitDiagnostics(uri, 1); got.URI != uri {
		t.Errorf("published for %q, want %q", got.URI, uri)
	}
	var lenses []any
	e.MustCall("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": "file:///tmp/a%40b%20c%3Ad.http"}}, &lenses)
	e.Open("no uri at all", "x")
	alive(t, e)
}
