package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// answers are what a person has said to the prompts of requests. Those to
// questions that are asked once stay for the whole run.
type answers struct {
	now, once map[string]string
}

// build makes the plan of a request; what it prompts for is asked on the
// terminal, where there is one.
func (s *sendRun) build(ctx context.Context, r *parser.Request) (*request.Plan, error) {
	s.answers.now = map[string]string{}
	for {
		plan, problems := s.src.plan(r, s.answer)
		prompts := request.Unanswered(problems)
		if len(prompts) == 0 || !s.terminal {
			if err := request.ProblemError(problems); err != nil {
				return nil, err
			}
			return plan, nil
		}
		for _, prompt := range prompts {
			if err := s.askPrompt(ctx, prompt); err != nil {
				return nil, err
			}
		}
	}
}

// answer is what was said to a prompt.
func (s *sendRun) answer(prompt env.Prompt) (string, bool) {
	from := s.answers.now
	if prompt.Once {
		from = s.answers.once
	}
	value, found := from[prompt.Key]
	return value, found
}

func (s *sendRun) askPrompt(ctx context.Context, prompt env.Prompt) error {
	value, err := s.readAnswer(ctx, prompt)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", prompt.Title, err)
	}
	into := s.answers.now
	if prompt.Once {
		if s.answers.once == nil {
			s.answers.once = map[string]string{}
		}
		into = s.answers.once
	}
	into[prompt.Key] = value
	return nil
}

func (s *sendRun) readAnswer(ctx context.Context, prompt env.Prompt) (string, error) {
	if prompt.Hidden {
		value, err := s.askSecret(ctx, prompt.Title)
		defer clear(value)
		return string(value), err
	}
	question := prompt.Title
	if prompt.Choices != nil {
		question += " (" + strings.Join(prompt.Choices, ", ") + ")"
	}
	if prompt.Default != "" {
		question += " [" + prompt.Default + "]"
	}
	value, err := s.ask(ctx, question)
	if strings.TrimSpace(value) == "" {
		value = prompt.Default
	}
	return strings.TrimSpace(value), err
}
