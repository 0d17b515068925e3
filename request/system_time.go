package request

import (
	"net/http"
	"strconv"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/dayjs"
)

// isoLayout is what JavaScript's Date.toISOString gives.
const isoLayout = "2006-01-02T15:04:05.000Z07:00"

// timestamp is in seconds, in the JetBrains dialect in milliseconds (ruling
// C13).
func (b *builder) timestamp(args []string) (evaluated, error) {
	at, err := moved(b.src.Now().UTC(), args)
	if err != nil {
		return evaluated{}, err
	}
	if b.scope.Dialect() == env.JetBrains {
		return evaluated{text: strconv.FormatInt(at.UnixMilli(), 10)}, nil
	}
	return evaluated{text: strconv.FormatInt(at.Unix(), 10)}, nil
}

// isoLocalLayout is what Day.js gives where no format is written, as REST Client
// and httpYac do for {{$localDatetime iso8601}}.
const isoLocalLayout = "2006-01-02T15:04:05-07:00"

// datetime writes a time in the format that is the first argument, moved by the
// offset that follows.
func (b *builder) datetime(at time.Time, args []string) (evaluated, error) {
	if len(args) == 0 {
		return evaluated{}, badArgument("{{$datetime}} needs a format", `write {{$datetime "YYYY-MM-DD"}}`)
	}
	at, err := moved(at, args[1:])
	if err != nil {
		return evaluated{}, err
	}
	utc := at.Location() == time.UTC
	switch {
	case args[0] == "rfc1123" && utc:
		return evaluated{text: at.Format(http.TimeFormat)}, nil
	case args[0] == "rfc1123":
		return evaluated{text: at.Format(time.RFC1123Z)}, nil
	case args[0] == "iso8601" && utc:
		return evaluated{text: at.Format(isoLayout)}, nil
	case args[0] == "iso8601":
		return evaluated{text: at.Format(isoLocalLayout)}, nil
	}
	return evaluated{text: dayjs.Format(at, args[0])}, nil
}

// moved is at with the offset of the arguments, if they have one.
func moved(at time.Time, args []string) (time.Time, error) {
	if len(args) == 0 {
		return at, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || len(args) != 2 {
		return at, badArgument("an offset is a whole number and its unit", "write {{$timestamp -3 h}}")
	}
	return addOffset(at, n, args[1])
}

// addOffset adds n units. A month or year that has no such day gives its last
// one, as Day.js does: January 31 and one month is the end of February.
func addOffset(at time.Time, n int, unit string) (time.Time, error) {
	months := func(n int) time.Time {
		first := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(at.Day(), last)-1)
	}
	// A time.Duration holds no more than 292 years.
	seconds := func(n int64) time.Time {
		return time.Unix(at.Unix()+n, int64(at.Nanosecond())).In(at.Location())
	}
	switch unit {
	case "y":
		return months(12 * n), nil
	case "Q":
		return months(3 * n), nil
	case "M":
		return months(n), nil
	case "w":
		return at.AddDate(0, 0, 7*n), nil
	case "d":
		return at.AddDate(0, 0, n), nil
	case "h":
		return seconds(int64(n) * 3600), nil
	case "m":
		return seconds(int64(n) * 60), nil
	case "s":
		return seconds(int64(n)), nil
	case "ms":
		return seconds(int64(n) / 1000).Add(time.Duration(n%1000) * time.Millisecond), nil
	}
	return at, badArgument("the unit of the offset is not known", "write one of y, Q, M, w, d, h, m, s, ms")
}
