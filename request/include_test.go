package request_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/request"
)

// TestInclude sends {{< ./file}}: the text of a file in the workspace, anywhere
// in a request.
func TestInclude(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, text := range map[string]string{
		"token.txt": "abc", "lines.txt": "one\ntwo\n", "vars.txt": "<{{v}}>", "latin1.txt": "\xe9{{v}}",
		"self.txt": "{{<@ self.txt}}", "nested.txt": "{{< token.txt}}", "binary.bin": "\xff\x00",
	} {
		if err := writeFile(filepath.Join(w.dir, name), text); err != nil {
			t.Fatal(err)
		}
	}
	server := w.serve(false, nil)
	head := "@v = 1\n@file = {{< vars.txt}}\nPOST " + server.URL + "/{{< ./token.txt}}?{{%< vars.txt}}\nContent-Type: text/plain\nX-A: {{< token.txt}}\n\n"
	for body, want := range map[string]string{
		"a{{< lines.txt}}b": "aone\ntwo\nb", "{{< vars.txt}}": "<{{v}}>", "{{<@ vars.txt}}": "<1>",
		"{{<@latin1 latin1.txt}}": "é1", "{{file}}": "<{{v}}>", "{{<@ nested.txt}}": "abc",
	} {
		w.mustSend(head + body)
		got := server.last(t)
		if got.Body != want || got.URL != "/abc?%3C%7B%7Bv%7D%7D%3E" || got.Header.Get("X-A") != "abc" {
			t.Errorf("%s: %+v, want the body %q", body, got, want)
		}
	}
	for src, want := range map[string]string{
		"{{< nosuch.txt}}": "does not exist", "{{< ../x.txt}}": "lies outside the workspace", "{{< /etc/passwd}}": "lies outside the workspace",
		"{{<@ self.txt}}": "stands in another file", "{{< binary.bin}}": "not UTF-8", "{{<nosuch}}": "written {{< ./file}}",
	} {
		plan, problems := w.build(head + src)
		if e := request.ProblemError(problems); plan != nil || e == nil || !strings.Contains(e.Message, want) {
			t.Errorf("%s: %+v", src, problems)
		}
	}
	if plan, _ := w.build("GET " + server.URL + "\nA: {{< lines.txt}}\n"); plan != nil {
		t.Error("a line break in a header")
	}
}
