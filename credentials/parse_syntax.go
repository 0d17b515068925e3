package credentials

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/tailscale/hujson"
)

// maxBrackets bounds the opening brackets of a file. The parser of hujson calls
// itself for each level, without a limit, and Go cannot recover from a stack
// that has grown too large; no configuration has this many objects.
const maxBrackets = 20_000

// syntaxProblem is the place and the reason of a text that is not JSON.
type syntaxProblem struct {
	line, column int // 1-based, the column in characters
	message      string
	hint         string
}

func (e *syntaxProblem) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.line, e.column, e.message)
}

// parseSyntax reads JSON with comments and trailing commas. Its reasons are our
// own words: the library's may repeat a piece of the file.
func parseSyntax(src []byte) (hujson.Value, *syntaxProblem) {
	if offset := firstInvalid(src); offset >= 0 {
		line, column := position(src, offset)
		return hujson.Value{}, &syntaxProblem{line, column, "the file is not UTF-8 text", "save it as UTF-8"}
	}
	if bytes.Count(src, []byte("{"))+bytes.Count(src, []byte("[")) > maxBrackets {
		return hujson.Value{}, &syntaxProblem{1, 1, fmt.Sprintf("the file has more than %d brackets", maxBrackets), "this is no configuration of vault-lsp; check the path"}
	}
	root, err := hujson.Parse(src)
	if err == nil {
		return root, nil
	}
	line, column := 1, 1
	if _, scanErr := fmt.Sscanf(err.Error(), "hujson: line %d, column %d:", &line, &column); scanErr != nil {
		line, column = 1, 1
	}
	reason := "this character does not belong here"
	if strings.Contains(err.Error(), "unexpected EOF") {
		reason = "it ends too early"
	}
	return hujson.Value{}, &syntaxProblem{line, characters(src, line, column),
		"the file is not valid JSON: " + reason, "correct it there; comments and trailing commas are allowed"}
}

// firstInvalid is the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(src []byte) int {
	if utf8.Valid(src) {
		return -1
	}
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// characters turns a 1-based byte column into a 1-based character column.
func characters(src []byte, line, column int) int {
	rest := src
	for range line - 1 {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return column
		}
		rest = rest[i+1:]
	}
	return 1 + utf8.RuneCount(rest[:min(column-1, len(rest))])
}

// position is the 1-based line and character column of an offset.
func position(src []byte, offset int) (line, column int) {
	before := src[:min(offset, len(src))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[start:])
}
