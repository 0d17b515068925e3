package env

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// offsetUnits are the units of the offsets of times, as Day.js names them.
var offsetUnits = []ParamValue{
	{"y", "years"}, {"Q", "quarters"}, {"M", "months"}, {"w", "weeks"}, {"d", "days"},
	{"h", "hours"}, {"m", "minutes"}, {"s", "seconds"}, {"ms", "milliseconds"},
}

func isOffsetUnit(s string) bool {
	return slices.ContainsFunc(offsetUnits, func(unit ParamValue) bool { return unit.Text == s })
}

// MaxRandomText bounds the length of a random text, in characters.
const MaxRandomText = 1 << 20

func checkTimestamp(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return checkOffset("timestamp", "{{$timestamp -3 h}}", args)
}

func checkOffset(name, example string, args []string) string {
	if len(args) != 2 {
		return fmt.Sprintf("$%s takes an offset and its unit, for example %s, or neither.", name, example)
	}
	n, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil {
		return fmt.Sprintf("The offset of $%s is a whole number, for example %s.", name, example)
	}
	if !isOffsetUnit(args[1]) {
		return "The unit must be y, Q, M, w, d, h, m, s or ms."
	}
	if most := maxOffset(args[1]); n > most || n < -most {
		return fmt.Sprintf("The offset of $%s is longer than %d years.", name, maxOffsetYears)
	}
	return ""
}

// maxOffsetYears bounds offsets: what they give is a date of four digits.
const maxOffsetYears = 2000

// maxOffset is the longest offset in a unit.
func maxOffset(unit string) int64 {
	const days = maxOffsetYears * 366
	return map[string]int64{
		"y": maxOffsetYears, "Q": maxOffsetYears * 4, "M": maxOffsetYears * 12, "w": days / 7, "d": days,
		"h": days * 24, "m": days * 24 * 60, "s": days * 24 * 60 * 60, "ms": days * 24 * 60 * 60 * 1000,
	}[unit]
}

func checkDatetime(name string) func(args []string) string {
	return func(args []string) string {
		example := "{{$" + name + ` "YYYY-MM-DD" -1 d}}`
		if strings.TrimSpace(args[0]) == "" {
			return fmt.Sprintf("$%s needs a format: rfc1123, iso8601 or letters such as %s.", name, example)
		}
		if len(args) == 1 {
			return ""
		}
		return checkOffset(name, example, args[1:])
	}
}

func checkRandomInt(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return checkRange("randomInt", "{{$randomInt 1 100}}", args)
}

// checkRange wants two whole numbers of which the second is greater.
func checkRange(name, example string, args []string) string {
	if len(args) != 2 {
		return fmt.Sprintf("$%s takes two whole numbers or none, for example %s.", name, example)
	}
	low, err1 := strconv.ParseInt(args[0], 10, 64)
	high, err2 := strconv.ParseInt(args[1], 10, 64)
	if err1 != nil || err2 != nil {
		return fmt.Sprintf("$%s takes two whole numbers, for example %s.", name, example)
	}
	if high <= low || high-low < 0 {
		return fmt.Sprintf("The second number of $%s, which is never reached, must be greater than the first, and not by more than 2^63.", name)
	}
	return ""
}

func checkInteger(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return checkRange("random.integer", "{{$random.integer(1, 100)}}", args)
}

// rangeArgs completes {{$random.integer(to)}} of JetBrains, which begins at 0.
func rangeArgs(args []string) []string {
	if len(args) == 1 {
		return []string{"0", args[0]}
	}
	return args
}

func checkFloat(args []string) string {
	const example = "{{$random.float(0.5, 2)}}"
	if len(args) == 0 {
		return ""
	}
	low, err1 := strconv.ParseFloat(args[0], 64)
	high, err2 := strconv.ParseFloat(args[1], 64)
	if err1 != nil || err2 != nil || !(high-low > 0) || high-low > 1e300 {
		return "$random.float takes two numbers of which the second is greater, for example " + example + "."
	}
	return ""
}

// checkLength wants the length of a random text.
func checkLength(name string) func(args []string) string {
	return func(args []string) string {
		if len(args) == 0 {
			return ""
		}
		if n, err := strconv.Atoi(args[0]); err != nil || n < 1 || n > MaxRandomText {
			return fmt.Sprintf("$random.%s takes a length from 1 to %d, for example {{$random.%s(10)}}.", name, MaxRandomText, name)
		}
		return ""
	}
}

// checkEnvName wants the name after {{$env.
func checkEnvName(args []string) string {
	if strings.TrimSpace(args[0]) == "" {
		return "$env. needs a name, for example {{$env.API_TOKEN}}."
	}
	return ""
}
