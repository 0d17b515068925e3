package archtest

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// numberOfThreats is how many rules SECURITY.md has, S1 and following.
const numberOfThreats = 15

// TestThreatsHaveTests finds, for every threat of SECURITY.md, a row of tests,
// and every test that a row names.
func TestThreatsHaveTests(t *testing.T) {
	t.Parallel()
	_, table, found := strings.Cut(document(t, "SECURITY.md"), "## Where each rule is tested")
	if !found {
		t.Fatal("SECURITY.md has no section about tests")
	}
	name := regexp.MustCompile("`([a-z/-]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")
	for n := range numberOfThreats {
		threat := fmt.Sprintf("S%d", n+1)
		_, row, found := strings.Cut(table, "\n| "+threat+" | ")
		row, _, _ = strings.Cut(row, "\n")
		tests := name.FindAllStringSubmatch(row, -1)
		if !found || len(tests) == 0 {
			t.Errorf("SECURITY.md names no test for %s", threat)
		}
		for _, test := range tests {
			if !declares(t, test[1], test[2]) {
				t.Errorf("SECURITY.md names %s of %s for %s, which does not exist", test[2], test[1], threat)
			}
		}
		if strings.Count(row, "`")/2 != len(tests) {
			t.Errorf("the row of %s names something that is no test: %s", threat, row)
		}
	}
}
