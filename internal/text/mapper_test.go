package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

func TestMapperPosition(t *testing.T) {
	t.Parallel()
	const src = "aé😀b\r\n\rx\ny"
	tests := []struct {
		offset             int
		utf8, utf16, utf32 int
		line               int
	}{
		{offset: 0, line: 0},
		{offset: 1, line: 0, utf8: 1, utf16: 1, utf32: 1},
		{offset: 3, line: 0, utf8: 3, utf16: 2, utf32: 2},
		{offset: 7, line: 0, utf8: 7, utf16: 4, utf32: 3},
		{offset: 8, line: 0, utf8: 8, utf16: 5, utf32: 4},
		{offset: 10, line: 1},
		{offset: 11, line: 2},
		{offset: 13, line: 3},
		{offset: 14, line: 3, utf8: 1, utf16: 1, utf32: 1},
	}
	m := text.NewMapper(src)
	for _, tt := range tests {
		for enc, character := range map[text.Encoding]int{text.UTF8: tt.utf8, text.UTF16: tt.utf16, text.UTF32: tt.utf32} {
			want := text.Position{Line: tt.line, Character: character}
			if got := m.Position(tt.offset, enc); got != want {
				t.Errorf("Position(%d, %v) = %v, want %v", tt.offset, enc, got, want)
			}
			if back, err := m.Offset(want, enc); err != nil || back != tt.offset {
				t.Errorf("Offset(%v, %v) = %d, %v, want %d", want, enc, back, err, tt.offset)
			}
		}
	}
}

func TestMapperPositionInsideACharacterIsItsBeginning(t *testing.T) {
	t.Parallel()
	m := text.NewMapper("a😀b")
	for offset := 2; offset < 5; offset++ {
		if got, want := m.Position(offset, text.UTF16), (text.Position{Character: 1}); got != want {
			t.Errorf("Position(%d) = %v, want %v", offset, got, want)
		}
	}
	for enc, character := range map[text.Encoding]int{text.UTF16: 2, text.UTF8: 3} {
		if got, err := m.Offset(text.Position{Character: character}, enc); err != nil || got != 1 {
			t.Errorf("Offset(%d, %v) = %d, %v, want 1", character, enc, got, err)
		}
	}
}

func TestMapperOffsetOutside(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		src     string
		at      text.Position
		want    int
		wantErr string
	}{
		"past the line end":            {src: "ab\r\ncd", at: text.Position{Character: 99}, want: 2},
		"past the end of é":            {src: "é\nx", at: text.Position{Character: 99}, want: 2},
		"the line behind the last one": {src: "ab\ncd", at: text.Position{Line: 2}, want: 5},
		"a line that does not exist":   {src: "ab\ncd", at: text.Position{Line: 3}, wantErr: "convert position: line 3 is behind the last line 1"},
		"negative line":                {src: "ab", at: text.Position{Line: -1}, wantErr: "convert position: line -1, character 0 is negative"},
		"negative character":           {src: "ab", at: text.Position{Character: -1}, wantErr: "convert position: line 0, character -1 is negative"},
		"empty text":                   {src: "", at: text.Position{}, want: 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := text.NewMapper(tt.src).Offset(tt.at, text.UTF16)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if got != tt.want || message != tt.wantErr {
				t.Errorf("got %d, %q, want %d, %q", got, message, tt.want, tt.wantErr)
			}
		})
	}
}

func TestMapperLine(t *testing.T) {
	t.Parallel()
	m := text.NewMapper("ab\r\n\rcd")
	if got := m.LineCount(); got != 3 {
		t.Errorf("LineCount() = %d, want 3", got)
	}
	for offset, want := range map[int]text.Span{0: {End: 2}, 3: {End: 2}, 4: {Start: 4, End: 4}, 5: {Start: 5, End: 7}, 99: {Start: 5, End: 7}} {
		if _, got := m.Line(offset); got != want {
			t.Errorf("Line(%d) = %v, want %v", offset, got, want)
		}
	}
}

// A position in a very long line is found by checkpoints: both directions must
// agree with counting from the line's beginning.
func TestMapperLongLine(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("aé😀\t", 3000)
	m := text.NewMapper("first\n" + line + "\nlast")
	utf16, utf32 := 0, 0
	for i, r := range line {
		offset := len("first\n") + i
		if got := m.Position(offset, text.UTF16); got != (text.Position{Line: 1, Character: utf16}) {
			t.Fatalf("Position(%d, UTF16) = %v, want character %d", offset, got, utf16)
		}
		for enc, character := range map[text.Encoding]int{text.UTF16: utf16, text.UTF32: utf32, text.UTF8: i} {
			if got, err := m.Offset(text.Position{Line: 1, Character: character}, enc); err != nil || got != offset {
				t.Fatalf("Offset(%d, %v) = %d, %v, want %d", character, enc, got, err, offset)
			}
		}
		utf32++
		if utf16++; r > 0xFFFF {
			utf16++
		}
	}
}

func FuzzMapper(f *testing.F) {
	f.Add("aé😀b\r\n\rx\ny", 3)
	f.Add(strings.Repeat("é", 600), 1025)
	f.Add("\xff\x80\n", 1)
	f.Fuzz(func(t *testing.T, src string, offset int) {
		m := text.NewMapper(src)
		for _, enc := range []text.Encoding{text.UTF8, text.UTF16, text.UTF32} {
			p := m.Position(offset, enc)
			if p.Line < 0 || p.Line >= m.LineCount() || p.Character < 0 {
				t.Fatalf("Position(%d, %v) = %v of %d lines", offset, enc, p, m.LineCount())
			}
			back, err := m.Offset(p, enc)
			if err != nil || back < 0 || back > len(src) {
				t.Fatalf("Offset(%v, %v) = %d, %v", p, enc, back, err)
			}
			inRange := offset >= 0 && offset <= len(src)
			onLine := inRange && func() bool { _, line := m.Line(offset); return line.Contains(offset) }()
			if utf8.ValidString(src) && onLine && (offset == len(src) || utf8.RuneStart(src[offset])) && back != offset {
				t.Fatalf("offset %d became %v and then %d (%v)", offset, p, back, enc)
			}
		}
	})
}

func TestApply(t *testing.T) {
	t.Parallel()
	edit := func(start, end int, s string) text.Edit {
		return text.Edit{Span: text.Span{Start: start, End: end}, New: s}
	}
	tests := map[string]struct {
		edits   []text.Edit
		want    string
		wantErr string
	}{
		"none":                      {want: "hello"},
		"replace and insert":        {edits: []text.Edit{edit(0, 1, "J"), edit(5, 5, "!")}, want: "Jello!"},
		"any order":                 {edits: []text.Edit{edit(5, 5, "!"), edit(0, 1, "J")}, want: "Jello!"},
		"insertions at one place":   {edits: []text.Edit{edit(1, 2, "E"), edit(1, 1, "a"), edit(1, 1, "b")}, want: "habEllo"},
		"delete all":                {edits: []text.Edit{edit(0, 5, "")}, want: ""},
		"overlap":                   {edits: []text.Edit{edit(0, 3, "x"), edit(2, 4, "y")}, wantErr: "apply edit: the edit at byte 2 overlaps another one"},
		"behind the end":            {edits: []text.Edit{edit(4, 6, "x")}, wantErr: "apply edit: bytes 4 to 6 are outside the text of 5 bytes"},
		"end before start":          {edits: []text.Edit{edit(3, 2, "x")}, wantErr: "apply edit: bytes 3 to 2 are outside the text of 5 bytes"},
		"an insertion inside edits": {edits: []text.Edit{edit(0, 3, "x"), edit(1, 1, "y")}, wantErr: "apply edit: the edit at byte 1 overlaps another one"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := append([]text.Edit(nil), tt.edits...)
			got, err := text.Apply("hello", tt.edits)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if got != tt.want || message != tt.wantErr {
				t.Errorf("got %q, %q, want %q, %q", got, message, tt.want, tt.wantErr)
			}
			if diff := cmp.Diff(before, tt.edits); diff != "" {
				t.Errorf("the caller's edits changed (-before +after):\n%s", diff)
			}
		})
	}
}

func TestFinderLooksBack(t *testing.T) {
	t.Parallel()
	const src = "a{{b{{c"
	finder := text.NewFinder(src, "{{")
	for _, tt := range []struct{ at, want int }{{2, 4}, {0, 1}, {1, 1}, {2, 4}, {5, 7}, {3, 4}, {0, 1}, {7, 7}, {0, 1}} {
		if got := finder.Next(tt.at); got != tt.want {
			t.Errorf("Next(%d) = %d, want %d", tt.at, got, tt.want)
		}
	}
}

func BenchmarkMapper(b *testing.B) {
	src := strings.Repeat("Authorization: Bearer {{token}}\n", 50_000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		text.NewMapper(src).Position(len(src)/2, text.UTF16)
	}
}

// TestMapperStaysOnTheLine: a byte that continues a character which did not
// begin is no reason to leave its line.
func TestMapperStaysOnTheLine(t *testing.T) {
	t.Parallel()
	m := text.NewMapper("a\r\n\x9a0")
	for _, enc := range []text.Encoding{text.UTF8, text.UTF16, text.UTF32} {
		if got, want := m.Position(3, enc), (text.Position{Line: 1}); got != want {
			t.Errorf("encoding %v: %+v, want %+v", enc, got, want)
		}
	}
}
