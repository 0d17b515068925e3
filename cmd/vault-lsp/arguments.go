package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/spelling"
)

// assignments is the value of a flag such as --var name=value. Unlike pflag's
// own map it takes everything behind the first = as it is: a comma or a quote
// is part of the value.
type assignments map[string]string

// String is what the help shows as the default: nothing.
func (a assignments) String() string { return "" }

// Type is the name of the value in the help.
func (a assignments) Type() string { return "name=value" }

// Set takes one name=value.
func (a assignments) Set(text string) error {
	name, value, found := strings.Cut(text, "=")
	if !found || strings.TrimSpace(name) == "" {
		return errors.New("write it as name=value")
	}
	a[strings.TrimSpace(name)] = value
	return nil
}

// dialects are the values of the flag --dialect, the default first.
func dialects() []string { return []string{string(env.RESTClient), string(env.JetBrains)} }

// dialect is the value of the flag --dialect.
type dialect env.Dialect

// dialectFlag adds the flag to a command.
func dialectFlag(cmd *cobra.Command, d *dialect) {
	*d = dialect(env.RESTClient)
	cmd.Flags().Var(d, "dialect", "whose reading wins where today's tools differ: rest-client or jetbrains")
	registerCompletion(cmd, "dialect", cobra.FixedCompletions(dialects(), cobra.ShellCompDirectiveNoFileComp))
}

// String is what the help shows as the default.
func (d *dialect) String() string { return string(*d) }

// Type is the name of the value in the help.
func (d *dialect) Type() string { return "name" }

// Set takes the name of a dialect.
func (d *dialect) Set(text string) error {
	if !slices.Contains(dialects(), text) {
		return errors.New("it is one of " + strings.Join(dialects(), ", "))
	}
	*d = dialect(text)
	return nil
}

// flagError says what is wrong with a flag. The value is not repeated: it may
// be what somebody meant to keep.
func flagError(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	var unknown *pflag.NotExistError
	switch {
	case errors.As(err, &invalid):
		flag := invalid.GetFlag()
		reason := "this is no whole number"
		if flag.Value.Type() != "int" {
			reason = invalid.Unwrap().Error()
		}
		err = fmt.Errorf("--%s: %s", flag.Name, reason)
	case errors.As(err, &unknown):
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := spelling.Nearest(unknown.GetSpecifiedName(), names); near != "" {
			err = fmt.Errorf("%w; did you mean --%s?", err, near)
		}
	}
	return usage(seeHelp(cmd, err))
}

// seeHelp adds where the arguments of a command are explained.
func seeHelp(cmd *cobra.Command, err error) error {
	return &hintedError{error: err, hint: "see " + cmd.CommandPath() + " --help"}
}

// nameOf is a command without the name of the program, which stands before
// every message.
func nameOf(cmd *cobra.Command) string {
	return strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
}

// takes accepts exactly the named arguments.
func takes(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == len(names):
			return nil
		case len(names) == 0:
			return usage(seeHelp(cmd, fmt.Errorf("%s takes no arguments: %q is too much", nameOf(cmd), args[0])))
		case len(args) < len(names):
			return usage(seeHelp(cmd, fmt.Errorf("%s: %s is missing", nameOf(cmd), names[len(args)])))
		}
		return usage(seeHelp(cmd, fmt.Errorf("%s takes %s and no more: %q is too much", nameOf(cmd), strings.Join(names, " "), args[len(names)])))
	}
}

// takesSome accepts one or more of the named argument.
func takesSome(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return takes(name)(cmd, args)
		}
		return nil
	}
}

// group makes cmd a command that only has commands below it: alone it shows its
// help, and a word that is none of them is an error.
func group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.AddCommand(below...)
	cmd.Args = knownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// knownCommand refuses a word that is no command below cmd.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, c := range cmd.Commands() {
		names[c.Name()] = true
	}
	err := fmt.Errorf("there is no command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], cmd.Root().Name()+" "))
	if near := spelling.Nearest(args[0], slices.Sorted(maps.Keys(names))); near != "" {
		err = fmt.Errorf("%w; did you mean %s?", err, near)
	}
	return usage(seeHelp(cmd, err))
}
