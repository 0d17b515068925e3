package lsp

import (
	"context"
	"encoding/json"
	"errors"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// codeRequestFailed is the protocol's RequestFailed: the request was well
// formed and could not be carried out.
const codeRequestFailed jsonrpc2.Code = -32803

// Failure is what a command that could not be carried out answers, as the
// `data` of error -32803. Message and Hint are safe to show and never hold a
// value.
type Failure struct {
	// Code is stable: "not-found", "denied", "undefined-variable" …
	Code    string `json:"code"`
	Message string `json:"message"`
	// Hint says what to do; empty where there is nothing to add.
	Hint string `json:"hint"`
	// Range is the place in the request file, where there is one.
	Range *protocol.Range `json:"range,omitempty"`
	// Needs and Input are set where something has to be entered first, such as
	// the passphrase of a locked vault or an MFA code: the names of what is
	// missing and, in the same order, the commands that take one on their
	// standard input. Prompts are for people.
	Needs   []string   `json:"needs,omitempty"`
	Prompts []string   `json:"prompts,omitempty"`
	Input   [][]string `json:"input,omitempty"`
	// Questions say more about what a request prompts for, in the same order.
	Questions []Question `json:"questions,omitempty"`
	// Action is a command of this server that may help; nil where there is none.
	Action *FailureAction `json:"action,omitempty"`
}

// FailureAction is a command that a client can offer beside a failure.
type FailureAction struct {
	Title     string `json:"title"`
	Command   string `json:"command"`
	Arguments []any  `json:"arguments"`
}

// Error returns the message and the hint as one sentence.
func (f *Failure) Error() string {
	if f.Hint == "" {
		return f.Message
	}
	return f.Message + "; " + f.Hint
}

// invalidParams is an argument that the client got wrong.
func invalidParams(format string, args ...any) error {
	return jsonrpc2.Errorf(jsonrpc2.InvalidParams, format, args...)
}

// wireError turns a handler's error into the one that the client sees. method
// is named where the error says nothing of its own; mask replaces secrets in
// what it says.
func wireError(method string, err error, mask func(string) string) error {
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return wire
	}
	if errors.Is(err, context.Canceled) {
		return jsonrpc2.NewError(protocol.CodeRequestCancelled, method+" was cancelled")
	}
	var failure *Failure
	switch {
	case errors.As(err, &failure):
	case errors.Is(err, context.DeadlineExceeded):
		failure = &Failure{Code: "timeout", Message: method + " took too long", Hint: "try again"}
	default:
		failure = &Failure{Code: "failed", Message: err.Error()}
	}
	masked := *failure
	masked.Message, masked.Hint = mask(failure.Message), mask(failure.Hint)
	data, err := json.Marshal(masked)
	if err != nil {
		return jsonrpc2.NewError(jsonrpc2.InternalError, "encoding the failure of "+method)
	}
	return &jsonrpc2.Error{Code: codeRequestFailed, Message: masked.Message, Data: data}
}
