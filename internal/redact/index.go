package redact

import (
	"slices"
	"strings"
)

// index finds forms in text. Forms are kept by their first four bytes; a
// bitmap over a hash of these lets most positions be skipped without a look
// into the map. Memory is the forms themselves, however long they are, which
// an automaton over all of them would not be.
type index struct {
	bits [1 << (hashBits - 6)]uint64
	// byPrefix holds the forms that share four bytes, longest first.
	byPrefix map[uint32][]string
	// longest is the length of the longest form.
	longest int
}

// hashBits is the size of the bitmap: 32 KiB, so that it stays in the cache
// of the processor.
const hashBits = 18

func newIndex() *index { return &index{byPrefix: map[uint32][]string{}} }

func prefix(text string, at int) uint32 {
	_ = text[at+3]
	return uint32(text[at]) | uint32(text[at+1])<<8 | uint32(text[at+2])<<16 | uint32(text[at+3])<<24
}

func slot(prefix uint32) uint32 { return prefix * 2654435769 >> (32 - hashBits) }

// add puts a form of at least MinLength bytes into the index.
func (x *index) add(form string) {
	if len(form) < MinLength {
		return
	}
	p := prefix(form, 0)
	h := slot(p)
	x.bits[h>>6] |= 1 << (h & 63)
	list := x.byPrefix[p]
	at, found := slices.BinarySearchFunc(list, form, longestFirst)
	if !found {
		x.byPrefix[p] = slices.Insert(list, at, form)
		x.longest = max(x.longest, len(form))
	}
}

func longestFirst(a, b string) int {
	if len(a) != len(b) {
		return len(b) - len(a)
	}
	return strings.Compare(a, b)
}

// candidates returns the forms that may begin at the position, of which at
// least four bytes must be there.
func (x *index) candidates(text string, at int) []string {
	p := prefix(text, at)
	h := slot(p)
	if x.bits[h>>6]&(1<<(h&63)) == 0 {
		return nil
	}
	return x.byPrefix[p]
}

// match returns the length of the longest form that begins at the position,
// or 0.
func (x *index) match(text string, at int) int {
	for _, form := range x.candidates(text, at) {
		if strings.HasPrefix(text[at:], form) {
			return len(form)
		}
	}
	return 0
}

// next returns the first stretch of text, from a position on, that matches
// cover: the first match, and every one that begins inside what is covered so
// far. It returns -1, -1 if there is none.
func (x *index) next(text string, from int) (start, end int) {
	if len(x.byPrefix) == 0 {
		return -1, -1
	}
	for at := from; at+MinLength <= len(text); at++ {
		n := x.match(text, at)
		if n == 0 {
			continue
		}
		start, end = at, at+n
		for at++; at < end && at+MinLength <= len(text); at++ {
			if n := x.match(text, at); at+n > end {
				end = at + n
			}
		}
		return start, end
	}
	return -1, -1
}

// all returns every stretch that next finds, in order.
func (x *index) all(text string) [][2]int {
	var spans [][2]int
	for at := 0; ; {
		start, end := x.next(text, at)
		if start < 0 {
			return spans
		}
		spans = append(spans, [2]int{start, end})
		at = end
	}
}

// undecided returns the position from which on text may, with what follows it,
// be the beginning of a form, or len(text).
func (x *index) undecided(text string) int {
	if len(x.byPrefix) == 0 {
		return len(text)
	}
	at := max(0, len(text)-x.longest)
	for ; at+MinLength <= len(text); at++ {
		for _, form := range x.candidates(text, at) {
			if len(form) > len(text)-at && strings.HasPrefix(form, text[at:]) {
				return at
			}
		}
	}
	return at
}

// partial returns the position from which on text is, for sure, the beginning
// of some form, or len(text). Unlike undecided it looks at the last three
// bytes too, and so at every form: it is for the end of a stream.
func (x *index) partial(text string) int {
	if at := x.undecided(text); len(text)-at >= MinLength {
		return at
	}
	for at := max(0, len(text)-MinLength+1); at < len(text); at++ {
		for _, list := range x.byPrefix {
			if strings.HasPrefix(list[0], text[at:]) {
				return at
			}
		}
	}
	return len(text)
}
