package request

import (
	"errors"
	"strings"

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

// system evaluates the system variable of a row of the table. args are its
// arguments, nested variables replaced, and were checked against the row.
// Unlike in other tools, what is missing is an error (ruling C15: nothing
// unresolved is sent).
func (b *builder) system(name string, args []string) (evaluated, error) {
	switch name {
	case "guid", "uuid", "random.uuid":
		id, err := uuid.NewRandom()
		return evaluated{text: id.String()}, err
	case "timestamp":
		return b.timestamp(args)
	case "isoTimestamp":
		return evaluated{text: b.src.Now().UTC().Format(isoLayout)}, nil
	case "datetime":
		return b.datetime(b.src.Now().UTC(), args)
	case "localDatetime":
		return b.datetime(b.src.Now().In(b.src.Local), args)
	case "randomInt", "random.integer":
		return b.randomInt(args)
	case "processEnv", "env.":
		return b.processEnv(args)
	case "dotenv", "dotEnv":
		return b.dotenv(args)
	}
	if kind, ok := strings.CutPrefix(name, "random."); ok {
		return b.random(kind, args)
	}
	return evaluated{}, &problemError{CodeUnsupported, "{{$" + name + "}} cannot be evaluated", "use another variable"}
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
	expansion := b.scope.ExpandDefinition(d)
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
