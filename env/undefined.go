package env

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/template"
)

// undefined reports a name that means nothing (ruling C15: it is never sent as
// text), with the likeliest reason.
func (x *expander) undefined(e *template.Expr, o origin) {
	head, _, dotted := strings.Cut(e.Name, ".")
	elsewhere := x.scope.elsewhere()
	request := responseOf(e.Name)
	if request == "" && dotted && elsewhere.requests[head] {
		// httpYac takes {{login.token}} out of the answer to login (C18).
		request = head
	}
	if request != "" {
		x.problem(CodeResponse, "", o, e.NameSpan, "%s takes a value out of another request's answer, which is not supported; send %s yourself and put the value into a variable.", e.Name, request)
		return
	}
	if strings.ContainsAny(e.Name, "()`+*?=&|!;'\"") {
		x.problem(CodeUndefined, "", o, e.NameSpan, "%s is a script's expression, and scripts are not run; write the value into a variable.", e.Name)
		return
	}
	if strings.HasPrefix(e.Name, "$") {
		x.problem(CodeUndefined, "", o, e.NameSpan, "Only a variable is percent-encoded; write @name = {{%s}} in the file, and {{%%name}} here.", e.Name)
		return
	}
	if environments := x.scope.envs.Defining(e.Name); len(environments) > 0 {
		switch selected := x.scope.environment; {
		case selected == "":
			x.problem(CodeNoEnvironment, "", o, e.NameSpan, "No environment is selected; %s %s.", defining(environments), e.Name)
		case !x.scope.envs.Has(selected):
			x.problem(CodeNoEnvironment, "", o, e.NameSpan, "The environment %s, which is selected, is in no file; %s %s.", selected, defining(environments), e.Name)
		default:
			x.problem(CodeUndefined, "", o, e.NameSpan, "There is no variable %s in the environment %s; %s it.", e.Name, selected, defining(environments))
		}
		return
	}
	if elsewhere.scripts[head] {
		x.problem(CodeUndefined, "", o, e.NameSpan, "%s is set by a script, and scripts are not run; write the value into a variable.", head)
		return
	}
	if suggestion := x.scope.suggest.nearest(e.Name); suggestion != "" {
		x.problem(CodeUndefined, suggestion, o, e.NameSpan, "There is no variable %s; did you mean %s?", e.Name, suggestion)
		return
	}
	x.problem(CodeUndefined, "", o, e.NameSpan, "There is no variable %s; define it in the file (@%s = …) or in http-client.env.json.", e.Name, e.Name)
}

// defining lists environments that define a name, of many the first ones.
func defining(environments []string) string {
	const most = 4
	if len(environments) == 1 {
		return environments[0] + " defines"
	}
	last := len(environments) - 1
	final := environments[last]
	if last >= most {
		last = most - 1
		final = fmt.Sprintf("%d others", len(environments)-last)
	}
	return strings.Join(environments[:last], ", ") + " and " + final + " define"
}

// elsewhere is what the names in a file are that are no variables.
type elsewhere struct {
	// requests are the names of its requests.
	requests map[string]bool
	// scripts are the names that its scripts set.
	scripts map[string]bool
}

// setByScript finds the names that a script sets: with client.global.set and
// request.variables.set of JetBrains and Kulala, and exports of httpYac.
var setByScript = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\\.set\\(\\s*[\"'`]([^\"'`]+)[\"'`]|\\bexports\\.([\\w$]+)\\s*=[^=]")
})

// readElsewhere reads the names of requests, and those that scripts set.
func readElsewhere(file *parser.File) *elsewhere {
	found := &elsewhere{requests: map[string]bool{}, scripts: map[string]bool{}}
	for _, b := range file.Blocks {
		if b.Request != nil && b.Request.Name != "" {
			found.requests[b.Request.Name] = true
		}
		for i := range b.Attachments {
			code := b.Attachments[i].Code
			if b.Attachments[i].Kind != parser.AttachScript {
				continue
			}
			for _, match := range setByScript().FindAllStringSubmatch(code.Of(file.Src), -1) {
				found.scripts[match[1]+match[2]] = true
			}
		}
	}
	return found
}

// responseOf returns the name of the request that a name such as
// login.response.body.token or "Log in".response.body.token refers to, or "".
func responseOf(name string) string {
	ref, ok := parser.ParseResponseRef(name, &template.Expr{Kind: template.Variable, NameSpan: text.Span{End: len(name)}})
	if !ok {
		return ""
	}
	return ref.Request.Of(name)
}
