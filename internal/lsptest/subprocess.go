package lsptest

import (
	"errors"
	"os/exec"
	"testing"
)

// Start starts a server as a program of its own and connects an editor to its
// standard input and output. The program is ended with the test.
func Start(tb testing.TB, cmd *exec.Cmd) *Editor {
	tb.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatalf("starting the server: %v", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatalf("starting the server: %v", err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatalf("starting the server: %v", err)
	}
	e := newEditor(tb, in)
	readDone := make(chan struct{})
	go func() {
		defer close(readDone)
		e.read(out)
	}()
	waited := make(chan struct{})
	go func() {
		defer close(waited)
		<-readDone
		err := cmd.Wait()
		var exited *exec.ExitError
		switch {
		case err == nil:
			e.exit <- 0
		case errors.As(err, &exited):
			e.exit <- exited.ExitCode()
		default:
			e.exit <- -1
		}
	}()
	tb.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill()
		<-waited
	})
	return e
}
