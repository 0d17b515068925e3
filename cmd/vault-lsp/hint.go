package main

import (
	"errors"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
)

// hintedError is an error with a second sentence that says what to do.
type hintedError struct {
	error
	hint string
}

func (e *hintedError) HintText() string { return e.hint }

func (e *hintedError) Unwrap() error { return e.error }

// hinted gives an error of a provider or a request the hint that it carries.
func hinted(err error) error {
	var p *providers.Error
	var r *request.Error
	switch {
	case errors.As(err, &r):
		return &hintedError{error: err, hint: r.Hint}
	case errors.As(err, &p):
		return &hintedError{error: err, hint: p.Hint}
	}
	return err
}
