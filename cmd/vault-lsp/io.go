package main

import (
	"bufio"
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
	// readPassword reads one line without showing it; nil without a terminal.
	readPassword func() ([]byte, error)
}

func standardIO() streams {
	fd := int(os.Stdin.Fd())
	s := streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, terminal: term.IsTerminal(fd)}
	if s.terminal {
		s.readPassword = func() ([]byte, error) { return term.ReadPassword(fd) }
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
func (s streams) askSecret(prompt string) ([]byte, error) {
	if s.terminal {
		s.warnf("%s: ", prompt)
		b, err := s.readPassword()
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
func (s streams) ask(prompt string) (string, error) {
	if !s.terminal {
		return "", errors.New("nobody can be asked: standard input is no terminal")
	}
	s.warnf("%s: ", prompt)
	line, err := bufio.NewReader(s.in).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("read %s: %w", prompt, err)
	}
	return string(trimLineEnd([]byte(line))), nil
}
