package text

import "sort"

// Edited returns a Mapper of src, which is m's text after edit. It takes over
// what the edit leaves of m's tables, and gives the answers of NewMapper(src).
func (m *Mapper) Edited(src string, edit Edit) *Mapper {
	next := NewMapper(src)
	lines := editedLines(m, src, edit)
	next.linesOnce.Do(func() { next.lines = lines })
	return next
}

// editedLines returns the line table of src.
func editedLines(m *Mapper, src string, edit Edit) []int {
	old := m.lineTable()
	by := len(src) - len(m.src)
	behind := edit.Span.Start + len(edit.New)
	// The line of the byte before the edit is read again: if that byte is a \r,
	// whether a line begins behind it is for the edit to say.
	kept := sort.SearchInts(old, max(edit.Span.Start, 1))
	lines := make([]int, kept, len(old)+16)
	copy(lines, old)
	finder := NewLineFinder(src)
	for at := lines[kept-1]; at < len(src); {
		end, next := finder.End(at)
		if end == len(src) {
			break
		}
		// A line that begins two bytes behind the edit begins there whatever the
		// edit is.
		if i := sort.SearchInts(old, next-by); next > behind+1 && i < len(old) && old[i] == next-by {
			for _, start := range old[i:] {
				lines = append(lines, start+by)
			}
			break
		}
		lines = append(lines, next)
		at = next
	}
	return lines
}
