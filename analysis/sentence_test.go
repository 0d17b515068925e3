package analysis

import "testing"

func TestSentence(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"this quote is open; close it": "This quote is open; close it.",
		`\" may not stand here`:        `\" may not stand here.`,
		"Done.":                        "Done.",
	} {
		if got := sentence(message); got != want {
			t.Errorf("sentence(%q) is %q, want %q", message, got, want)
		}
	}
}
