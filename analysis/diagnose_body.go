package analysis

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// jsonText is a text that should be JSON, as its media type or the query above it
// says.
type jsonText struct {
	span text.Span
	// subject is how a message about it begins.
	subject string
	// declared is whether nothing but JSON may stand there.
	declared bool
	// mayRepeat is whether several values may stand there: lines of JSON are a
	// format of their own, also under the media type of JSON.
	mayRepeat bool
}

// jsonBody warns of a JSON body, or GraphQL variables, that are no JSON: they are
// sent as they are. Kulala takes trailing commas out, so files written for it hold
// some.
func (d *diagnoser) jsonBody(r *parser.Request) {
	body := r.Body
	if len(body.Messages) > 0 || r.Curl != nil {
		return
	}
	switch s := d.File.Structure(r); {
	case s.Kind == parser.StructureJSON && body.Kind == parser.BodyInline && len(body.Files) == 0:
		// Text without a media type may be anything.
		isDeclared := func(h parser.Header) bool { return strings.EqualFold(h.Name, "Content-Type") }
		d.json(body, jsonText{body.Span, "The body is no JSON", slices.ContainsFunc(r.Headers, isDeclared), true})
	case s.Kind == parser.StructureGraphQL && s.GraphQL.Variables.Start < s.GraphQL.Variables.End:
		d.json(body, jsonText{s.GraphQL.Variables, "The variables of the query are no JSON", true, false})
	}
}

// json reports the first thing wrong in a text of a body that should be JSON.
func (d *diagnoser) json(body *parser.Body, t jsonText) {
	masked := d.maskedJSON(body, t.span)
	if json.Valid(masked) {
		return
	}
	var wrong *json.SyntaxError
	if !errors.As(json.Unmarshal(masked, &json.RawMessage{}), &wrong) {
		return
	}
	at := min(max(int(wrong.Offset)-1, 0), len(masked)-1)
	before := strings.TrimRight(string(masked[:at]), " \t\r\n")
	if strings.HasSuffix(before, ",") && strings.IndexByte("}]", masked[at]) >= 0 {
		comma := t.span.Start + len(before) - 1
		d.add(Diagnostic{
			Code: CodeTrailingComma, Span: text.Span{Start: comma, End: comma + 1},
			Message: "JSON has no comma before a closing bracket, and the body is sent as it is.",
		})
		return
	}
	reason := wrong.Error()
	if !t.declared || t.mayRepeat && strings.Contains(reason, "after top-level value") || strings.Contains(reason, "max depth") || !d.certain(body, t.span) {
		return
	}
	offset := t.span.Start + at
	character, size := utf8.DecodeRuneInString(d.src[offset:])
	d.add(Diagnostic{
		Code: CodeInvalidJSON, Span: text.Span{Start: offset, End: offset + size},
		Message: t.subject + " from here on: " + jsonReason(reason, character) + ". It is sent as it is.",
	})
}

// maskedJSON returns a part of a body in which digits of the same length stand
// for every expression, which are a number or a part of a string. It is good until
// the next call.
func (d *diagnoser) maskedJSON(body *parser.Body, of text.Span) []byte {
	d.masked = append(d.masked[:0], of.Of(d.src)...)
	fill := func(span text.Span, with byte) {
		for i := max(span.Start, of.Start); i < min(span.End, of.End); i++ {
			d.masked[i-of.Start] = with
		}
	}
	for _, c := range body.Comments {
		fill(c, ' ')
	}
	for _, part := range body.Content.Parts {
		if part.Expr != nil {
			fill(part.Span, '1')
		}
	}
	return d.masked
}

// certain is false where an expression of a JSON text stands outside of strings,
// so that it may be anything, or braces are escaped (ruling C25).
func (d *diagnoser) certain(body *parser.Body, of text.Span) bool {
	quoted, escaped := false, false
	for _, part := range body.Content.Parts {
		span := text.Span{Start: max(part.Span.Start, of.Start), End: min(part.Span.End, of.End)}
		if part.Expr != nil {
			if span.Start < span.End && (!quoted || escaped) {
				return false
			}
			continue
		}
		for i := span.Start; i < span.End; i++ {
			switch c := d.src[i]; {
			case escaped:
				if c == '{' || c == '}' {
					return false
				}
				escaped = false
			case c == '\\':
				escaped = quoted
			case c == '"' || c == '\n':
				quoted = !quoted && c == '"'
			}
		}
	}
	return true
}
