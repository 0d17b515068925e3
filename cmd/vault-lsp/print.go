package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
)

// print shows the outcome of one request and returns its exit status.
func (s *sendRun) print(r *parser.Request, response *request.Response, err error) int {
	if s.flags.asJSON {
		s.printJSON(r, response, err)
	} else if err != nil {
		s.printError(r, err)
	} else {
		if s.flags.all {
			s.printf("### %s\n", s.src.title(r))
		}
		s.printResponse(response)
	}
	return outcome(response, err)
}

// outcome is the exit status that a response or an error stands for.
func outcome(response *request.Response, err error) int {
	var e *request.Error
	switch {
	case errors.As(err, &e):
		return e.Exit
	case err != nil:
		return exitSend
	}
	for _, t := range response.Tests {
		if !t.Passed {
			return exitFailed
		}
	}
	return exitOK
}

func (s *sendRun) printResponse(r *request.Response) {
	if s.flags.verbose {
		s.printf("> %s %s\n", r.Request.Method, r.Request.URL)
		for _, h := range r.Request.Headers {
			s.printf("> %s: %s\n", h.Name, h.Value)
		}
		s.printf("\n")
	}
	for _, hop := range r.Redirects {
		s.warnf("redirect %d to %s\n", hop.Status, hop.URL)
	}
	s.printf("%s %d %s  (%.0f ms, %s)\n", r.HTTPVersion, r.Status, r.StatusText, r.Timings.Total, size(r.Body.Size))
	for _, h := range r.Headers {
		s.printf("%s: %s\n", h.Name, h.Value)
	}
	switch {
	case r.Body.Text != "":
		s.printf("\n%s\n", strings.TrimRight(r.Body.Text, "\n"))
	case r.Body.File != "":
		s.printf("\n(body in %s)\n", r.Body.File)
	}
	if r.Body.Truncated {
		s.warnf("the body is cut: it is longer than the limit\n")
	}
	for _, w := range r.Warnings {
		s.warnf("warning: %s\n", w)
	}
}

func (s *sendRun) printError(r *parser.Request, err error) {
	place := s.src.at(r.LineSpan.Start)
	hint := ""
	var e *request.Error
	if errors.As(err, &e) {
		hint = e.Hint
		if e.Span != nil {
			place = s.src.at(e.Span.Start)
		}
	}
	s.warnf("%s: %s\n", place, s.mask(err.Error()))
	if hint != "" {
		s.warnf("  %s\n", s.mask(hint))
	}
}

// jsonFailure is the line of `send --json` for a request that failed.
type jsonFailure struct {
	Request struct {
		Name   string `json:"name,omitempty"`
		Method string `json:"method"`
		Line   int    `json:"line"`
	} `json:"request"`
	Error jsonError `json:"error"`
}

type jsonError struct {
	Code    string     `json:"code"`
	Message string     `json:"message"`
	Hint    string     `json:"hint"`
	Range   *jsonRange `json:"range,omitempty"`
}

// jsonRange is a range as the Language Server Protocol has it: from 0, the
// characters in UTF-16 code units.
type jsonRange struct {
	Start jsonPosition `json:"start"`
	End   jsonPosition `json:"end"`
}

type jsonPosition struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

func (s *sendRun) printJSON(r *parser.Request, response *request.Response, err error) {
	enc := s.jsonOutput()
	if err == nil {
		_ = enc.Encode(response)
		return
	}
	var f jsonFailure
	f.Request.Name, f.Request.Method, f.Request.Line = r.Name, r.Method, s.src.line(r.LineSpan.Start)
	f.Error = jsonError{Code: "not-sent", Message: s.mask(err.Error())}
	var e *request.Error
	if errors.As(err, &e) {
		f.Error.Code, f.Error.Hint = e.Code, s.mask(e.Hint)
		if e.Span != nil {
			m := text.NewMapper(s.src.file.Src)
			start, end := m.Position(e.Span.Start, text.UTF16), m.Position(e.Span.End, text.UTF16)
			f.Error.Range = &jsonRange{
				Start: jsonPosition{Line: start.Line, Character: start.Character},
				End:   jsonPosition{Line: end.Line, Character: end.Character},
			}
		}
	}
	_ = enc.Encode(f)
}

// size prints a number of bytes for people.
func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
