package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// contextLines is how many lines a difference shows around what changes.
const contextLines = 3

// Unified returns what edits change as a unified difference (POSIX, diff -u),
// under the name of the file; "" where they change nothing. A name with control
// characters is quoted, as git does it: it would end the line and name another
// file. The edits are in order and do not overlap, as for Apply.
func Unified(name, src string, edits []Edit) string {
	hunks := changedLines(src, edits)
	if len(hunks) == 0 {
		return ""
	}
	if strings.ContainsFunc(name, unicode.IsControl) {
		name = strconv.Quote(name)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", name, name)
	lines := slices.Collect(strings.Lines(src))
	shift := 0
	for len(hunks) > 0 {
		n := 1
		for n < len(hunks) && hunks[n].first-hunks[n-1].last <= 2*contextLines {
			n++
		}
		shift += writeHunk(&b, lines, hunks[:n], shift)
		hunks = hunks[n:]
	}
	return b.String()
}

// change replaces the lines first to last, counted from 0, last excluded.
type change struct {
	first, last int
	by          []string
}

// changedLines turns edits into changes of whole lines.
func changedLines(src string, edits []Edit) []change {
	var changes []change
	line, at := 0, 0 // the line that begins at the offset at
	for len(edits) > 0 {
		for end := strings.IndexByte(src[at:edits[0].Span.Start], '\n'); end >= 0; end = strings.IndexByte(src[at:edits[0].Span.Start], '\n') {
			line, at = line+1, at+end+1
		}
		// The lines of the first edit, and of those that begin in its last one.
		n, end := 0, at
		for n < len(edits) && (n == 0 || edits[n].Span.Start < end || end == len(src)) {
			end = lineEnd(src, edits[n].Span.End)
			n++
		}
		c := change{first: line, last: line + len(slices.Collect(strings.Lines(src[at:end])))}
		c.by = slices.Collect(strings.Lines(applyWithin(src, edits[:n], at, end)))
		changes = appendChange(changes, c.trimmed(slices.Collect(strings.Lines(src[at:end]))))
		line, at, edits = line+strings.Count(src[at:end], "\n"), end, edits[n:]
	}
	return changes
}

// appendChange appends a change, to the one before if it begins where that ends.
func appendChange(changes []change, c change) []change {
	if c.first == c.last && len(c.by) == 0 {
		return changes
	}
	if n := len(changes); n > 0 && changes[n-1].last == c.first {
		changes[n-1].last, changes[n-1].by = c.last, append(changes[n-1].by, c.by...)
		return changes
	}
	return append(changes, c)
}

// lineEnd is where the line ends that offset stands in, behind its line end.
func lineEnd(src string, offset int) int {
	if end := strings.IndexByte(src[offset:], '\n'); end >= 0 {
		return offset + end + 1
	}
	return len(src)
}

// applyWithin makes edits in a part of src.
func applyWithin(src string, edits []Edit, start, end int) string {
	var b strings.Builder
	for _, e := range edits {
		b.WriteString(src[start:e.Span.Start])
		b.WriteString(e.New)
		start = e.Span.End
	}
	b.WriteString(src[start:end])
	return b.String()
}

// trimmed leaves out the lines that stay.
func (c change) trimmed(old []string) change {
	for len(old) > 0 && len(c.by) > 0 && old[0] == c.by[0] {
		old, c.by, c.first = old[1:], c.by[1:], c.first+1
	}
	for len(old) > 0 && len(c.by) > 0 && old[len(old)-1] == c.by[len(c.by)-1] {
		old, c.by, c.last = old[:len(old)-1], c.by[:len(c.by)-1], c.last-1
	}
	return c
}

// writeHunk writes changes that stand near each other with the lines around
// them. shift is by how many lines the ones before moved the file; it returns by
// how many these do.
func writeHunk(b *strings.Builder, lines []string, changes []change, shift int) (moved int) {
	first := max(0, changes[0].first-contextLines)
	last := min(len(lines), changes[len(changes)-1].last+contextLines)
	for _, c := range changes {
		moved += len(c.by) - (c.last - c.first)
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", hunkRange(first, last-first), hunkRange(first+shift, last-first+moved))
	for _, c := range changes {
		writeLines(b, " ", lines[first:c.first])
		writeLines(b, "-", lines[c.first:c.last])
		writeLines(b, "+", c.by)
		first = c.last
	}
	writeLines(b, " ", lines[first:last])
	return moved
}

// hunkRange writes lines as a header has them: counted from 1, and an empty range
// by the line before it.
func hunkRange(first, count int) string {
	if count > 0 {
		first++
	}
	return fmt.Sprintf("%d,%d", first, count)
}

func writeLines(b *strings.Builder, mark string, lines []string) {
	for _, line := range lines {
		b.WriteString(mark)
		b.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			b.WriteString("\n\\ No newline at end of file\n")
		}
	}
}
