// Package dayjs writes times with the format letters of Day.js, which the REST
// Client dialect uses in {{$datetime "YYYY-MM-DD"}}: the letters of its parsing
// and formatting page (https://day.js.org/docs/en/display/format) and of its
// AdvancedFormat plugin, in English.
package dayjs

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Format writes t as layout says. Text in square brackets stands for itself, as
// does every character that is no format letter.
func Format(t time.Time, layout string) string {
	var b strings.Builder
	for len(layout) > 0 {
		if layout[0] == '[' {
			if end := strings.IndexByte(layout, ']'); end > 1 {
				b.WriteString(layout[1:end])
				layout = layout[end+1:]
				continue
			}
		}
		token := next(layout)
		if write := writer(token); write != nil {
			b.WriteString(write(t))
		} else {
			token = layout[:1]
			b.WriteString(token)
		}
		layout = layout[len(token):]
	}
	return b.String()
}

// next returns the longest format letters at the start of layout, or "".
func next(layout string) string {
	for n := min(4, len(layout)); n > 0; n-- {
		if writer(layout[:n]) != nil {
			return layout[:n]
		}
	}
	return ""
}

// writer returns what writes a token, or nil where it is none.
func writer(token string) func(time.Time) string {
	if w := dateWriter(token); w != nil {
		return w
	}
	return clockWriter(token)
}

func number(format string, part func(time.Time) int) func(time.Time) string {
	return func(t time.Time) string { return fmt.Sprintf(format, part(t)) }
}

func goLayout(layout string) func(time.Time) string {
	return func(t time.Time) string { return t.Format(layout) }
}

func dateWriter(token string) func(time.Time) string {
	month := func(t time.Time) int { return int(t.Month()) }
	switch token {
	case "YY":
		return number("%02d", func(t time.Time) int { return t.Year() % 100 })
	case "YYYY":
		return number("%04d", time.Time.Year)
	case "M":
		return number("%d", month)
	case "MM":
		return number("%02d", month)
	case "MMM":
		return goLayout("Jan")
	case "MMMM":
		return goLayout("January")
	case "D":
		return number("%d", time.Time.Day)
	case "DD":
		return number("%02d", time.Time.Day)
	case "Do":
		return func(t time.Time) string { return ordinal(t.Day()) }
	case "d":
		return number("%d", func(t time.Time) int { return int(t.Weekday()) })
	case "dd":
		return func(t time.Time) string { return t.Weekday().String()[:2] }
	case "ddd":
		return goLayout("Mon")
	case "dddd":
		return goLayout("Monday")
	case "Q":
		return number("%d", func(t time.Time) int { return (int(t.Month()) + 2) / 3 })
	case "W":
		return number("%d", isoWeek)
	case "WW":
		return number("%02d", isoWeek)
	case "GGGG":
		return number("%04d", func(t time.Time) int { year, _ := t.ISOWeek(); return year })
	}
	return nil
}

func clockWriter(token string) func(time.Time) string {
	half := func(t time.Time) int { return (t.Hour()+11)%12 + 1 }
	switch token {
	case "H":
		return number("%d", time.Time.Hour)
	case "HH":
		return number("%02d", time.Time.Hour)
	case "h":
		return number("%d", half)
	case "hh":
		return number("%02d", half)
	case "k":
		return number("%d", func(t time.Time) int { return (t.Hour()+23)%24 + 1 })
	case "kk":
		return number("%02d", func(t time.Time) int { return (t.Hour()+23)%24 + 1 })
	case "m":
		return number("%d", time.Time.Minute)
	case "mm":
		return number("%02d", time.Time.Minute)
	case "s":
		return number("%d", time.Time.Second)
	case "ss":
		return number("%02d", time.Time.Second)
	case "SSS":
		return number("%03d", func(t time.Time) int { return t.Nanosecond() / int(time.Millisecond) })
	case "Z":
		return goLayout("-07:00")
	case "ZZ":
		return goLayout("-0700")
	case "A":
		return goLayout("PM")
	case "a":
		return goLayout("pm")
	case "X":
		return func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	case "x":
		return func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
	}
	return nil
}

func isoWeek(t time.Time) int { _, week := t.ISOWeek(); return week }

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
