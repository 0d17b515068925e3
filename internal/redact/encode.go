package redact

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"html"
	"net/textproto"
	"net/url"
	"strings"
	"unicode/utf16"
)

// percentForms are what URL and form encoders make of a value. They differ in
// the characters that they leave alone, in how they write a blank, and in the
// case of the hexadecimal digits.
func percentForms(v string) []string {
	forms := []string{
		url.PathEscape(v),
		url.QueryEscape(v),
		percent(v, unreserved),                    // RFC 3986 section 2.3
		percent(v, unreserved+"!'()*"),            // ECMAScript encodeURIComponent
		percent(v, unreserved+";/?:@&=+$,!'()*#"), // ECMAScript encodeURI
		percent(v, unreserved+"/"),                // Python urllib.parse.quote
		percent(v, "-_.*"),                        // WHATWG form, but for the blank
		percent(v, unreserved+"!$&'()*+,;=:@/?"),  // RFC 3986 query
		percent(v, unreserved+"!$&'()*+,;=:@/?[]|^\\`{}"),
		percent(v, ""), // every byte that is no letter or digit
	}
	for _, f := range forms {
		if strings.Contains(f, "%20") {
			forms = append(forms, strings.ReplaceAll(f, "%20", "+"))
		}
	}
	for _, f := range forms {
		if lower := lowerPercent(f); lower != f {
			forms = append(forms, lower)
		}
	}
	return forms
}

// unreserved are the characters besides letters and digits that no encoder
// has to encode.
const unreserved = "-._~"

func percent(v, leave string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(v) {
		b := v[i]
		if alphanumeric(b) || (b < 0x80 && strings.IndexByte(leave, b) >= 0) {
			out.WriteByte(b)
		} else {
			out.WriteByte('%')
			out.WriteByte(digits[b>>4])
			out.WriteByte(digits[b&15])
		}
	}
	return out.String()
}

func alphanumeric(b byte) bool {
	return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
}

func lowerPercent(v string) string {
	out := []byte(v)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:i+3], strings.ToLower(string(out[i+1:i+3])))
			i += 2
		}
	}
	return string(out)
}

// htmlForms are what HTML and XML encoders make of a value; they differ in how
// they write quotes.
func htmlForms(v string) []string {
	if !strings.ContainsAny(v, "&<>\"'+`=/") {
		return nil
	}
	replaced := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(v) }
	return []string{
		html.EscapeString(v),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;", "'", "&#39;", "+", "&#43;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#039;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "/", "&#x2F;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;", "`", "&#x60;", "=", "&#x3D;"),
		replaced("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;"),
	}
}

// base64Forms are the value in base64, and the characters that it alone
// decides when it stands inside something longer, such as user:password: a
// byte's place in its group of three decides how it is written, so there are
// three of them.
func base64Forms(v string) []string {
	var forms []string
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		forms = append(forms, encoding.EncodeToString([]byte(v)))
		encoding = encoding.WithPadding(base64.NoPadding)
		forms = append(forms, encoding.EncodeToString([]byte(v)))
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("\x00", before) + v))
			first := (8*before + 5) / 6
			last := 8 * (before + len(v)) / 6
			forms = append(forms, text[first:last])
		}
	}
	return forms
}

func hexForms(v string) []string {
	lower := hex.EncodeToString([]byte(v))
	var spaced, percented strings.Builder
	for i := 0; i < len(lower); i += 2 {
		if i > 0 {
			spaced.WriteByte(':')
		}
		spaced.WriteString(lower[i : i+2])
		percented.WriteString("%" + lower[i:i+2])
	}
	forms := []string{lower, spaced.String(), percented.String()}
	for _, f := range forms[:3:3] {
		forms = append(forms, strings.ToUpper(f))
	}
	return forms
}

// wideForms are the value in UTF-16, as a body that is no text for us holds
// it, and in ISO 8859-1 if that has all of its characters.
func wideForms(v string) []string {
	units := utf16.Encode([]rune(v))
	little := make([]byte, 0, 2*len(units))
	big := make([]byte, 0, 2*len(units))
	for _, unit := range units {
		little = binary.LittleEndian.AppendUint16(little, unit)
		big = binary.BigEndian.AppendUint16(big, unit)
	}
	forms := []string{string(little), string(big)}
	narrow := make([]byte, 0, len(v))
	for _, r := range v {
		if r > 0xff {
			return forms
		}
		narrow = append(narrow, byte(r))
	}
	return append(forms, string(narrow))
}

// headerNameForms are what net/http makes of a value that a server uses as the
// name of a header: it changes the case of names.
func headerNameForms(v string) []string {
	return []string{textproto.CanonicalMIMEHeaderKey(v)}
}
