package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/template"
)

// Structure is what stands inside a request's body, read by its media type. It
// is made when it is asked for: the body's text is in the tree, and most
// questions need no more.
type Structure struct {
	Kind StructureKind
	// Fields are those of a form.
	Fields []FormField
	// Parts are those of a multipart body.
	Parts []MultipartPart
	// GraphQL is the query and what belongs to it.
	GraphQL *GraphQL
	// Records are the values of a body of JSON lines.
	Records []text.Span
}

// StructureKind says how a body is built.
type StructureKind uint8

// The kinds of structure.
const (
	StructureText StructureKind = iota // also every media type that is not known
	StructureJSON
	StructureXML
	StructureForm
	StructureMultipart
	StructureGraphQL
	StructureJSONLines
)

// String returns the name that `parse --json` gives.
func (k StructureKind) String() string {
	return [...]string{"text", "json", "xml", "form", "multipart", "graphql", "json-lines"}[k]
}

// FormField is one name=value of a form.
type FormField struct {
	Span      text.Span
	NameSpan  text.Span
	ValueSpan text.Span // may go over line ends that are not sent
}

// MultipartPart is one part of a multipart body.
type MultipartPart struct {
	// Span runs from the boundary line to the next one.
	Span    text.Span
	Headers []PartHeader
	// Content is what stands behind the blank line.
	Content text.Span
	// File is the index in Body.Files of the < path line that is the content, or
	// -1.
	File int
}

// PartHeader is a header of a part.
type PartHeader struct {
	Span, NameSpan, ValueSpan text.Span
}

// Structure reads the body of a request of the file. A request without a body
// has the zero Structure.
func (f *File) Structure(r *Request) Structure {
	if r.Body == nil {
		return Structure{}
	}
	s := structureReader{src: f.Src, body: r.Body, fenced: f.Language != HTTP}
	mediaType := f.mediaType(r)
	first := strings.TrimLeft(r.Body.Span.Of(f.Src), " \t\r\n")
	switch {
	case f.isGraphQL(r, mediaType):
		return Structure{Kind: StructureGraphQL, GraphQL: s.graphQL()}
	case strings.HasPrefix(mediaType, "multipart/"):
		return Structure{Kind: StructureMultipart, Parts: s.multipart(f.boundary(r))}
	case mediaType == "application/x-www-form-urlencoded":
		return Structure{Kind: StructureForm, Fields: s.fields(r)}
	case isJSONLines(mediaType):
		return Structure{Kind: StructureJSONLines, Records: s.lines()}
	case strings.HasSuffix(mediaType, "json"), mediaType == "" && r.Body.Kind == BodyInline && (strings.HasPrefix(first, "[") || strings.HasPrefix(first, "{") && !strings.HasPrefix(first, "{{")):
		return Structure{Kind: StructureJSON}
	case strings.HasSuffix(mediaType, "xml"), mediaType == "" && r.Body.Kind == BodyInline && strings.HasPrefix(first, "<"):
		return Structure{Kind: StructureXML}
	}
	return Structure{}
}

func isJSONLines(mediaType string) bool {
	switch mediaType {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/json-lines":
		return true
	}
	return false
}

// header returns the value of the request's last header of that name as
// written.
func (f *File) header(r *Request, name string) string {
	for i := len(r.Headers) - 1; i >= 0; i-- {
		if h := &r.Headers[i]; strings.EqualFold(h.Name, name) {
			return h.Value.Text(f.Src)
		}
	}
	return ""
}

// mediaType returns the body's media type in lower case, without parameters.
func (f *File) mediaType(r *Request) string {
	mediaType, _, _ := strings.Cut(f.header(r, "Content-Type"), ";")
	mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	if mediaType == "" && r.Curl != nil {
		mediaType = "application/x-www-form-urlencoded"
	}
	return mediaType
}

// boundary returns the boundary parameter of the Content-Type header, or "".
func (f *File) boundary(r *Request) string {
	contentType := f.header(r, "Content-Type")
	at := indexFold(contentType, "boundary=")
	if at < 0 {
		return ""
	}
	value := contentType[at+len("boundary="):]
	if strings.HasPrefix(value, `"`) {
		value, _, _ = strings.Cut(value[1:], `"`)
		return value
	}
	if i := strings.IndexAny(value, "; \t"); i >= 0 {
		value = value[:i]
	}
	return value
}

// structureReader reads one body.
type structureReader struct {
	src  string
	body *Body
	// fenced is set where lines may have the indentation of a fence, which is no
	// part of them.
	fenced bool
}

// line returns the line of the body that begins at offset at, and where the
// next one begins.
func (s *structureReader) line(at int) (line text.Span, next int) {
	rest := s.src[at:s.body.Span.End]
	i := strings.IndexAny(rest, "\r\n")
	if i < 0 {
		return text.Span{Start: at, End: s.body.Span.End}, s.body.Span.End
	}
	next = at + i + 1
	if rest[i] == '\r' && strings.HasPrefix(rest[i:], "\r\n") {
		next++
	}
	return text.Span{Start: at, End: at + i}, next
}

// lines returns the lines that are neither blank nor comments nor name a file.
func (s *structureReader) lines() []text.Span {
	var lines []text.Span
	files, comments := s.body.Files, s.body.Comments
	for at := s.body.Span.Start; at < s.body.Span.End; {
		line, next := s.line(at)
		switch line = s.trim(line); {
		case line.IsEmpty():
		case len(files) > 0 && files[0].Span == line:
			files = files[1:]
		case len(comments) > 0 && comments[0] == line:
			comments = comments[1:]
		default:
			lines = append(lines, line)
		}
		at = next
	}
	return lines
}

func (s *structureReader) trim(span text.Span) text.Span {
	for span.Start < span.End && isSpace(s.src[span.Start]) {
		span.Start++
	}
	for span.End > span.Start && isSpace(s.src[span.End-1]) {
		span.End--
	}
	return span
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// fields returns those of a form, or of the data options of a curl command.
func (s *structureReader) fields(r *Request) []FormField {
	if r.Curl == nil {
		return s.form(nil, s.body.Content)
	}
	var fields []FormField
	for _, option := range r.Curl.Data() {
		if !option.File {
			fields = s.form(fields, option.Value)
		}
	}
	return fields
}

// form cuts a text at & outside expressions. A comment before or behind a field,
// which is between the parts of the text, is none of it.
func (s *structureReader) form(fields []FormField, t template.Template) []FormField {
	field := text.Span{Start: -1}
	grow := func(span text.Span) {
		if span = s.trim(span); span.IsEmpty() {
			return
		}
		if field.Start < 0 {
			field.Start = span.Start
		}
		field.End = span.End
	}
	for _, part := range t.Parts {
		at := part.Span.Start
		for part.Expr == nil {
			i := strings.IndexByte(s.src[at:part.Span.End], '&')
			if i < 0 {
				break
			}
			grow(text.Span{Start: at, End: at + i})
			fields = s.addField(fields, field)
			field.Start = -1
			at += i + 1
		}
		grow(text.Span{Start: at, End: part.Span.End})
	}
	return s.addField(fields, field)
}

// addField adds the field that whole holds, unless there was no text in it.
func (s *structureReader) addField(fields []FormField, whole text.Span) []FormField {
	if whole.Start < 0 {
		return fields
	}
	field := FormField{Span: whole, NameSpan: whole, ValueSpan: text.Span{Start: whole.End, End: whole.End}}
	if i := strings.IndexByte(whole.Of(s.src), '='); i >= 0 {
		field.NameSpan = s.trim(text.Span{Start: whole.Start, End: whole.Start + i})
		field.ValueSpan = s.trim(text.Span{Start: whole.Start + i + 1, End: whole.End})
	}
	return append(fields, field)
}

// indexFold returns where s holds an ASCII text in whatever case, or -1. A copy
// in small letters would not do: letters outside ASCII may change their length.
func indexFold(s, text string) int {
	for i := 0; i+len(text) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(text)], text) {
			return i
		}
	}
	return -1
}
