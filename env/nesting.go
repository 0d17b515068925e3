package env

import "strings"

// maxNesting bounds how deep the values of a file may lie in one another: the
// JSON reader calls itself at each level.
const maxNesting = 500

// tooDeep returns where brackets nest deeper than maxNesting. It knows strings
// and comments, which may hold any brackets.
func tooDeep(src string) (offset int, deep bool) {
	depth := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{', '[':
			if depth++; depth > maxNesting {
				return i, true
			}
		case '}', ']':
			depth--
		case '"':
			for i++; i < len(src) && src[i] != '"'; i++ {
				if src[i] == '\\' {
					i++
				}
			}
		case '/':
			rest := src[i:]
			end := -1
			switch {
			case strings.HasPrefix(rest, "//"):
				end = strings.IndexByte(rest, '\n')
			case strings.HasPrefix(rest, "/*"):
				if end = strings.Index(rest[2:], "*/"); end >= 0 {
					end += 3
				}
			default:
				end = 0
			}
			if end < 0 {
				return 0, false
			}
			i += end
		}
	}
	return 0, false
}
