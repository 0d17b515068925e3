package parser_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestLanguageOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]parser.Language{
		"a.http": parser.HTTP, "a.rest": parser.HTTP, "a": parser.HTTP,
		"docs/README.md": parser.Markdown, "file:///a/B.Markdown": parser.Markdown,
		"guide.adoc": parser.AsciiDoc, "guide.asciidoc": parser.AsciiDoc,
	} {
		if got := parser.LanguageOf(name); got != want {
			t.Errorf("%s is language %v, want %v", name, got, want)
		}
	}
}

func TestLanguageNamed(t *testing.T) {
	t.Parallel()
	for _, language := range []parser.Language{parser.HTTP, parser.Markdown, parser.AsciiDoc} {
		if got, known := parser.LanguageNamed(language.String()); !known || got != language {
			t.Errorf("%s is %v, %v", language, got, known)
		}
	}
	if _, known := parser.LanguageNamed("word"); known {
		t.Error("word is a language")
	}
}

func TestFences(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		language parser.Language
		src      string
		want     []string
	}{
		"Markdown": {
			parser.Markdown,
			"# Title\n\nGET http://prose\n\n```http\n@a = 1\nGET http://a\nX: y\n```\n\n~~~ REST\nPOST http://b\n\n# title\n{}\n\n### c\nGET http://c\n~~~\n### no block\n",
			[]string{"GET | http://a | X: y", "POST | http://b | {}", "GET | http://c"},
		},
		"other fences":            {parser.Markdown, "````md\n```http\nGET http://a\n```\n````\n```sh\nGET http://b\n```\n```httpyac {title}\nGET http://c\n```", []string{"GET | http://c"}},
		"in a list":               {parser.Markdown, "- first\n  ```http\n  GET http://a\n  ```\n", []string{"GET | http://a"}},
		"a longer end":            {parser.Markdown, "```http\nPOST http://a\n\n``\n````\ntext\n", []string{"POST | http://a | ``"}},
		"an open fence":           {parser.Markdown, "```http\nGET http://a\n", []string{"GET | http://a"}},
		"an empty one":            {parser.Markdown, "```http\n```\n```http", nil},
		"no fence":                {parser.Markdown, "GET http://a\n", nil},
		"nothing":                 {parser.Markdown, "", nil},
		"no end of the last line": {parser.Markdown, "```http\r\nGET http://a\r\n```", []string{"GET | http://a"}},
		"AsciiDoc": {
			parser.AsciiDoc,
			"= Title\n\n[source,http]\n.A request\n----\nGET http://a\n----\n\n[source%linenums, http , indent=0]\n-----\nPOST http://b\n\n----\n-----\n----\nGET http://no\n----\n```http\nGET http://c\n```\n",
			[]string{"GET | http://a", "POST | http://b | ----", "GET | http://c"},
		},
		"other source blocks": {parser.AsciiDoc, "[source,ruby]\n----\nGET http://a\n----\n[source,http]\n\ntext\n\n----\nGET http://b\n----\n[,rest]\n----\nGET http://c\n----\n", []string{"GET | http://c"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parser.ParseAs(tt.language, tt.src)
			checkFile(t, f)
			if diff := cmp.Diff(tt.want, summary(f)); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
			if got := parser.Reparse(f, tt.src+"\n\n```rest\nGET /new\n```\n"); got.Language != tt.language {
				t.Errorf("the next version has language %v", got.Language)
			}
		})
	}
}

// TestIndentedFence: the indentation of a fence, as in a list, is no part of its
// lines, so that the same requests are read as without it.
func TestIndentedFence(t *testing.T) {
	t.Parallel()
	const src = "POST http://a\nX-A: 1\n  folded\n\n{\n  \"a\": 1\n}\n\n### two\nPOST http://b\nContent-Type: multipart/form-data; boundary=X\n\n" +
		"--X\nContent-Disposition: form-data; name=\"a\"\n\n  value {{v}}\n \n\n--X--\n\n@v = 1\n\n###\ncurl http://c -d 'a\n b'\n\n### Title\n" +
		"POST http://d\nX: 1\nno header\n\n{\"a\": [\n# comment\n]}\n\nGET http://e\n    ?q=1\n"
	want := parser.Parse(src)
	for name, indent := range map[string]string{"blanks": "   ", "a tab": "\t", "none": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parser.ParseAs(parser.Markdown, "1. text\n\n"+indent+"```http\n"+indent+strings.ReplaceAll(src, "\n", "\n"+indent)+"```\n")
			checkFile(t, got)
			if diff := cmp.Diff(described(want), described(got)); diff != "" {
				t.Errorf("requests (-unfenced +fenced):\n%s", diff)
			}
		})
	}
}

// described lists the requests, the parts of their bodies, and what is wrong.
func described(f *parser.File) []string {
	lines := summary(f)
	for _, b := range f.Blocks {
		if b.Request == nil {
			continue
		}
		for _, part := range f.Structure(b.Request).Parts {
			lines = append(lines, "part "+part.Headers[0].ValueSpan.Of(f.Src))
		}
	}
	for _, p := range f.Problems {
		lines = append(lines, p.Code)
	}
	return lines
}

// FuzzFences parses anything as Markdown and AsciiDoc.
func FuzzFences(f *testing.F) {
	f.Add("text\n```http\nGET http://a\n```\n[source,http]\n----\nGET /\n----\n")
	f.Add("~~~rest\n\n~~~\n```http")
	f.Fuzz(func(t *testing.T, src string) {
		checkFile(t, parser.ParseAs(parser.Markdown, src))
		checkFile(t, parser.ParseAs(parser.AsciiDoc, src))
	})
}
