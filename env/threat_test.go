package env

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/parser"
)

// TestThreatBrokenDefinitionsStayLinear: definitions that each name the next
// one twice, the last of which is broken, are looked at once each, however
// often a file uses them.
func TestThreatBrokenDefinitionsStayLinear(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]string{"undefined": "{{nosuch}}", "cycle": "{{a30}}", "bad call": "{{$randomInt 5 1}}"} {
		var src strings.Builder
		fmt.Fprintf(&src, "@a0 = %s\n", last)
		for i := range 60 {
			fmt.Fprintf(&src, "@a%d = {{a%d}}{{a%d}}\n", i+1, i, i)
		}
		src.WriteString("\nGET https://example.com/{{a60}}{{a59}}\n")
		file := parser.Parse(src.String())
		var target *parser.Request
		for _, b := range file.Blocks {
			if b.Request != nil {
				target = b.Request
			}
		}
		scope := NewScope(file, nil, "", nil)
		check := func() (found, limits int) {
			scope.Check(file.Src, target.Target, func(p Problem) {
				found++
				if p.Code == CodeLimit {
					limits++
				}
			})
			return found, limits
		}
		for range 2 {
			if found, limits := check(); found == 0 || found > 2*maxRemembered || limits > 0 {
				t.Errorf("%s: %d problems, %d of them about limits", name, found, limits)
			}
		}
		if expansion := scope.Expand(file.Src, target.Target); len(expansion.Problems) == 0 {
			t.Errorf("%s: Expand finds nothing", name)
		}
	}
}

// TestThreatQuestionShowsPrivateText: what a prompt asks and offers is shown and
// goes through the editor's protocol, so no private value may stand in it.
func TestThreatQuestionShowsPrivateText(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.private.env.json", `{"$shared": {"token": "hidden"}}`, "http-client.env.json", `{"$shared": {"open": "shown"}}`), ".")
	scope := NewScope(nil, envs, "", nil)
	for src, refused := range map[string]bool{
		"{{$input Token $value: {{token}}}}":  true,
		"{{$input '{{token}}' $value: 1}}":    true,
		"{{$pick Which $value: {{token}},b}}": true,
		"{{$password Is it {{token}}}}":       true,
		"{{$input Token $value: {{open}}}}":   false,
	} {
		e := scope.Expand(src, scan(src))
		problems := fmt.Sprint(e.Problems)
		if got := strings.Contains(problems, CodeNested); got != refused || strings.Contains(problems, "hidden") {
			t.Errorf("%s: %+v, %+v", src, e.Pieces, e.Problems)
		}
		for _, p := range e.Pieces {
			if p.Prompt != nil && strings.Contains(fmt.Sprint(*p.Prompt), "hidden") {
				t.Errorf("%s asks %+v", src, *p.Prompt)
			}
		}
	}
}
