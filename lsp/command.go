package lsp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// Command is one row of the table of commands.
type Command struct {
	// Name is what executeCommand calls it: "vault-lsp.sendRequest".
	Name string
	// Title is for menus.
	Title string
	Doc   string
	// Result describes what it answers.
	Result string
	// Args are the members of its argument.
	Args []CommandArg

	run func(s *session, ctx context.Context, inv invocation, argument json.RawMessage) (any, error)
}

// CommandArg is one member of a command's argument.
type CommandArg struct {
	Name     string
	Type     string
	Required bool
	Doc      string
}

// invocation is what a command gets beside its argument.
type invocation struct {
	snap *Snapshot
	// token is where the client wants to see progress; may be nil.
	token protocol.ProgressToken
}

// define makes a row of the table. The argument's members come from A's fields.
func define[A, R any](name, title, doc, result string, run func(*session, context.Context, invocation, A) (R, error)) Command {
	args := commandArgs(reflect.TypeFor[A]())
	return Command{
		Name: name, Title: title, Doc: doc, Result: result, Args: args,
		run: func(s *session, ctx context.Context, inv invocation, argument json.RawMessage) (any, error) {
			var a A
			if err := decodeStrictly(argument, args, &a); err != nil {
				return nil, invalidParams("%s: %v", name, err)
			}
			return run(s, ctx, inv, a)
		},
	}
}

// commandArgs describes the fields of an argument's type.
func commandArgs(t reflect.Type) []CommandArg {
	var args []CommandArg
	for _, field := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		args = append(args, CommandArg{
			Name: name, Type: argType(field.Type), Required: options == "", Doc: field.Tag.Get("doc"),
		})
	}
	return args
}

func argType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice:
		return "array"
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Int32:
		return "integer"
	case reflect.Struct:
		if t.PkgPath() == reflect.TypeFor[protocol.Range]().PkgPath() {
			return t.Name()
		}
	}
	return "object"
}

// decodeStrictly reads an argument: no unknown member, no missing one, nothing
// behind it. Its errors name members but repeat no value.
func decodeStrictly(argument json.RawMessage, args []CommandArg, into any) error {
	if len(argument) == 0 {
		argument = json.RawMessage("{}")
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(argument, &members) != nil || members == nil {
		return fmt.Errorf("the argument must be one JSON object")
	}
	for _, arg := range args {
		if value, given := members[arg.Name]; arg.Required && (!given || string(value) == "null") {
			return fmt.Errorf("%q is missing", arg.Name)
		}
	}
	for name := range members {
		if !slices.ContainsFunc(args, func(arg CommandArg) bool { return arg.Name == name }) {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(argument))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return describeDecodeError(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return fmt.Errorf("the argument must be one JSON object")
	}
	return nil
}

// describeDecodeError says what is wrong without the value, which the package's
// own messages repeat.
func describeDecodeError(err error) error {
	if wrong, ok := err.(*json.UnmarshalTypeError); ok {
		return fmt.Errorf("%q must be of type %s", wrong.Field, argType(wrong.Type))
	}
	if text, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return fmt.Errorf("unknown field %s", text)
	}
	return fmt.Errorf("the argument cannot be read")
}

// commandNames are the names of the table.
func commandNames() []string {
	var names []string
	for _, command := range CommandTable() {
		names = append(names, command.Name)
	}
	return names
}

// executeCommand answers workspace/executeCommand.
func (s *session) executeCommand(ctx context.Context, snap *Snapshot, p *protocol.ExecuteCommandParams) (any, error) {
	table := CommandTable()
	i := slices.IndexFunc(table, func(c Command) bool { return c.Name == p.Command })
	if i < 0 {
		return nil, invalidParams("unknown command")
	}
	if len(p.Arguments) > 1 {
		return nil, invalidParams("%s takes one JSON object", p.Command)
	}
	var argument json.RawMessage
	if len(p.Arguments) == 1 {
		argument = json.RawMessage(p.Arguments[0])
	}
	result, err := table[i].run(s, ctx, invocation{snap: snap, token: p.WorkDoneToken}, argument)
	s.log.Info("command", zap.String("command", table[i].Name), zap.Bool("ok", err == nil))
	if err != nil {
		return nil, err
	}
	return encodeResult(result)
}

// encodeResult encodes a command's result as the command line prints it, which
// is not how the protocol's own types are encoded.
func encodeResult(result any) (jsonrpc2.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return nil, fmt.Errorf("encoding the result: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
