package text

import "strings"

// Finder finds occurrences of a short string in one source. It remembers what
// it has searched, so that asking for offset after offset, with small steps
// back, looks at every byte about once.
type Finder struct {
	src, what string
	// Nothing begins in [from, next); what begins at next, or next is len(src).
	from, next int
}

// NewFinder returns a Finder of what, which must not be empty, in src.
func NewFinder(src, what string) Finder {
	return Finder{src: src, what: what, from: len(src), next: len(src)}
}

// Next returns the offset of the first occurrence that begins at or behind at,
// or the length of the source.
func (f *Finder) Next(at int) int {
	switch {
	case at > f.next || f.from == len(f.src) && at < f.from:
		f.from, f.next = at, indexFrom(f.src, f.what, at)
	case at < f.from:
		// An occurrence may begin before from and end behind it.
		end := min(f.from+len(f.what)-1, len(f.src))
		if i := strings.Index(f.src[at:end], f.what); i >= 0 {
			f.next = at + i
		}
		f.from = at
	}
	return f.next
}

// LineFinder finds the ends of lines: \n, \r\n or \r.
type LineFinder struct{ newline, carriageReturn Finder }

// NewLineFinder returns a LineFinder of src.
func NewLineFinder(src string) LineFinder {
	return LineFinder{newline: NewFinder(src, "\n"), carriageReturn: NewFinder(src, "\r")}
}

// End returns the offset of the first line end at or behind at, or the length
// of the source, and the offset at which the next line begins.
func (f *LineFinder) End(at int) (end, next int) {
	newline, carriageReturn := f.newline.Next(at), f.carriageReturn.Next(at)
	switch {
	case carriageReturn > newline || carriageReturn == newline:
		return newline, min(newline+1, len(f.newline.src))
	case carriageReturn+1 == newline && newline < len(f.newline.src):
		return carriageReturn, newline + 1
	default:
		return carriageReturn, carriageReturn + 1
	}
}

// indexFrom returns the offset of the next what in s at or behind from, or
// len(s).
func indexFrom(s, what string, from int) int {
	if i := strings.Index(s[from:], what); i >= 0 {
		return from + i
	}
	return len(s)
}
