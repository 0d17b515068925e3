package template_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

func scan(src string) template.Template {
	return template.Scan(src, text.Span{End: len(src)})
}

// outline writes a template as lines, one a part, with its arguments and
// problems behind it.
func outline(src string) []string {
	var lines []string
	for _, p := range scan(src).Parts {
		if p.Expr == nil {
			lines = append(lines, "text "+p.Span.Of(src))
			continue
		}
		lines = append(lines, outlineExpr(src, p.Expr)...)
	}
	return lines
}

func outlineExpr(src string, e *template.Expr) []string {
	kind := [...]string{"empty", "variable", "encoded", "call"}[e.Kind]
	head := strings.TrimSuffix(kind+" "+e.Name, " ")
	if !e.Closed {
		head += " (not closed)"
	}
	lines := []string{head}
	for i := range e.Args {
		a := &e.Args[i]
		value := ""
		for _, part := range a.Value {
			if part.Expr != nil {
				value += "<" + part.Expr.Name + ">"
			} else {
				value += part.Text
			}
		}
		lines = append(lines, fmt.Sprintf("  %s=%q", a.Name, value))
	}
	for _, p := range e.Problems {
		lines = append(lines, fmt.Sprintf("  ! %s at %q", p.Code, p.Span.Of(src)))
	}
	return lines
}

func TestScan(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src  string
		want []string
	}{
		"empty text":             {src: ""},
		"text":                   {src: "a b", want: []string{"text a b"}},
		"one brace is text":      {src: "{a} }}", want: []string{"text {a} }}"}},
		"variable":               {src: "a{{ x.y }}b", want: []string{"text a", "variable x.y", "text b"}},
		"encoded variable":       {src: "{{%x}}", want: []string{"encoded x"}},
		"variables side by side": {src: "{{a}}{{b}}", want: []string{"variable a", "variable b"}},
		"three braces":           {src: "{{{x}}}", want: []string{"text {", "variable x", "text }"}},
		"JSON around":            {src: `{"a":{"b":{{x}}}}`, want: []string{`text {"a":{"b":`, "variable x", "text }}"}},
		"empty expression":       {src: "{{ }}", want: []string{"empty", `  ! empty-expression at "{{ }}"`}},
		"percent alone":          {src: "{{%}}", want: []string{"encoded", `  ! empty-expression at "{{%}}"`}},
		"dollar alone":           {src: "{{$}}", want: []string{"call", `  ! missing-name at "{{$}}"`}},
		"call without arguments": {src: "{{$guid}}", want: []string{"call guid"}},
		"blanks around a call":   {src: "{{  $guid\t}}", want: []string{"call guid"}},
		"positional arguments":   {src: "{{$randomInt -1 10}}", want: []string{"call randomInt", `  ="-1"`, `  ="10"`}},
		"quoted positional":      {src: `{{$datetime "YYYY-MM-DD HH:mm" 1 d}}`, want: []string{"call datetime", `  ="YYYY-MM-DD HH:mm"`, `  ="1"`, `  ="d"`}},
		"parentheses in a name":  {src: `{{$random.integer(1, 5)}}`, want: []string{"call random.integer(1, 5)"}},
		"quoted parentheses":     {src: `{{$auth.token("a) b")}}`, want: []string{`call auth.token("a) b")`}},
		"open parenthesis":       {src: `{{$random.integer(1 2}}`, want: []string{"call random.integer(1", `  ="2"`}},
		"the whole word names":   {src: "{{$localDatetime a}}", want: []string{"call localDatetime", `  ="a"`}},
		"fields": {
			src:  "Bearer {{$aws secret=prod/stripe key=api_key}}",
			want: []string{"text Bearer ", "call aws", `  secret="prod/stripe"`, `  key="api_key"`},
		},
		"a bare value is nearly anything": {
			src:  "{{$azure id=https://v.vault.azure.net/secrets/a?b=c&d=e#f key=$.a[0] x=arn:aws:sm:eu@1}}",
			want: []string{"call azure", `  id="https://v.vault.azure.net/secrets/a?b=c&d=e#f"`, `  key="$.a[0]"`, `  x="arn:aws:sm:eu@1"`},
		},
		"quotes and escapes": {
			src:  `{{$a b='it\'s }} {c}' d="x\\\"\n\r\t"}}`,
			want: []string{"call a", `  b="it's }} {c}"`, `  d="x\\\"\n\r\t"`},
		},
		"an empty quoted value": {src: "{{$a b=''}}", want: []string{"call a", `  b=""`}},
		"nested variables": {
			src:  "{{$a b={{env}}/x c='y {{z}}' d={{%e}}}}",
			want: []string{"call a", `  b="<env>/x"`, `  c="y <z>"`, `  d="<e>"`},
		},
		"a nested call is refused": {
			src:  "{{$a b={{$c d='e'}} f=g}}",
			want: []string{"call a", `  b="<c>"`, `  f="g"`, `  ! nested-reference at "{{$c d='e'}}"`},
		},
		"a nested call with a nested variable": {
			src:  "{{$a b={{$c d={{e}}}} f=g}}",
			want: []string{"call a", `  b="<c>"`, `  f="g"`, `  ! nested-reference at "{{$c d={{e}}}}"`},
		},
		"duplicate field": {
			src:  "{{$a b=1 c=2 b=3}}",
			want: []string{"call a", `  b="1"`, `  c="2"`, `  b="3"`, `  ! duplicate-field at "b"`},
		},
		"a missing value is no problem of syntax": {src: "{{$a b= c=d}}", want: []string{"call a", `  b=""`, `  c="d"`}},
		"blank before =":   {src: "{{$a b =c}}", want: []string{"call a", `  b="c"`, `  ! blank-at-equals at " ="`}},
		"blank behind =":   {src: "{{$a b= c}}", want: []string{"call a", `  b="c"`, `  ! blank-at-equals at "= "`}},
		"blank around =":   {src: "{{$a b = 'c d'}}", want: []string{"call a", `  b="c d"`, `  ! blank-at-equals at " = "`}},
		"bad escape":       {src: `{{$a b='\q'}}`, want: []string{"call a", `  b="\\q"`, `  ! bad-escape at "\\"`}},
		"bad character":    {src: `{{$a b=it's c=d}}`, want: []string{"call a", `  b="it's"`, `  c="d"`, `  ! bad-character at "'"`}},
		"brace in a value": {src: `{{$a b=x{y}z}}`, want: []string{"call a", `  b="x{y}z"`, `  ! bad-character at "{"`}},
		"JSON quotes": {
			src:  `"Bearer {{$a b=\"c\"}}"`,
			want: []string{`text "Bearer `, "call a", `  b="\\\"c\\\""`, `  ! bad-character at "\\\""`, `text "`},
		},
		"no blank behind a quote": {src: `{{$a b='c'd}}`, want: []string{"call a", `  b="c"`, `  ="d"`, `  ! bad-character at "d"`}},
		"not closed":              {src: "{{$a b=c", want: []string{"call a (not closed)", `  b="c"`, `  ! unclosed-expression at "{{"`}},
		"not closed on its line":  {src: "{{$a b=c\n}}", want: []string{"call a (not closed)", `  b="c"`, `  ! unclosed-expression at "{{"`, "text \n}}"}},
		"variable not closed":     {src: "{{host/x\r\ny", want: []string{"variable host/x (not closed)", `  ! unclosed-expression at "{{"`, "text \r\ny"}},
		"two braces at the end":   {src: "x{{", want: []string{"text x", "empty (not closed)", `  ! unclosed-expression at "{{"`}},
		"a variable inside an open one": {
			src:  "{{a/{{b}}",
			want: []string{"variable a/ (not closed)", `  ! unclosed-expression at "{{"`, "variable b"},
		},
		"an open quote ends at the first }}": {
			src:  "{{$a b='c}} d",
			want: []string{"call a", `  b="c"`, `  ! unclosed-quote at "'"`, "text  d"},
		},
		"a quote that closes holds }}": {src: "{{$a b='c}} d'}}", want: []string{"call a", `  b="c}} d"`}},
		"four braces are not sent as text": {
			src:  "{{{{x}}}}",
			want: []string{"empty (not closed)", `  ! unclosed-expression at "{{"`, "variable x", "text }}"},
		},
		"recovered at the first }}": {
			src:  "{{$a b={{c}} d",
			want: []string{"call a", `  b="<c>"`, `  ! unclosed-expression at "{{"`, "text  d"},
		},
		"an open nested one": {
			src:  "{{$a b={{c {{d}} }}",
			want: []string{"call a", `  b="<c><d>"`, `  ! unclosed-expression at "{{"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, outline(tt.src)); diff != "" {
				t.Errorf("outline of %q (-want +got):\n%s", tt.src, diff)
			}
		})
	}
}

func TestScanSpans(t *testing.T) {
	t.Parallel()
	const src = "x {{$vault path='app db' key={{k}}}} y"
	e := scan(src[:36]).Parts[1].Expr
	spans := map[string]text.Span{
		"{{$vault path='app db' key={{k}}}}": e.Span,
		"$vault path='app db' key={{k}}":     e.Inner,
		"vault":                              e.NameSpan,
		"path='app db'":                      e.Args[0].Span,
		"path":                               e.Args[0].NameSpan,
		"'app db'":                           e.Args[0].ValueSpan,
		"app db":                             e.Args[0].Value[0].Span,
		"key={{k}}":                          e.Args[1].Span,
		"{{k}}":                              e.Args[1].Value[0].Expr.Span,
		"k":                                  e.Args[1].Value[0].Expr.Inner,
	}
	for want, span := range spans {
		if got := span.Of(src); got != want {
			t.Errorf("span %v is %q, want %q", span, got, want)
		}
	}
	if e.Args[0].Quote != '\'' || e.Args[1].Quote != 0 {
		t.Errorf("quotes are %q and %q", e.Args[0].Quote, e.Args[1].Quote)
	}
}

func TestLiteralAndText(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{"": "", "plain": "plain"} {
		if got, ok := scan(src).Literal(src); !ok || got != want {
			t.Errorf("Literal(%q) = %q, %v", src, got, ok)
		}
	}
	const src = "a{{x}}b"
	if got, ok := scan(src).Literal(src); ok {
		t.Errorf("Literal(%q) = %q, want none", src, got)
	}
	if got := scan(src).Text(src); got != src {
		t.Errorf("Text(%q) = %q", src, got)
	}
	call := scan(`{{$a b='c\td' e={{f}}}}`).Parts[0].Expr
	if got, ok := call.Arg("b").Literal(); !ok || got != "c\td" {
		t.Errorf("Literal of b = %q, %v", got, ok)
	}
	if _, ok := call.Arg("e").Literal(); ok {
		t.Error("a value with a nested expression is no literal")
	}
	if call.Arg("none") != nil {
		t.Error("there is no argument named none")
	}
}

func TestParseExpr(t *testing.T) {
	t.Parallel()
	const src = "x {{$guid}} {{y}}"
	e, end := template.ParseExpr(src, 2, len(src))
	if e.Name != "guid" || end != 11 {
		t.Errorf("ParseExpr = %q, %d", e.Name, end)
	}
	if e, end = template.ParseExpr(src, 2, 9); e.Closed || end != 9 {
		t.Errorf("ParseExpr with a limit = closed %v, %d", e.Closed, end)
	}
}

// A line of unclosed expressions must not be read again for each of them, nor
// give a result many times its size.
func TestScanStaysSmallOnUnclosedExpressions(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"{{", "{{a ", "{{$a ", "{{$a b={{", "{{$a {{b}} ", "{{$a b='", "{{$((((", "{{$a b={{$c ", "{{$a {{$b "} {
		src := strings.Repeat(line, 200_000)
		if got := len(scan(src).Parts); got > 100 {
			t.Errorf("a line of %q has %d parts", line, got)
		}
	}
}
