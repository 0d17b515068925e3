package testtools

import "testing"

// Chromium returns the path of the browser, which runs headless with
// --headless --no-sandbox.
func Chromium(tb testing.TB) string {
	tb.Helper()
	return command(tb, "chromium", "chromium")
}
