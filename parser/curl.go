package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Curl is a request that is written as a curl command. The request's method,
// target, headers and body are filled from it; what else changes the request
// stands in Options.
type Curl struct {
	// Options are all options in order.
	Options []CurlOption
}

// CurlOption is one option of a curl command.
type CurlOption struct {
	Span text.Span
	// Name is the long name without dashes, whichever form is written.
	Name string
	// Value is empty for an option that takes none.
	Value template.Template
	// File is set for data of the form @path.
	File bool
}

// Option returns the last option of that name, or nil.
func (c *Curl) Option(name string) *CurlOption {
	for i := len(c.Options) - 1; i >= 0; i-- {
		if c.Options[i].Name == name {
			return &c.Options[i]
		}
	}
	return nil
}

// Data returns the options that the body is made of, or with --get the query, in
// order. The files of those that name one are in Body.Files, in the same order.
func (c *Curl) Data() []*CurlOption {
	var data []*CurlOption
	for i := range c.Options {
		o := &c.Options[i]
		if flag, _ := lookupCurlFlag(func(f *curlFlag) bool { return f.long == o.Name }); flag.use == curlData {
			data = append(data, o)
		}
	}
	return data
}

// isCurl reports whether content is a curl command.
func isCurl(content string) bool { return strings.HasPrefix(content, "curl ") }

// curlReader makes a request of the words of a command.
type curlReader struct {
	*parser
	curl   *Curl
	method *CurlOption
	data   []*CurlOption
	head   bool
	// unreadable is set where the shell's part of the command was not understood:
	// what would be found in its words is not worth telling.
	unreadable bool
	// unknown is set behind an option that is not known, which may have a value.
	unknown bool
}

// refuse records an error that keeps the request from being sent.
func (c *curlReader) refuse(code, message string, span text.Span) {
	c.request.Runnable = false
	if !c.unreadable {
		c.problem(code, Error, message, span)
	}
}

// readCurl reads the request that the current line begins as a curl command.
func (p *parser) readCurl() {
	r := p.request
	r.LineSpan = p.trimmed()
	start := p.line.start
	shell := shellReader{p: p}
	shell.read()
	p.item(ItemRequestLine, start, p.line.start)
	r.Span = p.trim(r.LineSpan.Start, shell.end)
	r.Span.End = max(r.Span.End, shell.words[len(shell.words)-1].span.End) // an open expression takes blanks too
	c := curlReader{parser: p, curl: &Curl{}}
	r.Curl = c.curl
	switch {
	case shell.quote != 0:
		p.refuse(CodeCurlCommand, "this quote of the command is not closed before the next request; close it", text.Span{Start: shell.quoteAt, End: shell.quoteAt + 1})
	case !shell.bad.IsEmpty():
		p.refuse(CodeCurlCommand, shell.badMessage, shell.bad)
	}
	c.unreadable = !r.Runnable
	for i := range shell.words {
		p.checkCurlWord(&shell.words[i])
	}
	c.words(shell.words[1:])
	c.finish()
}

// checkCurlWord refuses the request for the problems of the expressions in a
// word.
func (p *parser) checkCurlWord(w *shellWord) {
	if !p.checkExprs(w.parts) {
		p.request.Runnable = false
	}
}

// words reads the words behind curl.
func (c *curlReader) words(words []shellWord) {
	for i := 0; i < len(words); i++ {
		w := &words[i]
		word := w.text(c.src)
		switch {
		case w.parts == nil || w.parts[0].Expr != nil || word[0] != '-' || word == "-":
			if !w.quoted && strings.IndexByte("|;<>", word[0]) >= 0 {
				c.refuse(CodeCurlCommand, "only the curl command itself can be sent; remove what the shell would do with its output", text.Span{Start: w.span.Start, End: words[len(words)-1].span.End})
				return
			}
			c.positional(w.from(0), w.span)
		case strings.HasPrefix(word, "--"):
			i += c.long(word, words[i:])
		default:
			i += c.short(word, words[i:])
		}
	}
}

// long reads --name, --name value or --name=value, and returns how many more
// words it took.
func (c *curlReader) long(word string, words []shellWord) int {
	name, _, assigned := strings.Cut(word[2:], "=")
	flag, known := lookupCurlFlag(func(f *curlFlag) bool { return f.long == name })
	switch {
	case !known || assigned && !flag.value:
		c.refuseUnknown("--"+name, words[0].span)
		return 0
	case assigned:
		c.option(flag, words[0].span, words[0].from(len("--=")+len(name)))
		return 0
	case flag.value:
		return c.withNext(flag, words)
	}
	c.option(flag, words[0].span, template.Template{})
	return 0
}

// short reads -a, -abc, -a value or -avalue, and returns how many more words it
// took.
func (c *curlReader) short(word string, words []shellWord) int {
	for i := 1; i < len(word); i++ {
		flag, known := lookupCurlFlag(func(f *curlFlag) bool { return f.short == word[i] })
		switch {
		case !known:
			c.refuseUnknown("-"+word[i:i+1], words[0].span)
			return 0
		case flag.value && i+1 < len(word):
			c.option(flag, words[0].span, words[0].from(i+1))
			return 0
		case flag.value:
			return c.withNext(flag, words)
		}
		c.option(flag, words[0].span, template.Template{})
	}
	return 0
}

// withNext reads an option whose value is the next word.
func (c *curlReader) withNext(flag *curlFlag, words []shellWord) int {
	if len(words) < 2 {
		c.refuse(CodeCurlCommand, "the option --"+flag.long+" needs a value behind it", words[0].span)
		return 0
	}
	c.option(flag, text.Span{Start: words[0].span.Start, End: words[1].span.End}, words[1].from(0))
	return 1
}

func (c *curlReader) refuseUnknown(name string, span text.Span) {
	c.unknown = true
	c.refuse(CodeCurlCommand, "the option "+name+" of curl is not known here; remove it, or write the request as a request line with headers below it", span)
}

// option takes one option.
func (c *curlReader) option(flag *curlFlag, span text.Span, value template.Template) {
	c.curl.Options = append(c.curl.Options, CurlOption{Span: span, Name: flag.long, Value: value})
	option := &c.curl.Options[len(c.curl.Options)-1]
	switch flag.use {
	case curlRefused:
		c.refuse(CodeCurlCommand, "the option --"+flag.long+" of curl is not supported; "+flag.detail, span)
	case curlMethod:
		c.method = option
	case curlHead:
		c.head = true
	case curlHeader:
		c.header(option)
	case curlURL:
		c.positional(value, span)
	case curlNamed:
		c.named(option, flag.detail)
	}
}

// named takes an option whose value is that of one header.
func (c *curlReader) named(option *CurlOption, header string) {
	if value, literal := option.Value.Literal(c.src); literal && header == "Cookie" && !strings.Contains(value, "=") {
		c.refuse(CodeCurlCommand, "a file of cookies is not read; write -b 'name=value'", option.Span)
		return
	}
	if value, literal := option.Value.Literal(c.src); literal && header == "Authorization" && !strings.Contains(value, ":") {
		c.refuse(CodeCurlCommand, "curl would ask for the password; write -u user:password, the password as a reference", option.Span)
		return
	}
	at := option.Span.Start
	c.headers = append(c.headers, Header{
		Span: option.Span, Name: header, NameSpan: text.Span{Start: at, End: at}, Value: option.Value, Basic: header == "Authorization",
	})
}

// positional takes the URL.
func (c *curlReader) positional(url template.Template, span text.Span) {
	unknown := c.unknown
	c.unknown = false
	switch {
	case len(url.Parts) == 0 || unknown && !startsLikeTarget(url.Text(c.src)): // the unknown option's value
	case len(c.request.Target.Parts) > 0:
		c.refuse(CodeCurlCommand, "a second URL stands here; write one command a request", span)
	default:
		c.request.Target = template.Template{Span: url.Span, Parts: c.partSlab.Copy(url.Parts)}
	}
}

// header takes -H 'Name: value'.
func (c *curlReader) header(option *CurlOption) {
	parts := option.Value.Parts
	colon := -1
	if len(parts) > 0 && parts[0].Expr == nil {
		colon = strings.IndexByte(parts[0].Span.Of(c.src), ':')
	}
	if text := option.Value.Text(c.src); colon < 0 && strings.HasSuffix(text, ";") && isToken(text[:len(text)-1]) {
		colon = len(text) - 1 // -H 'Name;' sends the header without a value
	} else if colon < 0 {
		c.refuse(CodeCurlCommand, "write a header as -H 'Name: value'", option.Span)
		return
	}
	at := parts[0].Span.Start + colon
	h := Header{Span: option.Span, NameSpan: c.trim(parts[0].Span.Start, at)}
	h.Name = h.NameSpan.Of(c.src)
	if !isToken(h.Name) {
		c.refuse(CodeBadHeaderName, "this is no header's name; names are letters, digits and dashes", option.Span)
		return
	}
	value := append([]template.Part(nil), parts...)
	value[0].Span.Start = at + 1
	h.Value = spanned(c.trimParts(value), at+1)
	if len(h.Value.Parts) == 0 && c.src[at] == ':' {
		return // -H 'Name:' takes a header of curl's own away, and there is none
	}
	c.headers = append(c.headers, h)
}

// trimParts removes blanks at both ends of a value, and parts without text.
func (p *parser) trimParts(parts []template.Part) []template.Part {
	if n := len(parts); n > 0 && parts[0].Expr == nil {
		parts[0].Span.Start = p.skipBlanks(parts[0].Span.Start, parts[0].Span.End)
		if parts[0].Span.IsEmpty() {
			parts = parts[1:]
		}
	}
	if n := len(parts); n > 0 && parts[n-1].Expr == nil {
		parts[n-1].Span = p.trim(parts[n-1].Span.Start, parts[n-1].Span.End)
		if parts[n-1].Span.IsEmpty() {
			parts = parts[:n-1]
		}
	}
	return parts
}

// finish fills in what follows from all options together.
func (c *curlReader) finish() {
	r := c.request
	r.Method = "GET"
	c.data = c.curl.Data()
	switch {
	case c.method != nil:
		c.setMethod()
	case c.head:
		r.Method = "HEAD"
	case len(c.data) > 0 && c.curl.Option("get") == nil:
		r.Method = "POST"
	}
	if len(r.Target.Parts) == 0 {
		r.Target.Span = text.Span{Start: r.LineSpan.Start, End: r.LineSpan.Start}
		c.refuse(CodeMissingTarget, "the command has no URL; write it behind curl", r.LineSpan)
	}
	c.body()
}

// setMethod reads the value of -X.
func (c *curlReader) setMethod() {
	value := c.method.Value
	method, ok := value.Literal(c.src)
	if known := knownMethod(method); ok && known != "" {
		c.request.Method = known
		if len(value.Parts) == 1 {
			c.request.MethodSpan = value.Span
		}
		return
	}
	c.refuse(CodeUnknownMethod, "the method behind -X is not known; write one such as GET or POST", c.method.Span)
}

// body makes the body of the data options, which --get puts into the query.
func (c *curlReader) body() {
	if len(c.data) == 0 {
		return
	}
	body := c.bodySlab.One()
	first, last := c.data[0], c.data[len(c.data)-1]
	body.Span = text.Span{Start: first.Span.Start, End: last.Span.End}
	for _, option := range c.data {
		if c.namesFile(option) {
			option.File = true
			path := append([]template.Part(nil), option.Value.Parts...)
			path[0].Span.Start++
			body.Files = append(body.Files, FileRef{Span: option.Span, Path: spanned(c.trimParts(path), option.Value.Span.End)})
			continue
		}
		body.Content.Parts = append(body.Content.Parts, option.Value.Parts...)
	}
	switch {
	case len(body.Files) == len(c.data):
		body.Kind = BodyFile
	case len(body.Files) > 0:
		body.Kind = BodyMixed
	}
	body.Content.Span = body.Span
	if get := c.curl.Option("get"); get == nil {
		c.request.Body = body
	} else if len(body.Files) > 0 {
		c.refuse(CodeCurlCommand, "a file cannot be put into the URL; write its text, or remove -G", get.Span)
	}
}

// namesFile reports whether data is @path.
func (c *curlReader) namesFile(option *CurlOption) bool {
	data := option.Value.Text(c.src)
	if option.Name == "data-urlencode" {
		if strings.Contains(data, "@") && !strings.Contains(data, "=") {
			c.refuse(CodeCurlCommand, "a file is not encoded; write --data-urlencode 'name=text'", option.Span)
		}
		return false
	}
	return option.Name != "data-raw" && strings.HasPrefix(data, "@")
}
