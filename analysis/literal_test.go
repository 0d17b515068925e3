package analysis

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// sorted returns the findings in an order that does not depend on how they were
// found.
func (l *Literals) sorted() []literal {
	found := slices.Clone(l.found)
	slices.SortFunc(found, func(a, b literal) int {
		return cmp.Or(a.span.Start-b.span.Start, a.span.End-b.span.End, strings.Compare(a.what, b.what))
	})
	return found
}

func checkLiterals(t testing.TB, l *Literals, src, changed string) *Literals {
	t.Helper()
	got, want := l.Edited(changed, text.Difference(src, changed)), FindLiterals(changed)
	if !reflect.DeepEqual(got.sorted(), want.sorted()) {
		t.Fatalf("%q to %q: found %+v, want %+v", src, changed, got.sorted(), want.sorted())
	}
	return got
}

func TestLiteralsEdited(t *testing.T) {
	t.Parallel()
	const token = "ghp_0123456789abcdefghijklmnopqrstuvwxyz"
	const aws = "AKIA0123456789ABCDEF"
	const jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz"
	texts := []string{
		"", "\n", token, "a\n" + token + "\nb", "a\r" + token + "\r\n" + aws, token[:20] + "\n" + token[20:], jwt + "\n" + token,
		jwt[:30] + "\n" + jwt[30:], "x" + token, "-----BEGIN \nRSA PRIVATE KEY-----", "-----BEGIN RSA PRIVATE KEY-----\n" + aws + " " + aws,
		strings.Repeat(".eyJ", 9) + jwt + "\n" + aws,
	}
	if n := len(FindLiterals(strings.Join(texts, "\n")).found); n < 8 {
		t.Fatalf("only %d literals in the texts", n)
	}
	for _, src := range texts {
		for _, changed := range texts {
			checkLiterals(t, checkLiterals(t, FindLiterals(src), src, changed), changed, src)
		}
	}
}

func FuzzLiteralsEdited(f *testing.F) {
	f.Add("ghp_0123456789abcdefghijklmnopqrstuvwxyz\n", "ghp_0123456789abcdefghi\njklmnopqrstuvwxyz\n")
	f.Fuzz(func(t *testing.T, src, changed string) {
		checkLiterals(t, checkLiterals(t, FindLiterals(src), src, changed), changed, src)
	})
}

// Literals of another text than the file's are not believed.
func TestDiagnoseLooksForLiteralsOfTheFileItself(t *testing.T) {
	t.Parallel()
	in := benchInput(1)
	in.Literals = FindLiterals("ghp_0123456789abcdefghijklmnopqrstuvwxyz")
	if found := Diagnose(in); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}
