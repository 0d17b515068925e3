package parser_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/benchfile"
	"github.com/vault-lsp/vault-lsp/parser"
)

// hostile are texts that a careless parser reads again and again, each made
// of a beginning and n times a piece.
var hostile = map[string]func(n int) string{
	"open expressions on one line":        repeat("GET http://a/", "{{a "),
	"braces":                              repeat("GET http://a/", "{{"),
	"open calls":                          repeat("GET http://a/", "{{$a b={{c}} "),
	"open quotes":                         repeat("GET http://a/", "{{$a b='c "),
	"open parentheses":                    repeat("GET http://a/", "{{$a(("),
	"nested calls":                        repeat("GET http://a/{{$a b=", "{{$a b="),
	"many fields":                         repeat("GET http://a/{{$a ", "b=c "),
	"one long line":                       repeat("POST http://a\n\n", "word "),
	"a long line of letters beyond ASCII": repeat("POST http://a\n\n", "é😀"),
	"separators":                          repeat("", "###\n"),
	"indented separators in Markdown":     repeat("POST http://a\nContent-Type: text/markdown\n\nx\n", "  ###\n"),
	"open scripts":                        repeat("POST http://a\n\n", "> {%\n"),
	"open httpYac blocks":                 repeat("POST http://a\n\n{\n", "{{\n"),
	"open block comments":                 repeat("", "/*\n"),
	"request lines in open JSON":          repeat("POST http://a\n\n{\n", "\nGET http://b\n"),
	"request lines in open XML":           repeat("POST http://a\n\n<?xml\n", "\nGET http://b\n>\n"),
	"empty XML elements":                  repeat("POST http://a\n\n<b>\n", "\nGET http://b\n\n<b/>\n"),
	"XML without brackets":                repeat("POST http://a\n\n<b\n", "\nGET http://b\n\n/>\n"),
	"templated headers":                   repeat("GET http://a\n", "{{b}}: c\n"),
	"many blanks before JSON": func(n int) string {
		return "POST http://a\n\n" + strings.Repeat(" ", n) + "[" + strings.Repeat("\nGET http://b\n\n", n)
	},
	"requests without separators":   repeat("", "# c\n\nGET http://b\n\n"),
	"comments before a request":     repeat("GET http://a\n\n{}\n\n", "# c\n\n"),
	"folded headers":                repeat("GET http://a\nX: y\n", "  {{z}}\n"),
	"target lines":                  repeat("GET http://a\n", "  &b={{c}}\n"),
	"prose":                         repeat("", "this is prose\n"),
	"comments in a body":            repeat("POST http://a\n\nx\n", "# c\nx\n"),
	"files in a body":               repeat("POST http://a\n\nx\n", "< a\n"),
	"carriage returns":              repeat("POST http://a\n\n", "x\r"),
	"fragments without an end":      repeat("", "fragment A on B {\n"),
	"fragments":                     repeat("", "fragment A on B { c }\n"),
	"words of a curl command":       repeat("curl ", "-H 'a: b' -d c "),
	"flags of a curl command":       repeat("curl -", "v"),
	"open quotes of curl":           repeat("", "curl 'a\n"),
	"lines of a curl command":       repeat("curl http://a ", "\\\n"),
	"expressions in curl":           repeat("curl ", "'{{a}}'{{$b c='d "),
	"arguments of run":              repeat("run #a (", "@b={{c}},"),
	"options of proto":              repeat("proto < a\n", "b: {{c}}\n"),
	"messages":                      repeat("WS ws://a\n\nx", "\n===\n"),
	"spread headers":                repeat("GET http://a\n", "...a\n"),
	"escapes in a variable":         repeat("@a = ", `\n\`),
	"imports of GraphQL":            repeat("", "gql a < b\n"),
	"pasted responses":              repeat("GET http://a\n\n", "HTTP/1.1 200 OK\n\n"),
	"requests in a pasted response": repeat("GET http://a\n\nHTTP/1.1 200 OK\n\n{\n", "\nGET http://b\n"),
	"assertions":                    repeat("GET http://a\n\n", "?? {{a}} == 1\n"),
	"escapes":                       repeat("GET {{$a b='", `\\`),
}

// hostileDocuments are the same for the fences of Markdown and AsciiDoc.
var hostileDocuments = map[string]func(n int) string{
	"open fences":     repeat("", "```sh\n"),
	"fences":          repeat("", "```http\nGET http://a\n```\n"),
	"empty fences":    repeat("", "```http\n```\n"),
	"longer fences":   func(n int) string { return strings.Repeat("`", n) + "http\n" + strings.Repeat("`", n-1) + "\n" },
	"announcements":   repeat("", "[source,http]\n"),
	"source blocks":   repeat("", "[,http]\n----\nGET http://a\n----\n"),
	"one long line":   repeat("", "- "),
	"nested brackets": repeat("[", "["),
}

// hostileBodies are the same for what stands inside a body.
var hostileBodies = map[string]func(n int) string{
	"a form":               repeat("POST http://a\nContent-Type: application/x-www-form-urlencoded\n\n", "a=b&"),
	"parts":                repeat("POST http://a\nContent-Type: multipart/mixed; boundary=b\n\n", "--b\nA: c\n\n< d\n"),
	"headers of a part":    repeat("POST http://a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n", "A: c\n"),
	"braces of GraphQL":    repeat("GRAPHQL http://a\n\nquery ", "{"),
	"quotes of GraphQL":    repeat("GRAPHQL http://a\n\nquery {", `"""`),
	"strings of GraphQL":   repeat("GRAPHQL http://a\n\nquery {", "\"a\n"),
	"spreads":              repeat("GRAPHQL http://a\n\nquery {", "...a "),
	"fragments in GraphQL": repeat("GRAPHQL http://a\n\n", "fragment a on b { c }\n"),
	"JSON lines":           repeat("POST http://a\nContent-Type: application/x-ndjson\n\n", "{}\n"),
	"data of curl":         repeat("curl http://a ", "-d a=b "),
	"response references":  repeat("GET http://a/", "{{a.response.body.$.b}}"),
}

func repeat(beginning, piece string) func(int) string {
	return func(n int) string { return beginning + strings.Repeat(piece, n) }
}

// Twice the text may take about twice the memory, in bytes and in numbers of
// allocations. (What takes more time than that takes more memory or is found
// by TestHostileTextsOfTenMegabytes, which would not end.)
func TestMemoryGrowsLinearly(t *testing.T) {
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) { checkGrowth(t, text, func(src string) any { return parser.Parse(src) }) })
	}
	for name, text := range hostileDocuments {
		for _, language := range []parser.Language{parser.Markdown, parser.AsciiDoc} {
			t.Run(language.String()+" "+name, func(t *testing.T) {
				checkGrowth(t, text, func(src string) any { return parser.ParseAs(language, src) })
			})
		}
	}
	for name, text := range hostileBodies {
		t.Run(name, func(t *testing.T) {
			checkGrowth(t, text, func(src string) any {
				return parser.Describe(parser.Parse(src), func(string) bool { return true })
			})
		})
	}
}

func checkGrowth(t *testing.T, text func(int) string, read func(string) any) {
	t.Helper()
	small, large := text(5_000), text(20_000)
	smallCount, smallBytes := allocations(small, read)
	largeCount, largeBytes := allocations(large, read)
	if largeCount > 8*smallCount+500 || largeBytes > 8*smallBytes+1<<16 {
		t.Errorf("4 times the text takes %d allocations of %d bytes, not %d of %d", largeCount, largeBytes, smallCount, smallBytes)
	}
}

func allocations(src string, read func(string) any) (count, bytes uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result := read(src)
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(result)
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
}

func TestHostileTextsOfMegabytes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("left out with -short")
	}
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := text(2_000_000 / len(text(1)) * 2)
			checkFile(t, parser.Parse(src))
		})
	}
	for name, text := range hostileDocuments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := text(500_000 / len(text(2)) * 2)
			checkFile(t, parser.ParseAs(parser.Markdown, src))
			checkFile(t, parser.ParseAs(parser.AsciiDoc, src))
		})
	}
	for name, text := range hostileBodies {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parser.Describe(parser.Parse(text(500_000/len(text(1))*2)), func(string) bool { return false })
		})
	}
	checkFile(t, parser.Parse(strings.Repeat("{{", 1_000_000)))
	checkFile(t, parser.Parse(strings.Repeat("a", 10_000_000)))
	checkFile(t, parser.Parse(strings.Repeat("###\n", 100_000)))
}

func TestOrdinaryFileTakesFewAllocations(t *testing.T) {
	src := benchfile.Requests(1000)
	if got := testing.AllocsPerRun(3, func() { parser.Parse(src) }); got > 300 {
		t.Errorf("1000 requests take %v allocations, want at most 300", got)
	}
}

func TestBenchmarkFile(t *testing.T) {
	t.Parallel()
	src := benchfile.Requests(requests)
	f := parser.Parse(src)
	checkFile(t, f)
	count := 0
	for _, b := range f.Blocks {
		if b.Request != nil && b.Request.Runnable && b.Request.Name != "" {
			count++
		}
	}
	lines := strings.Count(src, "\n")
	if count != requests || lines < 54_000 || lines > 56_000 || len(f.Problems) > 0 {
		t.Errorf("the file has %d requests on %d lines with problems %v", count, lines, f.Problems)
	}
}
