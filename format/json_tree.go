package format

import (
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deep JSON may be nested.
const maxDepth = 500

// node is one value of a JSON body: an object, a list, or a string or word.
type node struct {
	open     byte // '{', '[' or 0 for a single token
	children []child
	// after are the comments behind the last child.
	after []token
	// width is the number of characters that the value has in one line.
	width int
	// broken is set where a child begins a line of the source, or a comment stands
	// inside, here or deeper.
	broken bool
	// scalars is set for a list of strings, numbers and other words, words for one
	// without strings.
	scalars, words bool
}

// child is one member of an object or element of a list.
type child struct {
	before []token // comments
	key    token   // of an object's member
	value  node
	word   bool // the value is a number or another word
}

// jsonParser reads the tokens of one JSON text in which {{…}} may stand for a
// value.
type jsonParser struct {
	src    string
	tokens []token
	at     int
}

// document is a JSON text with the comments around it.
type document struct {
	before, after []token
	root          node
}

// parseJSON reads tokens; ok is false where they are no JSON.
func parseJSON(src string, tokens []token) (document, bool) {
	p := jsonParser{src: src, tokens: tokens}
	d := document{before: p.comments()}
	var ok bool
	if d.root, ok = p.value(0); !ok {
		return d, false
	}
	d.after = p.comments()
	return d, p.at == len(tokens)
}

// comments takes the comments that stand here.
func (p *jsonParser) comments() []token {
	start := p.at
	for p.at < len(p.tokens) && p.tokens[p.at].kind == tokenComment {
		p.at++
	}
	return p.tokens[start:p.at]
}

// next returns the token here, or one that is none.
func (p *jsonParser) next() token {
	if p.at == len(p.tokens) {
		return token{kind: tokenComment}
	}
	return p.tokens[p.at]
}

// punctuation returns the character of a punctuation token here, or 0.
func (p *jsonParser) punctuation() byte {
	if t := p.next(); t.kind == tokenPunctuation {
		return p.src[t.span.Start]
	}
	return 0
}

func (p *jsonParser) value(depth int) (node, bool) {
	t := p.next()
	switch open := p.punctuation(); {
	case depth > maxDepth:
		return node{}, false
	case open == '{' || open == '[':
		p.at++
		return p.container(node{open: open, scalars: open == '[', words: open == '['}, depth)
	case t.kind == tokenString && (t.isTemplateString(p.src) || json.Valid([]byte(t.span.Of(p.src)))),
		t.kind == tokenWord && (t.template || json.Valid([]byte(t.span.Of(p.src)))):
		p.at++
		return node{width: p.width(t)}, true
	}
	return node{}, false
}

// isTemplateString reports whether a string holds an expression, whose quotes
// JSON's rules do not cover.
func (t token) isTemplateString(src string) bool { return strings.Contains(t.span.Of(src), "{{") }

// width is the number of characters of a token.
func (p *jsonParser) width(t token) int { return utf8.RuneCountInString(t.span.Of(p.src)) }

// container reads what stands in brackets.
func (p *jsonParser) container(n node, depth int) (node, bool) {
	closing := n.open + 2 // ']' after '[', '}' after '{'
	n.width = len("[]")
	for {
		newline := p.next().newline
		c := child{before: p.comments()}
		if p.punctuation() == closing && len(n.children) == 0 {
			n.after = c.before
			n.broken = len(n.after) > 0
			p.at++
			return n, true
		}
		var ok bool
		if c, ok = p.child(n.open, c, depth); !ok {
			return n, false
		}
		n.add(c, p.width(c.key), newline)
		n.after = p.comments()
		n.broken = n.broken || len(n.after) > 0
		switch p.punctuation() {
		case ',':
			p.at++
			if len(n.after) > 0 {
				// A comment before the comma would change places with it.
				return n, false
			}
		case closing:
			p.at++
			return n, true
		default:
			return n, false
		}
	}
}

// add appends a child, whose key has some characters; newline tells that it
// begins a line.
func (n *node) add(c child, key int, newline bool) {
	switch {
	case len(n.children) > 0:
		n.width += len(", ")
	case n.open == '{':
		n.width += len("  ")
	}
	if n.open == '{' {
		n.width += key + len(": ")
	}
	n.width += c.value.width
	n.broken = n.broken || newline || c.value.broken || len(c.before) > 0
	n.scalars = n.scalars && c.value.open == 0 && len(c.before) == 0
	n.words = n.words && n.scalars && c.word
	n.children = append(n.children, c)
}

// child reads a member of an object or an element of a list.
func (p *jsonParser) child(open byte, c child, depth int) (child, bool) {
	if open == '{' {
		c.key = p.next()
		if c.key.kind != tokenString && (c.key.kind != tokenWord || !c.key.template) {
			return c, false
		}
		p.at++
		if p.punctuation() != ':' {
			return c, false
		}
		p.at++
	}
	c.word = p.next().kind == tokenWord
	var ok bool
	c.value, ok = p.value(depth + 1)
	return c, ok
}
