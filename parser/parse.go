package parser

import (
	"slices"
	"strings"
	"unicode"

	"github.com/vault-lsp/vault-lsp/internal/slab"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Parse reads src. It never fails and never panics; see File.Problems. Its
// work and its memory grow linearly with src, whatever stands in it.
func Parse(src string) *File {
	p := newParser(src)
	p.begin()
	for {
		p.parseBlock()
		if p.eof {
			break
		}
	}
	sortProblems(p.file)
	return p.file
}

func newParser(src string) *parser {
	return &parser{
		src:   src,
		end:   len(src),
		file:  &File{Src: src},
		lines: text.NewLineFinder(src),
		scan:  template.NewScanner(src),
	}
}

// begin goes to the file's first line.
func (p *parser) begin() {
	p.moveTo(0)
	if strings.HasPrefix(p.src, byteOrderMark) {
		// The mark is no character of the first line.
		p.item(ItemBlank, 0, len(byteOrderMark))
		p.moveTo(len(byteOrderMark))
	}
}

// byteOrderMark may begin a file of an editor that marks UTF-8.
const byteOrderMark = "\uFEFF"

// line is one line of the source.
type line struct {
	start, end, next int // end is without the line end, next behind it
	margin           int // where the first column is: start, or behind the indentation of the fence
	first            int // the first byte that is no blank, or end
}

// parser holds what is being read. Lists grow in scratch slices and are copied
// out when their owner is complete.
type parser struct {
	src   string
	end   int // where to stop: the end of src, or of a fence
	fence int // the indentation of the fence, which its lines have too
	file  *File
	lines text.LineFinder
	scan  *template.Scanner

	line line // the line to read next
	eof  bool // no line is left

	block      *Block
	request    *Request
	items      []Item
	directives []Directive
	variables  []*Variable
	headers    []Header
	open       []OpenHeader
	parts      []template.Part
	files      []FileRef
	comments   []text.Span
	pending    []Item
	messages   []Message
	// attachments are those of the block.
	attachments []Attachment
	// delimited is set by # @forceRegionDelimiter: only ### ends the block.
	delimited bool
	// skipped is the first line that was left out before the request line.
	skipped text.Span
	// noScriptBefore is where a search for the }} line of a script failed.
	noScriptBefore int
	// noFragmentBefore is where a search for the end of a fragment failed.
	noFragmentBefore int

	blockSlab     slab.Slab[Block]
	requestSlab   slab.Slab[Request]
	bodySlab      slab.Slab[Body]
	variableSlab  slab.Slab[Variable]
	itemSlab      slab.Slab[Item]
	headerSlab    slab.Slab[Header]
	partSlab      slab.Slab[template.Part]
	directiveSlab slab.Slab[Directive]
	variablesSlab slab.Slab[*Variable]

	attachmentSlab slab.Slab[Attachment]
}

// moveTo makes the line that begins at offset the one to read next.
func (p *parser) moveTo(offset int) {
	end, next := p.lines.End(offset)
	first := offset
	for first < end && isBlank(p.src[first]) {
		first++
	}
	p.line = line{start: offset, end: end, next: next, margin: min(first, offset+p.fence), first: first}
	p.eof = offset >= p.end
}

// advance goes to the next line.
func (p *parser) advance() { p.moveTo(p.line.next) }

// indented reports whether the current line begins behind the first column.
func (p *parser) indented() bool { return p.line.first > p.line.margin }

// content returns the current line without its indentation and line end.
func (p *parser) content() string { return p.src[p.line.first:p.line.end] }

// trimmed returns the span of the current line without blanks at its ends.
func (p *parser) trimmed() text.Span { return p.trim(p.line.first, p.line.end) }

// trim returns the span [start, end) without blanks at its ends.
func (p *parser) trim(start, end int) text.Span {
	for start < end && isBlank(p.src[start]) {
		start++
	}
	for end > start && isBlank(p.src[end-1]) {
		end--
	}
	return text.Span{Start: start, End: end}
}

// item adds [start, end) to the block. Blanks behind blanks are one item, and so
// is prose.
func (p *parser) item(kind ItemKind, start, end int) {
	if start == end {
		return
	}
	if n := len(p.items); n > 0 && (kind == ItemBlank || kind == ItemProse) && p.items[n-1].Kind == kind {
		p.items[n-1].Span.End = end
		return
	}
	p.items = append(p.items, Item{Kind: kind, Span: text.Span{Start: start, End: end}})
}

// take adds the current line to the block and goes to the next one.
func (p *parser) take(kind ItemKind) {
	p.item(kind, p.line.start, p.line.next)
	p.advance()
}

// parseBlock reads from the current line to the next separator, the end of the
// file, or a request that C9 accepts without a separator.
func (p *parser) parseBlock() {
	start := p.line.start
	if len(p.items) > 0 { // the byte order mark, or the prose before a fence
		start = p.items[0].Span.Start
	}
	b := p.blockSlab.One()
	p.block, p.request, p.skipped, p.delimited = b, nil, text.Span{}, false
	p.directives, p.variables, p.headers = p.directives[:0], p.variables[:0], p.headers[:0]
	p.attachments, p.open = p.attachments[:0], p.open[:0]
	if !p.eof && p.atSeparator() {
		b.Title = p.title()
		if p.indented() {
			p.problem(CodeIndentedSeparator, Hint, "other tools take an indented ### for a comment; remove the indentation", p.trimmed())
		}
		p.take(ItemSeparator)
	}
	if p.readPreamble() {
		p.readRequest()
	}
	b.Span = text.Span{Start: start, End: p.line.start}
	b.Items = p.itemSlab.Copy(p.items)
	b.Directives = p.directiveSlab.Copy(p.directives)
	b.Variables = p.variablesSlab.Copy(p.variables)
	b.Attachments = p.attachmentSlab.Copy(p.attachments)
	b.Request = p.request
	p.items = p.items[:0]
	p.file.Blocks = append(p.file.Blocks, b)
	if p.request != nil {
		p.nameRequest()
	}
}

// nameRequest names the block's request by # @name, else by the title. A title
// without a letter or a digit is a line that people draw, and no name.
func (p *parser) nameRequest() {
	r, span := p.request, p.block.Title
	if !strings.ContainsFunc(span.Of(p.src), isLetterOrDigit) {
		span.End = span.Start
	}
	for _, d := range p.block.Directives {
		if d.Name == "name" && d.Value != "" {
			span = d.ValueSpan
		}
	}
	r.Name, r.NameSpan = span.Of(p.src), span
}

func isLetterOrDigit(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// atSeparator reports whether the current line is ###, indented or not.
func (p *parser) atSeparator() bool { return strings.HasPrefix(p.content(), "###") }

// atSeparatorInColumn0 reports whether the current line is ### without
// indentation, which separates inside bodies too (C10).
func (p *parser) atSeparatorInColumn0() bool {
	return !p.indented() && p.atSeparator()
}

// title returns what stands behind the current line's ###, trimmed.
func (p *parser) title() text.Span {
	at := p.line.first
	for at < p.line.end && p.src[at] == '#' {
		at++
	}
	return p.trim(at, p.line.end)
}

// problem records what is wrong at span.
func (p *parser) problem(code string, severity Severity, message string, span text.Span) {
	p.file.Problems = append(p.file.Problems, Problem{Code: code, Severity: severity, Message: message, Span: span})
}

// refuse records an error that keeps the block's request from being sent.
func (p *parser) refuse(code, message string, span text.Span) {
	p.problem(code, Error, message, span)
	if p.request != nil {
		p.request.Runnable = false
	}
}

// checkExprs records the problems of the expressions in parts, and reports
// whether there are none.
func (p *parser) checkExprs(parts []template.Part) bool {
	ok := true
	for i := range parts {
		if e := parts[i].Expr; e != nil {
			for _, problem := range e.Problems {
				p.problem(string(problem.Code), Error, problem.Message, problem.Span)
				ok = false
			}
		}
	}
	return ok
}

// requestParts copies parts out and refuses the request if an expression in
// them is wrong.
func (p *parser) requestParts(parts []template.Part) []template.Part {
	if !p.checkExprs(parts) {
		p.request.Runnable = false
	}
	return p.partSlab.Copy(parts)
}

// scanTemplate reads the template in span.
func (p *parser) scanTemplate(span text.Span) (t template.Template, ok bool) {
	p.parts = p.scan.AppendParts(p.parts[:0], span)
	ok = p.checkExprs(p.parts)
	return template.Template{Span: span, Parts: p.partSlab.Copy(p.parts)}, ok
}

// sortProblems puts the file's problems into file order.
func sortProblems(f *File) {
	byStart := func(a, b Problem) int { return a.Span.Start - b.Span.Start }
	if !slices.IsSortedFunc(f.Problems, byStart) {
		slices.SortStableFunc(f.Problems, byStart)
	}
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isComment reports whether a line's content is a comment.
func isComment(content string) bool {
	return content[0] == '#' || strings.HasPrefix(content, "//")
}
