package analysis

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRulingC16HeadersInVariables: a value adds no header, so the header is
// written in the place of the variable, and not made a body.
func TestRulingC16HeadersInVariables(t *testing.T) {
	t.Parallel()
	const (
		define = "@auth = X-User: {{host}}\n\n"
		before = define + "POST https://x\nAccept: text/plain\n{{auth}}\n\n{}\n"
		after  = define + "POST https://x\nAccept: text/plain\nX-User: {{host}}\n\n{}\n"
	)
	if diff := cmp.Diff([]string{"error header-in-variable {{auth}}"}, severitiesOf(before)); diff != "" {
		t.Errorf("diagnostics (-want +got):\n%s", diff)
	}
	var titles []string
	for _, d := range Diagnose(input(before)) {
		for _, a := range Actions(input(before), d.Span) {
			if a.Fixes == nil {
				continue
			}
			titles = append(titles, a.Title)
			if diff := cmp.Diff(after, applied(before, a.Edits...)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", a.Title, diff)
			}
		}
	}
	if diff := cmp.Diff([]string{"Write the header here"}, titles); diff != "" {
		t.Errorf("quick fixes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string(nil), severitiesOf(after)); diff != "" {
		t.Errorf("diagnostics of the fixed file (-want +got):\n%s", diff)
	}
	const body = "@json = {}\nPOST https://x\n{{json}}\n"
	if diff := cmp.Diff([]string{"warning missing-blank-line {{json}}"}, severitiesOf(body)); diff != "" {
		t.Errorf("diagnostics of a body (-want +got):\n%s", diff)
	}
}
