package analysis

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// jsonBody warns of a JSON body that is none: it is sent as it is. Kulala takes
// trailing commas out, so files written for it hold some.
func (d *diagnoser) jsonBody(r *parser.Request) {
	body := r.Body
	if body.Kind != parser.BodyInline || len(body.Files) > 0 || len(body.Messages) > 0 || r.Curl != nil ||
		d.File.Structure(r).Kind != parser.StructureJSON {
		return
	}
	masked, certain := d.maskedJSON(body)
	var wrong *json.SyntaxError
	if !errors.As(json.Unmarshal(masked, &json.RawMessage{}), &wrong) {
		return
	}
	at := min(max(int(wrong.Offset)-1, 0), len(masked)-1)
	before := strings.TrimRight(string(masked[:at]), " \t\r\n")
	if strings.HasSuffix(before, ",") && strings.IndexByte("}]", masked[at]) >= 0 {
		comma := body.Span.Start + len(before) - 1
		d.add(Diagnostic{
			Code: CodeTrailingComma, Span: text.Span{Start: comma, End: comma + 1},
			Message: "JSON has no comma before a closing bracket, and the body is sent as it is.",
		})
		return
	}
	// Text without a media type may be anything. Lines of JSON are a format of
	// their own, also under this media type.
	isDeclared := func(h parser.Header) bool { return strings.EqualFold(h.Name, "Content-Type") }
	if !certain || !slices.ContainsFunc(r.Headers, isDeclared) || strings.Contains(wrong.Error(), "after top-level value") || strings.Contains(wrong.Error(), "max depth") {
		return
	}
	d.invalidJSON(body.Span.Start+at, wrong)
}

// invalidJSON reports the character at an offset. The reason of the standard
// library names a byte where it is a character of several.
func (d *diagnoser) invalidJSON(offset int, wrong *json.SyntaxError) {
	character, size := utf8.DecodeRuneInString(d.src[offset:])
	reason := wrong.Error()
	if _, after, ok := strings.Cut(reason, "' "); ok && strings.HasPrefix(reason, "invalid character") {
		reason = fmt.Sprintf("invalid character %+q %s", character, after)
	}
	d.add(Diagnostic{
		Code: CodeInvalidJSON, Span: text.Span{Start: offset, End: offset + size},
		Message: "The body is no JSON from here on (" + reason + "), and is sent as it is.",
	})
}

// maskedJSON returns a body in which something of the same length stands for
// every expression: letters in a string, a number elsewhere. certain is false
// where such a number may be anything, or braces are escaped (ruling C25).
func (d *diagnoser) maskedJSON(body *parser.Body) (masked []byte, certain bool) {
	masked, certain = []byte(body.Span.Of(d.src)), true
	for _, c := range body.Comments {
		for i := c.Start; i < c.End; i++ {
			masked[i-body.Span.Start] = ' '
		}
	}
	quoted, escaped := false, false
	for _, part := range body.Content.Parts {
		for i := part.Span.Start; i < part.Span.End; i++ {
			c := &masked[i-body.Span.Start]
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
