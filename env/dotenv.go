package env

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// dotenvFile is one .env file. It is read here rather than by a library: a
// value must stay as it is written (a $ in a password is no variable), one bad
// line must not take the others with it, and no message may quote a value.
type dotenvFile struct {
	path string
	// environment is what stands behind ".env.", or "".
	environment string
	definitions []Definition
	problems    []FileProblem
}

// parseDotenv reads NAME=value lines. A name may follow `export`; a value may
// stand in single, double or back quotes and then hold line ends; a # begins a
// comment at the start of a line, or behind a blank or a quoted value. In double
// quotes \n and \r are line ends, and no other backslash is an escape, as in the
// library that REST Client and httpYac use (https://github.com/motdotla/dotenv).
// Nothing is expanded; a ${NAME} that looks as if it should be is a hint.
func parseDotenv(path, environment, src string) dotenvFile {
	f := dotenvFile{path: path, environment: environment}
	lines := text.NewMapper(src)
	problem := func(offset int, p FileProblem) {
		p.Path = path
		p.Line, p.Column = place(lines, offset)
		f.problems = append(f.problems, p)
	}
	for at := 0; at < len(src); {
		end := lineEnd(src, at)
		start := at
		for start < end && isSpace(src[start]) {
			start++
		}
		at = end + 1
		if start == end || src[start] == '#' || start == 0 && strings.TrimSpace(src[:end]) == "\ufeff" {
			continue
		}
		nameSpan, value := readDotenvName(src, start, end)
		if nameSpan.IsEmpty() {
			problem(start, FileProblem{Code: CodeBadDotenv, Warning: true, Message: "This line is not NAME=value; a name consists of letters, digits, _, . and -."})
			continue
		}
		resolved, valueEnd, ok := readDotenvValue(src, value, end)
		if !ok {
			problem(value, FileProblem{Code: CodeBadDotenv, Warning: true, Message: "The quote that begins this value is never closed."})
			continue
		}
		if hasInterpolation(resolved) && src[value] != '\'' {
			problem(value, FileProblem{Code: CodeNotExpanded, Hint: true, Message: "A ${…} is a part of this value: nothing is expanded in .env files, as in REST Client and httpYac."})
		}
		at = lineEnd(src, valueEnd) + 1
		line, column := place(lines, nameSpan.Start)
		f.definitions = append(f.definitions, Definition{
			Name: nameSpan.Of(src), Source: SourceDotenv, Path: path, Private: true, Line: line, Column: column,
			Span: text.Span{Start: nameSpan.Start, End: valueEnd}, NameSpan: nameSpan,
			Src: resolved, Template: literalTemplate(resolved),
		})
	}
	return f
}

// readDotenvName returns the name on the line from start to end and where its
// value begins.
func readDotenvName(src string, start, end int) (name text.Span, value int) {
	start += len(src[start:end]) - len(strings.TrimPrefix(src[start:end], "\ufeff"))
	if rest, found := strings.CutPrefix(src[start:end], "export"); found && rest != "" && isSpace(rest[0]) {
		start = end - len(strings.TrimLeft(rest, " \t"))
	}
	i := start
	for i < end && isNameByte(src[i]) {
		i++
	}
	name = text.Span{Start: start, End: i}
	for i < end && isSpace(src[i]) {
		i++
	}
	if i == end || src[i] != '=' {
		return text.Span{}, 0
	}
	for i++; i < end && isSpace(src[i]); i++ {
	}
	return name, i
}

// readDotenvValue returns the value that begins at at, on a line that ends at end,
// and where it ends. ok is false if its quote is never closed.
func readDotenvValue(src string, at, end int) (value string, valueEnd int, ok bool) {
	if at == end || !strings.ContainsRune("'\"`", rune(src[at])) {
		value = src[at:end]
		for i := range len(value) {
			if value[i] == '#' && (i == 0 || isSpace(value[i-1])) {
				value = value[:i]
				break
			}
		}
		value = strings.TrimRight(value, " \t\r")
		return value, at + len(value), true
	}
	quote := src[at]
	for i := at + 1; i < len(src); i++ {
		switch {
		case src[i] == '\\' && quote == '"':
			i++
		case src[i] == quote:
			value = strings.ReplaceAll(src[at+1:i], "\r\n", "\n")
			if quote == '"' {
				value = unescapeDotenv(value)
			}
			return value, i + 1, true
		}
	}
	return "", 0, false
}

// hasInterpolation reports a ${NAME} in a value.
func hasInterpolation(value string) bool {
	_, rest, found := strings.Cut(value, "${")
	name, _, closed := strings.Cut(rest, "}")
	return found && closed && name != "" && !strings.ContainsFunc(name, func(r rune) bool { return r > 0x7f || !isNameByte(byte(r)) })
}

// unescapeDotenv resolves the escapes of a double-quoted value.
func unescapeDotenv(s string) string {
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(s)
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' }

// lineEnd returns the offset of the \n that ends the line of at, or len(src).
func lineEnd(src string, at int) int {
	if at >= len(src) {
		return len(src)
	}
	if i := strings.IndexByte(src[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(src)
}

// literalTemplate is a template of text in which nothing is an expression.
func literalTemplate(s string) template.Template {
	span := text.Span{End: len(s)}
	t := template.Template{Span: span}
	if s != "" {
		t.Parts = []template.Part{{Span: span}}
	}
	return t
}
