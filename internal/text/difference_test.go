package text_test

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

func TestDifference(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("0123456789\n", 1000)
	for _, c := range []struct {
		name, old, changed string
		want               text.Edit
	}{
		{"same", "abc", "abc", text.Edit{Span: text.Span{Start: 3, End: 3}}},
		{"insert", "ac", "abc", text.Edit{Span: text.Span{Start: 1, End: 1}, New: "b"}},
		{"delete", "abc", "ac", text.Edit{Span: text.Span{Start: 1, End: 2}}},
		{"replace", "abc", "axyc", text.Edit{Span: text.Span{Start: 1, End: 2}, New: "xy"}},
		{"ends do not overlap", "aa", "aaa", text.Edit{Span: text.Span{Start: 2, End: 2}, New: "a"}},
		{"all", "", "abc", text.Edit{New: "abc"}},
		{"none left", "abc", "", text.Edit{Span: text.Span{End: 3}}},
		{"far in a long text", long + "x" + long, long + "yz" + long, text.Edit{Span: text.Span{Start: len(long), End: len(long) + 1}, New: "yz"}},
	} {
		if got := text.Difference(c.old, c.changed); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func FuzzDifference(f *testing.F) {
	f.Add("a", "b")
	f.Fuzz(func(t *testing.T, old, changed string) {
		got, err := text.Apply(old, []text.Edit{text.Difference(old, changed)})
		if err != nil || got != changed {
			t.Fatalf("%q to %q gave %q, %v", old, changed, got, err)
		}
	})
}
