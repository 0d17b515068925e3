package text

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	t.Parallel()
	const letters = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"
	replace := func(src, old, by string) Edit {
		at := strings.Index(src, old)
		return Edit{Span: Span{Start: at, End: at + len(old)}, New: by}
	}
	for _, test := range []struct {
		name, src string
		edits     []Edit
		want      string
	}{
		{"nothing", letters, nil, ""},
		{"the same", letters, []Edit{replace(letters, "b", "b")}, ""},
		{"one line", letters, []Edit{replace(letters, "b", "B")}, "@@ -1,5 +1,5 @@\n a\n-b\n+B\n c\n d\n e\n"},
		{"two in a line", letters, []Edit{{Span{2, 2}, "<"}, {Span{3, 3}, ">"}}, "@@ -1,5 +1,5 @@\n a\n-b\n+<b>\n c\n d\n e\n"},
		{"a new line", letters, []Edit{{Span{2, 2}, "\n"}}, "@@ -1,4 +1,5 @@\n a\n+\n b\n c\n d\n"},
		{"a line less", letters, []Edit{replace(letters, "b\n", "")}, "@@ -1,5 +1,4 @@\n a\n-b\n c\n d\n e\n"},
		{"near each other", letters, []Edit{replace(letters, "a\n", ""), replace(letters, "h", "H")}, "@@ -1,11 +1,10 @@\n-a\n b\n c\n d\n e\n f\n g\n-h\n+H\n i\n j\n k\n"},
		{"next to each other", letters, []Edit{replace(letters, "a", "A"), replace(letters, "b", "B")}, "@@ -1,5 +1,5 @@\n-a\n-b\n+A\n+B\n c\n d\n e\n"},
		{"far from each other", letters, []Edit{replace(letters, "a\n", ""), replace(letters, "i", "I")}, "@@ -1,4 +1,3 @@\n-a\n b\n c\n d\n@@ -6,7 +5,7 @@\n f\n g\n h\n-i\n+I\n j\n k\n l\n"},
		{"no line end", "a", []Edit{{Span{1, 1}, "\n"}}, "@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"all", "\n", []Edit{replace("\n", "\n", "")}, "@@ -1,1 +0,0 @@\n-\n"},
		{"line ends", "a\r\nb\r\n", []Edit{{Span{0, 0}, " "}}, "@@ -1,2 +1,2 @@\n-a\r\n+ a\r\n b\r\n"},
	} {
		want := test.want
		if want != "" {
			want = "--- f\n+++ f\n" + want
		}
		if diff := cmp.Diff(want, Unified("f", test.src, test.edits)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.name, diff)
		}
	}
}

// TestUnifiedNamesOneFile: a file's name cannot say that other files change.
func TestUnifiedNamesOneFile(t *testing.T) {
	t.Parallel()
	want := "--- \"a\\n+++ /home/me/.profile\"\n+++ \"a\\n+++ /home/me/.profile\"\n@@ -1,1 +1,1 @@\n-a\n+b\n"
	if diff := cmp.Diff(want, Unified("a\n+++ /home/me/.profile", "a\n", []Edit{{Span{0, 1}, "b"}})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
