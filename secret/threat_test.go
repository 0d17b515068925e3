package secret

import "testing"

// TestThreatReferenceRewritesTheQuestion: a reference is shown to the user who
// is asked for permission, so it may not hold what changes how text looks.
func TestThreatReferenceRewritesTheQuestion(t *testing.T) {
	t.Parallel()
	for name, char := range map[string]string{
		"right to left override": "\u202e", "isolate": "\u2066", "zero width space": "\u200b",
		"line separator": "\u2028", "paragraph separator": "\u2029", "escape": "\x1b", "bell": "\a", "C1 control": "\u009b",
	} {
		for _, field := range []string{"path", "key", "mount"} {
			list := fields(field + "=a" + char + "b")
			if field != "path" {
				list = append(list, fields("path=x")...)
			}
			if got := Check(Vault, list); len(got) != 1 || got[0].Code != CodeBadFieldValue {
				t.Errorf("%s in %s: %v", name, field, brief(got))
			}
		}
	}
	if got := Check(Vault, fields("path=a", "key=line\nend é 日本 😀")); len(got) > 0 {
		t.Errorf("ordinary text: %v", brief(got))
	}
}
