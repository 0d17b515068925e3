package analysis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/secret"
)

// secrecyFile uses every private value of the test environment in every place.
const secrecyFile = `@mine = {{password}}
@twice = {{mine}}/{{stripe_key}}/{{$dotenv API_KEY}}
@tag = {{tag}}
### One
POST https://example.com/{{password}}?a={{twice}}
Authorization: Bearer {{mine}}
Cookie: a={{password}}; b={{stripe_key}}
X-Ref: {{$vault path={{password}}/x key='{{mine}}' credential={{password}}}}
X-Dot: {{$dotenv API_KEY}} {{$dotenv NOBODY}} {{$nonsense {{password}}}}
X-Bad: {{$vault engine={{password}} nonsense={{mine}}}} {{passwrd}} {{tagg}}

{"a": "{{password}}", "b": {{twice}}}

< ./{{password}}
`

// everything is all that analysis can say about an input.
func everything(in Input, visit func(where string, answer any)) {
	visit("diagnose", Diagnose(in))
	visit("lenses", Lenses(in))
	visit("symbols", Symbols(in))
	visit("folding", Folding(in))
	for offset := 0; offset <= len(in.File.Src); offset++ {
		c := Complete(in, offset)
		if c.Live != nil {
			visit("live", *c.Live)
			visit("live items", c.Live.Items([]LiveValue{{Value: "name"}}))
		}
		visit("complete", c.Items)
		if h := Hover(in, offset, func(ref secret.Ref) string { return ref.String() }); h != nil {
			visit("hover", *h)
		}
		visit("actions", Actions(in, text.Span{Start: offset, End: offset}))
		visit("actions", Actions(in, text.Span{Start: offset, End: min(offset+20, len(in.File.Src))}))
		visit("definition", Definition(in, offset))
		visit("occurrences", Occurrences(in, offset))
	}
}

func TestNoAnswerHoldsAPrivateValue(t *testing.T) {
	t.Parallel()
	answers := 0
	everything(input(secrecyFile), func(where string, answer any) {
		answers++
		if s := fmt.Sprintf("%+v", answer); strings.Contains(s, secretMarker) {
			t.Fatalf("%s: %s", where, s)
		}
	})
	if answers < len(secrecyFile) {
		t.Errorf("only %d answers", answers)
	}
	if len(input(secrecyFile).Scope.Lookup("password")) == 0 {
		t.Error("the private variable is not there, so nothing is proved")
	}
}

// TestAnswersStayInBounds asks about every offset of cut-off text: no panic, and
// every span lies in the file.
func TestAnswersStayInBounds(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		"", "{{", "{{$", "{{$vault", "@", "@a", "@a=", "#", "###", "# @", "GET", "GET ", "GET {{", request + "A", request + "A:",
		request + "A: {{$vault path='", request + "A: {{$vault path='{{", request + "A: {{$azure id= vault=", "\r", "\r\n\r\n", "\xff{{\xfe",
		"POST x\n\n{{$vault path=\"a\n}}", request + "A: {{$vault {{x}} = }}", strings.Repeat("{{$vault path={{", 20),
		"GET x\r\nA: {{$local secret=\r\n\r\n{\"é\": \"{{é", goodFile[:300],
	} {
		checkBounds(t, src)
	}
}

func checkBounds(t *testing.T, src string) {
	t.Helper()
	check := func(s text.Span) {
		if s.Start < 0 || s.End < s.Start || s.End > len(src) {
			t.Fatalf("%q: span %v", src, s)
		}
	}
	everything(input(src), func(_ string, answer any) {
		switch answer := answer.(type) {
		case []Diagnostic:
			for _, d := range answer {
				check(d.Span)
			}
		case []CompletionItem:
			for _, item := range answer {
				check(item.Edit.Span)
			}
		case []Action:
			for _, a := range answer {
				for _, e := range a.Edits {
					check(e.Span)
				}
			}
		case HoverResult:
			check(answer.Span)
		case []Occurrence:
			for _, o := range answer {
				check(o.Span)
			}
		}
	})
}

func FuzzAnswers(f *testing.F) {
	f.Add(goodFile[:100])
	f.Add("{{$vault path='{{a}}' key=")
	f.Add("@a = {{b}}\n@b = {{a}}\nGET {{a}}\nX: {{$aws {{$aws}}}}")
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 120 {
			return
		}
		checkBounds(t, src)
	})
}
