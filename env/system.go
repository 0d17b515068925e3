package env

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/template"
)

// SystemVariable is one row of the table of system variables, {{$name …}}.
type SystemVariable struct {
	// Name is without the $. A Name that ends in a dot is followed by a name of
	// the user's: "env." is {{$env.HOME}}.
	Name string
	// Signature shows the arguments: "$randomInt min max".
	Signature string
	// Doc is a sentence or two for completion and hover.
	Doc string
	// Example is a whole expression.
	Example string
	// Params describe the arguments in their order, for signature help.
	Params []Param
	// Parens is set where the arguments stand in parentheses:
	// {{$random.integer(1, 10)}}.
	Parens bool
	// MinArgs and MaxArgs bound the number of arguments. Where check is set it
	// may refuse numbers between them.
	MinArgs, MaxArgs int
	// Private is set if the value comes from the user's machine.
	Private bool

	// asks is set if the value is an answer of the user's.
	asks bool
	// check returns what is wrong with a valid number of arguments, or "".
	check func(args []string) string
}

// Param is one argument of a system variable.
type Param struct {
	Name string // as in the signature
	Doc  string
	// Values are what may stand there, where there are few.
	Values []ParamValue
}

// ParamValue is one of the values of a Param, and what it stands for.
type ParamValue struct{ Text, Doc string }

// Systems returns the table of system variables. Their values are made by
// package request. The slice is the caller's.
func Systems() []SystemVariable { return slices.Clone(systems) }

// LookupSystem returns the row of a system variable, by its name without the
// $: "guid", "random.integer(1,5)", "env.HOME".
func LookupSystem(name string) (SystemVariable, bool) {
	base, _, _ := strings.Cut(name, "(")
	base, once := strings.CutSuffix(base, askonce)
	for i := range systems {
		row := &systems[i]
		if row.Name == base || strings.HasSuffix(row.Name, ".") && strings.HasPrefix(base, row.Name) {
			return *row, row.asks || !once
		}
	}
	return SystemVariable{}, false
}

// rowArgs returns the arguments of a call as its row of the table has them:
// those in parentheses without these, the name after `env.`, and a date's format
// where none is written (Visual Studio).
func (v *SystemVariable) rowArgs(name string, args []string) (_ []string, problem string) {
	if rest, ok := strings.CutPrefix(name, v.Name); ok && strings.HasSuffix(v.Name, ".") {
		return append([]string{rest}, args...), ""
	}
	if v.Name == "datetime" || v.Name == "localDatetime" {
		if len(args) == 0 || len(args) == 2 && isOffsetUnit(args[1]) {
			args = append([]string{"iso8601"}, args...)
		}
		return args, ""
	}
	_, inside, found := strings.Cut(strings.Join(append([]string{name}, args...), " "), "(")
	if !found {
		return args, ""
	}
	inside, closed := strings.CutSuffix(strings.TrimSpace(inside), ")")
	switch {
	case !v.Parens && closed && strings.TrimSpace(inside) == "" && strings.HasPrefix(v.Name, "random."):
		return nil, ""
	case !v.Parens:
		return nil, fmt.Sprintf("$%s takes no parentheses; write %s.", v.Name, v.Example)
	case !closed:
		return nil, fmt.Sprintf("The parenthesis of $%s is not closed; write %s.", v.Name, v.Example)
	case strings.TrimSpace(inside) == "":
		return nil, ""
	}
	args = strings.Split(inside, ",")
	for i := range args {
		args[i] = strings.TrimSpace(args[i])
	}
	if v.Name == "random.integer" || v.Name == "random.float" {
		args = rangeArgs(args)
	}
	return args, ""
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

// ParamAt returns which argument of a call an offset into its source stands in,
// counted from 0; ok is false before the first one.
func (v *SystemVariable) ParamAt(src string, e *template.Expr, offset int) (index int, ok bool) {
	if v.Parens {
		open := strings.IndexByte(src[e.NameSpan.Start:e.Inner.End], '(')
		if open < 0 || offset <= e.NameSpan.Start+open {
			return 0, false
		}
		return strings.Count(src[e.NameSpan.Start+open:min(offset, e.Inner.End)], ","), true
	}
	if offset <= e.NameSpan.End {
		return 0, false
	}
	if v.asks {
		return strings.Count(src[e.NameSpan.End:offset], valueMark), true
	}
	for _, arg := range e.Args {
		if arg.Span.End < offset {
			index++
		}
	}
	return index, true
}
