package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// streams are the process's standard streams, replaceable in tests.
type streams struct {
	in  io.Reader
	out io.Writer
	err io.Writer
	// terminal is set if a person can be asked on standard input.
	terminal bool
	// shown is set if standard output is a terminal.
	shown bool
	// readPassword reads one line without showing it; nil without a terminal.
	readPassword func() ([]byte, error)
	// restore undoes what readPassword does to the terminal while it waits; may
	// be nil.
	restore func()
}

func standardIO() streams {
	fd := int(os.Stdin.Fd())
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: term.IsTerminal(fd), shown: term.IsTerminal(int(os.Stdout.Fd()))}
	if !s.terminal {
		return s
	}
	// One reader for all lines: what it has read ahead is not lost.
	s.in = bufio.NewReader(os.Stdin)
	s.readPassword = func() ([]byte, error) { return term.ReadPassword(fd) }
	if state, err := term.GetState(fd); err == nil {
		s.restore = func() { _ = term.Restore(fd, state) }
	}
	return s
}

// printf writes to standard output what cannot steer a terminal.
func (s streams) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(harmless{s.out}, format, args...)
}

// warnf writes to standard error what cannot steer a terminal.
func (s streams) warnf(format string, args ...any) {
	_, _ = fmt.Fprintf(harmless{s.err}, format, args...)
}

// askSecret reads a secret: from the terminal without echo after a prompt, or
// the whole of standard input without its last line end.
func (s streams) askSecret(ctx context.Context, prompt string) ([]byte, error) {
	if s.terminal {
		s.warnf("%s: ", prompt)
		b, err := await(ctx, s.readPassword)
		if err == nil && string(bytes.TrimSpace(b)) == "{" {
			b, err = s.readJSON(ctx, b)
		}
		if ctx.Err() != nil && s.restore != nil {
			s.restore()
		}
		s.warnf("\n")
		return b, err
	}
	b, err := io.ReadAll(io.LimitReader(s.in, maxSecret+1))
	if err != nil {
		return nil, fmt.Errorf("read %s from standard input: %w", prompt, err)
	}
	if len(b) > maxSecret {
		return nil, fmt.Errorf("read %s from standard input: longer than %d bytes", prompt, maxSecret)
	}
	b = trimLineEnd(b)
	if len(b) == 0 {
		return nil, fmt.Errorf("%s %w: type it, or pipe it into standard input", prompt, errEmptySecret)
	}
	return b, nil
}

// readJSON reads on what was pasted as the several lines of a JSON text, such as
// a key file, whose first line is the opening brace: the rest would otherwise be
// typed into the shell. It ends with the JSON, or with an empty line.
func (s streams) readJSON(ctx context.Context, first []byte) ([]byte, error) {
	all := append(first, '\n')
	for !json.Valid(all) && len(all) <= maxSecret {
		line, err := await(ctx, s.readPassword)
		if err != nil {
			clear(all)
			return nil, err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
		grown := append(append(make([]byte, 0, len(all)+len(line)+1), all...), line...)
		clear(all)
		clear(line)
		all = append(grown, '\n')
	}
	return bytes.TrimSuffix(all, []byte("\n")), nil
}

// await is read that ends with ctx, as on Ctrl-C: a read from a terminal cannot
// be interrupted and is left behind.
func await[T any](ctx context.Context, read func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	answers := make(chan answer, 1)
	go func() {
		value, err := read()
		answers <- answer{value, err}
	}()
	select {
	case <-ctx.Done():
		var none T
		return none, errCancelled
	case a := <-answers:
		return a.value, a.err
	}
}

// errCancelled is the error of a question that Ctrl-C ended.
var errCancelled = errors.New("cancelled; nothing was changed")

// errEmptySecret is the cause of askSecret's error where there was no input.
var errEmptySecret = errors.New("is empty")

// maxSecret is the most that is read as one secret, in bytes: what the largest
// of the vaults takes (64 KiB) with room.
const maxSecret = 1 << 20

func trimLineEnd(b []byte) []byte {
	for _, end := range []string{"\r\n", "\n"} {
		if n := len(b) - len(end); n >= 0 && string(b[n:]) == end {
			return b[:n]
		}
	}
	return b
}

// ask reads one visible line from the terminal.
func (s streams) ask(ctx context.Context, prompt string) (string, error) {
	if !s.terminal {
		return "", errors.New("nobody can be asked: standard input is no terminal")
	}
	s.warnf("%s: ", prompt)
	line, err := await(ctx, func() (string, error) { return bufio.NewReader(s.in).ReadString('\n') })
	switch {
	case errors.Is(err, errCancelled):
		s.warnf("\n")
		return "", err
	case err != nil:
		return "", fmt.Errorf("read %s: %w", prompt, err)
	}
	return string(trimLineEnd([]byte(line))), nil
}

// askNew asks for a new passphrase, twice.
func (s streams) askNew(ctx context.Context, prompt string) ([]byte, error) {
	passphrase, err := s.askSecret(ctx, prompt)
	if err != nil || len(passphrase) == 0 || !s.terminal {
		return passphrase, err
	}
	again, err := s.askSecret(ctx, "the same passphrase again")
	if err != nil {
		return nil, err
	}
	defer clear(again)
	if string(passphrase) != string(again) {
		clear(passphrase)
		return nil, errors.New("the two passphrases differ; nothing was changed")
	}
	return passphrase, nil
}
