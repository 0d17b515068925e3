package request

import (
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
	"github.com/vault-lsp/vault-lsp/template"
)

// Sources are what Build reads besides the file's text.
type Sources struct {
	// Workspace is the absolute path of the workspace's root folder: body files
	// must lie in it. Empty is Dir.
	Workspace string
	// Dir is the absolute path of the request file's folder.
	Dir string
	// LookupEnv reads the process's environment; nil for os.LookupEnv.
	LookupEnv func(name string) (value string, found bool)
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Local is the time zone of $localDatetime; nil for the machine's.
	Local *time.Location
	// Answer returns the user's answer to a prompt; nil for none. A prompt that
	// has none is a problem, see Unanswered.
	Answer func(prompt env.Prompt) (value string, found bool)
	// Random returns a number in [0, n); nil for math/rand.
	Random func(n int64) int64
}

func (s Sources) withDefaults() Sources {
	if s.Workspace == "" {
		s.Workspace = s.Dir
	}
	if s.LookupEnv == nil {
		s.LookupEnv = os.LookupEnv
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	now := s.Now() // one time for all of a request: a boundary made of it stands in several places
	s.Now = func() time.Time { return now }
	if s.Answer == nil {
		s.Answer = func(env.Prompt) (string, bool) { return "", false }
	}
	if s.Local == nil {
		s.Local = time.Local
	}
	if s.Random == nil {
		s.Random = rand.Int64N
	}
	return s
}

// Build expands a request of the file into a plan. The plan is nil if one of
// the problems is an error. Secrets are not fetched; environment variables of
// the process are read. Substitution happens part by part after parsing
// (ruling C16), so that no value can add a part.
func Build(file *parser.File, req *parser.Request, scope *env.Scope, src Sources) (*Plan, []Problem) {
	b := &builder{
		file: file, req: req, scope: scope, src: src.withDefaults(),
		plan: &Plan{Name: req.Name, Method: req.Method, Span: req.Span},
	}
	if !req.Runnable {
		b.notRunnable()
		return nil, b.problems
	}
	if req.Block < len(file.Blocks) {
		b.scope = scope.ForBlock(file.Blocks[req.Block])
		b.directives(file.Blocks[req.Block])
	}
	if !isToken(req.Method) {
		b.fail(CodeNotRunnable, "the method is not valid", "write a method such as GET", req.MethodSpan)
	}
	if req.Protocol == parser.ProtocolGraphQL {
		b.plan.Method = "POST"
	}
	targetPieces := b.curlQuery(b.expand(req.Target))
	b.headers()
	if !b.failed {
		b.target(targetPieces)
	}
	b.body()
	b.dropUnsent()
	b.collectPrivate()
	if b.failed {
		return nil, b.problems
	}
	return b.plan, b.problems
}

// builder makes one plan.
type builder struct {
	file     *parser.File
	req      *parser.Request
	scope    *env.Scope
	src      Sources
	plan     *Plan
	problems []Problem
	failed   bool
	// host is the value of the Host header, hostSpan its place.
	host     []piece
	hostSpan text.Span
	hasHost  bool
	// included is how much text of files was put in, in bytes; including is set
	// while the variables of such a file are expanded.
	included  int
	including bool
}

func (b *builder) problem(p Problem) {
	b.problems = append(b.problems, p)
	b.failed = b.failed || p.Severity == parser.Error
}

func (b *builder) fail(code, message, hint string, span text.Span) {
	exit := ExitSend
	if code == CodeControlInText {
		exit = ExitReference
	}
	b.problem(Problem{Code: code, Severity: parser.Error, Message: message, Hint: hint, Span: span, Exit: exit})
}

func (b *builder) warn(message string) {
	for _, have := range b.plan.Warnings {
		if have == message {
			return
		}
	}
	b.plan.Warnings = append(b.plan.Warnings, message)
}

// notRunnable repeats what the parser found in the request: everything wrong
// from its first line to the end of its block, since a line that could not be
// read need not lie within the request's own span.
func (b *builder) notRunnable() {
	end := b.req.Span.End
	if b.req.Block < len(b.file.Blocks) {
		end = max(end, b.file.Blocks[b.req.Block].Span.End)
	}
	for _, p := range b.file.Problems {
		if p.Severity != parser.Error || p.Span.Start < b.req.Span.Start || p.Span.Start > end {
			continue
		}
		exit := ExitSend
		if inExpression(p.Code) {
			exit = ExitReference
		}
		b.problem(Problem{Code: p.Code, Severity: p.Severity, Message: p.Message, Span: p.Span, Exit: exit})
	}
	if !b.failed {
		b.fail(CodeNotRunnable, "this block cannot be sent as it stands", "begin it with a request line such as GET https://example.com", b.req.LineSpan)
	}
}

// inExpression reports whether a problem of the file is one of a variable or a
// reference rather than of the request around it.
func inExpression(code string) bool {
	switch template.Code(code) {
	case template.CodeUnclosed, template.CodeUnclosedQuote, template.CodeBadEscape, template.CodeBadCharacter,
		template.CodeBlankAtEquals, template.CodeDuplicate, template.CodeNestedCall, template.CodeEmpty, template.CodeMissingName:
		return true
	}
	return false
}

// expand replaces the variables of a template of the request file.
func (b *builder) expand(t template.Template) []piece { return b.expandIn(b.file.Src, t, nil) }

// expandIn expands a template of another source; at, if not nil, is the place
// in the request file that all of it is reported at.
func (b *builder) expandIn(src string, t template.Template, at *text.Span) []piece {
	expansion := b.scope.Expand(src, t)
	for _, p := range expansion.Problems {
		hint := ""
		if p.Suggestion != "" && !strings.Contains(p.Message, "did you mean") {
			hint = "did you mean " + p.Suggestion + "?"
		}
		b.problem(Problem{Code: p.Code, Severity: parser.Error, Message: p.Message, Hint: hint, Span: place(p.Span, at), Exit: ExitReference})
	}
	pieces := make([]piece, 0, len(expansion.Pieces))
	for _, p := range expansion.Pieces {
		if p.Kind == env.File {
			pieces = append(pieces, b.include(p, place(p.Span, at))...)
			continue
		}
		pieces = append(pieces, b.piece(p, place(p.Span, at), at == nil))
	}
	return pieces
}

func place(span text.Span, at *text.Span) text.Span {
	if at != nil {
		return *at
	}
	return span
}

// piece makes a piece of what an expansion gave; written says that it was that of
// the request file's own text.
func (b *builder) piece(p env.Piece, span text.Span, written bool) piece {
	out := piece{text: p.Text, use: literal, private: p.Private, span: span}
	switch p.Kind {
	case env.Secret:
		ref := p.Ref
		out.use = b.use(Use{Reference: ref.String(), Ref: &ref, Span: span})
	case env.Asked:
		out.text = b.answer(*p.Prompt, span)
	case env.Literal:
		if out.written = p.Variable == "" && written; out.written {
			out.text = strings.ReplaceAll(p.Text, "\r\n", "\n")
		}
	case env.System:
		value, err := b.system(p.System, p.Args)
		if err != nil {
			code, hint := codeOf(err)
			b.problem(Problem{Code: code, Severity: parser.Error, Message: err.Error(), Hint: hint, Span: span, Exit: ExitReference})
			return out
		}
		if value.source != "" {
			out.use = b.use(Use{Reference: value.source, Span: span, value: secret.NewValue([]byte(value.text))})
			break
		}
		out.text = value.text
		out.private = out.private || value.private
	}
	if p.Setting != "" && out.use == literal {
		out.bound = b.use(Use{Reference: "{{" + p.Setting + "}}", Span: span, value: secret.NewValue([]byte(out.text)), written: true}) + 1
	}
	if p.Encoded && out.use == literal {
		out.text = escapeComponent(out.text)
	} else if p.Encoded {
		out.encoding = component
	}
	return out
}

func (b *builder) use(u Use) int {
	b.plan.Uses = append(b.plan.Uses, u)
	return len(b.plan.Uses) - 1
}

// dropUnsent removes the uses that no part of the request carries, such as
// those behind the # of a target, and renumbers the rest.
func (b *builder) dropUnsent() {
	index := make([]int, len(b.plan.Uses))
	var kept []Use
	for i, u := range b.plan.Uses {
		index[i] = len(kept)
		if u.In != "" {
			kept = append(kept, u)
		}
	}
	if len(kept) == len(b.plan.Uses) {
		return
	}
	renumber := func(pieces []piece) {
		for i := range pieces {
			if pieces[i].use != literal {
				pieces[i].use = index[pieces[i].use]
			}
		}
	}
	b.plan.target.each(renumber)
	for i := range b.plan.headers {
		b.plan.headers[i].each(renumber)
	}
	for i := range b.plan.body.parts {
		renumber(b.plan.body.parts[i].pieces)
	}
	b.plan.Uses = kept
}

// collectPrivate lists the private texts of the request, but for those that
// make the origin: an address is no secret, and masking "localhost" would
// shred the page.
func (b *builder) collectPrivate() {
	collect := func(pieces []piece) {
		for _, p := range pieces {
			if p.use == literal && p.private && len(p.text) >= minPrivate {
				b.plan.private = append(b.plan.private, p.text)
			}
		}
	}
	collect(b.plan.target.userinfo)
	collect(b.plan.target.path)
	collect(b.plan.target.query)
	for i := range b.plan.headers {
		if b.plan.headers[i].name != "Host" {
			collect(b.plan.headers[i].pieces)
		}
	}
	for _, part := range b.plan.body.parts {
		collect(part.pieces)
	}
}

// minPrivate is the length from which private text is masked in a response.
// Private files hold words such as true and 8080 besides their passwords.
const minPrivate = 6

// setPlacement records where the values of pieces go.
func (b *builder) setPlacement(pieces []piece, in string) {
	for _, p := range pieces {
		if p.use != literal {
			b.plan.Uses[p.use].In = in
		} else if p.bound > 0 {
			b.plan.Uses[p.bound-1].In = in
		}
	}
}

// trimmedLower is for comparing header values and media types.
func trimmedLower(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
