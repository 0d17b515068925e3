package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
)

func (a *app) parseCommand() *cobra.Command {
	var asJSON bool
	var named string
	cmd := &cobra.Command{
		Use:   "parse FILE --json",
		Short: "Print the requests of a file as JSON; no network, no secret",
		Args:  takes("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if !asJSON {
				return usage(errors.New("parse: say --json, the only form of output there is"))
			}
			language := parser.LanguageOf(args[0])
			if named != "" {
				var known bool
				if language, known = parser.LanguageNamed(named); !known {
					return usage(fmt.Errorf("parse: there is no language %s; there are http, markdown and asciidoc", named))
				}
			}
			src, err := readSource(args[0])
			if err != nil {
				return err
			}
			isProvider := func(name string) bool { _, ok := secret.Lookup(name); return ok }
			enc := a.jsonOutput()
			enc.SetIndent("", "  ")
			if err := enc.Encode(parser.Describe(parser.ParseAs(language, src), isProvider)); err != nil {
				return fmt.Errorf("write: %w", err)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&named, "language", "", "http, markdown or asciidoc; by the file's name if absent")
	registerCompletion(cmd, "language", cobra.FixedCompletions([]string{"http", "markdown", "asciidoc"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}
