package analysis

import (
	"fmt"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// fixes returns the repairs of one diagnostic, the likeliest first.
func (in Input) fixes(d Diagnostic) []Action {
	var fixes []Action
	add := func(title string, edit ...Edit) {
		fixes = append(fixes, Action{Title: title, Edits: edit})
	}
	if d.Suggestion != "" {
		add("Change to "+d.Suggestion, Edit{Span: d.Span, New: d.Suggestion})
	}
	if d.Code == env.CodeUndefined || d.Code == env.CodeNoEnvironment {
		fixes = append(fixes, in.selections(d)...)
	}
	if fix, ok := fixers[d.Code]; ok {
		fix(in, d, add)
	}
	for i := range fixes {
		fixes[i].Kind = ActionQuickFix
		fixes[i].Fixes = &d
		// A comment in a body is all right as it is, and no request is made up
		// that nobody chose.
		fixes[i].Preferred = i == 0 && d.Code != parser.CodeCommentInBody && fixes[i].Title != insertRequestLine
	}
	return fixes
}

// fixers are the repairs by the code that they are for.
var fixers = map[string]func(in Input, d Diagnostic, add func(string, ...Edit)){
	env.CodeNoEnvironment:              Input.fixUndefined,
	env.CodeUndefined:                  Input.fixUndefined,
	secret.CodeMissingField:            Input.fixMissingField,
	secret.CodeUnknownField:            Input.fixRemoveField,
	secret.CodeConflictingFields:       Input.fixRemoveField,
	secret.CodeDuplicateField:          Input.fixRemoveField,
	string(template.CodeBadCharacter):  Input.fixQuotes,
	string(template.CodeUnclosed):      Input.fixUnclosed,
	string(template.CodeBlankAtEquals): Input.fixBlankAtEquals,
	CodeUnknownCredential:              Input.fixCredential,
	CodeWrongCredential:                Input.fixCredential,
	CodePlainHTTP:                      Input.fixPlainHTTP,
	CodeRedefined:                      Input.fixRedefined,
	CodeEndOfLife:                      Input.fixEndOfLife,
	env.CodeInsomnia:                   Input.fixInsomnia,
	env.CodeBruno:                      Input.fixBruno,
	env.CodeIgnoredParameter:           Input.fixParameter,
	CodeDateLetters:                    Input.fixDateFormat,
	parser.CodeMissingBlankLine:        Input.fixBlankLine,
	parser.CodeMissingSeparator:        Input.fixSeparator,
	parser.CodeMethodCase:              Input.fixMethodCase,
	parser.CodeIndentedHeader:          Input.fixIndent,
	parser.CodeIndentedSeparator:       Input.fixIndent,
	parser.CodeVariableBehindBody:      Input.fixSeparator,
	parser.CodeFragmentNotSent:         Input.fixFragment,
	parser.CodeHeaderInsteadOfRequest:  Input.fixHeaderAlone,
	parser.CodeRequestLineExpected:     Input.fixComment,
	parser.CodeUnexpectedText:          Input.fixComment,
	parser.CodeCurlCommand:             Input.fixCurlOption,
	parser.CodeCommentInBody:           Input.fixRawBody,
	parser.CodeHeaderWithoutColon:      Input.fixBlankLine,
	parser.CodeCommentSent:             Input.fixRemoveLine,
	CodeQuotedVariable:                 Input.fixQuotedValue,
	CodeHeaderInVariable:               Input.fixHeaderInVariable,
	CodeTrailingComma:                  Input.fixTrailingComma,
}

// selections offers the environments that define a variable which the selected
// one, or none, does not.
func (in Input) selections(d Diagnostic) []Action {
	const most = 5
	var actions []Action
	for _, name := range in.Environments.Defining(d.Span.Of(in.File.Src)) {
		if len(actions) < most {
			actions = append(actions, Action{Title: "Select the environment " + name, Environment: name})
		}
	}
	return actions
}

// fixUndefined defines a variable at the beginning of the file, behind the
// definitions that stand there.
func (in Input) fixUndefined(d Diagnostic, add func(string, ...Edit)) {
	src := in.File.Src
	name := d.Span.Of(src)
	if in.File.Language != parser.HTTP || name == "" || strings.Trim(name, nameBytes) != "" || len(in.Scope.Lookup(name)) > 0 {
		return
	}
	const byteOrderMark = "\ufeff"
	start := len(src) - len(strings.TrimPrefix(src, byteOrderMark))
	for _, item := range in.File.Blocks[0].Items {
		if item.Span.End <= start {
			continue
		}
		if item.Kind != parser.ItemVariable || !strings.HasSuffix(item.Span.Of(src), "\n") {
			break
		}
		start = item.Span.End
	}
	line, end := "@"+name+" = ", in.lineEnd(start)
	add("Define "+name+" in this file", Edit{Span: at(start), New: line + end, Snippet: line + "$0" + end})
}

// nameBytes are those of a variable's name.
const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

func at(offset int) text.Span { return text.Span{Start: offset, End: offset} }

// lineEnd returns the line end that the file uses before an offset, or at its
// beginning.
func (in Input) lineEnd(offset int) string {
	before := in.File.Src[:offset]
	if !strings.Contains(before, "\n") {
		before, _, _ = strings.Cut(in.File.Src, "\n")
		before += "\n"
	}
	if strings.HasSuffix(before, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// fixMissingField adds the required fields that a reference lacks, one form an
// action.
func (in Input) fixMissingField(d Diagnostic, add func(string, ...Edit)) {
	s, ok := siteAt(in.File, d.Span.Start)
	if !ok {
		return
	}
	spec, ok := secret.Lookup(s.expr.Name)
	if !ok {
		return
	}
	used := map[string]bool{}
	for _, a := range s.expr.Args {
		used[a.Name] = true
	}
	for _, form := range openForms(spec, used) {
		end := s.expr.NameSpan.End
		for _, a := range s.expr.Args {
			end = max(end, a.Span.End)
		}
		var names []string
		inserted, snippet := "", ""
		for _, name := range form {
			if used[name] {
				continue
			}
			names = append(names, name)
			inserted += " " + name + "="
			snippet += fmt.Sprintf(" %s=$%d", name, len(names))
		}
		if len(names) > 0 {
			add("Add "+strings.Join(names, " and "), Edit{Span: at(end), New: inserted, Snippet: snippet})
		}
	}
}

// argAt returns the argument of a reference that stands at offset, and where
// the blanks in front of it begin.
func (in Input) argAt(offset int) (a *template.Arg, from int) {
	s, ok := siteAt(in.File, offset)
	if !ok {
		return nil, 0
	}
	from = s.expr.NameSpan.End
	for i := range s.expr.Args {
		a := &s.expr.Args[i]
		if a.Span.Contains(offset) {
			return a, from
		}
		from = a.Span.End
	}
	return nil, 0
}

func (in Input) fixRemoveField(d Diagnostic, add func(string, ...Edit)) {
	if a, from := in.argAt(d.Span.Start); a != nil && a.Name != "" {
		add("Remove field "+a.Name, Edit{Span: text.Span{Start: from, End: a.Span.End}})
	}
}

// fixQuotes writes single quotes in place of \" around a value, which is what
// somebody writes who thinks of the JSON string around the reference.
func (in Input) fixQuotes(d Diagnostic, add func(string, ...Edit)) {
	const escaped = `\"`
	src := in.File.Src
	if !strings.HasPrefix(src[d.Span.Start:], escaped) {
		return
	}
	start := d.Span.Start + len(escaped)
	line := lineAt(src, start)
	n := strings.Index(src[start:line.End], escaped)
	if n < 0 {
		return
	}
	value := src[start : start+n]
	if strings.ContainsAny(value, `'\`) || strings.Contains(value, closeText) {
		return
	}
	add("Use single quotes", Edit{Span: text.Span{Start: d.Span.Start, End: start + n + len(escaped)}, New: "'" + value + "'"})
}

// fixUnclosed closes an expression behind its last word.
func (in Input) fixUnclosed(d Diagnostic, add func(string, ...Edit)) {
	src := in.File.Src
	line := lineAt(src, d.Span.Start)
	end := skipBlanks(src, d.Span.Start+2, line.End)
	for end < line.End && (isTokenByte(src[end]) || strings.IndexByte("$%.", src[end]) >= 0) {
		end++
	}
	if s, ok := siteAt(in.File, d.Span.Start+1); ok && s.expr.Kind == template.Call {
		for _, a := range s.expr.Args {
			if a.Name != "" {
				end = max(end, a.Span.End)
			}
		}
	}
	if end > d.Span.Start+2 {
		add("Close with }}", Edit{Span: at(end), New: closeText})
	}
}

func (in Input) fixBlankAtEquals(d Diagnostic, add func(string, ...Edit)) {
	add("Remove the blanks", Edit{Span: d.Span, New: "="})
}

// fixCredential offers the credentials that the reference could use.
func (in Input) fixCredential(d Diagnostic, add func(string, ...Edit)) {
	s, ok := siteAt(in.File, d.Span.Start)
	if !ok {
		return
	}
	const most = 5
	offered := 0
	for _, c := range in.Credentials {
		if c.Provider == secret.CredentialsOf(s.expr.Name) && c.Name != d.Suggestion && offered < most {
			add("Use the credential "+c.Name, Edit{Span: d.Span, New: secret.FormatValue(c.Name)})
			offered++
		}
	}
	if a, from := in.argAt(d.Span.Start); a != nil {
		add("Use the default credential", Edit{Span: text.Span{Start: from, End: a.Span.End}})
	}
}

// fixPlainHTTP writes https where the target itself says http.
func (in Input) fixPlainHTTP(d Diagnostic, add func(string, ...Edit)) {
	r := in.File.BlockAt(d.Span.Start).Request
	if r == nil {
		return
	}
	const scheme = "http://"
	start := r.Target.Span.Start
	if strings.HasPrefix(strings.ToLower(r.Target.Span.Of(in.File.Src)), scheme) {
		add("Use https", Edit{Span: text.Span{Start: start, End: start + len(scheme)}, New: "https://"})
	}
}

func (in Input) fixRedefined(d Diagnostic, add func(string, ...Edit)) {
	line := lineAt(in.File.Src, d.Span.Start)
	end := line.End
	if rest := in.File.Src[end:]; strings.HasPrefix(rest, "\r\n") {
		end += 2
	} else if rest != "" {
		end++
	}
	add("Remove this definition", Edit{Span: text.Span{Start: line.Start, End: end}})
}

func (in Input) fixBlankLine(d Diagnostic, add func(string, ...Edit)) {
	start := lineAt(in.File.Src, d.Span.Start).Start
	add("Insert a blank line", Edit{Span: at(start), New: in.lineEnd(start)})
}

// fixSeparator writes ### before a line, and before the comments that lead up to
// it: directives are among them.
func (in Input) fixSeparator(d Diagnostic, add func(string, ...Edit)) {
	src := in.File.Src
	start := lineAt(src, d.Span.Start).Start
	if b := in.File.BlockAt(d.Span.Start); b.Request != nil && b.Request.LineSpan.Contains(d.Span.Start) {
		start = b.Span.Start
	}
	for start > 0 {
		above := lineAt(src, len(strings.TrimSuffix(src[:start-1], "\r"))).Start
		if _, kind := itemAt(in.File, above); kind != parser.ItemComment && kind != parser.ItemDirective {
			break
		}
		start = above
	}
	add("Insert ###", Edit{Span: at(start), New: "###" + in.lineEnd(start)})
}

func (in Input) fixMethodCase(d Diagnostic, add func(string, ...Edit)) {
	add("Write the method in upper case", Edit{Span: d.Span, New: strings.ToUpper(d.Span.Of(in.File.Src))})
}

func (in Input) fixIndent(d Diagnostic, add func(string, ...Edit)) {
	line := lineAt(in.File.Src, d.Span.Start)
	add("Remove the indentation", Edit{Span: text.Span{Start: line.Start, End: skipBlanks(in.File.Src, line.Start, line.End)}})
}

func (in Input) fixFragment(d Diagnostic, add func(string, ...Edit)) {
	add("Remove what is not sent", Edit{Span: d.Span})
}

// fixRawBody makes the lines of the body that look like comments a part of it,
// but for JSON, which has none.
func (in Input) fixRawBody(d Diagnostic, add func(string, ...Edit)) {
	r := in.File.BlockAt(d.Span.Start).Request
	if r == nil {
		return
	}
	if kind := in.File.Structure(r).Kind; kind != parser.StructureJSON && kind != parser.StructureJSONLines {
		start := lineAt(in.File.Src, r.LineSpan.Start).Start
		add("Send such lines (# @raw-body)", Edit{Span: at(start), New: "# @raw-body" + in.lineEnd(start)})
	}
}

// insertRequestLine is the title of a repair that has to be filled in.
const insertRequestLine = "Insert a request line"

// fixHeaderAlone makes a header without a request a comment, or writes a request
// line above it, which is likelier where more than comments stands below it.
func (in Input) fixHeaderAlone(d Diagnostic, add func(string, ...Edit)) {
	line := lineAt(in.File.Src, d.Span.Start)
	alone := true
	for below := range strings.Lines(in.File.Src[line.End:in.File.BlockAt(d.Span.Start).Span.End]) {
		below = strings.TrimSpace(below)
		alone = alone && (below == "" || strings.HasPrefix(below, "#") || strings.HasPrefix(below, "//"))
	}
	if alone {
		in.fixComment(d, add)
	}
	end := in.lineEnd(line.Start)
	add(insertRequestLine, Edit{Span: at(line.Start), New: "GET https://example.com" + end, Snippet: "${1:GET} ${2:https://example.com}" + end})
	if !alone {
		in.fixComment(d, add)
	}
}

// fixComment makes a line that belongs nowhere a comment.
func (in Input) fixComment(d Diagnostic, add func(string, ...Edit)) {
	line := lineAt(in.File.Src, d.Span.Start)
	add("Make this line a comment", Edit{Span: at(skipBlanks(in.File.Src, line.Start, line.End)), New: "# "})
}

// fixRemoveLine removes a line.
func (in Input) fixRemoveLine(d Diagnostic, add func(string, ...Edit)) {
	src := in.File.Src
	line := lineAt(src, d.Span.Start)
	if end := strings.IndexByte(src[line.End:], '\n'); end >= 0 {
		line.End += end + 1
	}
	add("Remove this line", Edit{Span: line})
}

func (in Input) fixTrailingComma(d Diagnostic, add func(string, ...Edit)) {
	add("Remove the comma", Edit{Span: d.Span})
}

// fixQuotedValue removes the quotes around a value.
func (in Input) fixQuotedValue(d Diagnostic, add func(string, ...Edit)) {
	value := d.Span.Of(in.File.Src)
	add("Remove the quotes", Edit{Span: d.Span, New: value[1 : len(value)-1]})
}

// fixCurlOption removes an option of a curl command.
func (in Input) fixCurlOption(d Diagnostic, add func(string, ...Edit)) {
	option := d.Span.Of(in.File.Src)
	if !strings.HasPrefix(option, "-") {
		return
	}
	// Only the name is shown: what stands behind it may be a password.
	if i := strings.IndexAny(option, " \t\r\n="); i >= 0 {
		option = option[:i]
	}
	if !strings.HasPrefix(option, "--") {
		option = option[:min(len(option), 2)]
	}
	end := skipBlanks(in.File.Src, d.Span.End, len(in.File.Src))
	add("Remove "+option, Edit{Span: text.Span{Start: d.Span.Start, End: end}})
}
