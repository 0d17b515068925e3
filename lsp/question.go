package lsp

import (
	"context"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/request"
)

// The answers to the question whether secrets may go to an origin.
const (
	answerOnce   = "Allow once"
	answerAlways = "Always"
	answerDeny   = "Deny"
)

// askDestination asks the user whether secrets may go to an origin. Closing the
// question denies.
func (s *session) askDestination(ctx context.Context, q request.Question) (request.Answer, error) {
	chosen, err := s.ask(ctx, questionText(q), answerOnce, answerAlways, answerDeny)
	if err != nil {
		return request.Deny, err
	}
	switch chosen {
	case answerOnce:
		return request.AllowOnce, nil
	case answerAlways:
		return request.Always, nil
	default:
		return request.Deny, nil
	}
}

// questionText lists everything that would go to the origin.
func questionText(q request.Question) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Send secrets to %s?", q.Origin)
	if q.RedirectFrom != "" {
		fmt.Fprintf(&b, " %s redirects there.", q.RedirectFrom)
	}
	for _, item := range q.Items {
		fmt.Fprintf(&b, "\n%s in %s", item.Reference, item.In)
		if item.Credential != "" {
			fmt.Fprintf(&b, ", credential %s", item.Credential)
		}
	}
	return b.String()
}
