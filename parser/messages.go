package parser

import (
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// separates reports whether the current line separates two messages: ===, or
// === wait-for-server, in a request of a protocol that sends several. In others
// such a line is text: it underlines a title in Markdown.
func (b *bodyReader) separates(content string) bool {
	switch b.p.request.Protocol {
	case ProtocolGRPC, ProtocolWebSocket, ProtocolMQTT, ProtocolAMQP:
	default:
		return false
	}
	rest := strings.TrimLeft(content, "=")
	rest = strings.Trim(rest, " \t")
	return strings.HasPrefix(content, "===") && (rest == "" || rest == waitForServer)
}

const waitForServer = "wait-for-server"

// addSeparator begins the next message behind the current line.
func (b *bodyReader) addSeparator(content string) {
	p := b.p
	b.cut(p.line.start, p.line.next)
	if len(p.messages) == 0 {
		p.messages = append(p.messages, Message{Span: text.Span{Start: b.start}})
	}
	p.messages[len(p.messages)-1].Span.End = p.line.start
	p.messages = append(p.messages, Message{
		Span: text.Span{Start: p.line.next}, Separator: p.trimmed(), WaitForServer: strings.HasSuffix(strings.TrimRight(content, " \t"), waitForServer),
	})
}

// finishMessages gives the body its messages, without blank lines around them.
func (b *bodyReader) finishMessages(body *Body) {
	p := b.p
	if len(p.messages) == 0 {
		return
	}
	p.messages[len(p.messages)-1].Span.End = b.contentEnd
	for i := range p.messages {
		span := &p.messages[i].Span
		span.Start = min(span.Start, b.contentEnd)
		span.End = max(span.Start, span.End)
		trimmed := strings.Trim(span.Of(p.src), " \t\r\n")
		start := span.Start + len(span.Of(p.src)) - len(strings.TrimLeft(span.Of(p.src), "\r\n"))
		if trimmed == "" {
			*span = text.Span{Start: span.Start, End: span.Start}
			continue
		}
		end := start + len(strings.TrimRight(p.src[start:span.End], " \t\r\n"))
		*span = text.Span{Start: start, End: end}
	}
	body.Messages = append([]Message(nil), p.messages...)
}
