package format_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/format"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

func formatted(t testing.TB, src string) string {
	t.Helper()
	out, err := text.Apply(src, format.File(parser.Parse(src), format.Options{}, parser.Parse))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFile(t *testing.T) {
	t.Parallel()
	const post = "POST https://x\n\n"
	tests := []struct{ name, src, want string }{
		{"nothing", "", ""},
		{"good already", "### A\nGET https://x\nA: b\n", "### A\nGET https://x\nA: b\n"},
		{"separator", "###Title  \nGET https://x\n", "### Title\nGET https://x\n"},
		{"separator with more marks", "#####   a  b \nGET https://x\n", "##### a  b\nGET https://x\n"},
		{"blank line before a separator", "GET https://x\n###\nGET https://y\n", "GET https://x\n\n###\nGET https://y\n"},
		{"several blank lines", "\n\n# c\n\n\n\nGET https://x\n\n\n\n### a\n\n\nGET https://y\n\n\n", "# c\n\nGET https://x\n\n### a\n\nGET https://y\n"},
		{"blank lines above the first separator", "\n \n###a\nget https://x\n", "### a\nGET https://x\n"},
		{"a block that would read otherwise", "###a\nGET https://x\n\n###b\ncurl  \n\n###c\nGET https://x\n", "### a\nGET https://x\n\n###b\ncurl  \n\n### c\nGET https://x\n"},
		{"last line end", "GET https://x", "GET https://x\n"},
		{"a comment above a separator", "GET https://x\n#c\n###\n//d\n### a\nGET https://y\n", "GET https://x\n#c\n###\n//d\n### a\nGET https://y\n"},
		{"line ends of the file", "GET https://x\r\n###\r\nGET https://y", "GET https://x\r\n\r\n###\r\nGET https://y\r\n"},
		{"request line", "get   https://x/a b\t HTTP/1.1  \n", "GET https://x/a b HTTP/1.1\n"},
		{"no method", "https://x   HTTP/2\n", "https://x HTTP/2\n"},
		{"indented request line", "  GET https://x\n    ?a=1  \n    &b=2\n", "  GET https://x\n    ?a=1\n    &b=2\n"},
		{"headers", "GET https://x\nA :  b  \nB:c\nC:   \nX-{{d}}: e\n", "GET https://x\nA: b\nB: c\nC:\nX-{{d}}: e\n"},
		{"expression in a header", "GET https://x\nA:Bearer {{$local secret='a  b'}}  \n", "GET https://x\nA: Bearer {{$local secret='a  b'}}\n"},
		{"variables", "@a=1\n@b  =  x y  \n@c=\n@d := {{a}}\nGET https://x\n", "@a = 1\n@b = x y\n@c =\n@d := {{a}}\nGET https://x\n"},
		{"directives", "#@name one\n//   @no-redirect  \n# @name=two\nGET https://x\n", "# @name one\n// @no-redirect\n# @name=two\nGET https://x\n"},
		{"lines of ### are a comment", "GET https://x\n###   a\n###    b\n###\n###  c\nGET https://y\n", "GET https://x\n\n###   a\n###    b\n###\n###  c\nGET https://y\n"},
		{"variable in a comment", "//@base=x\n#@nmae x\nGET https://x\n", "//@base=x\n#@nmae x\nGET https://x\n"},
		{"braces that are text", "@a={\\n\\{\\{x\\}\\}\nGET https://x\nA:\\{\\{x\\}\\}\n", "@a = {\\n\\{\\{x\\}\\}\nGET https://x\nA: \\{\\{x\\}\\}\n"},
		{"comments", "#a  \n//  b\nGET https://x\n# c \n", "#a\n//  b\nGET https://x\n# c\n"},
		{"text body", post + "a   \n\n\n b\n\n\n###\nGET https://y\n", post + "a   \n\n\n b\n\n###\nGET https://y\n"},
		{"script", "GET https://x\n\n> {%\n  a   \n\n\n  b\n%}\n", "GET https://x\n\n> {%\n  a   \n\n\n  b\n%}\n"},
		{"curl", "curl   https://x  -H 'A:b'\n", "curl   https://x  -H 'A:b'\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check(t, test.src, test.want)
		})
	}
}

// check formats twice: the second time nothing changes.
func check(t *testing.T, src, want string) {
	t.Helper()
	got := formatted(t, src)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if again := formatted(t, got); again != got {
		t.Errorf("formatted again:\n%s\n%s", got, again)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	const post = "POST https://x\nContent-Type: application/json\n\n"
	long := `"` + strings.Repeat("x", 60) + `"`
	numbers := "[" + strings.Repeat("0.125, ", 50) + "1]"
	tests := []struct{ name, src, want string }{
		{"one line stays", `{"a":1,"b":[1,2]}`, `{ "a": 1, "b": [1, 2] }`},
		{"expanded stays", "{\n\"a\":1,\"b\":[1,2]}", "{\n  \"a\": 1,\n  \"b\": [1, 2]\n}"},
		{"own indentation", "{\n    \"a\":1,\n  \"b\":[\n1]}", "{\n    \"a\": 1,\n    \"b\": [\n        1\n    ]\n}"},
		{"own tabs", "[\n\t1]", "[\n\t1\n]"},
		{"mixed indentation", "[\n \t1]", "[\n  1\n]"},
		{"too long", `{"a":` + long + `,"b":` + long + `}`, "{\n  \"a\": " + long + ",\n  \"b\": " + long + "\n}"},
		{"empty", "{\n}", "{}"},
		{"nested", "[{\n\"a\":{}},[ ]]", "[\n  {\n    \"a\": {}\n  },\n  []\n]"},
		{"variables", "{\n\"a\":{{x}},\"b\":\"{{ y }}\",\n\"c\":{{$randomInt 1 2}}}", "{\n  \"a\": {{x}},\n  \"b\": \"{{ y }}\",\n  \"c\": {{$randomInt 1 2}}\n}"},
		{"variable as the last value", `{"a":{{x}}}`, `{ "a": {{x}} }`},
		{"variable as a key", "{\n{{k}} :1}", "{\n  {{k}}: 1\n}"},
		{"variables in a word", `[1{{x}},{{a}}{{b}}]`, `[1{{x}}, {{a}}{{b}}]`},
		{"reference with quotes", "{\n\"a\":\"{{$vault path='a \\\" b'}}\"}", "{\n  \"a\": \"{{$vault path='a \\\" b'}}\"\n}"},
		{"comments", "{\n# one\n\"a\":1,\n   // two\n\"b\":2\n# three\n}", "{\n  # one\n  \"a\": 1,\n  // two\n  \"b\": 2\n  # three\n}"},
		{"comment at the beginning and end", "# begin\n[1,2]\n# end", "# begin\n[1, 2]\n# end"},
		{"lines of members stay lines", "{\"a\":1,\n\"b\":2}", "{\n  \"a\": 1,\n  \"b\": 2\n}"},
		{"rows of objects stay rows", "[{\"a\":1},\n {\"a\":2}]", "[\n  { \"a\": 1 },\n  { \"a\": 2 }\n]"},
		{"one blank line stays", "{\n\n\"a\":1,\n\n\n# c\n\n\"b\":2\n\n# d\n\n}", "{\n  \"a\": 1,\n\n  # c\n\n  \"b\": 2\n\n  # d\n}"},
		{"rows of numbers", "[\n1,0,\n0,{{x}}]", "[\n  1, 0,\n  0, {{x}}\n]"},
		{"rows of strings", "[\n\"a\",\"b\",\n\"c\"]", "[\n  \"a\", \"b\",\n  \"c\"\n]"},
		{"too many strings", "[" + long + ", " + long + "]", "[\n  " + long + ",\n  " + long + "\n]"},
		{"a long row of numbers", "{\n  \"v\":" + numbers + "}", "{\n  \"v\": " + numbers + "\n}"},
		{"indented as a whole", "    {\n      \"a\":1\n    }", "{\n  \"a\": 1\n}"},
		{"pasted without its first indentation", "{\n        \"a\":[\n            1\n        ]\n    }", "{\n    \"a\": [\n        1\n    ]\n}"},
		{"the same name twice", `{"a":1,"a":12345678901234567890.0E-05}`, `{ "a": 1, "a": 12345678901234567890.0E-05 }`},
		{"numbers and escapes stay", `{"a":1.50e+3,"b":"ä\/"}`, `{ "a": 1.50e+3, "b": "ä\/" }`},
		{"not closed", `{"a":1`, `{"a":1`},
		{"trailing comma", `{"a":1,}`, `{"a":1,}`},
		{"not JSON", `{a: 1}`, `{a: 1}`},
		{"two texts", "{\"a\":1}\n{\"b\":2}", "{\"a\":1}\n{\"b\":2}"},
		{"too deep", strings.Repeat("[", 600) + strings.Repeat("]", 600), strings.Repeat("[", 600) + strings.Repeat("]", 600)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			check(t, post+test.src+"\n", post+test.want+"\n")
		})
	}
}

// TestBodiesThatStay are JSON that is not ours to lay out.
func TestBodiesThatStay(t *testing.T) {
	t.Parallel()
	const body = "\n{\"a\":1}\n"
	for name, head := range map[string]string{
		"another media type":     "POST https://x\nContent-Type: text/plain\n",
		"lines of JSON":          "POST https://x\nContent-Type: application/x-ndjson\n",
		"signed":                 "POST https://x\nContent-Type: application/json\nDigest: sha-256=abc\n",
		"GraphQL":                "POST https://x\nX-Request-Type: GraphQL\n",
		"wanted as it is":        "# @raw-body\nPOST https://x\nContent-Type: application/json\n",
		"length written":         "POST https://x\nContent-Type: application/json\nContent-Length: 7\n",
		"media type not known":   "POST https://x\nContent-Type: {{type}}\n",
		"behind an unknown line": "POST https://x\nnot a header\nContent-Type: text/plain\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := formatted(t, head+body); !strings.HasSuffix(got, body) {
				t.Errorf("%q", got)
			}
		})
	}
	if alone := "POST https://x\n\n  {{text}}  \n"; formatted(t, alone) != alone {
		t.Error("a variable alone may be any text")
	}
	if got := formatted(t, "POST https://x\n"+body); !strings.HasSuffix(got, "\n{ \"a\": 1 }\n") {
		t.Errorf("without a media type: %q", got)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	const post = "POST https://x\n\n"
	for _, test := range []struct {
		name, src string
		options   format.Options
		want      string
	}{
		{"indent", post + "{\n\"a\":1}\n", format.Options{Indent: "\t"}, post + "{\n\t\"a\": 1\n}\n"},
		{"own indentation", post + "{\n    \"a\":1\n}\n", format.Options{Indent: "\t"}, post + "{\n    \"a\": 1\n}\n"},
		{"trailing blanks", "# c \nGET  https://x\nA:b \n", format.Options{KeepTrailingBlanks: true}, "# c \nGET https://x\nA: b \n"},
		{"final lines", "GET  https://x\n\n\n", format.Options{KeepFinalLines: true}, "GET https://x\n\n\n"},
		{"final line end", "GET  https://x", format.Options{KeepFinalLineEnd: true}, "GET https://x"},
	} {
		out, err := text.Apply(test.src, format.File(parser.Parse(test.src), test.options, parser.Parse))
		if err != nil || out != test.want {
			t.Errorf("%s: %q, %v", test.name, out, err)
		}
	}
}

// TestEditsAreSmall: what stands well is in no edit, so that cursors and marks
// beside it stay.
func TestEditsAreSmall(t *testing.T) {
	t.Parallel()
	src := "###  A\nPOST https://x\n\n\n{\n   \"a\":1,\r\n   \"b\": [1 ]\n}\n\n\n\n###\nGET https://y"
	var got []string
	for _, e := range format.File(parser.Parse(src), format.Options{}, parser.Parse) {
		got = append(got, fmt.Sprintf("%q->%q", e.Span.Of(src), e.New))
	}
	want := []string{`" "->""`, `"\n"->""`, `""->" "`, `"\r\n"->"\n"`, `" "->""`, `"\n\n"->""`, `""->"\n"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRange: the text between the bars is the range.
func TestRange(t *testing.T) {
	t.Parallel()
	const first = "GET  https://x\nA:b\n\n"
	tests := []struct{ name, src, want string }{
		{"one line", first + "###\nGET  https://y\n|A:b|\n", first + "###\nGET  https://y\nA: b\n"},
		{"an empty range", first + "###\nGET  https://y\nA:||b", first + "###\nGET  https://y\nA: b\n"},
		{"whole lines", "|GET  https://x\n|A:b\n", "GET https://x\nA:b\n"},
		{"a line of a body", "POST  https://x\n\n{\n|\"a\":1,|\n\"b\":2\n}\n", "POST  https://x\n\n{\n  \"a\": 1,\n\"b\":2\n}\n"},
		{"below blank lines", first + "\n\n|###A\nGET https://y\n|", first + "\n\n### A\nGET https://y\n"},
	}
	for _, test := range tests {
		before, rest, _ := strings.Cut(test.src, "|")
		inside, after, _ := strings.Cut(rest, "|")
		src, span := before+inside+after, text.Span{Start: len(before), End: len(before) + len(inside)}
		out, err := text.Apply(src, format.Range(parser.Parse(src), format.Options{}, parser.Parse, span))
		if err != nil || out != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, out, err, test.want)
		}
	}
}

// TestOnType: ‸ is where the cursor stands after the last character typed.
func TestOnType(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, typed, want string }{
		{"header", "GET https://x\nA:b\n‸", "\n", "GET https://x\nA: b\n"},
		{"request line", "get  https://x\n‸", "\n", "GET https://x\n"},
		{"only the line", "GET  https://x\nA:b\n‸\n", "\n", "GET  https://x\nA: b\n\n"},
		{"body is not finished", "POST https://x\n\n{\"a\":\n‸\n", "\n", "POST https://x\n\n{\"a\":\n\n"},
		{"body closed", "POST https://x\n\n{\n\"a\":1}‸\n", "}", "POST https://x\n\n{\n  \"a\": 1\n}\n"},
		{"inner object closed", "POST https://x\n\n{\n\"a\":{}‸\n}\n", "}", "POST https://x\n\n{\n\"a\":{}\n}\n"},
		{"expression closed", "GET https://x\nA:{{b}}‸\n", "}", "GET https://x\nA:{{b}}\n"},
		{"first line", "‸", "\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, after, _ := strings.Cut(test.src, "‸")
			src := before + after
			out, err := text.Apply(src, format.OnType(parser.Parse(src), format.Options{}, parser.Parse, len(before), test.typed))
			if err != nil || out != test.want {
				t.Errorf("%q, %v", out, err)
			}
		})
	}
}

// TestCorpus formats every file of the corpus: nothing that is sent changes but
// the white space of JSON, and the second time nothing changes at all.
func TestCorpus(t *testing.T) {
	t.Parallel()
	count, changed := 0, 0
	err := filepath.WalkDir(testtools.Corpus(t), func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".http" && filepath.Ext(path) != ".rest" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		src := string(data)
		out := formatted(t, src)
		count++
		if out != src {
			changed++
		}
		if again := formatted(t, out); again != out {
			t.Errorf("%s: the second time it changes again:\n%s", path, cmp.Diff(out, again))
		}
		sameRequests(t, path, src, out)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d of them changed", count, changed)
	if count == 0 || changed == 0 {
		t.Errorf("%d files, %d changed", count, changed)
	}
}

// sameRequests compares what two sources send, by the public face of the
// parser.
func sameRequests(t testing.TB, name, before, after string) {
	t.Helper()
	if diff := cmp.Diff(sent(before), sent(after)); diff != "" {
		t.Errorf("%s: another request is sent:\n%s", name, diff)
	}
}

func sent(src string) []string {
	f := parser.Parse(src)
	var out []string
	for _, b := range f.Blocks {
		r := b.Request
		if r == nil {
			continue
		}
		out = append(out, r.Method+" "+r.Target.Text(src)+" "+r.Version.Of(src))
		for i := range r.Headers {
			out = append(out, r.Headers[i].Name+": "+r.Headers[i].Value.Text(src))
		}
		if r.Body != nil {
			body := r.Body.Content.Text(src)
			json := strings.Join(strings.Fields(body), "")
			alone := strings.HasPrefix(json, "{{") && !strings.HasPrefix(json, "{{{")
			if !alone && (strings.HasPrefix(json, "{") || strings.HasPrefix(json, "[")) {
				body = json
			}
			out = append(out, body)
		}
	}
	return out
}

func FuzzFile(f *testing.F) {
	for _, src := range []string{
		"###a\nget  https://x\nA:b\n\n{\"a\":{{x}},\n# c\n\"b\":[1]}\n", "@a=1\r\n\r\n\r\nGET x\r\n",
		"POST x\n\n{{{a}}:1}\n", "# @name=a\ncurl x\n", "\ufeff\n\nGET x\n ?a\n",
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		out := formatted(t, src)
		if again := formatted(t, out); again != out {
			t.Errorf("%q becomes %q, and that %q", src, out, again)
		}
		sameRequests(t, "fuzz", src, out)
	})
}
