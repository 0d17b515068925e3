package analysis

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// literalSecret is a shape of secret that is recognisable without guessing.
type literalSecret struct {
	needle string // a part of the secret that is rare in other text
	what   string
	// match returns the secret's span, given the offset of needle.
	match func(src string, at int) (text.Span, bool)
}

// literalSecrets are the documented formats of tokens whose prefix alone tells
// them apart from other text.
var literalSecrets = []literalSecret{
	{".eyJ", "a JSON Web Token", matchJWT},
	{"AKIA", "an AWS access key id", matchAWSKey},
	{"ASIA", "an AWS access key id", matchAWSKey},
	{"ghp_", "a GitHub token", prefixed("ghp_", 36)},
	{"gho_", "a GitHub token", prefixed("gho_", 36)},
	{"ghs_", "a GitHub token", prefixed("ghs_", 36)},
	{"github_pat_", "a GitHub token", prefixed("github_pat_", 50)},
	{"glpat-", "a GitLab token", prefixed("glpat-", 20)},
	{"sk_live_", "a Stripe key", prefixed("sk_live_", 16)},
	{"rk_live_", "a Stripe key", prefixed("rk_live_", 16)},
	{"xoxb-", "a Slack token", prefixed("xoxb-", 24)},
	{"xoxp-", "a Slack token", prefixed("xoxp-", 24)},
	{"hvs.", "a Vault token", prefixed("hvs.", 24)},
	{"PRIVATE KEY-----", "a private key", matchPrivateKey},
}

// Literals are the secrets that stand in a text as they are. Each stands in one
// line, whatever the lines around it hold, so those of an edited text follow
// from those of the text before it.
type Literals struct {
	src   string
	found []literal
}

// literal is one finding: where, and what it looks like.
type literal struct {
	span text.Span
	what string
}

// FindLiterals looks for literal secrets in src.
func FindLiterals(src string) *Literals {
	l := &Literals{src: src}
	l.find(text.Span{End: len(src)})
	return l
}

// Edited returns the literal secrets of src, which is l's text after edit.
func (l *Literals) Edited(src string, edit text.Edit) *Literals {
	next := &Literals{src: src}
	by, end := len(src)-len(l.src), edit.Span.Start+len(edit.New)
	first, last := lineAt(src, edit.Span.Start), lineAt(src, end)
	touched := text.Span{Start: first.Start, End: last.End}
	for _, x := range l.found {
		switch {
		case x.span.End <= touched.Start:
			next.found = append(next.found, x)
		case x.span.Start+by >= touched.End:
			next.found = append(next.found, literal{x.span.Moved(by), x.what})
		}
	}
	next.find(touched)
	return next
}

// find adds what stands in the lines of a span.
func (l *Literals) find(lines text.Span) {
	for i := range literalSecrets {
		s := &literalSecrets[i]
		for from := lines.Start; ; {
			at := strings.Index(l.src[from:lines.End], s.needle)
			if at < 0 {
				break
			}
			at += from
			from = at + len(s.needle)
			if span, ok := s.match(l.src, at); ok {
				l.found = append(l.found, literal{span, s.what})
				from = max(from, span.End)
			}
		}
	}
}

// prefixed matches a prefix at the beginning of a word, followed by at least n
// characters of base64url.
func prefixed(prefix string, n int) func(string, int) (text.Span, bool) {
	return func(src string, at int) (text.Span, bool) {
		if at > 0 && isTokenByte(src[at-1]) {
			return text.Span{}, false
		}
		start := at + len(prefix)
		end := tokenEnd(src, start)
		return text.Span{Start: at, End: end}, end-start >= n && !repeats(src[start:end])
	}
}

// matchJWT matches header.payload.signature, where at is the dot before the
// payload; header and payload are JSON objects in base64url and so begin eyJ.
func matchJWT(src string, at int) (text.Span, bool) {
	start := at
	for start > 0 && isTokenByte(src[start-1]) {
		start--
	}
	payload := tokenEnd(src, at+1)
	if at-start < 10 || !strings.HasPrefix(src[start:], "eyJ") || payload-at < 10 ||
		payload >= len(src) || src[payload] != '.' {
		return text.Span{}, false
	}
	end := tokenEnd(src, payload+1)
	return text.Span{Start: start, End: end}, end-payload > 10
}

// matchAWSKey matches the four letters and sixteen upper-case letters or digits.
// Keys that end in EXAMPLE are those of Amazon's documentation.
func matchAWSKey(src string, at int) (text.Span, bool) {
	end := at + 20
	if end > len(src) || at > 0 && isTokenByte(src[at-1]) || end < len(src) && isTokenByte(src[end]) {
		return text.Span{}, false
	}
	for i := at; i < end; i++ {
		if c := src[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return text.Span{}, false
		}
	}
	return text.Span{Start: at, End: end}, !strings.HasSuffix(src[at:end], "EXAMPLE")
}

// matchPrivateKey matches the first line of a PEM private key.
func matchPrivateKey(src string, at int) (text.Span, bool) {
	end := at + len("PRIVATE KEY-----")
	start := strings.LastIndex(src[max(0, at-40):at], "-----BEGIN ")
	if start < 0 {
		return text.Span{}, false
	}
	start += max(0, at-40)
	return text.Span{Start: start, End: end}, !strings.ContainsAny(src[start:at], "\r\n")
}

func isTokenByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

func tokenEnd(src string, at int) int {
	for at < len(src) && isTokenByte(src[at]) {
		at++
	}
	return at
}

// repeats reports whether the text is one character over and over, as in
// placeholders such as ghp_xxxxxxxx.
func repeats(s string) bool {
	return s != "" && strings.Count(s, s[:1]) == len(s)
}
