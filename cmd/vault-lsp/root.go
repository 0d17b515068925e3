package main

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"
)

// run executes one command line and returns the exit status.
func run(ctx context.Context, io streams, args []string) int {
	return (&app{streams: io, ctx: ctx}).run(args)
}

// run executes one command line and returns the exit status.
func (a *app) run(args []string) int {
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.streams.err)
	cmd, err := root.ExecuteContextC(a.ctx)
	a.close()
	if err != nil {
		var e *exitError
		if !errors.As(err, &e) { // of reading the arguments, such as a flag that is required
			err = usage(seeHelp(cmd, err))
		}
		a.report(err)
	}
	return exitCode(err)
}

// report prints an error as one line, and its hint as another.
func (a *app) report(err error) {
	message := a.mask(err.Error())
	if message == "" {
		return
	}
	a.warnf("vault-lsp: %s\n", message)
	var hinted interface{ HintText() string }
	if errors.As(err, &hinted) && hinted.HintText() != "" {
		a.warnf("  %s\n", a.mask(hinted.HintText()))
	}
}

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "vault-lsp",
		Short: "Request files whose secrets stay in their vault",
		Long: "vault-lsp reads .http and .rest request files with secret references such as\n" +
			"{{$vault path=app/db key=password}}, sends them, and shows no secret.\n" +
			"Without a command and with a pipe on standard input it is the language server.\n\n" +
			"Exit status: 0 all well; 1 a check found errors; 2 bad arguments, or a file or configuration that\n" +
			"cannot be read; 3 a reference or variable is invalid, unresolved or not permitted; 4 the request\n" +
			"could not be sent.",
		Args:          knownCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.terminal {
				return cmd.Help()
			}
			return a.serve(cmd.Context())
		},
	}
	root.PersistentFlags().StringVar(&a.configPath, "config", "", "configuration file (default: the user's; also VAULT_LSP_CONFIG)")
	root.Flags().Bool("stdio", false, "be the language server on standard input and output")
	root.CompletionOptions.HiddenDefaultCmd = false
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		a.serveCommand(), a.sendCommand(), a.checkCommand(), a.parseCommand(), a.fmtCommand(),
		a.credentialCommand(), a.secretCommand(), a.permissionCommand(),
		a.demoCommand(), a.versionCommand(),
	)
	root.InitDefaultCompletionCmd()
	if completion, _, err := root.Find([]string{"completion"}); err == nil {
		group(completion)
	}
	return root
}

// readSource reads a request file, refusing what is no text.
func readSource(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", usage(err)
	}
	defer func() { _ = f.Close() }()
	return readAll(f, path)
}

// readAll reads a request file of a sane size.
func readAll(r io.Reader, name string) (string, error) {
	const most = 64 << 20
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return "", usage(err)
	}
	if len(b) > most {
		return "", usage(errors.New("read " + name + ": larger than 64 MiB"))
	}
	return string(b), nil
}
