package env

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/template"
)

// TestQuestions: the text of a question is what stands there, quotes and all.
func TestQuestions(t *testing.T) {
	t.Parallel()
	tests := map[string]Prompt{
		"{{$input What's your name?}}":           {Title: "What's your name?"},
		"{{$prompt The \"id\", = or not}}":       {Title: "The \"id\", = or not"},
		"{{$input-askonce 'til $value: it's 5}}": {Title: "'til", Default: "it's 5", Once: true},
		"{{$password a=b \\ c}}":                 {Title: "a=b \\ c", Hidden: true},
		"{{$pick Who? $value: O'Neil, {{b}} }}":  {Title: "Who?", Default: "O'Neil", Choices: []string{"O'Neil", "x y"}},
		"{{$input   }}":                          {Title: "Value of {{$input}}"},
	}
	scope := NewScope(httpFile("b = x y"), nil, "", nil)
	for src, want := range tests {
		e := scope.Expand(src, scan(src))
		if len(e.Problems) > 0 || len(e.Pieces) != 1 || e.Pieces[0].Kind != Asked {
			t.Errorf("%s: %+v", src, e)
			continue
		}
		got := *e.Pieces[0].Prompt
		got.Key = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", src, diff)
		}
	}
}

// TestQuestionsAreInTheTable: the grammar and the table know the same ones.
func TestQuestionsAreInTheTable(t *testing.T) {
	t.Parallel()
	for _, v := range systems {
		if v.asks != template.IsQuestion(v.Name) {
			t.Errorf("$%s: asks %v", v.Name, v.asks)
		}
	}
}
