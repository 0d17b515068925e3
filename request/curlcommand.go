package request

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/parser"
)

// curlBody makes the body of a request that is written as a curl command, as
// curl makes it (curl's manual, --data and --json): the data of several options
// is joined, and a media type is added where the command gives none.
func (b *builder) curlBody() {
	mediaType, between := "application/x-www-form-urlencoded", "&"
	if b.req.Curl.Option("json") != nil {
		mediaType, between = "application/json", ""
		b.addHeader("Accept", mediaType)
	}
	b.addHeader("Content-Type", mediaType)
	files := b.req.Body.Files
	for i, option := range b.req.Curl.Data() {
		if i > 0 && between != "" {
			b.appendText(between, option.Span)
		}
		if option.File {
			b.appendCurlFile(option, &files[0])
			files = files[1:]
		} else if pieces := b.curlData(option); len(pieces) > 0 {
			b.plan.body.parts = append(b.plan.body.parts, bodyPart{pieces: pieces})
		}
	}
	for i := range b.plan.body.parts {
		b.setPlacement(b.plan.body.parts[i].pieces, InBody)
	}
}

// curlData expands the data of an option. That of --data-urlencode is encoded, but
// for what stands before its first =.
func (b *builder) curlData(option *parser.CurlOption) []piece {
	pieces := b.expand(option.Value)
	if option.Name != "data-urlencode" {
		return pieces
	}
	name, content, found := cut(pieces, "=")
	if !found {
		name, content = nil, pieces
	}
	for i := range content {
		content[i].text, content[i].encoding = escapeComponent(content[i].text), component
	}
	if out := trimPieces(name); len(out) > 0 {
		return append(append(out, piece{text: "=", use: literal, span: option.Span}), content...)
	}
	return content
}

// appendCurlFile adds a file that an option names. Line ends of one behind --data
// are left out, as curl does.
func (b *builder) appendCurlFile(option *parser.CurlOption, ref *parser.FileRef) {
	if option.Name != "data" && option.Name != "data-ascii" {
		b.appendFile(ref)
		return
	}
	file := b.findFile(ref)
	if file == nil {
		return
	}
	data, err := file.bytes("write --data-binary to send it as it is")
	if err != nil {
		b.fail(CodeBodyFile, err.Error(), "", ref.Span)
		return
	}
	text := strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(string(data))
	b.plan.body.parts = append(b.plan.body.parts, bodyPart{pieces: []piece{{text: text, use: literal, span: ref.Span}}})
}

// curlQuery adds the data of a curl command with --get to its target.
func (b *builder) curlQuery(target []piece) []piece {
	if b.req.Curl == nil || b.req.Curl.Option("get") == nil {
		return target
	}
	target, _, _ = cut(target, "#")
	between := "?"
	if strings.Contains(outline(target), "?") {
		between = "&"
	}
	for _, option := range b.req.Curl.Data() {
		target = append(append(target, piece{text: between, use: literal, span: option.Span}), b.curlData(option)...)
		between = "&"
	}
	return target
}

// addHeader adds a header that the request does not have.
func (b *builder) addHeader(name, value string) {
	for i := range b.plan.headers {
		if b.plan.headers[i].name == name {
			return
		}
	}
	b.plan.headers = append(b.plan.headers, header{name: name, pieces: []piece{{text: value, use: literal}}})
}
