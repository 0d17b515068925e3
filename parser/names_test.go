package parser_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestRequestNames(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ src, want string }{
		"title":                 {src: "###   A title \t\nGET http://a", want: "A title"},
		"more than three #":     {src: "#####A\nGET http://a", want: "A"},
		"# @name":               {src: "### T\n# @name a\nGET http://a", want: "a"},
		"// @name":              {src: "// @name a\nGET http://a", want: "a"},
		"# @name =":             {src: "#  @name = a b\nGET http://a", want: "a b"},
		"#@name":                {src: "#@name a\nGET http://a", want: "a"},
		"among the headers":     {src: "GET http://a\n# @name a\nX: y", want: "a"},
		"the last one counts":   {src: "# @name a\n# @name b\nGET http://a", want: "b"},
		"an empty one does not": {src: "### T\n# @name\nGET http://a", want: "T"},
		"none":                  {src: "GET http://a", want: ""},
		"a drawn line is none":  {src: "### ===--- ═══\nGET http://a", want: ""},
		"a drawn line, # @name": {src: "### -----\n# @name a\nGET http://a", want: "a"},
		"no Latin letter":       {src: "### -- ログイン --\nGET http://a", want: "-- ログイン --"},
		"a digit":               {src: "### -1-\nGET http://a", want: "-1-"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			blocks := parser.Parse(tt.src).Blocks
			r := blocks[len(blocks)-1].Request
			if r.Name != tt.want || r.NameSpan.Of(tt.src) != tt.want {
				t.Errorf("name is %q at %q, want %q", r.Name, r.NameSpan.Of(tt.src), tt.want)
			}
		})
	}
}

func TestDirectives(t *testing.T) {
	t.Parallel()
	const src = "# @prompt a b=c\n// @no-log\n# @host = https://x\n# mail@example.com\n# @\nGET http://a\n"
	want := []parser.Directive{
		{Name: "prompt", Value: "a b=c"},
		{Name: "no-log"},
		{Name: "host", Value: "https://x", Assigned: true},
	}
	var got []parser.Directive
	for _, d := range parser.Parse(src).Blocks[0].Directives {
		if d.NameSpan.Of(src) != d.Name || d.ValueSpan.Of(src) != d.Value {
			t.Errorf("directive %+v is not what it spans", d)
		}
		got = append(got, parser.Directive{Name: d.Name, Value: d.Value, Assigned: d.Assigned})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("directives (-want +got):\n%s", diff)
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	const src = "@a=1\n  @b-c.d = two words \n@e := {{f}}\n@g:=x=y\n@empty =\n###\nGET http://a\n@in-headers = 3\nX: y\n"
	type variable struct {
		Name, Value string
		Block       int
	}
	want := []variable{{"a", "1", 0}, {"b-c.d", "two words", 0}, {"e", "{{f}}", 0}, {"g", "x=y", 0}, {"empty", "", 0}, {"in-headers", "3", 1}}
	var got []variable
	for _, v := range parser.Parse(src).Variables {
		got = append(got, variable{v.Name, v.Value.Text(src), v.Block})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	const src = "# a\n### b\nGET http://a\n"
	f := parser.Parse(src)
	for offset, want := range map[int]parser.ItemKind{-1: parser.ItemComment, 0: parser.ItemComment, 3: parser.ItemComment, 4: parser.ItemSeparator, 12: parser.ItemRequestLine, len(src): parser.ItemRequestLine, 99: parser.ItemRequestLine} {
		if item, ok := f.BlockAt(offset).ItemAt(offset); !ok || item.Kind != want {
			t.Errorf("item at %d is %v, want %v", offset, item.Kind, want)
		}
	}
	empty := parser.Parse("")
	if _, ok := empty.BlockAt(0).ItemAt(0); ok {
		t.Error("an empty file has no item")
	}
	if (&parser.File{}).BlockAt(0) != nil {
		t.Error("a file without blocks has a block")
	}
}
