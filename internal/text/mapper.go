package text

import (
	"fmt"
	"sort"
	"sync"
)

// Encoding says what a Position's Character counts; the three are those of the
// Language Server Protocol's PositionEncodingKind.
type Encoding uint8

// The position encodings.
const (
	UTF16 Encoding = iota // code units of UTF-16, the protocol's default
	UTF8                  // bytes
	UTF32                 // code points
)

// String returns the protocol's name: "utf-8", "utf-16" or "utf-32".
func (e Encoding) String() string {
	return [...]string{"utf-16", "utf-8", "utf-32"}[e]
}

// Position is a place in a text as editors count it, both numbers from 0.
type Position struct {
	Line      int
	Character int
}

// checkpointStep is the distance in bytes of two checkpoints. It bounds what
// one conversion has to count in a line of any length.
const checkpointStep = 1024

// countedDirectly is the longest line, in bytes, whose characters are counted
// without the tables: those are built from the whole text, which is changed by
// every keystroke.
const countedDirectly = 4 * checkpointStep

// Mapper converts between byte offsets and positions of one text. Lines end at
// \n, \r\n or \r, as in the Language Server Protocol. The zero Mapper is one of
// the empty text. It is safe for concurrent use; its tables are built when they
// are first needed.
//
// In text that is not valid UTF-8 a continuation byte without a beginning
// counts nothing, so that conversion stays monotonic.
type Mapper struct {
	src string

	linesOnce sync.Once
	lines     []int // the offset at which each line begins

	unitsOnce sync.Once
	ascii     bool
	// checkpoints[i] counts what stands before byte i*checkpointStep; empty
	// when the text is ASCII.
	checkpoints []units
}

// units counts the characters of a stretch of text in the two encodings that
// are not bytes.
type units struct{ utf16, utf32 int }

func (u units) in(enc Encoding) int {
	if enc == UTF32 {
		return u.utf32
	}
	return u.utf16
}

// NewMapper returns a Mapper of src.
func NewMapper(src string) *Mapper { return &Mapper{src: src} }

// LineCount returns the number of lines; the empty text has one.
func (m *Mapper) LineCount() int { return len(m.lineTable()) }

// Line returns the line that holds offset, from 0, and the line's span without
// its line end. An offset outside the text is moved to its nearest end.
func (m *Mapper) Line(offset int) (number int, span Span) {
	offset = min(max(offset, 0), len(m.src))
	lines := m.lineTable()
	number = sort.SearchInts(lines, offset+1) - 1
	return number, Span{Start: lines[number], End: m.lineEnd(number)}
}

// Position converts a byte offset. An offset outside the text is moved to its
// nearest end, one inside a character to the character's beginning.
func (m *Mapper) Position(offset int, enc Encoding) Position {
	offset = min(max(offset, 0), len(m.src))
	lines := m.lineTable()
	line := sort.SearchInts(lines, offset+1) - 1
	start := lines[line]
	for offset > start && offset < len(m.src) && isContinuation(m.src[offset]) {
		offset--
	}
	if enc == UTF8 {
		return Position{Line: line, Character: offset - start}
	}
	if offset-start <= countedDirectly {
		return Position{Line: line, Character: countUnits(m.src[start:offset]).in(enc)}
	}
	if m.isASCII() {
		return Position{Line: line, Character: offset - start}
	}
	return Position{Line: line, Character: m.unitsBefore(offset).in(enc) - m.unitsBefore(start).in(enc)}
}

// Offset converts a position to a byte offset. A character past the end of the
// line means the end of the line, and one inside a character (between two
// surrogates) the character's beginning, as the protocol says. It fails when
// the line does not exist or a number is negative; the line after the last one
// is accepted, with character 0, as the end of the text.
func (m *Mapper) Offset(p Position, enc Encoding) (int, error) {
	lines := m.lineTable()
	switch {
	case p.Line < 0 || p.Character < 0:
		return 0, fmt.Errorf("convert position: line %d, character %d is negative", p.Line, p.Character)
	case p.Line == len(lines):
		return len(m.src), nil
	case p.Line > len(lines):
		return 0, fmt.Errorf("convert position: line %d is behind the last line %d", p.Line, len(lines)-1)
	}
	start, end := lines[p.Line], m.lineEnd(p.Line)
	if enc != UTF8 && end-start <= countedDirectly {
		return m.skip(start, end, p.Character, enc), nil
	}
	if enc == UTF8 || m.isASCII() {
		offset := start + min(p.Character, end-start)
		for offset > start && offset < end && isContinuation(m.src[offset]) {
			offset--
		}
		return offset, nil
	}
	return m.advance(start, end, p.Character, enc), nil
}

// advance returns the offset of the character that stands n units behind
// start, at most end.
func (m *Mapper) advance(start, end, n int, enc Encoding) int {
	goal := m.unitsBefore(start).in(enc) + min(n, end-start)
	// The last checkpoint between start and end that is not behind the goal.
	first := start/checkpointStep + 1
	last := end / checkpointStep
	skip := sort.Search(max(last-first+1, 0), func(i int) bool {
		return m.checkpoints[first+i].in(enc) > goal
	})
	offset, at := start, m.unitsBefore(start).in(enc)
	if skip > 0 {
		offset = (first + skip - 1) * checkpointStep
		at = m.checkpoints[first+skip-1].in(enc)
		for offset < end && isContinuation(m.src[offset]) {
			offset++
		}
	}
	return m.skip(offset, end, goal-at, enc)
}

// skip returns the offset of the character that stands n units behind offset,
// at most end, by counting.
func (m *Mapper) skip(offset, end, n int, enc Encoding) int {
	for offset < end {
		n -= countUnits(m.src[offset : offset+1]).in(enc)
		if n < 0 {
			break
		}
		offset++
		for offset < end && isContinuation(m.src[offset]) {
			offset++
		}
	}
	return offset
}

// lineTable returns the offsets at which the lines begin.
func (m *Mapper) lineTable() []int {
	m.linesOnce.Do(func() {
		lines := make([]int, 1, 16+len(m.src)/32)
		finder := NewLineFinder(m.src)
		for at := 0; at < len(m.src); {
			end, next := finder.End(at)
			if end == len(m.src) {
				break
			}
			lines = append(lines, next)
			at = next
		}
		m.lines = lines
	})
	return m.lines
}

// lineEnd returns the offset at which a line ends, before its line end.
func (m *Mapper) lineEnd(line int) int {
	if line+1 == len(m.lines) {
		return len(m.src)
	}
	end := m.lines[line+1] - 1
	if end > m.lines[line] && m.src[end] == '\n' && m.src[end-1] == '\r' {
		end--
	}
	return end
}

// isASCII reports whether characters are bytes, and builds the checkpoints
// where they are not.
func (m *Mapper) isASCII() bool {
	m.unitsOnce.Do(func() {
		m.ascii = true
		for i := range len(m.src) {
			if m.src[i] >= 0x80 {
				m.ascii = false
				break
			}
		}
		if m.ascii {
			return
		}
		m.checkpoints = make([]units, 0, len(m.src)/checkpointStep+1)
		var total units
		for at := 0; ; at += checkpointStep {
			m.checkpoints = append(m.checkpoints, total)
			if at+checkpointStep > len(m.src) {
				break
			}
			u := countUnits(m.src[at : at+checkpointStep])
			total.utf16 += u.utf16
			total.utf32 += u.utf32
		}
	})
	return m.ascii
}

// unitsBefore counts the text before offset; isASCII must have said no.
func (m *Mapper) unitsBefore(offset int) units {
	total := m.checkpoints[offset/checkpointStep]
	u := countUnits(m.src[offset/checkpointStep*checkpointStep : offset])
	return units{utf16: total.utf16 + u.utf16, utf32: total.utf32 + u.utf32}
}

// countUnits counts beginnings of characters, so that a stretch may begin and
// end inside one.
func countUnits(s string) (u units) {
	for i := range len(s) {
		c := s[i]
		if isContinuation(c) {
			continue
		}
		u.utf32++
		u.utf16++
		if c >= 0xF0 { // four bytes are two surrogates
			u.utf16++
		}
	}
	return u
}

// isContinuation reports whether c is a byte inside a UTF-8 sequence.
func isContinuation(c byte) bool { return c&0xC0 == 0x80 }
