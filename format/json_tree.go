package format

import "encoding/json"

// maxDepth bounds how deep JSON may be nested.
const maxDepth = 500

// node is one value of a JSON body: an object, a list, or a string or word.
type node struct {
	open     byte // '{', '[' or 0 for a single token
	token    token
	children []child
	// after are the comments behind the last child.
	after []token
	// expanded is set where the source goes to a new line behind the opening
	// bracket, or a comment stands inside.
	expanded bool
}

// child is one member of an object or element of a list.
type child struct {
	before []token // comments
	key    token   // of an object's member
	value  node
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
		return p.container(node{open: open, token: t}, depth)
	case t.kind == tokenString && (t.isTemplateString(p.src) || json.Valid([]byte(t.span.Of(p.src)))),
		t.kind == tokenWord && (t.template || json.Valid([]byte(t.span.Of(p.src)))):
		p.at++
		return node{token: t}, true
	}
	return node{}, false
}

// isTemplateString reports whether a string holds an expression, whose quotes
// JSON's rules do not cover.
func (t token) isTemplateString(src string) bool { return hasExpression(t.span.Of(src)) }

// container reads what stands in brackets.
func (p *jsonParser) container(n node, depth int) (node, bool) {
	closing := n.open + 2 // ']' after '[', '}' after '{'
	n.expanded = p.next().newline
	for {
		c := child{before: p.comments()}
		n.expanded = n.expanded || len(c.before) > 0
		if p.punctuation() == closing && len(n.children) == 0 {
			n.after = c.before
			p.at++
			return n, true
		}
		var ok bool
		if c, ok = p.child(n.open, c, depth); !ok {
			return n, false
		}
		n.children = append(n.children, c)
		n.after = p.comments()
		n.expanded = n.expanded || len(n.after) > 0
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
	var ok bool
	c.value, ok = p.value(depth + 1)
	return c, ok
}
