package parser_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

// ruling is one case of a ruling: what is sent of src, and what is said.
type ruling struct {
	src string
	// want is a line a request: method, target, headers, body, with | between;
	// "!" in front of one that cannot run.
	want []string
	// codes are the problems' codes and severities.
	codes []string
}

func checkRulings(t *testing.T, tests map[string]ruling) {
	t.Helper()
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parser.Parse(tt.src)
			checkFile(t, f)
			if diff := cmp.Diff(tt.want, summary(f)); diff != "" {
				t.Errorf("requests of %q (-want +got):\n%s", tt.src, diff)
			}
			var codes []string
			for _, p := range f.Problems {
				codes = append(codes, p.Severity.String()+" "+p.Code)
			}
			if diff := cmp.Diff(tt.codes, codes); diff != "" {
				t.Errorf("problems of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func summary(f *parser.File) []string {
	var lines []string
	for _, b := range f.Blocks {
		r := b.Request
		if r == nil {
			continue
		}
		fields := []string{r.Method, r.Target.Text(f.Src)}
		for i := range r.Headers {
			fields = append(fields, r.Headers[i].Name+": "+r.Headers[i].Value.Text(f.Src))
		}
		if r.Body != nil {
			fields = append(fields, r.Body.Content.Text(f.Src))
		}
		line := strings.Join(fields, " | ")
		if !r.Runnable {
			line = "!" + line
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRulingC01CommentsInBodies(t *testing.T) {
	t.Parallel()
	body := func(header string) string { return "POST http://a\n" + header + "\n{\n# one\n  // two\n}\n" }
	dropped := []string{"hint comment-in-body", "hint comment-in-body"}
	tests := map[string]ruling{
		"without a media type": {src: body(""), want: []string{"POST | http://a | {\n}"}, codes: dropped},
		"a variable as media type": {
			src: body("Content-Type: {{x}}\n"), want: []string{"POST | http://a | Content-Type: {{x}} | {\n}"}, codes: dropped,
		},
		"raw-body keeps them": {src: "# @raw-body\n" + body(""), want: []string{"POST | http://a | {\n# one\n  // two\n}"}},
		"a GraphQL request": {
			src:  body("Content-Type: text/plain\nX-Request-Type: GraphQL\n"),
			want: []string{"POST | http://a | Content-Type: text/plain | X-Request-Type: GraphQL | {\n}"}, codes: dropped,
		},
		"before and behind the body": {
			src:  "POST http://a\n\n# before\n{}\n# behind\n\n# far behind\n",
			want: []string{"POST | http://a | {}"}, codes: dropped[:1],
		},
		"only comments are no body": {src: "POST http://a\n\n# one\n// two\n", want: []string{"POST | http://a"}},
		"behind the end of a multipart body": {
			src:  "POST http://a\nContent-Type: multipart/form-data; boundary=b\n\n--b\n\n# one\n--b--\n\n# far behind\n",
			want: []string{"POST | http://a | Content-Type: multipart/form-data; boundary=b | --b\n\n# one\n--b--"}, codes: []string{"warning comment-sent"},
		},
		"behind what is no end of a multipart body": {
			src:  "POST http://a\nContent-Type: multipart/form-data\n\n--b\n\n--c--\n# one\n--b--\n# behind\nmore\n",
			want: []string{"POST | http://a | Content-Type: multipart/form-data | --b\n\n--c--\n# one\n--b--\nmore"}, codes: []string{"warning comment-sent", "hint comment-in-body"},
		},
	}
	for _, mediaType := range []string{"application/json; charset=utf-8", "application/vnd.api+json", "application/graphql", "application/x-www-form-urlencoded"} {
		header := "Content-Type: " + mediaType
		tests["dropped in "+mediaType] = ruling{src: body(header + "\n"), want: []string{"POST | http://a | " + header + " | {\n}"}, codes: dropped}
	}
	for _, mediaType := range []string{"text/markdown", "text/csv", "text/plain", "application/yaml", "application/xml", "multipart/mixed", "application/octet-stream"} {
		header := "content-type: " + mediaType
		var shown []string
		if mediaType == "multipart/mixed" {
			shown = []string{"warning comment-sent", "warning comment-sent"}
		}
		tests["kept in "+mediaType] = ruling{src: body(header + "\n"), want: []string{"POST | http://a | " + header + " | {\n# one\n  // two\n}"}, codes: shown}
	}
	checkRulings(t, tests)
}

func TestRulingC02CommentedHeader(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"no blank behind #": {src: "GET http://a\n#X: 1\n//Y: 2\nZ: 3\n", want: []string{"GET | http://a | Z: 3"}},
	})
}

func TestRulingC03CommentMarksInsideALine(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"in the target": {src: "GET http://a/b//c?d=#e // f\n", want: []string{"GET | http://a/b//c?d=#e // f"}, codes: []string{"hint fragment-not-sent"}},
		"in a header":   {src: "GET http://a\nX: 1 # 2 // 3\n", want: []string{"GET | http://a | X: 1 # 2 // 3"}},
	})
}

func TestRulingC04TargetOverSeveralLines(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"? and & in column 0":        {src: "GET http://a\n?b=1\n&c=2\nX: y\n", want: []string{"GET | http://a?b=1&c=2 | X: y"}},
		"a path":                     {src: "GET http://a\n/b\n/c\n", want: []string{"GET | http://a/b/c"}},
		"indented":                   {src: "GET http://a?\n  b=1&\n\tc={{d}}\n", want: []string{"GET | http://a?b=1&c={{d}}"}},
		"an indented variable":       {src: "GET http://a/\n  {{b}}/c\n", want: []string{"GET | http://a/{{b}}/c"}},
		"comments between":           {src: "GET http://a\n# no\n  ?b=1\n  // no\n  &c=2\n", want: []string{"GET | http://a?b=1&c=2"}},
		"version at the first line":  {src: "GET http://a HTTP/1.1\n  ?b=1\n", want: []string{"GET | http://a?b=1"}},
		"version at the last line":   {src: "GET http://a\n  ?b=1 HTTP/2 (Prior Knowledge)\n", want: []string{"GET | http://a?b=1"}},
		"the URL on the second line": {src: "GET\n  http://a:80/b\n", want: []string{"GET | http://a:80/b"}},
		"an indented header": {
			src: "GET http://a\n  X-A: 1\n  X-B: 2\n", want: []string{"GET | http://a | X-A: 1 | X-B: 2"}, codes: []string{"warning indented-header"},
		},
		"all of it indented": {src: "  GET http://a\n  X-A: 1\n", want: []string{"GET | http://a | X-A: 1"}},
		"not as far in as the request line": {
			src: "  GET http://a\n  b\n", want: []string{"!GET | http://a"}, codes: []string{"error header-without-colon"},
		},
		"not behind a header": {
			src: "GET http://a\nX: 1\n?b=1\n", want: []string{"!GET | http://a | X: 1"}, codes: []string{"error header-without-colon"},
		},
	})
}

func TestRulingC07VariableBehindBody(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"behind a blank line":     {src: "POST http://a\n\n{}\n\n@x = 1\n", want: []string{"POST | http://a | {}"}, codes: []string{"hint variable-behind-body"}},
		"behind an empty body":    {src: "POST http://a\n\n@x = 1\n", want: []string{"POST | http://a"}},
		"a lazy one":              {src: "POST http://a\n\n{}\n\n@x := {{y}}\n", want: []string{"POST | http://a | {}"}, codes: []string{"hint variable-behind-body"}},
		"without a blank line":    {src: "POST http://a\n\nhello\n@x = 1\n", want: []string{"POST | http://a | hello\n@x = 1"}},
		"something else behind @": {src: "POST http://a\n\nhello\n\n@all, look\n", want: []string{"POST | http://a | hello\n\n@all, look"}},
		"text behind it is refused": {
			src: "POST http://a\n\nhello\n\n@x = 1\nmore\n", want: []string{"!POST | http://a | hello"}, codes: []string{"hint variable-behind-body", "error unexpected-text"},
		},
	})
	f := parser.Parse("POST http://a\n\n{}\n\n@x = 1\n")
	if len(f.Variables) != 1 || f.Variables[0].Name != "x" {
		t.Errorf("variables are %v, want x", f.Variables)
	}
}

func TestRulingC08BodyWithoutBlankLine(t *testing.T) {
	t.Parallel()
	warning := []string{"warning missing-blank-line"}
	checkRulings(t, map[string]ruling{
		"object":            {src: "POST http://a\nX: y\n{\"b\": 1}\n", want: []string{"POST | http://a | X: y | {\"b\": 1}"}, codes: warning},
		"array, no headers": {src: "POST http://a\n[1]\n", want: []string{"POST | http://a | [1]"}, codes: warning},
		"indented object":   {src: "POST http://a\n  {}\n", want: []string{"POST | http://a |   {}"}, codes: warning},
		"XML":               {src: "POST http://a\nX: y\n<a/>\n", want: []string{"POST | http://a | X: y | <a/>"}, codes: warning},
		"a file":            {src: "POST http://a\nX: y\n< ./a.json\n", want: []string{"POST | http://a | X: y | "}, codes: warning},
		"a variable":        {src: "POST http://a\nX: y\n{{body}}\n", want: []string{"POST | http://a | X: y | {{body}}"}, codes: warning},
		"text is refused":   {src: "POST http://a\nX: y\nhello\n", want: []string{"!POST | http://a | X: y"}, codes: []string{"error header-without-colon"}},
	})
}

func TestRulingC09RequestWithoutSeparator(t *testing.T) {
	t.Parallel()
	warning := []string{"warning missing-separator"}
	checkRulings(t, map[string]ruling{
		"behind no body":          {src: "GET http://a\n\nGET http://b\n", want: []string{"GET | http://a", "GET | http://b"}, codes: warning},
		"behind JSON":             {src: "POST http://a\n\n{\"b\": \"}\", \"c\": [{{d}}]}\n\nDELETE /b\n", want: []string{"POST | http://a | {\"b\": \"}\", \"c\": [{{d}}]}", "DELETE | /b"}, codes: warning},
		"behind XML":              {src: "POST http://a\n\n<?xml version=\"1.0\"?>\n<b><c/></b>\n\nGET {{d}}\n", want: []string{"POST | http://a | <?xml version=\"1.0\"?>\n<b><c/></b>", "GET | {{d}}"}, codes: warning},
		"behind a script":         {src: "GET http://a\n\n> {% x %}\n\nGET http://b\n", want: []string{"GET | http://a", "GET | http://b"}, codes: []string{"information script-not-run", "warning missing-separator"}},
		"behind a variable":       {src: "POST http://a\n\nb=c\n\n@d = e\nGET http://b\n", want: []string{"POST | http://a | b=c", "GET | http://b"}, codes: []string{"hint variable-behind-body", "warning missing-separator"}},
		"# @forceRegionDelimiter": {src: "# @forceRegionDelimiter\nPOST http://a\n\n{}\n\nGET http://b\n", want: []string{"POST | http://a | {}\n\nGET http://b"}},
		"behind a response":       {src: "GET http://a\n\nHTTP/1.1 200 OK\nX: y\n\n{\n\nGET http://no\n\n}\n\nGET http://b\n", want: []string{"GET | http://a", "GET | http://b"}, codes: warning},
		"no blank line":           {src: "POST http://a\n\n{}\nGET http://b\n", want: []string{"POST | http://a | {}\nGET http://b"}},
		"in open JSON":            {src: "POST http://a\n\n{\n\nGET http://b\n\n}\n", want: []string{"POST | http://a | {\n\nGET http://b\n\n}"}},
		"in open XML":             {src: "POST http://a\n\n<b>\n\nGET http://b\n\n</b>\n", want: []string{"POST | http://a | <b>\n\nGET http://b\n\n</b>"}},
		"in text":                 {src: "POST http://a\n\nhello\n\nGET http://b\n", want: []string{"POST | http://a | hello\n\nGET http://b"}},
		"in lower case":           {src: "POST http://a\n\n{}\n\nget http://b\n", want: []string{"POST | http://a | {}\n\nget http://b"}},
		"not a target":            {src: "POST http://a\n\n{}\n\nGET it\n", want: []string{"POST | http://a | {}\n\nGET it"}},
		"among the headers":       {src: "GET http://a\nGET http://b\n", want: []string{"!GET | http://a"}, codes: []string{"error missing-separator"}},
		"many questions are answered in one pass": {
			src:  "POST http://a\n\n[\n\nGET /1\n\nGET /2\n\n]\n\nGET /3\n",
			want: []string{"POST | http://a | [\n\nGET /1\n\nGET /2\n\n]", "GET | /3"}, codes: warning,
		},
	})
	f := parser.Parse("GET http://a\n\n# about a\n\n# about b\n# @name b\n@x = 1\nGET http://b\n")
	if len(f.Blocks) != 2 || f.Blocks[1].Request.Name != "" {
		t.Fatalf("got %d blocks", len(f.Blocks))
	}
	f = parser.Parse("GET http://a\n\n{}\n# about a\n\n# about b\n# @name b\nGET http://b\n")
	if len(f.Blocks) != 2 || f.Blocks[1].Request.Name != "b" || !strings.HasPrefix(f.Blocks[1].Span.Of(f.Src), "# about b\n") {
		t.Errorf("the comments before a request do not belong to it: %q", f.Blocks[1].Span.Of(f.Src))
	}
}

func TestRulingC10IndentedSeparator(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"before a request":  {src: "  ### a\nGET http://a\n", want: []string{"GET | http://a"}, codes: []string{"hint indented-separator"}},
		"among the headers": {src: "GET http://a\nX: y\n  ### b\nGET http://b\n", want: []string{"GET | http://a | X: y", "GET | http://b"}, codes: []string{"hint indented-separator"}},
		"behind a script":   {src: "GET http://a\n\n> {% x %}\n ### b\nGET http://b\n", want: []string{"GET | http://a", "GET | http://b"}, codes: []string{"information script-not-run", "hint indented-separator"}},
		"in Markdown": {
			src:  "POST http://a\nContent-Type: text/markdown\n\n   ### b\nc\n### d\n",
			want: []string{"POST | http://a | Content-Type: text/markdown |    ### b\nc"},
		},
		"a comment in JSON": {src: "POST http://a\n\n{\n   ### b\n}\n", want: []string{"POST | http://a | {\n}"}, codes: []string{"hint comment-in-body"}},
	})
}

func TestRulingC11MethodCase(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"lower":     {src: "get http://a\n", want: []string{"GET | http://a"}, codes: []string{"hint method-case"}},
		"mixed":     {src: "Post {{a}}\n", want: []string{"POST | {{a}}"}, codes: []string{"hint method-case"}},
		"WebDAV":    {src: "PROPFIND http://a\n", want: []string{"PROPFIND | http://a"}},
		"Vault":     {src: "LIST http://a\n", want: []string{"LIST | http://a"}},
		"IANA":      {src: "LINK http://a\n", want: []string{"LINK | http://a"}},
		"no method": {src: "http://a b\n", want: []string{"GET | http://a b"}},
		"a host":    {src: "localhost:8080/a\n", want: []string{"GET | localhost:8080/a"}},
		"a path":    {src: "/a\n", want: []string{"GET | /a"}},
		"unknown":   {src: "FETCH http://a\n", want: []string{"!GET | FETCH http://a"}, codes: []string{"error unknown-method"}},
		"a prose word that is a method in capitals only": {
			src: "Link the files\n", want: []string{"!GET | Link the files"}, codes: []string{"error request-line-expected"},
		},
	})
}

func TestRulingC12ScriptsAreNeverSent(t *testing.T) {
	t.Parallel()
	script := []string{"information script-not-run"}
	for name, src := range map[string]string{
		"response script":         "> {% a %}",
		"over several lines":      "> {%\na\n%}",
		"no blank":                ">{% a %}",
		"before the request":      "< {% a %}",
		"script file":             "> ./a.js",
		"httpYac block":           "{{\na\n}}",
		"httpYac hook":            "{{@request\na\n}}",
		"httpYac block for later": "{{+\na\n}}",
		"assertion":               "?? status == 200",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkRulings(t, map[string]ruling{
				"behind a body":      {src: "POST http://a\n\n{}\n" + src + "\n", want: []string{"POST | http://a | {}"}, codes: script},
				"behind a blank":     {src: "POST http://a\n\n{}\n\n" + src + "\n", want: []string{"POST | http://a | {}"}, codes: script},
				"without a body":     {src: "POST http://a\nX: y\n\n" + src + "\n", want: []string{"POST | http://a | X: y"}, codes: script},
				"behind the headers": {src: "POST http://a\nX: y\n" + src + "\n", want: []string{"POST | http://a | X: y"}, codes: script},
				"before":             {src: src + "\nPOST http://a\n", want: []string{"POST | http://a"}, codes: script},
				"in text": {
					src:  "POST http://a\nContent-Type: text/plain\n\nhello\n\n" + src + "\n",
					want: []string{"POST | http://a | Content-Type: text/plain | hello"}, codes: script,
				},
				"directly behind XML": {
					src:  "POST http://a\nContent-Type: text/xml\n\n<a>\n<b/>\n</a>\n" + src + "\n",
					want: []string{"POST | http://a | Content-Type: text/xml | <a>\n<b/>\n</a>"}, codes: script,
				},
				"directly behind multipart": {
					src:  "POST http://a\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\n" + "1\n--X--\n" + src + "\n",
					want: []string{"POST | http://a | Content-Type: multipart/mixed; boundary=X | --X\n\n1\n--X--"}, codes: script,
				},
			})
		})
	}
}

func TestRulingC12ScriptFilesAreNeverText(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"a script": {
			src:  "POST http://a\nContent-Type: text/plain\n\nhello\n> ./after.js\n",
			want: []string{"POST | http://a | Content-Type: text/plain | hello"}, codes: []string{"information script-not-run"},
		},
		"an output file behind XML": {
			src:  "POST http://a\nContent-Type: text/xml\n\n<a/>\n>> out.xml\n",
			want: []string{"POST | http://a | Content-Type: text/xml | <a/>"}, codes: []string{"information output-not-saved"},
		},
		"in XML": {
			src:  "POST http://a\nContent-Type: text/xml\n\n<a>\n>> out.xml\n?? b\n</a>\n",
			want: []string{"POST | http://a | Content-Type: text/xml | <a>\n>> out.xml\n?? b\n</a>"},
		},
	})
}

func TestRulingC12TextThatOnlyLooksLikeAScript(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"> quote", "> see a.js", ">> quote of a quote.", "<b>", "{{a}}", "{{", "??", ">", ">>"} {
		checkRulings(t, map[string]ruling{text: {
			src:   "POST http://a\nContent-Type: text/markdown\n\nhello\n" + text + "\n",
			want:  []string{strings.Replace("POST | http://a | Content-Type: text/markdown | hello\n"+text, "POST", map[bool]string{true: "!POST", false: "POST"}[text == "{{"], 1)},
			codes: map[bool][]string{true: {"error unclosed-expression"}}[text == "{{"],
		}})
	}
}

func TestRulingC20HeaderWithoutColon(t *testing.T) {
	t.Parallel()
	refused := []string{"error header-without-colon"}
	checkRulings(t, map[string]ruling{
		"no colon":                 {src: "GET http://a\nAuthorization x\nB: c\n", want: []string{"!GET | http://a | B: c"}, codes: refused},
		"a colon in an expression": {src: "GET http://a\nX {{$a b=arn:c}}\n", want: []string{"!GET | http://a"}, codes: refused},
		"a URL":                    {src: "GET http://a\nhttp://b\n", want: []string{"!GET | http://a"}, codes: []string{"error missing-separator"}},
		"spread":                   {src: "GET http://a\n...defaults\n", want: []string{"!GET | http://a"}, codes: []string{"error header-spread"}},
		"a variable as name":       {src: "GET http://a\n{{b}}: c\n", want: []string{"!GET | http://a"}, codes: []string{"error variable-header-name"}},
		"no value":                 {src: "GET http://a\nX:\n", want: []string{"GET | http://a | X: "}},
		"blank before the colon":   {src: "GET http://a\nX : y\n", want: []string{"GET | http://a | X: y"}},
		"blank in the name":        {src: "GET http://a\nX Y: z\n", want: []string{"!GET | http://a"}, codes: []string{"error bad-header-name"}},
	})
}

func TestRulingC21HeaderInPlaceOfARequest(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"under a separator": {
			src:  "###\n## (removed)\nContent-Type: x\nAccept: y\n",
			want: []string{"!GET | Content-Type: x | Accept: y"}, codes: []string{"error header-instead-of-request"},
		},
		"a port is none": {src: "localhost:80\n", want: []string{"GET | localhost:80"}},
	})
}

func TestRulingC19TitlesAreNames(t *testing.T) {
	t.Parallel()
	f := parser.Parse("### Log in\nGET http://a\n\n###\nrun #Log in (@x=1)\nGET http://b/{{\"Log in\".response.body.$.t}}\n")
	if name := f.Blocks[0].Request.Name; name != "Log in" {
		t.Errorf("the title names the request %q", name)
	}
	if a := f.Blocks[1].Attachments[0]; a.Kind != parser.AttachRun || a.Name.Of(f.Src) != "Log in" {
		t.Errorf("run names %q", a.Name.Of(f.Src))
	}
	ref, ok := parser.ParseResponseRef(f.Src, f.Blocks[1].Request.Target.Parts[1].Expr)
	if !ok || ref.Request.Of(f.Src) != "Log in" {
		t.Errorf("the response is that of %q", ref.Request.Of(f.Src))
	}
}

func TestRulingC22DashesAreNoComment(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"in a body":          {src: "POST http://a\n\n-- x\n{}\n", want: []string{"POST | http://a | -- x\n{}"}},
		"above a request":    {src: "-- x\nGET http://a\n", want: []string{"!GET | http://a"}, codes: []string{"error request-line-expected"}},
		"among the headers":  {src: "GET http://a\n-- x\n", want: []string{"!GET | http://a"}, codes: []string{"error header-without-colon"}},
		"a multipart border": {src: "POST http://a\n\n--b\nx\n--b--\n", want: []string{"POST | http://a | --b\nx\n--b--"}},
	})
}

func TestExpressionsAreOnePiece(t *testing.T) {
	t.Parallel()
	checkRulings(t, map[string]ruling{
		"blank in the target": {src: "GET {{$aws secret=a key='b HTTP/1.1'}} HTTP/1.1\n", want: []string{"GET | {{$aws secret=a key='b HTTP/1.1'}}"}},
		"version-like end":    {src: "GET http://a/{{$a b=c HTTP/1.1}}\n", want: []string{"GET | http://a/{{$a b=c HTTP/1.1}}"}},
		"no method":           {src: "{{$a b='c d'}}/x?y=z\n", want: []string{"GET | {{$a b='c d'}}/x?y=z"}},
		"colon in a value":    {src: "GET http://a\nX: {{$a b=c:d}}\n", want: []string{"GET | http://a | X: {{$a b=c:d}}"}},
		"an open one":         {src: "GET http://a/{{b HTTP/1.1\n", want: []string{"!GET | http://a/{{b HTTP/1.1"}, codes: []string{"error unclosed-expression"}},
		"version behind it":   {src: "GET {{a}} HTTP/2\n", want: []string{"GET | {{a}}"}},
		"the version alone":   {src: "GET HTTP/1.1\n", want: []string{"!GET | "}, codes: []string{"error missing-target"}}},
	)
}

func TestMethodsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	methods := parser.Methods()
	slices.Sort(methods)
	if len(slices.Compact(methods)) != len(parser.Methods()) || !slices.Contains(methods, "PATCH") {
		t.Errorf("methods are %v", methods)
	}
}
