// Package golden compares what a test made with a file of the repository, and
// writes the file anew under `go test -update`.
package golden

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write generated and golden files anew")

// Compare fails the test where the file at path is not got; with -update it
// writes it first.
func Compare(tb testing.TB, path, got string) {
	tb.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		tb.Errorf("%s is out of date; run `go test . -run %s -update` in this package if the change is meant (-file +made):\n%s",
			path, tb.Name(), diff)
	}
}
