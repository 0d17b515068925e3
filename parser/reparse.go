package parser

import (
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// maxSources bounds how many older sources the blocks of one file may keep
// alive with them.
const maxSources = 8

// Reparse returns what ParseAs returns for src in old's language, and takes from old, the tree of an
// earlier version of the text, what the difference of the two leaves as it is.
// Blocks before it are shared; blocks behind it are copied to their new place.
//
// It rests on a property of the dialect: a line that begins with ### begins a
// block wherever it stands (C10), so nothing before such a line depends on what
// is behind it, nor the other way round.
func Reparse(old *File, src string) *File {
	if old.Language != HTTP {
		return ParseAs(old.Language, src)
	}
	edit := text.Difference(old.Src, src)
	first := old.unchangedBefore(edit.Span.Start)
	if first == 0 && old.unchangedBehind(edit.Span.End) == len(old.Blocks) {
		return Parse(src)
	}
	p := newParser(src)
	p.takeBefore(old, first)
	by := len(src) - len(old.Src)
	behind := edit.Span.End + by
	for {
		p.parseBlock()
		if p.eof {
			break
		}
		if at := p.line.start; at >= behind && beginsWithSeparator(src, at) {
			if i, found := old.blockFrom(at - by); found {
				p.takeBehind(old, i)
				break
			}
		}
	}
	sortProblems(p.file)
	return p.file
}

// beginsWithSeparator reports whether ### stands at offset at, the begin of a
// line.
func beginsWithSeparator(src string, at int) bool { return strings.HasPrefix(src[at:], "###") }

// unchangedBefore returns the index of the last block that begins with ### in
// column 0 before offset at; 0 where there is none. The blocks before it do not
// depend on what stands at at or behind it.
func (f *File) unchangedBefore(at int) int {
	for i := f.firstBlockBehind(at-len("###")) - 1; i > 0; i-- {
		if beginsWithSeparator(f.Src, f.Blocks[i].Span.Start) {
			return i
		}
	}
	return 0
}

// unchangedBehind returns the index of the first block that begins with ### in
// column 0 at offset at or behind it, or the number of blocks.
func (f *File) unchangedBehind(at int) int {
	for i := f.firstBlockBehind(at - 1); i < len(f.Blocks); i++ {
		if beginsWithSeparator(f.Src, f.Blocks[i].Span.Start) {
			return i
		}
	}
	return len(f.Blocks)
}

// blockFrom returns the index of the block that begins at offset at, which is
// not the file's first.
func (f *File) blockFrom(at int) (index int, found bool) {
	i := f.firstBlockBehind(at - 1)
	return i, i > 0 && i < len(f.Blocks) && f.Blocks[i].Span.Start == at
}

// firstBlockBehind returns the index of the first block that begins behind
// offset at, or the number of blocks.
func (f *File) firstBlockBehind(at int) int {
	i, _ := slices.BinarySearchFunc(f.Blocks, at+1, func(b *Block, at int) int { return b.Span.Start - at })
	return i
}

// variablesBefore returns how many of the file's variables stand before a
// block.
func (f *File) variablesBefore(block int) int {
	i, _ := slices.BinarySearchFunc(f.Variables, block, func(v *Variable, block int) int { return v.Block - block })
	return i
}

// problemsBefore returns how many of the file's problems stand before offset
// at, at which a block begins.
func (f *File) problemsBefore(at int) int {
	i, _ := slices.BinarySearchFunc(f.Problems, at, func(p Problem, at int) int { return p.Span.Start - at })
	return i
}

// takeBefore makes the blocks of old before block n the file's own, and goes to
// what is behind them.
func (p *parser) takeBefore(old *File, n int) {
	f := p.file
	f.Blocks = make([]*Block, 0, len(old.Blocks)+1)
	if n == 0 {
		p.begin()
		return
	}
	at := old.Blocks[n].Span.Start
	sources, _ := slices.BinarySearch(old.sources, n)
	if sources < maxSources {
		f.sources = append(slices.Clone(old.sources[:sources]), n)
		f.Blocks = append(f.Blocks, old.Blocks[:n]...)
		f.Variables = append(f.Variables, old.Variables[:old.variablesBefore(n)]...)
		f.Problems = append(f.Problems, old.Problems[:old.problemsBefore(at)]...)
	} else {
		p.move(old, 0, n, 0)
	}
	p.moveTo(at)
}

// takeBehind copies the blocks of old from block n on.
func (p *parser) takeBehind(old *File, n int) {
	p.move(old, n, len(old.Blocks), len(p.src)-len(old.Src))
}

// move appends copies of the blocks of old from first up to last, by bytes
// further on, with their problems.
func (p *parser) move(old *File, first, last, by int) {
	m := mover{parser: p, templates: template.NewMover(p.src, by), by: by}
	for _, b := range old.Blocks[first:last] {
		m.block(b)
	}
	end := len(old.Problems)
	if last < len(old.Blocks) {
		end = old.problemsBefore(old.Blocks[last].Span.Start)
	}
	for _, problem := range old.Problems[old.problemsBefore(old.Blocks[first].Span.Start):end] {
		problem.Span = problem.Span.Moved(by)
		p.file.Problems = append(p.file.Problems, problem)
	}
}
