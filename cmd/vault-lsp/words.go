package main

import (
	"fmt"
	"time"
)

// expiryInWords says when something ends: the duration and the moment.
func expiryInWords(expires, now time.Time) string {
	moment := expires.Local().Format("2006-01-02 15:04")
	if left := expires.Sub(now); left > 0 {
		return "in " + inWords(left) + " (" + moment + ")"
	}
	return "expired (" + moment + ")"
}

// inWords is a duration as a person says it: the largest unit, of which there is
// at least one and a half for anything but minutes.
func inWords(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return "less than a minute"
	case d < 90*time.Minute:
		return counted(int(d.Round(time.Minute)/time.Minute), "minute")
	case d < 36*time.Hour:
		return counted(int(d.Round(time.Hour)/time.Hour), "hour")
	}
	return counted(int(d.Round(day)/day), "day")
}

func counted(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}
