package analysis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

// TestTypingLeavesOtherRequestsAlone: while a request is typed between others,
// one character at a time, what is reported of these stays as it is.
func TestTypingLeavesOtherRequestsAlone(t *testing.T) {
	t.Parallel()
	var examples strings.Builder
	for _, c := range Codes() {
		// An open comment or script is closed by what is typed.
		if c.Code != parser.CodeUnclosedComment && c.Code != parser.CodeUnclosedScript {
			examples.WriteString("###\n" + asFile(c.Example) + "\n")
		}
	}
	above, below := examples.String(), examples.String()
	const typed = "### New\n# @name fresh\n# @no-redirect\n@zz = 1\nPOST https://example.com/{{zz}}?a=b\n" +
		"Content-Type: application/json\nAuthorization: Bearer {{$vault path=a key=b}}\n\n" +
		"{\n  \"a\": [1, \"x\"],\n  // c\n  \"b\": {{zz}}\n}\n\n> {% client.test(\"a\", function() { }); %}\n\n"
	in := input(above + "\n" + below)
	others := func(from, to, moved int) (found []string) {
		for _, d := range Diagnose(in) {
			if d.Span.Start >= from && d.Span.Start < to {
				found = append(found, fmt.Sprint(d.Span.Start-moved, d.Code, d.Message))
			}
		}
		return found
	}
	wantAbove := others(0, len(above), 0)
	wantBelow := others(len(above)+1, len(in.File.Src)+1, len(above)+1)
	for n := range len(typed) {
		moved := len(above) + n + 1
		in.File = parser.Reparse(in.File, above+typed[:n]+"\n"+below)
		in.Scope = nil
		if diff := cmp.Diff(wantAbove, others(0, len(above), 0)); diff != "" {
			t.Fatalf("above, behind %q (-want +got):\n%s", typed[:n], diff)
		}
		if diff := cmp.Diff(wantBelow, others(moved, len(in.File.Src)+1, moved)); diff != "" {
			t.Fatalf("below, behind %q (-want +got):\n%s", typed[:n], diff)
		}
	}
}
