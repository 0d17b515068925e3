package text_test

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// checkEdited fails unless the mapper that is made from an earlier one has the
// lines of one that is made from nothing.
func checkEdited(t testing.TB, m *text.Mapper, src, changed string) *text.Mapper {
	t.Helper()
	got, want := m.Edited(changed, text.Difference(src, changed)), text.NewMapper(changed)
	if got.LineCount() != want.LineCount() {
		t.Fatalf("%q to %q: %d lines, want %d", src, changed, got.LineCount(), want.LineCount())
	}
	for offset := range len(changed) + 1 {
		gotLine, gotSpan := got.Line(offset)
		wantLine, wantSpan := want.Line(offset)
		if gotLine != wantLine || gotSpan != wantSpan {
			t.Fatalf("%q to %q at %d: line %d %v, want %d %v", src, changed, offset, gotLine, gotSpan, wantLine, wantSpan)
		}
	}
	return got
}

func TestMapperEdited(t *testing.T) {
	t.Parallel()
	const alphabet = "x\r\n"
	var texts []string
	for n := range 4 * 27 {
		// All texts of up to three bytes, with lines around them.
		s := ""
		for i, left := 0, n/4; i < n%4; i, left = i+1, left/3 {
			s += alphabet[left%3 : left%3+1]
		}
		texts = append(texts, s, "a\nb\r\n"+s, s+"c\r\nd\n", "a\r"+s+"\nb\nc")
	}
	for _, src := range texts {
		for _, changed := range texts {
			checkEdited(t, checkEdited(t, text.NewMapper(src), src, changed), changed, src)
		}
	}
}

func FuzzMapperEdited(f *testing.F) {
	f.Add("a\r\nb", "a\rx\nb")
	f.Fuzz(func(t *testing.T, src, changed string) {
		checkEdited(t, checkEdited(t, text.NewMapper(src), src, changed), changed, src)
	})
}

func BenchmarkMapperEdited(b *testing.B) {
	src := strings.Repeat("Authorization: Bearer {{token}}\n", 50_000)
	half := len(src) / 2
	versions := [2]string{src, src[:half] + "x" + src[half:]}
	m := text.NewMapper(src)
	m.LineCount()
	b.SetBytes(int64(len(src)))
	for i := 0; b.Loop(); i++ {
		m = m.Edited(versions[(i+1)%2], text.Difference(versions[i%2], versions[(i+1)%2]))
	}
}
