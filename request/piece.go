package request

import "github.com/vault-lsp/vault-lsp/internal/text"

// piece is a run of literal text, or a place for one use's value.
type piece struct {
	text string
	// use indexes Plan.Uses; -1 for literal text.
	use int
	// private is set for literal text that is masked in output.
	private bool
	encoded bool
	span    text.Span
}

type target struct{ pieces []piece }

type header struct {
	name   string
	pieces []piece
}

type body struct{ pieces []piece }
