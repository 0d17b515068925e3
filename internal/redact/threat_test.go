package redact_test

import (
	"encoding/binary"
	"fmt"
	"net/textproto"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/vault-lsp/vault-lsp/internal/redact"
)

// TestThreatEchoInRareForms: what else a server or net/http makes of a value
// that it repeats.
func TestThreatEchoInRareForms(t *testing.T) {
	t.Parallel()
	wide := func(order binary.ByteOrder) func(string) string {
		return func(v string) string {
			var out []byte
			for _, unit := range utf16.Encode([]rune(v)) {
				out = append(out, 0, 0)
				order.PutUint16(out[len(out)-2:], unit)
			}
			return string(out)
		}
	}
	tests := []struct {
		name, value string
		encode      func(string) string
	}{
		{"UTF-16 little endian", hostile, wide(binary.LittleEndian)},
		{"UTF-16 big endian", hostile, wide(binary.BigEndian)},
		{"ISO 8859-1", "Pässwört-1", func(v string) string {
			var out []byte
			for _, r := range v {
				out = append(out, byte(r))
			}
			return string(out)
		}},
		{"name of a header", "tok-abc-123", textproto.CanonicalMIMEHeaderKey},
		{"every byte in percent", hostile, func(v string) string {
			var out strings.Builder
			for i := range len(v) {
				fmt.Fprintf(&out, "%%%02X", v[i])
			}
			return out.String()
		}},
		{"hex with colons", hostile, func(v string) string { return strings.ReplaceAll(fmt.Sprintf("% x", v), " ", ":") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := redact.NewSet()
			s.Add([]byte(tt.value))
			if got := s.Mask("<" + tt.encode(tt.value) + ">"); got != "<"+mask+">" {
				t.Errorf("Mask = %q", got)
			}
		})
	}
}
