package parser_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/parser"
)

// construct is one way of writing something that some tool reads, and lines of
// the tree's outline that it must give.
type construct struct {
	src  string
	want []string
}

func checkConstructs(t *testing.T, constructs map[string]construct) {
	t.Helper()
	for name, c := range constructs {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := parser.Parse(c.src)
			checkFile(t, f)
			got := outline(f)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%q has no %q:\n%s", c.src, want, got)
				}
			}
			if !strings.Contains(strings.Join(c.want, ""), "unknown ") && strings.Contains(got, "  unknown ") {
				t.Errorf("%q is not recognised:\n%s", c.src, got)
			}
		})
	}
}

func TestConstructsOfFiles(t *testing.T) {
	t.Parallel()
	const get = "GET http://a\n"
	checkConstructs(t, map[string]construct{
		"separator":             {get + "###\n" + get, []string{"block 0", "block 1"}},
		"long separator":        {"######## t ##\n" + get, []string{`block 0 "t ##"`}},
		"indented separator":    {get + "  ### t\n" + get, []string{`block 1 "t"`}},
		"title with blanks":     {"### Log in, now\n" + get, []string{`request "Log in, now"`}},
		"no separator":          {get + "\n" + get, []string{"block 1"}},
		"@name":                 {"# @name a\n" + get, []string{`request "a"`}},
		"@name =":               {"# @name = a\n" + get, []string{`request "a"`}},
		"@name behind slashes":  {"// @name a\n" + get, []string{`request "a"`}},
		"# comment":             {"# a\n#b\n## c\n" + get, []string{`comment      "# a\n"`, `comment      "#b\n"`}},
		"// comment":            {"// a\n//b\n" + get, []string{`comment      "//b\n"`}},
		"indented comment":      {"  # a\n" + get, []string{`comment      "  # a\n"`}},
		"/* */ comment":         {"/* a */\n/*\nb\n*/\n" + get, []string{`comment      "/* a */\n"`, `comment      "/*\nb\n*/\n"`}},
		"comment among headers": {get + "A: b\n# c\nD: e\n", []string{`comment      "# c\n"`, `A: "b"`, `D: "e"`}},
		"variable":              {"@a = 1\n@b=2\n@c-d.e = x y\n", []string{`variable a = "1"`, `variable b = "2"`, `variable c-d.e = "x y"`}},
		"lazy variable":         {"@a := {{b}}\n", []string{"variable a = <b>"}},
		"global variable":       {"@global.a = 1\n", []string{`variable a = "1"`}},
		"variable in the head":  {get + "@a = 1\nB: c\n", []string{`variable a = "1"`, `B: "c"`}},
		"variable behind body":  {"POST http://a\n\n{}\n\n@a = 1\n", []string{`variable a = "1"`, `body inline "{}"`}},
		"scoped by directive":   {"# @const a 1\n# @file-secret b = 2\n// @request c 3\n# @global d 4\n" + get, []string{`@const "a 1"`, `@file-secret "b = 2"`, `@request "c 3"`, `@global "d 4"`}},
		"pasted response":       {get + "\nHTTP/1.1 200 OK\nA: b\n\n{}\n", []string{`response code "HTTP/1.1 200 OK\nA: b\n\n{}"`}},
		"import":                {"import ./a b.http\n", []string{`import before path "./a b.http"`}},
		"run a file":            {"run ./a.http\n", []string{`run before path "./a.http"`}},
		"run a request":         {"run #Log in (@v=x, @w={{y}})\n", []string{`run before name="Log in" (v = "x") (w = <y>)`}},
		"@import and @ref":      {"# @import ./{{d}}/a.http\n# @ref a\n# @forceRef b\n" + get, []string{`@import "./{{d}}/a.http"`, `@ref "a"`, `@forceRef "b"`}},
		"shared block":          {"### Shared\n@a = 1\n\n### b\n" + get, []string{`block 0 "Shared"`, `variable a = "1"`}},
		"global region":         {"@a = 1\n{{\nb\n}}\n###\n" + get, []string{`variable a = "1"`, `script before code "b\n"`}},
		"byte order mark":       {"\uFEFF" + get, []string{`GET "http://a"`}},
		"xpath namespace":       {"@xpath_ns a=http://b\n" + get, []string{`@xpath_ns "a=http://b"`}},
	})
	f := parser.Parse("### Shared\n@a = 1\n\n###\n@b = 2\n\n###\n" + get + "###\n")
	if !f.Blocks[0].IsShared(f.Src) || f.Blocks[1].IsShared(f.Src) || !f.Blocks[1].IsGlobal() || f.Blocks[2].IsGlobal() || f.Blocks[3].IsGlobal() {
		t.Error("shared and global blocks are not told apart")
	}
}

func TestConstructsOfRequestLines(t *testing.T) {
	t.Parallel()
	constructs := map[string]construct{
		"no method":          {"http://a\n", []string{`GET "http://a"`}},
		"a path and Host":    {"GET /a\nHost: b:80\n", []string{`GET "/a"`, `Host: "b:80"`}},
		"OPTIONS *":          {"OPTIONS *\nHost: a\n", []string{`OPTIONS "*"`, "runnable=true"}},
		"HTTP/1.1":           {"GET http://a HTTP/1.1\n", []string{`GET "http://a" HTTP/1.1`}},
		"small letters":      {"GET http://a http/1.1\n", []string{`GET "http://a" http/1.1`}},
		"HTTP/2":             {"GET http://a HTTP/2\n", []string{`GET "http://a" HTTP/2`}},
		"prior knowledge":    {"GET http://a HTTP/2 (Prior Knowledge)\n", []string{`GET "http://a" HTTP/2 (Prior Knowledge)`}},
		"HTTP/3":             {"GET http://a HTTP/3\n", []string{`GET "http://a" HTTP/3`}},
		"query lines":        {"GET http://a\n?b=1\n &c=2\nD: e\n", []string{`GET "http://a" "?b=1" "&c=2"`, `D: "e"`}},
		"path lines":         {"GET http://a\n  /b\n/c\n", []string{`GET "http://a" "/b" "/c"`}},
		"any indented line":  {"GET http://a?\n    b=1&\n    c=2\n", []string{`GET "http://a?" "b=1&" "c=2"`}},
		"comment between":    {"GET http://a\n  ?b=1\n  # no\n  &c=2\n", []string{`GET "http://a" "?b=1" "&c=2"`}},
		"fragment":           {"GET http://a#b\n", []string{`GET "http://a#b"`, "fragment-not-sent"}},
		"blanks in the URL":  {"GET http://a/b c?d=e f\n", []string{`GET "http://a/b c?d=e f"`}},
		"WebSocket by URL":   {"wss://a\n", []string{`GET "wss://a"`, "protocol-not-sent"}},
		"Unix socket":        {"GET unix:/run/a.sock:/b\n", []string{"protocol-not-sent"}},
		"header":             {"GET http://a\nA: b\nC:d\nE : f\nG:\n", []string{`A: "b"`, `C: "d"`, `E: "f"`, "    G: \n"}},
		"folded header":      {"GET http://a\nA: b\n  c\n\td\n", []string{`A: "b" " c" "\td"`}},
		"duplicate headers":  {"GET http://a\nA: b\nA: c\n", []string{`A: "b"`, `A: "c"`}},
		"variable as a name": {"GET http://a\n{{b}}: c\n", []string{`open header spread=false <b>: "c"`, "runnable=false"}},
		"header spread":      {"GET http://a\n...b\n", []string{`open header spread=true "b":`, "runnable=false"}},
	}
	for _, method := range parser.Methods() {
		constructs[method] = construct{method + " http://a\n", []string{"    " + method + ` "http://a"`}}
		constructs["lower "+method] = construct{strings.ToLower(method) + " http://a\n", []string{"    " + method + ` "http://a"`, "method-case"}}
	}
	checkConstructs(t, constructs)
}

func TestConstructsOfBodies(t *testing.T) {
	t.Parallel()
	const post = "POST http://a\n\n"
	checkConstructs(t, map[string]construct{
		"text":              {post + "a\n\nb\n\n", []string{`body inline "a\n\nb"`}},
		"< file":            {post + "< ./a b.json\n", []string{"body file", `file "./a b.json" expand=false`}},
		"<@ file":           {post + "<@ ./{{a}}.json\n", []string{`file "./" <a> ".json" expand=true`}},
		"<@latin1 file":     {post + "<@latin1 ./a.txt\n", []string{`file "./a.txt" expand=true latin1`}},
		"mixed":             {post + "a\n< ./b\nc\n", []string{`body mixed "a\n" "c"`, `file "./b"`}},
		"GraphQL file":      {post + "gql a < ./a.gql\n\n{}\n", []string{`graphql file "a"`}},
		"NDJSON":            {"POST http://a\nContent-Type: application/x-ndjson\n\n{}\n{}\n", []string{`body inline "{}\n{}"`}},
		"GRAPHQL ws://":     {"GRAPHQL ws://a\n\n{ a }\n", []string{"protocol-not-sent", "WebSocket", "runnable=false"}},
		"messages":          {"WS ws://a\n\n1\n===\n2\n=== wait-for-server\n3\n", []string{`message "1" wait=false`, `message "2" wait=false`, `message "3" wait=true`}},
		"underlined title":  {"POST http://a\nContent-Type: text/markdown\n\na\n===\nb\n", []string{`body inline "a\n===\nb"`}},
		"no blank line":     {"POST http://a\n{}\n", []string{`body inline "{}"`, "missing-blank-line"}},
		"comment in it":     {post + "{\n# a\n}\n", []string{`not sent "# a"`}},
		"quotes in it":      {"POST http://a\nContent-Type: text/markdown\n\n> a\n>> b\n> > c\n", []string{`body inline "> a\n>> b\n> > c"`}},
		"escaped braces":    {post + "\\{\\{a\\}\\}\n", []string{`body inline "\\{\\{a\\}\\}"`}},
		"GraphQL fragments": {"fragment A on B {\n c\n}\n" + post + "query { ...A }\n", []string{`graphql-fragment before name="A"`}},
		"GraphQL imports":   {"gql A < ./a.gql\n" + post + "query { ...A }\n", []string{`graphql-file before name="A" path "./a.gql"`}},
	})
}

func TestConstructsOfExpressions(t *testing.T) {
	t.Parallel()
	for _, e := range []string{
		"a", " a ", "a.b", "a-b", "a[0].b", "ümlaut", "%a", "$guid", "$timestamp -3 h", "$datetime 'YYYY' 1 d", `$localDatetime "DD"`, "$randomInt 1 5",
		"$random.integer(1, 5)", `$random.email`, "$processEnv A", "$processEnv %A", "$dotenv A", "$env.A", "$shared a", "$aadToken new",
		`$auth.token("id")`, "$prompt a $value: b", "a.response.body.$.b", "a.response.body.*", "a.response.headers.X-B", "a.response.body.//b",
		"a.request.body.$.b", `"a b".response.body.$.c`, "a.response.headers['Date'][0]", "a.response.cookies.0.value", "< ./a.txt", "6 + a.b++",
	} {
		src := "GET http://a/{{" + e + "}}/b\n"
		f := parser.Parse(src)
		checkFile(t, f)
		parts := f.Blocks[0].Request.Target.Parts
		if len(parts) != 3 || parts[1].Expr == nil || parts[1].Expr.Inner.Of(src) != e || !f.Blocks[0].Request.Runnable {
			t.Errorf("{{%s}} is not one piece: %+v, %v", e, parts, f.Problems)
		}
	}
}

func TestConstructsOfScripts(t *testing.T) {
	t.Parallel()
	const get = "GET http://a\n"
	checkConstructs(t, map[string]construct{
		"> {% %}":           {get + "\n> {% a %}\n", []string{`script code " a "`}},
		"> {% on lines":     {get + "\n> {%\n\na\n%}\n", []string{`script code "\n\na\n"`}},
		"< {% %}":           {"< {% a %}\n" + get, []string{`script before code " a "`}},
		"> file.js":         {get + "\n> ./a.js\n", []string{`script-file path "./a.js"`}},
		"< file.js":         {"< ./a.js\n" + get, []string{`script-file before path "./a.js"`}},
		"{{ }}":             {get + "\n{{\n  a\n}}\n", []string{`script code "  a\n"`}},
		"{{@request":        {"{{@request\na\n}}\n" + get, []string{`script before event="request"`}},
		"{{@streaming":      {get + "\n{{@streaming\na\n}}\n", []string{`script event="streaming"`}},
		"{{+":               {"{{+\na\n}}\n" + get, []string{`script before event="" everywhere=true`}},
		"{{+after":          {"{{+after\na\n}}\n" + get, []string{`event="after" everywhere=true`}},
		"??":                {get + "\n?? status == 200\n", []string{`assertion code "status == 200"`}},
		">> file":           {get + "\n>> ./a.json\n", []string{`output path "./a.json"`}},
		">>! file":          {get + "\n>>! ./{{a}}.json\n", []string{`output overwrite path "./" <a> ".json"`}},
		"<> file":           {get + "\n<> 2024.json\n", []string{`response-file path "2024.json"`}},
		"proto":             {"proto < ./a.proto\nkeepCase: true\n\nGRPC a/b\n", []string{`proto before path "./a.proto" (keepCase = "true")`}},
		"several behind it": {get + "\n> {% a %}\n\n> {% b %}\n>> c.json\n?? d\n", []string{`code " a "`, `code " b "`, "output", "assertion"}},
	})
}

func TestConstructsOfCurl(t *testing.T) {
	t.Parallel()
	checkConstructs(t, map[string]construct{
		"a URL":        {"curl http://a\n", []string{`GET "http://a"`, "runnable=true"}},
		"--url":        {"curl --url http://a\n", []string{`GET "http://a"`}},
		"-X":           {"curl -X put http://a\n", []string{`PUT "http://a"`}},
		"-XPUT":        {"curl -XPUT http://a\n", []string{`PUT "http://a"`}},
		"--request=":   {"curl --request=PUT http://a\n", []string{`PUT "http://a"`}},
		"-I":           {"curl -I http://a\n", []string{`HEAD "http://a"`}},
		"-L and more":  {"curl -sSLv --compressed http://a\n", []string{"option location", "option verbose", "runnable=true"}},
		"-H":           {"curl -H 'A: b c' -H\"D:{{e}}\" http://a\n", []string{`A: "b c"`, "D: <e>"}},
		"-d":           {"curl http://a -d 'a=b' --data c={{d}}\n", []string{`POST "http://a"`, `body inline "a=b" "c=" <d>`}},
		"-d @file":     {"curl http://a --data-binary @./a.json\n", []string{"body file", `file "./a.json"`}},
		"-u":           {"curl -u me:{{p}} http://a\n", []string{`Authorization: "me:" <p>`}},
		"-b":           {"curl -b 'a=b' http://a\n", []string{`Cookie: "a=b"`}},
		"lines":        {"curl http://a \\\n  -H 'A: b' \\\n\t-d '{\n \"c\": 1\n}'\n", []string{`A: "b"`, `body inline "{\n \"c\": 1\n}"`}},
		"quotes":       {`curl 'http://a'"/b"\ c$'/d\'e' -d 'it'\''s'` + "\n", []string{`POST "http://a" "/b" " c" "/d" "'e"`, `"it" "'" "s"`}},
		"no URL":       {"curl -s\n", []string{"missing-target", "runnable=false"}},
		"unknown flag": {"curl --frobnicate http://a\n", []string{"curl-command", "--frobnicate", "runnable=false"}},
		"refused flag": {"curl -k http://a\n", []string{"curl-command", "runnable=false"}},
		"a pipe":       {"curl http://a | jq .\n", []string{"curl-command", "runnable=false"}},
		"two URLs":     {"curl http://a http://b\n", []string{"a second URL", "runnable=false"}},
		"open quote":   {"curl 'http://a\n\n###\nGET http://b\n", []string{"curl-command", "block 1"}},
		"ANSI escape":  {`curl http://a -d $'a\nb'` + "\n", []string{"curl-command", "runnable=false"}},
		"bad header":   {"curl http://a -H A\n", []string{"curl-command", "runnable=false"}},
		"no value":     {"curl http://a -H\n", []string{"needs a value", "runnable=false"}},
		"cookie file":  {"curl -b jar.txt http://a\n", []string{"curl-command", "runnable=false"}},
		"-G":           {"curl -G http://a -d 'a=b' --data-urlencode 'q={{d}}'\n", []string{`GET "http://a"`, `option data "a=b"`, `option data-urlencode "q=" <d>`, "runnable=true"}},
		"files and -d": {"curl http://a -d @./a -d b=c --data-binary @d\n", []string{"body mixed \"b=c\"", `file "./a"`, `file "d"`, "runnable=true"}},
		"-G and @":     {"curl -G http://a -d @./a.txt\n", []string{"cannot be put into the URL", "runnable=false"}},
		"encoded file": {"curl http://a --data-urlencode q@a.txt\n", []string{"a file is not encoded", "runnable=false"}},
		"-H 'Name;'":   {"curl http://a -H 'A;' -H 'Accept:'\n", []string{"A: \n", "runnable=true"}},
		"no password":  {"curl -u me http://a\n", []string{"would ask for the password", "runnable=false"}},
		"values":       {"curl -w '%{http_code}' --retry 3 --connect-timeout 2 --http2 http://a\n", []string{`GET "http://a"`, "runnable=true"}},
		"cmd.exe":      {"curl ^\"http://a^\" ^\n -H ^\"A: b^\"\n", []string{"1:6 error curl-command \"^\\\"\": the carets", "runnable=false"}},
		"$NAME":        {"curl http://a -H \"A: $TOKEN\"\n", []string{"no shell replaces this", "runnable=false"}},
		"$(…)":         {"curl http://a/$(date)\n", []string{"no shell replaces this", "runnable=false"}},
		"$ as text":    {"curl \"http://a?\\$TOP=1&$filter=b\" -d '$TOKEN' -H \"A: $5 \\${x}\" -H $'B: $TOKEN'\n", []string{"runnable=true"}},
		"bad method":   {"curl -X FETCH http://a\n", []string{"unknown-method", "runnable=false"}},
		"text behind":  {"curl http://a\nGET it\n", []string{"unknown ", "unexpected-text", "end the line above it with a backslash", "runnable=false"}},
	})
}

// TestCatalogue reads httpYac's own examples, one a construct. What is an error
// there is one by a ruling or by what cannot be sent.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{
		parser.CodeProtocolNotSent:  "other protocols than HTTP are read and refused",
		parser.CodeHeaderSpread:     "scripts are not run",
		parser.CodeMissingSeparator: "C9: a request without ### needs a blank line before it",
		parser.CodeUnknownMethod:    "KAFKA is a method of a plugin",
	}
	files, kinds := 0, map[parser.AttachmentKind]bool{}
	root := filepath.Join(testtools.Corpus(t), "httpyac+httpyac.github.io")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".http" {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		f := parser.Parse(string(src))
		for _, p := range f.Problems {
			if p.Severity == parser.Error && allowed[p.Code] == "" {
				t.Errorf("%s: %s %q: %s", path, p.Code, p.Span.Of(f.Src), p.Message)
			}
		}
		for _, b := range f.Blocks {
			for i := range b.Attachments {
				kinds[b.Attachments[i].Kind] = true
			}
		}
		return nil
	})
	if err != nil || files == 0 {
		t.Fatalf("%d files, %v", files, err)
	}
	for kind := parser.AttachScript; kind <= parser.AttachFragment; kind++ {
		switch kind {
		case parser.AttachResponseFile, parser.AttachImport, parser.AttachRun: // not httpYac's
		default:
			if !kinds[kind] {
				t.Errorf("no %s is found", kind)
			}
		}
	}
	t.Logf("%d files", files)
}
