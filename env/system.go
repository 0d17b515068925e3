package env

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SystemVariable is one row of the table of system variables, {{$name …}}.
type SystemVariable struct {
	// Name is without the $.
	Name string
	// Signature shows the arguments: "$randomInt min max".
	Signature string
	// Doc is a sentence or two for completion and hover.
	Doc string
	// Example is a whole expression.
	Example string
	// MinArgs and MaxArgs bound the number of blank-separated arguments. Where
	// check is set it may refuse numbers between them.
	MinArgs, MaxArgs int
	// Private is set if the value comes from the user's machine.
	Private bool

	// check returns what is wrong with a valid number of arguments, or "".
	check func(args []string) string
}

// systems is the table of system variables. It is never changed after start.
var systems = []SystemVariable{
	{
		Name: "guid", Signature: "$guid", Example: "{{$guid}}",
		Doc: "A new random UUID (version 4) each time it is sent.",
	},
	{
		Name: "uuid", Signature: "$uuid", Example: "{{$uuid}}",
		Doc: "A new random UUID (version 4) each time it is sent; the same as $guid.",
	},
	{
		Name: "timestamp", Signature: "$timestamp [offset unit]", Example: "{{$timestamp -3 h}}", MaxArgs: 2, check: checkTimestamp,
		Doc: "The current time in whole seconds since 1970-01-01 UTC, moved by an offset if one is given. Units: y years, Q quarters, M months, w weeks, d days, h hours, m minutes, s seconds, ms milliseconds.",
	},
	{
		Name: "randomInt", Signature: "$randomInt [min max]", Example: "{{$randomInt 1 100}}", MaxArgs: 2, check: checkRandomInt,
		Doc: "A random whole number from min up to, but not including, max. Without the two it is from 0 to 999.",
	},
	{
		Name: "processEnv", Signature: "$processEnv NAME", Example: "{{$processEnv API_TOKEN}}", MinArgs: 1, MaxArgs: 1, Private: true,
		Doc: "An environment variable of the machine, as vault-lsp was started with it. %NAME takes the environment variable's name from the variable NAME.",
	},
	{
		Name: "dotenv", Signature: "$dotenv NAME", Example: "{{$dotenv API_TOKEN}}", MinArgs: 1, MaxArgs: 1, Private: true,
		Doc: "A variable of the nearest .env file, in the request file's folder or one above it; .env.<environment> comes first. %NAME takes the name from the variable NAME.",
	},
}

// Systems returns the table of system variables. Their values are made by
// package request. The slice is the caller's.
func Systems() []SystemVariable { return slices.Clone(systems) }

// LookupSystem returns the row of a system variable, by its name without the
// $.
func LookupSystem(name string) (SystemVariable, bool) {
	for i := range systems {
		if systems[i].Name == name {
			return systems[i], true
		}
	}
	return SystemVariable{}, false
}

// checkArgs returns what is wrong with the arguments, or "".
func (v *SystemVariable) checkArgs(args []string) string {
	switch {
	case len(args) < v.MinArgs || len(args) > v.MaxArgs:
		if v.MaxArgs == 0 {
			return fmt.Sprintf("$%s takes no arguments; write %s.", v.Name, v.Example)
		}
		return fmt.Sprintf("$%s is written %s, for example %s.", v.Name, v.Signature, v.Example)
	case v.check != nil:
		return v.check(args)
	case len(args) == 1 && strings.Trim(args[0], "%") == "":
		return fmt.Sprintf("$%s needs a name, for example %s.", v.Name, v.Example)
	}
	return ""
}

func checkTimestamp(args []string) string {
	if len(args) == 0 {
		return ""
	}
	if _, err := strconv.Atoi(args[0]); err != nil || len(args) != 2 {
		return "$timestamp takes an offset and its unit, for example {{$timestamp -3 h}}, or nothing."
	}
	if !slices.Contains([]string{"y", "Q", "M", "w", "d", "h", "m", "s", "ms"}, args[1]) {
		return "The unit must be y, Q, M, w, d, h, m, s or ms."
	}
	return ""
}

func checkRandomInt(args []string) string {
	if len(args) == 0 {
		return ""
	}
	if len(args) == 1 {
		return "$randomInt takes two whole numbers or none, for example {{$randomInt 1 100}}."
	}
	low, err1 := strconv.ParseInt(args[0], 10, 64)
	high, err2 := strconv.ParseInt(args[1], 10, 64)
	if err1 != nil || err2 != nil {
		return "$randomInt takes two whole numbers, for example {{$randomInt 1 100}}."
	}
	if high <= low {
		return "The second number of $randomInt, which is never reached, must be greater than the first."
	}
	return ""
}
