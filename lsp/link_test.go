package lsp

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// The files of bodies are links, beside the request file first and then in the
// root; what is not there, lies outside or depends on a variable is none.
func TestDocumentLinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	outside := filepath.Join(t.TempDir(), "outside.json")
	for _, path := range []string{outside} {
		if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.write(t, "api/beside.json", "{}")
	w.write(t, "root.json", "{}")
	w.write(t, "api/root.txt", "")
	if err := os.Symlink(outside, filepath.Join(w.dir, "api", "leads-out.json")); err != nil {
		t.Fatal(err)
	}
	request := func(path string) string { return "POST https://x.invalid\n\n< " + path + "\n\n###\n" }
	src := request("./beside.json") + request("root.json") + request("absent.json") + request("{{name}}.json") +
		request("../../outside.json") + request(outside) + request("leads-out.json") + request(".") +
		"POST https://x.invalid\n\n<@latin1 root.txt\n"
	u := w.open(t, "api/a.http", src)
	var links []struct {
		Range  lsptest.Range
		Target string
	}
	w.MustCall("textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": u}}, &links)
	var got []string
	for _, link := range links {
		if link.Range.Start.Line != link.Range.End.Line {
			t.Errorf("a link over several lines: %+v", link)
		}
		got = append(got, link.Target)
	}
	want := []string{
		string(uri.File(filepath.Join(w.dir, "api", "beside.json"))), string(uri.File(filepath.Join(w.dir, "root.json"))),
		string(uri.File(filepath.Join(w.dir, "api", "root.txt"))),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("targets (-want +got):\n%s", diff)
	}
	if r := links[0].Range; r.Start != (lsptest.Position{Line: 2, Character: 2}) || r.End.Character != len("< ./beside.json") {
		t.Errorf("the first link is at %+v", r)
	}
}
