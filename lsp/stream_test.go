package lsp

import (
	"strconv"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// What is malformed is answered or skipped, and the next message is read.
func TestMalformedFrames(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		raw  string
		code int // of the answer with the null id; 0 for none
	}{
		{"not JSON", frame("{not json}"), -32700},
		{"cut JSON", frame(`{"jsonrpc":"2.0","method":"x"`), -32700},
		{"no object", frame(`7`), -32600},
		{"no method", frame(`{"jsonrpc":"2.0","id":1}`), -32600},
		{"another version", frame(`{"jsonrpc":"1.0","id":1,"method":"x"}`), -32600},
		{"method of another type", frame(`{"jsonrpc":"2.0","id":1,"method":7}`), -32600},
		{"fractional id", frame(`{"jsonrpc":"2.0","id":1.5,"method":"x"}`), -32600},
		{"batch", frame(`[{"jsonrpc":"2.0","id":1,"method":"x"}]`), -32600},
		{"empty batch", frame(`[]`), -32600},
		{"junk before a header", "what is this\r\n", 0},
		{"header without a colon", "Content-Length 5\r\n\r\n", 0},
		{"header without a length", "Content-Type: x\r\n\r\n", 0},
		{"negative length", "Content-Length: -5\r\n\r\n", 0},
		{"endless length", "Content-Length: 99999999999999999999\r\n\r\n", 0},
		{"length too short", "Content-Length: 1\r\n\r\n{\"jsonrpc\":\"2.0\"}", -32700},
		{"long junk", strings.Repeat("junk", 64<<10) + "\r\n", 0},
		{"bytes that grow in lower case", "\x9a\x9a\x9a\x9a\x9aContent-Length: 2\r\n\r\n{}", -32600},
		{"bytes that are no text", "\x00\xff\xfe\r\n" + frame("\xff\xff"), -32700},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e := start(t, Deps{}, nil)
			e.Initialize(nil)
			e.Raw([]byte(test.raw))
			alive(t, e)
			got := 0
			for _, m := range e.Received() {
				if m.Method == "" && m.Error != nil {
					got = m.Error.Code
				}
			}
			if got != test.code {
				t.Errorf("answered %d, want %d", got, test.code)
			}
		})
	}
}

func frame(body string) string {
	return "Content-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// Header fields beside the length, in any case and order, are fine.
func TestHeaderFields(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(nil)
	body := `{"jsonrpc":"2.0","id":"h","method":"test/none"}`
	e.Raw([]byte("Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body))
	answer := e.Await("answer", func(m lsptest.Message) bool { return string(m.ID) == `"h"` })
	if answer.Error == nil || answer.Error.Code != -32601 {
		t.Errorf("answered %v, want -32601", answer.Error)
	}
}
