// Package input carries secret input (a token, a passphrase, an MFA code) from
// a small command to the language server over a private unix socket, so that
// it never crosses the language server protocol, where clients log traffic.
package input

import (
	"context"
	"errors"
	"io"
	"time"
)

// MaxSize is the largest input, in bytes.
const MaxSize = 1 << 20

// Handler takes one input. It owns value and should wipe it. Its error is told
// to the sender and must be safe to show.
type Handler func(ctx context.Context, value []byte) error

// Listener receives inputs. Each is announced first with Expect and accepted
// under the random id that Expect gives out.
type Listener struct{}

// Listen opens a socket, readable by the user only, in a new private folder
// below dir; dir "" is the runtime folder of the session, else the folder for
// temporary files. It serves until ctx is done or Close.
func Listen(ctx context.Context, dir string) (*Listener, error) { return nil, errors.ErrUnsupported }

// Socket returns the path of the socket.
func (l *Listener) Socket() string { return "" }

// Expect announces one input and returns its id. The id ends when the handler
// has returned nil, after the time given, or with cancel.
func (l *Listener) Expect(within time.Duration, handle Handler) (id string, cancel func()) {
	return "", func() {}
}

// Close removes the socket and its folder and waits for running handlers.
func (l *Listener) Close() error { return nil }

// Send reads an input to its end and gives it to the Listener at socket under
// id. One line break at the end is not part of the input. The error says what
// the handler said.
func Send(ctx context.Context, socket, id string, r io.Reader) error { return errors.ErrUnsupported }
