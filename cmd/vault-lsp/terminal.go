package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// isTerminalControl reports whether a terminal may obey a character instead of
// showing it: control characters other than line end and tab, and those that
// reorder text.
func isTerminalControl(r rune) bool {
	return r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
}

// sanitize makes text of a server or a file harmless for a terminal: what could
// steer it is shown as U+FFFD, and a carriage return left out.
func sanitize(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case isTerminalControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// harmless sanitizes what is written through it. A character must not be split
// between two writes.
type harmless struct{ to io.Writer }

func (h harmless) Write(p []byte) (int, error) {
	if _, err := io.WriteString(h.to, sanitize(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// jsonOutput returns an encoder that writes to standard output. What could
// steer a terminal is written as an escape, which means the same in JSON.
func (s streams) jsonOutput() *json.Encoder {
	enc := json.NewEncoder(escapedJSON{s.out})
	enc.SetEscapeHTML(false)
	return enc
}

// escapedJSON escapes the characters that the encoder leaves alone. They stand
// only inside strings there.
type escapedJSON struct{ to io.Writer }

func (e escapedJSON) Write(p []byte) (int, error) {
	text := string(p)
	if strings.IndexFunc(text, isTerminalControl) >= 0 {
		var out strings.Builder
		for _, r := range text {
			if isTerminalControl(r) {
				fmt.Fprintf(&out, `\u%04x`, r)
			} else {
				out.WriteRune(r)
			}
		}
		text = out.String()
	}
	if _, err := io.WriteString(e.to, text); err != nil {
		return 0, err
	}
	return len(p), nil
}
