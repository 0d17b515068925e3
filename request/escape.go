package request

import (
	"encoding/json"
	"strings"
)

const upperHex = "0123456789ABCDEF"

func writePercent(out *strings.Builder, b byte) {
	out.WriteByte('%')
	out.WriteByte(upperHex[b>>4])
	out.WriteByte(upperHex[b&15])
}

// escapeComponent percent-encodes all but the unreserved characters of
// RFC 3986 section 2.3, so that a value stays one component of a target.
func escapeComponent(v string) string {
	var out strings.Builder
	for i := range len(v) {
		if b := v[i]; isAlphanumeric(b) || strings.IndexByte("-._~", b) >= 0 {
			out.WriteByte(b)
		} else {
			writePercent(&out, b)
		}
	}
	return out.String()
}

// escapeIllegal percent-encodes only the characters that may not stand in a
// request target: what is encoded already, and every delimiter, stays. Square
// brackets stay too, as in ids[]=1, which servers expect so.
func escapeIllegal(v string) string {
	var out strings.Builder
	for i := range len(v) {
		b := v[i]
		switch {
		case b == '%' && !(i+2 < len(v) && isHex(v[i+1]) && isHex(v[i+2])):
			writePercent(&out, b)
		case b <= ' ' || b >= 0x7f || strings.IndexByte("\"<>\\^`{|}", b) >= 0:
			writePercent(&out, b)
		default:
			out.WriteByte(b)
		}
	}
	return out.String()
}

// escapeJSON escapes a value to stand inside the quotes of a JSON string.
func escapeJSON(v string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return ""
	}
	quoted := strings.TrimSuffix(out.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

func isAlphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'f' || 'A' <= b && b <= 'F'
}

// isToken reports whether a text is a token of RFC 9110 section 5.6.2, as
// methods and header names must be.
func isToken(v string) bool {
	for i := range len(v) {
		if b := v[i]; !isAlphanumeric(b) && strings.IndexByte("!#$%&'*+-.^_`|~", b) < 0 {
			return false
		}
	}
	return v != ""
}

// hasControl reports whether a text holds CR, LF or NUL, with which a value
// could add lines of its own to the request.
func hasControl(v string) bool { return strings.ContainsAny(v, "\r\n\x00") }
