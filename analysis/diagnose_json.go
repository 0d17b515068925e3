package analysis

import (
	"strconv"
	"strings"
)

// jsonReasons are what is wrong in a JSON text, by a part of what the standard
// library says, the first that is found. %s stands for the character.
var jsonReasons = [...]struct{ said, reason string }{
	{"unexpected end", "it ends before every quote and bracket is closed"},
	{"beginning of value", "a value should stand here, not %s: an object, a list, a number, true, false, null, or text in double quotes"},
	{"beginning of object key", "a name in double quotes should stand here, not %s"},
	{"after object key:value pair", "a comma or } should stand here, not %s"},
	{"after object key", "a colon should stand here, behind the name, not %s"},
	{"after array element", "a comma or ] should stand here, not %s"},
	{"after top-level value", "nothing may stand behind the last bracket, as %s does"},
	{"string escape", `there is no escape with %s; a backslash is written \\`},
	{"hexadecimal", `four hexadecimal digits stand behind \u, not %s`},
	{"string literal", `text may not hold %s; write \n for a line break, \t for a tab, or close the quote`},
	{"numeric literal", "a digit should stand here, not %s"},
	{"in literal", "the words of JSON are true, false and null; write other text in double quotes"},
}

// jsonReason says what is wrong with a character in a JSON text, and what to do.
// said is the standard library's reason, which names a byte where it is a
// character of several.
func jsonReason(said string, character rune) string {
	for _, r := range jsonReasons {
		if strings.Contains(said, r.said) {
			return strings.ReplaceAll(r.reason, "%s", shownCharacter(character))
		}
	}
	return "JSON has no " + shownCharacter(character) + " here"
}

// shownCharacter names a character; those that cannot be seen by their number.
func shownCharacter(c rune) string {
	switch c {
	case '\n', '\r':
		return "a line break"
	case '\t':
		return "a tab"
	case '"':
		return "a double quote"
	}
	if quoted := strconv.QuoteRune(c); c != '\'' && c != '\\' && strings.HasPrefix(quoted, `'\`) {
		return strings.Trim(strconv.QuoteRuneToASCII(c), "'")
	}
	return string(c)
}
