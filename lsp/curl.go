package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/request"
)

// curlResult is the result of copyAsCurl.
type curlResult struct {
	Text string `json:"text"`
}

// copyAsCurl writes a request as a curl command, with references unless the
// user agrees to see the values.
func (s *session) copyAsCurl(ctx context.Context, inv invocation, args copyAsCurlArgs) (*curlResult, error) {
	doc, err := inv.snap.open(args.URI)
	if err != nil {
		return nil, err
	}
	req, err := s.find(doc, args.Position, args.Name)
	if err != nil {
		return nil, err
	}
	prompts := s.newPrompting(doc)
	plan, err := s.plan(inv.snap, doc, req, nil, prompts)
	if err != nil {
		return nil, err
	}
	if err := s.promptFailure(prompts); err != nil {
		return nil, err
	}
	prompts.spend()
	if !args.Reveal {
		return &curlResult{Text: plan.Curl()}, nil
	}
	if err := s.agreeToReveal(ctx, plan); err != nil {
		return nil, err
	}
	ctx, _, end := s.beginProgress(ctx, inv.token, "Fetching secrets of "+title(req))
	defer end()
	text, err := s.senders.sender().RevealCurl(ctx, plan)
	if err != nil {
		return nil, s.sendFailure(doc, plan, err)
	}
	return &curlResult{Text: text}, nil
}

// answerReveal is the action that agrees to reveal.
const answerReveal = "Reveal"

// agreeToReveal asks the user, every time, whether the values of a plan may
// leave the server. A request without any needs no answer.
func (s *session) agreeToReveal(ctx context.Context, plan *request.Plan) error {
	if len(plan.Uses) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("Put the values of these secrets into the copied command?")
	for _, use := range plan.Uses {
		fmt.Fprintf(&b, "\n%s in %s", use.Reference, use.In)
	}
	chosen, err := s.ask(ctx, b.String(), answerReveal, answerDeny)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil || chosen != answerReveal {
		return &Failure{
			Code: "reveal-refused", Message: "the secrets were not revealed",
			Hint: "copy the command with references, or answer Reveal when asked",
		}
	}
	return nil
}
