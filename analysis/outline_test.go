package analysis

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const outlineFile = `# about
# this file
@base = https://example.com

### First
# @name login
POST {{base}}/login
Accept: */*
Content-Type: application/json

{
  "a": 1
}

### Second
@local = 1
GET {{base}}/x
  ?a={{local}}

###
# only a comment
`

func TestLenses(t *testing.T) {
	t.Parallel()
	in := input(outlineFile)
	var got []string
	for _, l := range Lenses(in) {
		got = append(got, l.Title+" "+l.Command+" "+l.Span.Of(outlineFile))
	}
	want := []string{
		"Send " + CommandSendRequest + " POST {{base}}/login",
		"Send all " + CommandSendAll + " POST {{base}}/login",
		"Send " + CommandSendRequest + " GET {{base}}/x",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if one := Lenses(input(request)); len(one) != 1 || one[0].Title != "Send" {
		t.Errorf("a single request needs no Send all: %+v", one)
	}
	if none := Lenses(input("###\nContent-Type: x\n")); len(none) != 0 {
		t.Errorf("a block that cannot run has no lens: %+v", none)
	}
}

func TestSymbols(t *testing.T) {
	t.Parallel()
	var got []string
	var walk func(indent string, list []Symbol)
	walk = func(indent string, list []Symbol) {
		for i, s := range list {
			got = append(got, indent+s.Name+"|"+s.Detail)
			if s.Selection.Start < s.Span.Start || s.Selection.End > s.Span.End {
				t.Errorf("%s: selection %v outside of %v", s.Name, s.Selection, s.Span)
			}
			if i > 0 && s.Span.Start < list[i-1].Span.End {
				t.Errorf("%s: overlaps the symbol before it", s.Name)
			}
			for _, c := range s.Children {
				if c.Span.Start < s.Span.Start || c.Span.End > s.Span.End {
					t.Errorf("%s: child %s %v outside of %v", s.Name, c.Name, c.Span, s.Span)
				}
			}
			walk(indent+"  ", s.Children)
		}
	}
	walk("", Symbols(input(outlineFile)))
	want := []string{
		"@base|", "login|POST {{base}}/login", "  Accept|", "  Content-Type|", "  body|",
		"@local|", "Second|GET {{base}}/x?a={{local}}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFolding(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range Folding(input(outlineFile)) {
		first := lineAt(outlineFile, f.Span.Start).Of(outlineFile)
		last := lineAt(outlineFile, f.Span.End).Of(outlineFile)
		got = append(got, first+" … "+last)
	}
	want := []string{"# about … # this file", "### First … }", "{ … }", "### Second …   ?a={{local}}", "### … # only a comment"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDefinitionAndOccurrences(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, "@tag = 1\nGET https://x/{{t‸ag}}\nA: {{$vault path={{tag}} key={{host}}}}\n\n{{%tag}}\n")
	src := in.File.Src
	locations := Definition(in, offset)
	if len(locations) != 3 || locations[0].Path != "" || locations[0].Span.Of(src) != "tag" ||
		locations[1].Path != "http-client.private.env.json" || locations[2].Path != "http-client.env.json" || locations[2].Line != 8 {
		t.Errorf("got %+v", locations)
	}
	occurrences := Occurrences(in, offset)
	if len(occurrences) != 4 || !occurrences[0].Write || occurrences[1].Write {
		t.Errorf("got %+v", occurrences)
	}
	for _, o := range occurrences {
		if o.Span.Of(src) != "tag" {
			t.Errorf("at %q", o.Span.Of(src))
		}
	}
	if Definition(in, 1) == nil || Occurrences(in, len(src)) != nil {
		t.Error("a definition's own name counts; the end of the file is no variable")
	}
}

// TestDefinitionOfNamedVariables: those that a call names have a definition too.
func TestDefinitionOfNamedVariables(t *testing.T) {
	t.Parallel()
	for call, want := range map[string]string{
		"{{$shared ver‸sion}}":     "http-client.env.json:2",
		"{{$dotenv OTH‸ER}}":       ".env:2",
		"{{$processEnv %ho‸st}}":   "http-client.env.json:4",
		"{{$dotenv %host‸}}":       "http-client.env.json:4",
		"{{$processEnv HO‸ME}}":    "",
		"{{$dotenv {{ho‸st}}}}":    "http-client.env.json:4",
		"{{$datetime ver‸sion}}":   "",
		"{{$local secret=‸API_KEY": "",
	} {
		in, offset := atMarker(t, request+"A: "+call)
		got := ""
		if locations := Definition(in, offset); len(locations) > 0 {
			got = fmt.Sprintf("%s:%d", locations[0].Path, locations[0].Line)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", call, got, want)
		}
	}
}
