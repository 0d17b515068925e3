// Command vault-lsp is a language server and a command line for .http request
// files whose secrets stay in the vault they belong to.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, standardIO(), os.Args[1:])
	stop()
	os.Exit(code)
}
