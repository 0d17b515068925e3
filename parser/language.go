package parser

import (
	"path"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// Language says where the requests of a file stand.
type Language uint8

// The languages.
const (
	HTTP     Language = iota // all of the file
	Markdown                 // ``` fences of http, rest or httpyac
	AsciiDoc                 // [source,http] blocks, and ``` fences
)

// LanguageOf returns the language of a file by its path or URI.
func LanguageOf(name string) Language {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown", ".mkd":
		return Markdown
	case ".adoc", ".asciidoc", ".asc":
		return AsciiDoc
	}
	return HTTP
}

// LanguageNamed returns the language of that name, which is also an editor's
// identifier for it.
func LanguageNamed(name string) (language Language, known bool) {
	for language = HTTP; language <= AsciiDoc; language++ {
		if language.String() == name {
			return language, true
		}
	}
	return HTTP, false
}

// ParseAs is Parse for a file of some language. What stands around the requests
// of a Markdown or AsciiDoc file are items of kind ItemProse.
func ParseAs(language Language, src string) *File {
	if language == HTTP {
		return Parse(src)
	}
	p := newParser(src)
	p.file.Language = language
	p.moveTo(0)
	fences := fenceFinder{parser: p}
	for fences.next() {
		p.end, p.fence = fences.end, fences.indent
		p.moveTo(p.line.start)
		for !p.eof {
			p.parseBlock()
		}
		p.end, p.fence = len(src), 0
		p.moveTo(p.line.start)
	}
	if len(p.items) > 0 || len(p.file.Blocks) == 0 {
		p.finishProse()
	}
	sortProblems(p.file)
	return p.file
}

// finishProse makes the prose behind the last fence a block of its own.
func (p *parser) finishProse() {
	b := p.blockSlab.One()
	b.Items = p.itemSlab.Copy(p.items)
	b.Span = text.Span{Start: p.line.start, End: p.line.start}
	if len(b.Items) > 0 {
		b.Span.Start = b.Items[0].Span.Start
	}
	p.items = p.items[:0]
	p.file.Blocks = append(p.file.Blocks, b)
}

// fenceFinder goes from one block of requests to the next.
type fenceFinder struct {
	*parser
	// end is where the text of the fence that was found ends.
	end int
	// indent is the indentation of the fence that was found: its lines have it
	// too, and it is no part of them (CommonMark section 4.5).
	indent int
	// closing is the fence that is open and how many of its marks close it.
	mark  byte
	count int
	// announced is set behind [source,http] of AsciiDoc, until its block begins.
	announced bool
}

// next makes prose of what stands before the next fence of requests, its first
// line included, and stops at the line behind that. Fences without a line are
// prose.
func (f *fenceFinder) next() bool {
	requests := false // the fence that is open holds requests
	for !f.eof {
		content := f.content()
		mark, count, info := f.fence(content)
		switch {
		case f.count > 0:
			if mark == f.mark && count >= f.count && info == "" {
				f.count = 0
			}
		case count > 0:
			f.mark, f.count, f.indent = mark, count, f.line.first-f.line.start
			requests = isRequestLanguage(info) || mark == '-' && f.announced
			f.announced = false
		case f.file.Language == AsciiDoc:
			f.announced = isSourceBlock(content) || f.announced && strings.HasPrefix(content, ".")
		}
		f.take(ItemProse)
		if requests && f.count > 0 {
			start := f.line
			f.end = f.closes()
			f.line, f.eof = start, start.start == len(f.src)
			if f.end > start.start {
				return true
			}
			requests = false
		}
	}
	return false
}

// closes returns where the fence that is open closes, or the end of the file.
func (f *fenceFinder) closes() int {
	for ; !f.eof; f.advance() {
		if mark, count, info := f.fence(f.content()); mark == f.mark && count >= f.count && info == "" {
			return f.line.start
		}
	}
	return len(f.src)
}

// fence reads a line as the begin or end of a fence: three or more backquotes
// or tildes, and in AsciiDoc four or more dashes. count is 0 if it is none.
func (f *fenceFinder) fence(content string) (mark byte, count int, info string) {
	if content == "" {
		return 0, 0, ""
	}
	mark = content[0]
	rest := strings.TrimLeft(content, content[:1])
	count = len(content) - len(rest)
	info = strings.Trim(rest, " \t")
	switch {
	case (mark == '`' || mark == '~') && count >= 3 && (mark == '~' || !strings.Contains(info, "`")):
		return mark, count, info
	case mark == '-' && count >= 4 && info == "" && f.file.Language == AsciiDoc:
		return mark, count, info
	}
	return 0, 0, ""
}

// isRequestLanguage reports whether a fence's info string names requests.
func isRequestLanguage(info string) bool {
	word := strings.TrimLeft(info, "{.")
	if i := strings.IndexAny(word, " \t,{}:"); i >= 0 {
		word = word[:i]
	}
	switch strings.ToLower(word) {
	case "http", "rest", "httpyac":
		return true
	}
	return false
}

// isSourceBlock reports whether content is the attribute line of a block of
// requests: [source,http], [source%linenums,http] or [,http].
func isSourceBlock(content string) bool {
	inner, ok := strings.CutPrefix(strings.TrimRight(content, " \t"), "[")
	inner, closed := strings.CutSuffix(inner, "]")
	style, rest, list := strings.Cut(inner, ",")
	if i := strings.IndexAny(style, "%#."); i >= 0 {
		style = style[:i]
	}
	style = strings.Trim(style, " \t")
	return ok && closed && list && (style == "" || style == "source") && isRequestLanguage(strings.Trim(rest, " \t"))
}
