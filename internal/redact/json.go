package redact

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonStyle is what JSON encoders do differently.
type jsonStyle struct {
	html  bool // < > & as \u003c \u003e \u0026, and U+2028, U+2029
	slash bool // \/
	ascii bool // everything behind 0x7f as \uXXXX
	upper bool // \u001F instead of \u001f
	// dotnet escapes quotes, + and ` by number too, as System.Text.Json does.
	dotnet bool
}

// jsonForms are what JSON encoders make of a value inside its quotes.
func jsonForms(v string) []string {
	if !needsJSONEscape(v) {
		return nil
	}
	forms := []string{jsonEscape(v, jsonStyle{html: true, ascii: true, upper: true, dotnet: true})}
	for _, html := range []bool{false, true} {
		for _, slash := range []bool{false, true} {
			for _, ascii := range []bool{false, true} {
				for _, upper := range []bool{false, true} {
					forms = append(forms, jsonEscape(v, jsonStyle{html: html, slash: slash, ascii: ascii, upper: upper}))
				}
			}
		}
	}
	return forms
}

// needsJSONEscape reports whether some JSON encoder changes the value.
func needsJSONEscape(v string) bool {
	for i := range len(v) {
		if b := v[i]; b < 0x20 || b >= 0x7f || strings.IndexByte(`"\/<>&'+`+"`", b) >= 0 {
			return true
		}
	}
	return false
}

// shortEscape returns the short escape that JSON has for some characters
// (RFC 8259 section 7), else "".
func shortEscape(r rune) string {
	switch r {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	return ""
}

func jsonEscape(v string, style jsonStyle) string {
	format := `\u%04x`
	if style.upper {
		format = `\u%04X`
	}
	var out strings.Builder
	for i, r := range v {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(v[i:]); n == 1 {
				// Encoders replace what is not UTF-8, so it comes back no more.
				out.WriteString("\ufffd")
				continue
			}
		}
		short := shortEscape(r)
		switch {
		case style.dotnet && strings.ContainsRune("\"'+`", r):
			fmt.Fprintf(&out, format, r)
		case short != "":
			out.WriteString(short)
		case r == '/' && style.slash:
			out.WriteString(`\/`)
		case r < 0x20 || r == 0x7f && style.ascii:
			fmt.Fprintf(&out, format, r)
		case style.html && (r == '<' || r == '>' || r == '&' || r == 0x2028 || r == 0x2029):
			fmt.Fprintf(&out, format, r)
		case r >= 0x80 && style.ascii:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&out, format, unit)
			}
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}
