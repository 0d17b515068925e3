package env

import (
	"slices"
	"strings"
)

// lineTable finds lines and columns in a file.
type lineTable []int

// newLineTable returns the table of a text: the offsets at which lines begin.
func newLineTable(src string) lineTable {
	starts := lineTable{0}
	for at := 0; ; {
		i := strings.IndexByte(src[at:], '\n')
		if i < 0 {
			return starts
		}
		at += i + 1
		starts = append(starts, at)
	}
}

// position returns an offset's line and column, both from 1.
func (t lineTable) position(offset int) (line, column int) {
	i, found := slices.BinarySearch(t, offset)
	if !found {
		i--
	}
	return i + 1, offset - t[i] + 1
}
