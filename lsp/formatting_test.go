package lsp

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// TestFormatting: the document, a range and the line that was just ended, in
// positions of the session's encoding.
func TestFormatting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", "###\U0001f511 Title \nget  https://a.example\nA:b\n\n{\"a\":{{x}},\n\"b\":1}\n\n###\nGET  https://b.example\n")
	options := map[string]any{"tabSize": 4, "insertSpaces": true}
	document := map[string]any{"uri": uri}
	body := []lsptest.TextEdit{
		edit(4, 1, 4, 1, "\n    "),
		edit(4, 5, 4, 5, " "),
		edit(5, 0, 5, 0, "    "),
		edit(5, 4, 5, 4, " "),
		edit(5, 5, 5, 5, "\n"),
	}
	tests := []struct {
		name, method string
		params       map[string]any
		want         []lsptest.TextEdit
	}{
		{"range", "textDocument/rangeFormatting", map[string]any{"range": lsptest.Range{Start: at(8, 0), End: at(8, 1)}}, []lsptest.TextEdit{
			edit(8, 4, 8, 5, ""),
		}},
		{"line end", "textDocument/onTypeFormatting", map[string]any{"position": at(3, 0), "ch": "\n"}, []lsptest.TextEdit{
			edit(2, 2, 2, 2, " "),
		}},
		{"brace", "textDocument/onTypeFormatting", map[string]any{"position": at(5, 6), "ch": "}"}, body},
		{"document", "textDocument/formatting", map[string]any{}, slices.Concat([]lsptest.TextEdit{
			edit(0, 3, 0, 3, " "),
			edit(0, 11, 0, 12, ""),
			edit(1, 0, 1, 3, "GET"),
			edit(1, 4, 1, 5, ""),
			edit(2, 2, 2, 2, " "),
		}, body, []lsptest.TextEdit{edit(8, 4, 8, 5, "")})},
	}
	for _, test := range tests {
		test.params["textDocument"], test.params["options"] = document, options
		var got []lsptest.TextEdit
		w.MustCall(test.method, test.params, &got)
		if g, want := encode(t, got), encode(t, test.want); g != want {
			t.Errorf("%s: %s, want %s", test.name, g, want)
		}
	}
	if got := lsptest.CodeOf(w.Call("textDocument/rangeFormatting", map[string]any{
		"textDocument": document, "options": options, "range": lsptest.Range{Start: at(900, 0), End: at(901, 0)},
	}, nil)); got != -32602 {
		t.Errorf("a range that does not exist: %d", got)
	}
}

// TestFormattingOptions: what the client forbids is not done.
func TestFormattingOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", "# c \nGET  https://a.example\n\n\n")
	for _, test := range []struct {
		name    string
		options map[string]any
		want    []lsptest.TextEdit
	}{
		{"nothing said", map[string]any{}, []lsptest.TextEdit{edit(0, 3, 0, 4, ""), edit(1, 4, 1, 5, ""), edit(2, 0, 4, 0, "")}},
		{"wanted", map[string]any{"trimTrailingWhitespace": true, "trimFinalNewlines": true}, []lsptest.TextEdit{edit(0, 3, 0, 4, ""), edit(1, 4, 1, 5, ""), edit(2, 0, 4, 0, "")}},
		{"forbidden", map[string]any{"trimTrailingWhitespace": false, "trimFinalNewlines": false}, []lsptest.TextEdit{edit(1, 4, 1, 5, "")}},
	} {
		test.options["tabSize"], test.options["insertSpaces"] = 2, true
		var got []lsptest.TextEdit
		w.MustCall("textDocument/formatting", map[string]any{"textDocument": map[string]any{"uri": uri}, "options": test.options}, &got)
		if g, want := encode(t, got), encode(t, test.want); g != want {
			t.Errorf("%s: %s, want %s", test.name, g, want)
		}
	}
}

func edit(line, column, endLine, endColumn int, text string) lsptest.TextEdit {
	return lsptest.TextEdit{Range: lsptest.Range{Start: at(line, column), End: at(endLine, endColumn)}, NewText: text}
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSignatureHelp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", "GET https://a.example\nA: {{$datetime iso8601 -1 }}\nB: {{$local key=}}\n")
	var got *struct {
		Signatures []struct {
			Label      string
			Parameters []struct{ Label any }
		}
		ActiveParameter int
	}
	w.MustCall("textDocument/signatureHelp", lsptest.At(uri, at(1, 26)), &got)
	if got == nil || got.Signatures[0].Label != "$datetime [format] [offset unit]" || got.ActiveParameter != 2 {
		t.Errorf("%+v", got)
	}
	w.MustCall("textDocument/signatureHelp", lsptest.At(uri, at(2, 12)), &got)
	if got == nil || got.ActiveParameter != len(got.Signatures[0].Parameters) {
		t.Errorf("between fields: %+v", got)
	}
	got = nil
	w.MustCall("textDocument/signatureHelp", lsptest.At(uri, at(0, 2)), &got)
	if got != nil {
		t.Errorf("outside: %+v", got)
	}
}
