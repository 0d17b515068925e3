package main

import "errors"

// The exit statuses. With `send --all` the most telling one wins, in the order
// of precedence.
const (
	exitOK        = 0
	exitFailed    = 1 // a request failed its assertion or a check found errors
	exitUsage     = 2 // bad arguments, no such request, unreadable file or configuration
	exitReference = 3 // a reference or variable is invalid, unresolved or not permitted
	exitSend      = 4 // the request could not be sent
)

// exitError carries an exit status to run. Its message may be empty where
// everything has been said already.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

func withExit(code int, err error) error { return &exitError{code: code, err: err} }

// usage marks an error of the arguments or of an unreadable file.
func usage(err error) error { return withExit(exitUsage, err) }

// exitCode returns the status an error stands for.
func exitCode(err error) int {
	var e *exitError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &e):
		return e.code
	}
	return exitUsage
}

// worse returns the status that wins of two: 2, 3, 4, 1, 0.
func worse(a, b int) int {
	rank := map[int]int{exitOK: 0, exitFailed: 1, exitSend: 2, exitReference: 3, exitUsage: 4}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
