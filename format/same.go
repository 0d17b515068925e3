package format

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// kept joins the edits of a file's blocks, without those of blocks that would
// read otherwise afterwards: other requests, variables, comments or scripts.
func kept(f *parser.File, blocks [][]text.Edit, parse func(src string) *parser.File) []text.Edit {
	// A round drops every block that shows a fault; another one is needed only
	// where what is left reads otherwise without them.
	const rounds = 5
	for range rounds {
		edits := slices.Concat(blocks...)
		if len(edits) == 0 {
			return nil
		}
		src, err := text.Apply(f.Src, edits)
		if err != nil {
			return nil
		}
		faults := faulty(f, parse(src), blocks)
		if len(faults) == 0 {
			return edits
		}
		for _, i := range faults {
			if len(blocks[i]) == 0 {
				// Its neighbours are to blame.
				clear(blocks[max(0, i-1):min(len(blocks), i+2)])
			}
			blocks[i] = nil
		}
	}
	return nil
}

// faulty returns the indices of the blocks of a file that are not the same in
// after, which is the file with the edits of its blocks. Blocks do not depend on
// each other: one without edits reads the same where it begins and ends the same.
func faulty(f, after *parser.File, blocks [][]text.Edit) []int {
	starts := movedStarts(f, after, blocks)
	var faults []int
	was, is := meaningWriter{file: f}, meaningWriter{file: after}
	next := 0
	for i, b := range f.Blocks {
		for next < len(after.Blocks) && after.Blocks[next].Span.Start < starts[i] {
			next++
		}
		want := text.Span{Start: starts[i], End: starts[i+1]}
		if want.IsEmpty() {
			// It was blank lines at the file's beginning.
			continue
		}
		same := next < len(after.Blocks) && after.Blocks[next].Span == want
		if same && len(blocks[i]) > 0 {
			same = was.block(b) == is.block(after.Blocks[next])
		}
		if !same {
			faults = append(faults, i)
		}
	}
	return faults
}

// movedStarts returns where the blocks of a file begin after its edits, and the
// end of the file. What is inserted in front of a block belongs to the one before.
func movedStarts(f, after *parser.File, blocks [][]text.Edit) []int {
	starts := make([]int, 0, len(blocks)+1)
	moved := 0
	for i, b := range f.Blocks {
		edits := blocks[i]
		if i > 0 && len(edits) > 0 && edits[0].Span == (text.Span{Start: b.Span.Start, End: b.Span.Start}) {
			moved += len(edits[0].New)
			edits = edits[1:]
		}
		starts = append(starts, b.Span.Start+moved)
		for _, e := range edits {
			moved += len(e.New) - e.Span.Len()
		}
	}
	return append(starts, len(after.Src))
}

// meaningWriter writes everything about blocks that formatting must keep. Bodies
// of JSON count without their white space.
type meaningWriter struct {
	file *parser.File
	out  strings.Builder
	// problems is how many of the file's problems stand before the next block.
	problems int
}

// block returns what a block means. Blocks are asked for in their order.
func (m *meaningWriter) block(b *parser.Block) string {
	m.out.Reset()
	src := m.file.Src
	m.put("block", b.Title.Of(src))
	for _, v := range b.Variables {
		m.put("variable", v.Name, v.Value.Text(src), strconv.FormatBool(v.Lazy), strconv.FormatBool(v.Global))
	}
	for _, d := range b.Directives {
		m.put("directive", d.Name, d.Value)
	}
	for _, item := range b.Items {
		switch item.Kind {
		case parser.ItemComment:
			m.lines(item.Span)
		case parser.ItemScript, parser.ItemOutput, parser.ItemResponse, parser.ItemCommand, parser.ItemUnknown, parser.ItemGraphQL:
			m.put(item.Kind.String(), strings.TrimRight(item.Span.Of(src), " \t\r\n"))
		}
	}
	if b.Request != nil {
		m.request(b.Request)
	}
	for m.problems < len(m.file.Problems) && m.file.Problems[m.problems].Span.Start < b.Span.Start {
		m.problems++
	}
	for ; m.problems < len(m.file.Problems) && m.file.Problems[m.problems].Span.Start < b.Span.End; m.problems++ {
		if p := m.file.Problems[m.problems]; p.Severity <= parser.Warning {
			m.put("problem", p.Code)
		}
	}
	return m.out.String()
}

// put writes a part; the quotes keep parts apart.
func (m *meaningWriter) put(parts ...string) {
	for _, p := range parts {
		m.out.WriteString(strconv.Quote(p))
		m.out.WriteByte(' ')
	}
	m.out.WriteByte('\n')
}

// lines writes the lines of a comment without the blanks at their ends.
func (m *meaningWriter) lines(span text.Span) {
	for line := range strings.Lines(span.Of(m.file.Src)) {
		if line = strings.Trim(line, " \t\r\n\ufeff"); line != "" {
			m.put("comment", line)
		}
	}
}

func (m *meaningWriter) request(r *parser.Request) {
	src := m.file.Src
	m.put("request", r.Name, r.Method, r.Target.Text(src), r.Version.Of(src), strconv.FormatBool(r.Runnable))
	for i := range r.Headers {
		m.put("header", r.Headers[i].Name, r.Headers[i].Value.Text(src))
	}
	for _, h := range r.OpenHeaders {
		m.put("open header", strings.TrimRight(h.Span.Of(src), " \t\r\n"))
	}
	if r.Body == nil {
		return
	}
	m.put("body", r.Body.Kind.String(), strconv.Itoa(len(r.Body.Messages)))
	for _, f := range r.Body.Files {
		m.put("file", f.Path.Text(src), f.Encoding, strconv.FormatBool(f.Expand))
	}
	for _, c := range r.Body.Comments {
		m.lines(c)
	}
	if tokens, _, ok := readJSON(src, r); ok {
		for _, t := range tokens {
			if t.kind != tokenComment {
				m.put(t.span.Of(m.file.Src))
			}
		}
		return
	}
	m.put(r.Body.Content.Text(src))
}
