package parser

import (
	"strconv"
	"strings"
	"time"
)

// ArgumentKind says what stands behind a directive's name.
type ArgumentKind uint8

// The kinds of argument.
const (
	NoArgument         ArgumentKind = iota
	OptionalArgument                // any text, or nothing
	TextArgument                    // any text
	NumberArgument                  // a whole number
	DurationArgument                // a number with a unit, or one of the directive's unit
	FileArgument                    // a path, which may hold expressions
	ExpressionArgument              // an expression or a statement of a script language
	VariableArgument                // name value, or name = value
)

// DirectiveSpec is a directive that some tool knows.
type DirectiveSpec struct {
	// Name is in dash-case; noRedirect and no_redirect are no-redirect.
	Name     string
	Argument ArgumentKind
	// Unit is that of a duration without one.
	Unit time.Duration
}

// LookupDirective finds a directive by any of its spellings.
func LookupDirective(name string) (spec DirectiveSpec, known bool) {
	if spec, known = directivesByName[foldDirective(name)]; known {
		return spec, true
	}
	lower := strings.ToLower(name)
	for _, prefix := range directivePrefixes {
		if strings.HasPrefix(lower, prefix) {
			return DirectiveSpec{Name: lower, Argument: OptionalArgument}, true
		}
	}
	return DirectiveSpec{}, false
}

// hasDirective reports whether a directive of the table stands in the block.
func (p *parser) hasDirective(name string) bool {
	for i := range p.directives {
		if sameDirective(p.directives[i].Name, name) {
			return true
		}
	}
	return false
}

// sameDirective reports whether two spellings are those of one directive.
func sameDirective(a, b string) bool {
	for {
		a, b = strings.TrimLeft(a, "-_"), strings.TrimLeft(b, "-_")
		if a == "" || b == "" {
			return a == b
		}
		if lower(a[0]) != lower(b[0]) {
			return false
		}
		a, b = a[1:], b[1:]
	}
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Directives returns all directives, in the order of the table. The caller owns
// the slice.
func Directives() []DirectiveSpec { return append([]DirectiveSpec(nil), directives...) }

// directivesByName holds directives by foldDirective's form; it is not changed.
var directivesByName = func() map[string]DirectiveSpec {
	byName := make(map[string]DirectiveSpec, len(directives))
	for _, d := range directives {
		byName[foldDirective(d.Name)] = d
	}
	return byName
}()

// foldDirective makes the spellings of a directive equal.
func foldDirective(name string) string {
	plain := true
	for i := range len(name) {
		c := name[i]
		plain = plain && c >= 'a' && c <= 'z'
	}
	if plain {
		return name
	}
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""))
}

// CheckDirective says what is wrong with a directive's argument, or returns "".
// An argument that holds an expression is not known here and is right.
func CheckDirective(spec DirectiveSpec, value string) string {
	switch {
	case strings.Contains(value, "{{"):
		return ""
	case value == "" && spec.Argument > OptionalArgument:
		return "@" + spec.Name + " needs " + spec.Argument.describe() + " behind it"
	case spec.Argument == DurationArgument:
		if _, ok := ParseDuration(value, spec.Unit); !ok {
			return "@" + spec.Name + " needs a duration such as 500 ms, 10 s or 1 m"
		}
	case spec.Argument == NumberArgument:
		if _, err := strconv.Atoi(value); err != nil {
			return "@" + spec.Name + " needs a whole number"
		}
	}
	return ""
}

func (k ArgumentKind) describe() string {
	return [...]string{"nothing", "nothing", "a text", "a number", "a duration", "a path", "an expression", "a variable"}[k]
}

// ParseDuration reads 5, 5 s, 500ms, 2 m or 1.5 h; unit is that of a number
// without one. A duration of zero or less is none.
func ParseDuration(value string, unit time.Duration) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	end := len(value) - len(strings.TrimLeft(value, "0123456789."))
	number, name := value[:end], strings.TrimSpace(value[end:])
	switch name {
	case "":
	case "ms":
		unit = time.Millisecond
	case "s":
		unit = time.Second
	case "m":
		unit = time.Minute
	case "h":
		unit = time.Hour
	default:
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || n <= 0 || n*float64(unit) > float64(1<<62) {
		return 0, false
	}
	return time.Duration(n * float64(unit)), true
}
