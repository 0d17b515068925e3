package dayjs

import "strings"

// FromDotNet returns the layout that says in Day.js letters what layout says in
// those of .NET, which Visual Studio takes, if it looks like one: letters for
// the year, for AM and PM, for fractions and offsets, and a dd beside a month
// that mean nothing useful in Day.js (ruling C14). found is false where layout
// has none of them.
func FromDotNet(layout string) (fixed string, found bool) {
	var out strings.Builder
	day, month := false, false // the letters just before are dd, or a month
	for rest := layout; rest != ""; {
		token := dotNetToken(rest)
		rest = rest[len(token):]
		out.WriteString(dayjsToken(token))
		switch {
		case strings.ContainsAny(token[:1], "-/. ,"):
			continue
		case token[0] == 'y', token == "tt", strings.HasPrefix(token, "ff"), token == "zzz":
			found = true
		case token == "dd" && month, strings.HasPrefix(token, "MM") && day:
			found = true
		}
		day, month = token == "dd", strings.HasPrefix(token, "MM")
	}
	if !found {
		return layout, false
	}
	return out.String(), true
}

// dotNetToken returns what layout begins with: text in brackets or quotes, an
// escaped character, or one letter as often as it stands there.
func dotNetToken(layout string) string {
	switch layout[0] {
	case '[', '\'':
		closing := map[byte]string{'[': "]", '\'': "'"}[layout[0]]
		if end := strings.Index(layout[1:], closing); end >= 0 {
			return layout[:end+2]
		}
	case '\\':
		return layout[:min(2, len(layout))]
	}
	end := 1
	for end < len(layout) && layout[end] == layout[0] {
		end++
	}
	return layout[:end]
}

// dayjsToken says a token of .NET in the letters of Day.js.
func dayjsToken(token string) string {
	switch token {
	case "d", "dd":
		return strings.ToUpper(token)
	case "yy":
		return "YY"
	case "t", "tt":
		return "A"
	case "z", "zz", "zzz", "K":
		return "Z"
	}
	switch n := len(token); {
	case token[0] == 'y':
		return "YYYY"
	case token[0] == 'f' || token[0] == 'F':
		return "SSS"
	case token[0] == '\'' && n > 2 && token[n-1] == '\'':
		return "[" + token[1:n-1] + "]"
	case token[0] == '\\' && n > 1:
		return "[" + token[1:] + "]"
	}
	return token
}
