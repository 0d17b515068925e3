package lsp

import (
	"context"
	"sync"

	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/env"
)

// Question is one value that a request prompts for, for clients that show more
// than a line to type in.
type Question struct {
	Title string `json:"title"`
	// Hidden is set if the answer must not be shown while it is typed.
	Hidden  bool     `json:"hidden"`
	Default string   `json:"default,omitempty"`
	Choices []string `json:"choices,omitempty"`
}

// promptAnswers are what the user has said to prompts, by document and prompt:
// for the next send, or for the rest of the session where a prompt asks once.
type promptAnswers struct {
	mu   sync.Mutex
	said map[promptKey]string
}

type promptKey struct {
	uri uri.URI
	key string
}

func (p *promptAnswers) set(u uri.URI, key, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.said == nil {
		p.said = map[promptKey]string{}
	}
	p.said[promptKey{u, key}] = value
}

// prompting is what one command does with prompts: it uses the answers there
// are, and remembers which are missing.
type prompting struct {
	answers *promptAnswers
	uri     uri.URI
	missing []env.Prompt
	used    []env.Prompt
}

func (s *session) newPrompting(doc *Document) *prompting {
	return &prompting{answers: &s.promptAnswers, uri: canonical(doc.URI)}
}

func (p *prompting) answer(prompt env.Prompt) (string, bool) {
	p.answers.mu.Lock()
	defer p.answers.mu.Unlock()
	value, ok := p.answers.said[promptKey{p.uri, prompt.Key}]
	if ok {
		p.used = append(p.used, prompt)
	}
	return value, ok
}

// miss remembers prompts without an answer, each once.
func (p *prompting) miss(prompts []env.Prompt) {
next:
	for _, prompt := range prompts {
		for _, known := range p.missing {
			if known.Key == prompt.Key {
				continue next
			}
		}
		p.missing = append(p.missing, prompt)
	}
}

// spend forgets the answers that were used, but for those that hold for the
// session.
func (p *prompting) spend() {
	p.answers.mu.Lock()
	defer p.answers.mu.Unlock()
	for _, prompt := range p.used {
		if !prompt.Once {
			delete(p.answers.said, promptKey{p.uri, prompt.Key})
		}
	}
}

// failure tells what has to be entered before the command can be tried again;
// nil where nothing is missing.
func (s *session) promptFailure(p *prompting) error {
	if len(p.missing) == 0 {
		return nil
	}
	failure := &Failure{
		Code: codeInputNeeded, Message: "the request asks for " + p.missing[0].Title,
		Hint: "enter it, or send the request with vault-lsp send in a terminal",
	}
	for _, prompt := range p.missing {
		input, err := s.expect(func(_ context.Context, value []byte) error {
			s.promptAnswers.set(p.uri, prompt.Key, string(value))
			return nil
		})
		if err != nil {
			return err
		}
		failure.Needs = append(failure.Needs, prompt.Key)
		failure.Prompts = append(failure.Prompts, prompt.Title)
		failure.Input = append(failure.Input, input)
		failure.Questions = append(failure.Questions, Question{
			Title: prompt.Title, Hidden: prompt.Hidden, Default: prompt.Default, Choices: prompt.Choices,
		})
	}
	return failure
}
