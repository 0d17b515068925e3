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
	masked, certain := d.maskedJSON(body, t.span)
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
	if !certain || !t.declared || t.mayRepeat && strings.Contains(reason, "after top-level value") || strings.Contains(reason, "max depth") {
		return
	}
	offset := t.span.Start + at
	character, size := utf8.DecodeRuneInString(d.src[offset:])
	d.add(Diagnostic{
		Code: CodeInvalidJSON, Span: text.Span{Start: offset, End: offset + size},
		Message: t.subject + " from here on: " + jsonReason(reason, character) + ". It is sent as it is.",
	})
}

// maskedJSON returns a part of a body in which something of the same length stands
// for every expression: letters in a string, a number elsewhere. certain is false
// where such a number may be anything, or braces are escaped (ruling C25).
func (d *diagnoser) maskedJSON(body *parser.Body, of text.Span) (masked []byte, certain bool) {
	masked, certain = []byte(of.Of(d.src)), true
	for _, c := range body.Comments {
		for i := max(c.Start, of.Start); i < min(c.End, of.End); i++ {
			masked[i-of.Start] = ' '
		}
	}
	quoted, escaped := false, false
	for _, part := range body.Content.Parts {
		for i := max(part.Span.Start, of.Start); i < min(part.Span.End, of.End); i++ {
			c := &masked[i-of.Start]
			switch {
			case part.Expr != nil && quoted:
				*c, certain, escaped = 'x', certain && !escaped, false
			case part.Expr != nil:
				*c, certain = '1', false
			case escaped:
				certain = certain && *c != '{' && *c != '}'
				escaped = false
			case *c == '\\':
				escaped = quoted
			case *c == '"' || *c == '\n':
				quoted = !quoted && *c == '"'
			}
		}
	}
	return masked, certain
}
