package analysis

import (
	"strings"
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
		// GraphQL variables.
		{"GRAPHQL https://example.com\n\n{ a }\n\n{ \"a\": 1, \"b\": {{x}} }", "", ""},
		{"GRAPHQL https://example.com\n\nquery A { a(s: \"\") }\n\n{ \"a\": 1, }", CodeTrailingComma, ","},
		{"GRAPHQL https://example.com\n\n{ a }\n\n{ \"{{x}}\": b }", CodeInvalidJSON, "b"},
		{"GRAPHQL https://example.com\n\n{ a }\n\n{ \"a\": 1 } x", CodeInvalidJSON, "x"},
		{"GRAPHQL https://example.com\n\n{ a }\n\n{ {{members}} }", "", ""},
		{"GRAPHQL https://example.com\n\ngql A < ./a.gql\n\n{ \"a\" }", CodeInvalidJSON, "}"},
		{"GRAPHQL https://example.com\n\n{ a }", "", ""},
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

// TestInvalidJSONSays: what is wrong and what to do, in words of ours.
func TestInvalidJSONSays(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{ "a": 1`:       "it ends before every quote and bracket is closed",
		`{ "a": b }`:     "a value should stand here, not b: an object, a list, a number, true, false, null, or text in double quotes",
		`{ "a": 'b' }`:   "a value should stand here, not ': an object",
		`{ a: 1 }`:       "a name in double quotes should stand here, not a",
		`{ "a" 1 }`:      "a colon should stand here, behind the name, not 1",
		`{ "a": 1 "b" }`: "a comma or } should stand here, not a double quote",
		"[1 2]":          "a comma or ] should stand here, not 2",
		`["\x"]`:         `there is no escape with x; a backslash is written \\`,
		`["\u00g"]`:      `four hexadecimal digits stand behind \u, not g`,
		"[\"a\nb\"]":     `text may not hold a line break; write \n for a line break, \t for a tab, or close the quote`,
		"[1.]":           "a digit should stand here, not ]",
		"[trxe]":         "the words of JSON are true, false and null; write other text in double quotes",
		"[\u00a0]":       `a value should stand here, not \u00a0:`,
	} {
		found := codesOf(Diagnose(input("POST https://example.com\nContent-Type: application/json\n\n"+body+"\n")), CodeInvalidJSON)
		if len(found) != 1 || !strings.HasPrefix(found[0].Message, "The body is no JSON from here on: "+want) || !strings.HasSuffix(found[0].Message, ". It is sent as it is.") {
			t.Errorf("%s: %+v", body, found)
		}
	}
	found := codesOf(Diagnose(input("GRAPHQL https://example.com\n\n{ a }\n\n{ \"a\": 1 } {\n")), CodeInvalidJSON)
	if len(found) != 1 || !strings.HasPrefix(found[0].Message, "The variables of the query are no JSON from here on: nothing may stand behind the last bracket, as { does.") {
		t.Errorf("%+v", found)
	}
}
