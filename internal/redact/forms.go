package redact

import (
	"bytes"
	"encoding/json"
	"strings"
)

// longValue is the length from which only the most usual of the doubly
// encoded forms are kept: a key file has none of the others' readers.
const longValue = 4 << 10

// Forms returns the value and every form in which it commonly comes back:
// percent-encoded, JSON- and HTML-escaped, in base64 at any alignment, in hex,
// without surrounding blanks, with other line ends. If the value is a JSON
// document, the forms of the texts in it belong to them. Each form is at least
// MinLength bytes long and stands once.
func Forms(value string) []string {
	c := collector{seen: map[string]bool{}}
	c.value(value)
	for _, leaf := range jsonLeaves(value) {
		c.value(leaf)
	}
	return c.forms
}

type collector struct {
	seen  map[string]bool
	forms []string
}

func (c *collector) add(form string) bool {
	if len(form) < MinLength || c.seen[form] {
		return false
	}
	c.seen[form] = true
	c.forms = append(c.forms, form)
	return true
}

// value adds the forms of a value and of its plain variations.
func (c *collector) value(value string) {
	variations := []string{value, strings.TrimSpace(value)}
	if strings.Contains(value, "\n") {
		unix := strings.ReplaceAll(value, "\r\n", "\n")
		variations = append(variations, unix, strings.ReplaceAll(unix, "\n", "\r\n"))
	}
	for _, v := range variations {
		if !c.add(v) {
			continue
		}
		c.encoded(v)
		// Nobody encodes these once more.
		for _, f := range append(wideForms(v), headerNameForms(v)...) {
			c.add(f)
		}
	}
}

// encoded adds what encoders make of a value, and what a JSON encoder makes of
// that: an echo in a JSON response is encoded twice.
func (c *collector) encoded(v string) {
	var first []string
	first = append(first, percentForms(v)...)
	first = append(first, htmlForms(v)...)
	first = append(first, base64Forms(v)...)
	first = append(first, hexForms(v)...)
	first = append(first, jsonForms(v)...)
	for _, f := range first {
		if !c.add(f) || !needsJSONEscape(f) {
			continue
		}
		if len(v) > longValue {
			c.add(jsonEscape(f, jsonStyle{}))
			continue
		}
		for _, g := range jsonForms(f) {
			c.add(g)
		}
	}
}

// leafNumberLength is the number of digits from which a number in a JSON
// secret is masked by itself; shorter ones are no secrets but ports and
// counts.
const leafNumberLength = 6

// jsonLeaves returns the texts and long numbers inside a JSON object or array.
// A value that is a whole JSON document comes back reformatted, so its parts
// must be known too.
func jsonLeaves(value string) []string {
	trimmed := strings.TrimSpace(value)
	if trimmed == "" || (trimmed[0] != '{' && trimmed[0] != '[') {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(trimmed)))
	decoder.UseNumber()
	var document any
	if decoder.Decode(&document) != nil {
		return nil
	}
	var leaves []string
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case string:
			leaves = append(leaves, n)
		case json.Number:
			if len(n) >= leafNumberLength {
				leaves = append(leaves, n.String())
			}
		case []any:
			for _, e := range n {
				walk(e)
			}
		case map[string]any:
			for _, e := range n {
				walk(e)
			}
		}
	}
	walk(document)
	return leaves
}
