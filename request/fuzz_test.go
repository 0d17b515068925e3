package request_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// FuzzBuild checks that no text makes Build or what prints its plan fail, that
// every use has a placement, and that a curl command or a printed plan holds
// no value of the environment.
func FuzzBuild(f *testing.F) {
	f.Add("GET http://x.test/{{$vault path=a}}?q={{$processEnv N}}#f\nAuthorization: Basic u {{$vault path=b}}\n\nbody")
	f.Add("POST {{$vault path=a}}/x\nContent-Type: multipart/form-data; boundary=X\n\n--X\n\n< f\n--X--")
	f.Add("GET /x\nHost: {{h}}\n")
	f.Add("OPTIONS *\nHost: a@b")
	f.Add("@a = \\r\\n\\{\\{b\\}\\}\nPOST http://x.test/{{< f}}\nA: {{a}}\n\n{{<@ f}}")
	f.Add("GET http://u:p@{{$vault path=a}}:80/@?/#\nX-Request-Type: GraphQL\n\nquery\n\n{}")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src string) {
		file := parser.Parse(src)
		scope := env.NewScope(file, nil, "", nil)
		for _, block := range file.Blocks {
			if block.Request == nil {
				continue
			}
			plan, problems := request.Build(file, block.Request, scope, request.Sources{Dir: dir, LookupEnv: func(string) (string, bool) { return "ENVVALUE", true }})
			if (plan == nil) != (request.ProblemError(problems) != nil) {
				t.Errorf("plan %v, problems %+v", plan, problems)
			}
			if plan == nil {
				continue
			}
			for _, u := range plan.Uses {
				if u.In == "" || u.Reference == "" || u.Span.Start < 0 || u.Span.End > len(src) {
					t.Errorf("use %+v", u)
				}
			}
			if out := plan.Curl() + fmt.Sprintf("%v %+v %#v", plan, plan.Uses, *plan); strings.Contains(out, "ENVVALUE") && !strings.Contains(src, "ENVVALUE") {
				t.Errorf("the value shows: %s", out)
			}
		}
	})
}
