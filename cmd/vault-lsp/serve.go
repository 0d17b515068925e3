package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/input"
	"github.com/vault-lsp/vault-lsp/internal/redact/redactzap"
	"github.com/vault-lsp/vault-lsp/lsp"
	"github.com/vault-lsp/vault-lsp/secret"
)

func (a *app) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Be the language server on standard input and output", Args: takes(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context()) },
	}
	cmd.Flags().Bool("stdio", false, "accepted for editors that add it; there is no other way to connect")
	return cmd
}

// serve runs the language server until the client ends it.
func (a *app) serve(ctx context.Context) error {
	a.server = true
	p, err := a.open()
	if err != nil {
		return err
	}
	requests, err := p.requestOptions()
	if err != nil {
		return err
	}
	level := zap.NewAtomicLevelAt(zap.InfoLevel)
	log := zap.New(redactzap.Wrap(newLogCore(a, level), p.redact))
	for _, problem := range p.store.Problems() {
		log.Warn("configuration", zap.Stringer("problem", problem))
	}
	// The protocol owns standard output: whatever a library prints goes to
	// standard error.
	if a.out == os.Stdout {
		os.Stdout = os.Stderr
	}
	executable, err := os.Executable()
	if err != nil {
		return usage(err)
	}
	deps := lsp.Deps{
		Version: versionText(), Executable: executable, Log: log, Level: &level, Redact: p.redact,
		Credentials: p.store, Vaults: p.resolver, Permissions: p.permissions, Requests: requests, Unlock: p.unlock,
		Workspace: p.workspaces.set,
	}
	// An editor that was killed leaves pipes that nobody reads. Writing to them
	// must fail, not end the process before it has given back its logins.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	if listener, err := input.Listen(ctx, ""); err != nil {
		log.Warn("no socket for secret input: secrets cannot be entered in the editor", zap.Error(err))
	} else {
		defer func() { _ = listener.Close() }()
		deps.Input = listener
	}
	if code := lsp.New(deps).Run(ctx, a.in, a.out); code != 0 {
		return withExit(code, errors.New("the client ended without shutdown"))
	}
	return nil
}

// unlock opens a local vault, or the kept sign-ins, with a passphrase that the
// editor's user typed; a wrong one is told at once.
func (p *parts) unlock(ctx context.Context, profile credentials.Profile, _ string, passphrase []byte) error {
	if profile.Provider != secret.Local {
		return p.store.UnlockSignIns(ctx, passphrase)
	}
	return p.local.Unlock(ctx, profile, passphrase)
}

// newLogCore writes one line an entry to standard error, which editors keep.
func newLogCore(a *app, level zapcore.LevelEnabler) zapcore.Core {
	encoder := zap.NewProductionEncoderConfig()
	encoder.EncodeTime = zapcore.ISO8601TimeEncoder
	return zapcore.NewCore(zapcore.NewConsoleEncoder(encoder), zapcore.Lock(zapcore.AddSync(a.err)), level)
}
