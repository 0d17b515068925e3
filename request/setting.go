package request

import "strings"

// releaseOwn frees the variables of the user's editor settings that the
// authority consists of: who writes {{host}} for a server of one's own has said
// where it may go. A port may stand behind it, but no other part of a name,
// which would make the host somebody else's.
func (b *builder) releaseOwn() {
	t := &b.plan.target
	own := map[string]bool{}
	rest := ""
	for _, p := range t.authority {
		switch {
		case p.bound > 0 && rest == "":
			own[b.plan.Uses[p.bound-1].Reference] = true
		case p.bound == 0 && p.use == literal:
			rest += p.text
		default:
			return
		}
	}
	if !isPort(rest) {
		return
	}
	t.each(func(pieces []piece) {
		for _, p := range pieces {
			if p.bound > 0 && own[b.plan.Uses[p.bound-1].Reference] {
				b.plan.Uses[p.bound-1].In = ""
			}
		}
	})
}

// isPort reports whether a text is nothing, or a colon and digits.
func isPort(text string) bool {
	digits, colon := strings.CutPrefix(text, ":")
	return text == "" || colon && strings.Trim(digits, "0123456789") == ""
}
