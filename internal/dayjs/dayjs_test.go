package dayjs_test

import (
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/dayjs"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.February, 3, 16, 5, 9, 87_000_000, time.FixedZone("", 5*3600+30*60))
	tests := map[string]string{
		"YYYY-MM-DD":                   "2026-02-03",
		"YY M D":                       "26 2 3",
		"MMM MMMM":                     "Feb February",
		"d dd ddd dddd":                "2 Tu Tue Tuesday",
		"H HH h hh k kk":               "16 16 4 04 16 16",
		"m mm s ss SSS":                "5 05 9 09 087",
		"Z ZZ":                         "+05:30 +0530",
		"A a":                          "PM pm",
		"Q Do W WW GGGG":               "1 3rd 6 06 2026",
		"X x":                          "1770114909 1770114909087",
		"YYYY-MM-DD[T]HH:mm:ss.SSS[Z]": "2026-02-03T16:05:09.087Z",
		"[Today is] dddd":              "Today is Tuesday",
		"[unclosed":                    "[unclo9e2",
		"[]YYYY[]":                     "[]2026[]",
		"":                             "",
		"é日YYYY":                       "é日2026",
	}
	for layout, want := range tests {
		if got := dayjs.Format(at, layout); got != want {
			t.Errorf("%q: %q, want %q", layout, got, want)
		}
	}
	midnight := time.Date(2026, time.January, 11, 0, 0, 0, 0, time.UTC)
	if got := dayjs.Format(midnight, "h k a Do Z"); got != "12 24 am 11th +00:00" {
		t.Errorf("midnight: %q", got)
	}
}

// TestFromDotNet is ruling C14: the letters of .NET are found and turned.
func TestFromDotNet(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"dd-MM-yyyy":                     "DD-MM-YYYY",
		"yyyy-MM-ddTHH:mm:ss.fff":        "YYYY-MM-DDTHH:mm:ss.SSS",
		"MM/dd":                          "MM/DD",
		"YYYY-MM-DD":                     "",
		"dddd, D MMMM YYYY":              "",
		"HH:mm":                          "",
		"dd D":                           "",
		"ddd, dd MMM":                    "ddd, DD MMM",
		"hh:mm tt":                       "hh:mm A",
		"yyyy-MM-dd'T'HH:mm:ss.fffffffK": "YYYY-MM-DD[T]HH:mm:ss.SSSZ",
		"d MMMM yyyy":                    "D MMMM YYYY",
		`dd\.MM HH:mm zzz`:               `DD[.]MM HH:mm Z`,
		"[dd] MM":                        "",
		"ddd MMM D":                      "",
		"MMMM dddd":                      "",
		"'":                              "",
		"é dd/MM":                        "é DD/MM",
	}
	for layout, want := range tests {
		got, found := dayjs.FromDotNet(layout)
		if found != (want != "") || found && got != want {
			t.Errorf("%q: %q, %v", layout, got, found)
		}
	}
}
