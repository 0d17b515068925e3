package request

import (
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/parser"
)

// directives reads those directives of the block that change how the request
// is sent. The others are the analysis's to report.
func (b *builder) directives(block *parser.Block) {
	for _, d := range block.Directives {
		// no-redirect and noRedirect are the same.
		switch strings.ReplaceAll(strings.ToLower(d.Name), "-", "") {
		case "noredirect":
			b.plan.NoRedirect = true
		case "timeout":
			timeout, ok := parseTimeout(d.Value)
			if !ok {
				b.problem(Problem{
					Code: CodeBadDirective, Severity: parser.Warning, Span: d.ValueSpan, Exit: ExitSend,
					Message: "# @timeout is not a duration; it is ignored",
					Hint:    "write a number of seconds, or a number with ms, s or m: # @timeout 500 ms",
				})
				continue
			}
			b.plan.Timeout = timeout
		}
	}
}

// parseTimeout reads `5`, `5 s`, `500ms`, `2 m`: seconds where no unit stands,
// as the clients that know the directive do.
func parseTimeout(value string) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	digits := strings.IndexFunc(value, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	number, unit := value, "s"
	if digits >= 0 {
		number, unit = value[:digits], strings.TrimSpace(value[digits:])
	}
	n, err := strconv.ParseFloat(number, 64)
	scale, known := map[string]time.Duration{"ms": time.Millisecond, "s": time.Second, "m": time.Minute}[unit]
	if err != nil || !known || n <= 0 || n > 1e9 {
		return 0, false
	}
	return time.Duration(n * float64(scale)), true
}
