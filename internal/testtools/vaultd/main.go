// Command vaultd is a real HashiCorp Vault server for tests: Vault's own core
// and HTTP API over storage in memory, already initialised and unsealed. It
// mounts what most tests need (KV version 2 at secret/, KV version 1 at kv1/,
// the AppRole and userpass methods) and leaves the rest to the API, including
// sys/seal and sys/unseal, and mounting the other methods and engines of
// builtins.go.
//
// It prints two lines on standard output and then serves:
//
//	UNSEAL <base64 key>      for sys/unseal after a test has sealed it
//	READY http://host:port   the address that accepts connections now
//
// Vault's own log goes to standard error. The process ends on SIGTERM,
// SIGINT, or, with -exit-with-stdin, when its standard input closes, so that
// a test that dies takes the server with it.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
)

// options are the command line.
type options struct {
	addr          string
	rootToken     string
	tlsDir        string
	logLevel      string
	exitWithStdin bool
}

func main() {
	var opts options
	flag.StringVar(&opts.addr, "addr", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	flag.StringVar(&opts.rootToken, "root", "root", "id of the root token")
	flag.StringVar(&opts.tlsDir, "tls", "", "serve TLS with a new self-signed certificate, written to this folder as ca.pem")
	flag.StringVar(&opts.logLevel, "log", "warn", "level of Vault's log on standard error: trace, debug, info, warn or error")
	flag.BoolVar(&opts.exitWithStdin, "exit-with-stdin", false, "end when standard input closes")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if opts.exitWithStdin {
		ctx = untilClosed(ctx, os.Stdin)
	}
	if err := run(ctx, opts, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "vaultd:", err)
		os.Exit(1)
	}
}

// run starts the core, announces it on out and serves until ctx ends.
func run(ctx context.Context, opts options, out io.Writer) error {
	logger := hclog.New(&hclog.LoggerOptions{
		Level:  hclog.LevelFromString(opts.logLevel),
		Output: os.Stderr,
	})
	server, err := newServer(ctx, logger, opts.rootToken)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", opts.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	scheme := "http"
	if opts.tlsDir != "" {
		scheme = "https"
		if listener, err = withTLS(listener, opts.tlsDir); err != nil {
			return err
		}
	}

	api := &http.Server{Handler: server.handler(opts.addr), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- api.Serve(listener) }()
	fmt.Fprintf(out, "UNSEAL %s\nREADY %s://%s\n",
		base64.StdEncoding.EncodeToString(server.unsealKey), scheme, listener.Addr())

	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	// Storage is in memory: there is nothing to flush, so open connections are
	// cut instead of waited for.
	if err := api.Close(); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("close: %w", err)
	}
	return nil
}

// untilClosed returns a context that also ends when in reaches its end.
func untilClosed(parent context.Context, in io.Reader) context.Context {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		defer cancel()
		// Any outcome means the other side is gone.
		_, _ = io.Copy(io.Discard, in)
	}()
	return ctx
}
