package analysis

import (
	"testing"
)

// TestBodiesThatAreNoJSON: want is the text that the warning stands at, "" for
// none.
func TestBodiesThatAreNoJSON(t *testing.T) {
	t.Parallel()
	const post = "POST https://example.com\nContent-Type: application/json\n\n"
	for _, test := range []struct{ src, code, want string }{
		{post + "{ \"a\": [1, 2,\n// c\n] }", CodeTrailingComma, ","},
		{post + "{ \"a\": {{x}}, \"b\": \"{{y \"}\"}}\", }", CodeTrailingComma, ","},
		{post + "{ \"a\": 1 \"b\": 2 }", CodeInvalidJSON, "\""},
		{post + "{\n\u00a0 \"a\": 1 }", CodeInvalidJSON, "\u00a0"},
		{post + "{ \"a\": \"b", CodeInvalidJSON, "b"},
		{post + "{ \"a\": \"\\x\" }", CodeInvalidJSON, "x"},
		{post + "{ \"a\": [1, -{{x}}, 2{{y}}.5, {{a}}{{b}}], \"{{k}}\": \"{{v 'a\"b'}}\\\\\" }", "", ""},
		{post + "{\n# c\n\"a\": 1\n}", "", ""},
		// The expressions may be anything, braces may be text, lines a format of their own.
		{post + "{ {{members}} }", "", ""},
		{post + "{{whole}}", "", ""},
		{post + "{ \"a\": \"\\{\\{x\\}\\}\" }", "", ""},
		{post + "{}\n{}", "", ""},
		{"POST https://example.com\nContent-Type: text/plain\n\n{ a }", "", ""},
		{"POST https://example.com\n\n{ a }", "", ""},
		{"POST https://example.com\n\n{ \"a\": 1, }", CodeTrailingComma, ","},
		{"POST https://example.com\n\n< ./a.json", "", ""},
	} {
		var code, at string
		for _, d := range Diagnose(input(test.src + "\n")) {
			if d.Code == CodeTrailingComma || d.Code == CodeInvalidJSON {
				code, at = d.Code, d.Span.Of(test.src)
			}
		}
		if code != test.code || at != test.want {
			t.Errorf("%q: %s at %q, want %s at %q", test.src, code, at, test.code, test.want)
		}
	}
}
