package lsp

import (
	"bytes"
	"io"
	"testing"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// FuzzWire: whatever bytes a client sends, the server neither panics nor
// stands still, and what it has got as a document it can be asked about.
func FuzzWire(f *testing.F) {
	initialize := frame(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"capabilities":{}}}`)
	open := frame(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///nowhere/a.http","version":1,"text":"GET http://x/{{a}}"}}}`)
	for _, seed := range []string{
		"", "\r\n\r\n", frame("{}"), frame("[]"), initialize, initialize + open,
		initialize + open + frame(`{"jsonrpc":"2.0","id":1,"method":"textDocument/completion","params":{"textDocument":{"uri":"file:///nowhere/a.http"},"position":{"line":0,"character":15}}}`),
		initialize + open + frame(`{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///nowhere/a.http","version":2},"contentChanges":[{"range":{"start":{"line":9,"character":9},"end":{"line":0,"character":0}},"text":"x"}]}}`),
		initialize + open + frame(`{"jsonrpc":"2.0","id":1,"method":"textDocument/codeAction","params":{"textDocument":{"uri":"file:///nowhere/a.http"},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":4}},"context":{"diagnostics":[]}}}`),
		initialize + frame(`{"jsonrpc":"2.0","id":1,"method":"workspace/executeCommand","params":{"command":"vault-lsp.listProviders","arguments":[{}]}}`),
		initialize + frame(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`) + frame(`{"jsonrpc":"2.0","method":"exit"}`),
		"Content-Length: 7\r\n\r\n{}", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		New(Deps{}).Run(t.Context(), bytes.NewReader(data), io.Discard)
	})
}

// FuzzEdits: any sequence of edits leaves the server with the document that the
// whole text would have given.
func FuzzEdits(f *testing.F) {
	f.Add("GET http://x/\n", []byte{1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Add("é😀\r\n{{a", []byte{0, 9, 0, 0, 9, 3, 200, 1, 2})
	pieces := []string{"", "x", "😀", "\n", "\r", "### a\n", "{{$vault path=", "}}", "é"}
	f.Fuzz(func(t *testing.T, src string, steps []byte) {
		s := newSession(t.Context(), Deps{Log: zap.NewNop()})
		s.client = quiet{}
		s.diagnostics.close()
		if err := s.didOpen(t.Context(), openParams(src)); err != nil {
			t.Fatal(err)
		}
		want := src
		for version := int32(2); len(steps) >= 3; version, steps = version+1, steps[3:] {
			m := s.snapshot().Document(testURI).Mapper
			start := s.toPosition(m, int(steps[0])%(len(want)+1))
			end := s.toPosition(m, int(steps[1])%(len(want)+1))
			from, _ := m.Offset(fromPosition(start), s.caps.encoding)
			to, _ := m.Offset(fromPosition(end), s.caps.encoding)
			piece := pieces[int(steps[2])%len(pieces)]
			want = want[:min(from, to)] + piece + want[max(from, to):]
			p := &didChangeParams{ContentChanges: []contentChange{{Text: &piece}}}
			p.ContentChanges[0].Range = &protocol.Range{Start: start, End: end}
			p.TextDocument.URI, p.TextDocument.Version = testURI, version
			if err := s.didChange(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if got := s.snapshot().Document(testURI).File.Src; got != want {
				t.Fatalf("got  %q\nwant %q", got, want)
			}
		}
	})
}
