package request

import (
	"slices"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// answer is the user's answer to a prompt; without one it is a problem that
// carries the prompt.
func (b *builder) answer(prompt env.Prompt, span text.Span) string {
	value, found := b.src.Answer(prompt)
	switch {
	case !found:
		hint := "send it where you can be asked"
		if prompt.Variable != "" {
			hint = "send it where you can be asked, or give --var " + prompt.Variable + "=…"
		}
		b.problem(Problem{
			Code: CodeInputNeeded, Severity: parser.Error, Message: "the request asks for a value: " + prompt.Title, Hint: hint,
			Span: span, Exit: ExitReference, Prompt: &prompt,
		})
	case prompt.Choices != nil && !slices.Contains(prompt.Choices, value):
		b.problem(Problem{
			Code: CodeBadAnswer, Severity: parser.Error, Message: "the answer to " + prompt.Title + " is none of those offered",
			Hint: "choose one of them", Span: span, Exit: ExitReference,
		})
	}
	return value
}

// Unanswered returns the prompts among problems, each once, if nothing else is
// wrong: with the answers to them the request can be built. Asking for anything
// is pointless where the request cannot be sent anyway.
func Unanswered(problems []Problem) []env.Prompt {
	var prompts []env.Prompt
	for _, p := range problems {
		switch {
		case p.Severity != parser.Error:
		case p.Prompt == nil:
			return nil
		case !slices.ContainsFunc(prompts, func(known env.Prompt) bool { return known.Key == p.Prompt.Key }):
			prompts = append(prompts, *p.Prompt)
		}
	}
	return prompts
}
