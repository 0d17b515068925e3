package request_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

const prompting = `# @prompt code The code you got
// @prompt password
POST %s/{{code}}
X-Title: {{$input Customer no. $value: 42}}
X-Region: {{$pick Region $value: eu, us}}
X-Pin: {{$password-askonce PIN}}

{{password}} {{code}}

### another
GET %s/{{code}}
`

// TestPrompts: what a request asks for is told first, each question once, and
// then the answers are sent; hidden ones are masked.
func TestPrompts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.serve(false, nil)
	file := parser.Parse(strings.ReplaceAll(prompting, "%s", server.URL))
	scope := env.NewScope(file, nil, "", nil)
	_, problems := request.Build(file, file.Blocks[0].Request, scope, w.sources())
	want := []env.Prompt{
		{Key: "code", Variable: "code", Title: "The code you got"},
		{Key: "$input Customer no. $value: 42", Title: "Customer no.", Default: "42"},
		{Key: "$pick Region $value: eu, us", Title: "Region", Default: "eu", Choices: []string{"eu", "us"}},
		{Key: "$password PIN", Title: "PIN", Hidden: true, Once: true},
		{Key: "password", Variable: "password", Title: "password", Hidden: true},
	}
	if diff := cmp.Diff(want, request.Unanswered(problems)); diff != "" {
		t.Fatal(diff)
	}
	if err := request.ProblemError(problems); err.Code != request.CodeInputNeeded || !strings.Contains(err.Hint, "--var code=") {
		t.Errorf("%+v", err)
	}
	sources := w.sources()
	answers := map[string]string{
		"code": "a b", "$input Customer no. $value: 42": "7", "$pick Region $value: eu, us": "us",
		"$password PIN": "pin-marker", "password": "password-marker",
	}
	sources.Answer = func(p env.Prompt) (string, bool) { value, ok := answers[p.Key]; return value, ok }
	plan, problems := request.Build(file, file.Blocks[0].Request, scope, sources)
	if plan == nil {
		t.Fatal(problems)
	}
	response, problem := w.sendWith(plan, w.call())
	if problem != nil {
		t.Fatal(problem)
	}
	got := server.last(t)
	if got.Body != "password-marker a b" || got.Header.Get("X-Title") != "7" || got.Header.Get("X-Region") != "us" || got.Header.Get("X-Pin") != "pin-marker" {
		t.Errorf("sent %+v", got)
	}
	for _, h := range response.Request.Headers {
		if strings.Contains(h.Value, "marker") {
			t.Errorf("shown: %+v", h)
		}
	}
	if masked := w.redact.Mask("pin-marker password-marker"); strings.Contains(masked, "marker") {
		t.Errorf("not registered: %s", masked)
	}
	answers["$pick Region $value: eu, us"] = "elsewhere"
	if _, problems := request.Build(file, file.Blocks[0].Request, scope, sources); request.ProblemError(problems).Code != request.CodeBadAnswer {
		t.Errorf("%+v", problems)
	}
}

// TestPromptsBelongToTheirRequest: another request does not see them, and the
// command line answers them.
func TestPromptsBelongToTheirRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := parser.Parse(strings.ReplaceAll(prompting, "%s", "http://x.test"))
	_, problems := request.Build(file, file.Blocks[1].Request, env.NewScope(file, nil, "", nil), w.sources())
	if err := request.ProblemError(problems); err == nil || err.Code != env.CodeUndefined || request.Unanswered(problems) != nil {
		t.Errorf("%+v", problems)
	}
	scope := env.NewScope(file, nil, "", map[string]string{"code": "1", "password": "2"})
	_, problems = request.Build(file, file.Blocks[0].Request, scope, w.sources())
	for _, p := range request.Unanswered(problems) {
		if p.Variable != "" {
			t.Errorf("asks for %s although it is given", p.Variable)
		}
	}
}
