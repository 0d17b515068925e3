package request

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/vault-lsp/vault-lsp/env"
)

// evaluated is the value of a system variable.
type evaluated struct {
	text string
	// source is set if the value comes from the user's machine and not from
	// the workspace, and so is bound to destinations: {{$processEnv TOKEN}}.
	source string
	// private is set if the value is masked although it may go anywhere.
	private bool
}

// problemError is an error with the code of its problem.
type problemError struct{ code, message, hint string }

func (e *problemError) Error() string { return e.message }

// system evaluates a system variable as the REST Client dialect does:
// timestamps in seconds, the upper bound of a random number exclusive. Unlike
// there, what is missing is an error (ruling C15: nothing unresolved is sent).
// args are its arguments, nested variables replaced.
func (b *builder) system(name string, args []string) (evaluated, error) {
	switch name {
	case "guid", "uuid":
		id, err := uuid.NewRandom()
		return evaluated{text: id.String()}, err
	case "timestamp":
		return b.timestamp(args)
	case "randomInt":
		return b.randomInt(args)
	case "processEnv":
		return b.processEnv(args)
	case "dotenv":
		return b.dotenv(args)
	}
	return evaluated{}, &problemError{CodeUnsupported, "{{$" + name + "}} cannot be evaluated", "use another variable"}
}

func (b *builder) timestamp(args []string) (evaluated, error) {
	at := b.src.Now().UTC()
	if len(args) == 2 {
		n, err := strconv.Atoi(args[0])
		if err != nil {
			return evaluated{}, badArgument("{{$timestamp}}: the offset is not a whole number", "write {{$timestamp -3 h}}")
		}
		if at, err = addOffset(at, n, args[1]); err != nil {
			return evaluated{}, err
		}
	} else if len(args) != 0 {
		return evaluated{}, badArgument("{{$timestamp}} takes an offset and its unit, or nothing", "write {{$timestamp -3 h}}")
	}
	return evaluated{text: strconv.FormatInt(at.Unix(), 10)}, nil
}

// addOffset adds n units. A month or year that has no such day gives its last
// one, as Day.js does: January 31 and one month is the end of February.
func addOffset(at time.Time, n int, unit string) (time.Time, error) {
	months := func(n int) time.Time {
		first := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), at.Location())
		last := first.AddDate(0, 1, -1).Day()
		return first.AddDate(0, 0, min(at.Day(), last)-1)
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
		return at.Add(time.Duration(n) * time.Hour), nil
	case "m":
		return at.Add(time.Duration(n) * time.Minute), nil
	case "s":
		return at.Add(time.Duration(n) * time.Second), nil
	case "ms":
		return at.Add(time.Duration(n) * time.Millisecond), nil
	}
	return at, badArgument("the unit of the offset is not known", "write one of y, Q, M, w, d, h, m, s, ms")
}

func (b *builder) randomInt(args []string) (evaluated, error) {
	if len(args) == 0 {
		args = []string{"0", "1000"}
	}
	if len(args) != 2 {
		return evaluated{}, badArgument("{{$randomInt}} takes two numbers or none", "write {{$randomInt 1 100}}")
	}
	low, errLow := strconv.ParseInt(args[0], 10, 64)
	high, errHigh := strconv.ParseInt(args[1], 10, 64)
	if errLow != nil || errHigh != nil {
		return evaluated{}, badArgument("{{$randomInt}} takes two whole numbers", "write {{$randomInt 1 100}}")
	}
	if width := high - low; width <= 0 {
		return evaluated{}, badArgument(fmt.Sprintf("{{$randomInt %d %d}}: the second number, which is never reached, must be greater than the first", low, high), "write {{$randomInt 1 100}}")
	}
	return evaluated{text: strconv.FormatInt(low+b.src.Random(high-low), 10)}, nil
}

func (b *builder) processEnv(args []string) (evaluated, error) {
	name, err := b.variableName("processEnv", args)
	if err != nil {
		return evaluated{}, err
	}
	value, found := b.src.LookupEnv(name)
	if !found {
		return evaluated{}, &problemError{CodeMissingEnv, "the environment variable " + name + " is not set", "set it before vault-lsp starts"}
	}
	return evaluated{text: value, source: "{{$processEnv " + name + "}}"}, nil
}

func (b *builder) dotenv(args []string) (evaluated, error) {
	name, err := b.variableName("dotenv", args)
	if err != nil {
		return evaluated{}, err
	}
	value, found := b.scope.Environments().Dotenv(b.scope.Environment())[name]
	if !found {
		return evaluated{}, &problemError{CodeMissingEnv, "no .env file of this folder or its parents sets " + name, "add " + name + "=… to .env"}
	}
	return evaluated{text: value, private: true}, nil
}

// variableName returns the one argument; %X means the value of variable X.
func (b *builder) variableName(function string, args []string) (string, error) {
	if len(args) != 1 || args[0] == "" || args[0] == "%" {
		return "", badArgument("{{$"+function+"}} takes one name", "write {{$"+function+" NAME}}")
	}
	variable, indirect := strings.CutPrefix(args[0], "%")
	if !indirect {
		return args[0], nil
	}
	definitions := b.scope.Lookup(variable)
	if len(definitions) == 0 {
		return "", &problemError{env.CodeUndefined, "the variable " + variable + " is not defined", "define it, or name the environment variable without %"}
	}
	d := definitions[0]
	expansion := b.scope.Expand(d.Src, d.Template)
	name := ""
	for _, p := range expansion.Pieces {
		if p.Kind != env.Literal {
			return "", badArgument("the variable "+variable+" is not plain text", "name the environment variable without %")
		}
		name += p.Text
	}
	if len(expansion.Problems) > 0 || name == "" {
		return "", badArgument("the variable "+variable+" names nothing", "name the environment variable without %")
	}
	return name, nil
}

func badArgument(message, hint string) error { return &problemError{CodeBadArgument, message, hint} }

// codeOf returns the code and hint of an error of a system variable.
func codeOf(err error) (code, hint string) {
	var p *problemError
	if errors.As(err, &p) {
		return p.code, p.hint
	}
	return CodeUnsupported, ""
}
