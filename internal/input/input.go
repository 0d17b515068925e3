// Package input carries secret input (a token, a passphrase, an MFA code) from
// a small command to the language server over a private unix socket, so that
// it never crosses the language server protocol, where clients log traffic.
//
// One connection carries one input: a line of JSON with the id and the length,
// then the bytes; the answer is a line of JSON with the error, if any.
package input

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// MaxSize is the largest input, in bytes.
const MaxSize = 1 << 20

// Limits on what a peer may do to the listener.
const (
	maxHeader      = 512              // bytes
	maxConnections = 16               // at once
	peerTime       = 10 * time.Second // to send everything; a person has typed before
)

// maxSocketPath is the length of a socket's name that every system takes
// (sun_path has 104 bytes on macOS and 108 on Linux).
const maxSocketPath = 100

// Handler takes one input. It owns value and should wipe it. Its error is told
// to the sender and must be safe to show.
type Handler func(ctx context.Context, value []byte) error

// Listener receives inputs. Each is announced first with Expect and accepted
// under the random id that Expect gives out.
type Listener struct {
	listener net.Listener
	folder   string
	ctx      context.Context // ends the handlers with the listener
	cancel   context.CancelFunc
	running  sync.WaitGroup
	slots    chan struct{}

	mu      sync.Mutex
	pending map[string]*expectation
}

// expectation is one announced input.
type expectation struct {
	handle Handler
	timer  *time.Timer
	busy   bool
}

type header struct {
	ID     string `json:"id"`
	Length int    `json:"length"`
}

type answer struct {
	Error string `json:"error,omitempty"`
}

// Listen opens a socket, readable by the user only, in a new private folder
// below dir; dir "" is the runtime folder of the session, else the folder for
// temporary files. It serves until ctx is done or Close.
func Listen(ctx context.Context, dir string) (*Listener, error) {
	if dir == "" {
		dir = runtimeDir()
	}
	folder, err := os.MkdirTemp(dir, "vault-lsp-") // mode 0700
	if err != nil {
		return nil, fmt.Errorf("open input socket: %w", err)
	}
	listener, err := listenIn(ctx, folder)
	if err != nil {
		_ = os.RemoveAll(folder)
		return nil, fmt.Errorf("open input socket: %w", err)
	}
	l := &Listener{listener: listener, folder: folder, slots: make(chan struct{}, maxConnections), pending: map[string]*expectation{}}
	l.ctx, l.cancel = context.WithCancel(ctx)
	context.AfterFunc(l.ctx, func() { _ = l.listener.Close() })
	l.running.Go(l.serve)
	return l, nil
}

// runtimeDir is $XDG_RUNTIME_DIR, or the folder for temporary files where that
// is not set or too long for a socket.
func runtimeDir() string {
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || len(dir) > maxSocketPath-len("/vault-lsp-0123456789/input") {
		return os.TempDir()
	}
	return dir
}

func listenIn(ctx context.Context, folder string) (net.Listener, error) {
	path := filepath.Join(folder, "input")
	if len(path) > maxSocketPath {
		return nil, fmt.Errorf("the path %s is too long for a socket: set XDG_RUNTIME_DIR or TMPDIR to a shorter one", path)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	// The folder lets nobody in; the mode is for who looks at the socket alone.
	if err := os.Chmod(path, 0o600); err != nil {
		_ = listener.Close()
		return nil, err
	}
	return listener, nil
}

// Socket returns the path of the socket.
func (l *Listener) Socket() string { return filepath.Join(l.folder, "input") }

// Expect announces one input and returns its id. The id ends when the handler
// has returned nil, after the time given, or with cancel.
func (l *Listener) Expect(within time.Duration, handle Handler) (id string, cancel func()) {
	id = rand.Text()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pending[id] = &expectation{handle: handle, timer: time.AfterFunc(within, func() { l.forget(id) })}
	return id, func() { l.forget(id) }
}

func (l *Listener) forget(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.pending[id]; e != nil {
		e.timer.Stop()
		delete(l.pending, id)
	}
}

// Close removes the socket and its folder and waits for running handlers,
// whose context it ends.
func (l *Listener) Close() error {
	l.cancel()
	_ = l.listener.Close() // also closed by the end of the context
	l.running.Wait()
	l.mu.Lock()
	for id, e := range l.pending {
		e.timer.Stop()
		delete(l.pending, id)
	}
	l.mu.Unlock()
	if err := os.RemoveAll(l.folder); err != nil {
		return fmt.Errorf("remove input socket: %w", err)
	}
	return nil
}

func (l *Listener) serve() {
	for {
		connection, err := l.listener.Accept()
		if err != nil {
			if l.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			continue // this peer is gone already
		}
		select {
		case l.slots <- struct{}{}:
			l.running.Go(func() {
				defer func() { <-l.slots }()
				l.connection(connection)
			})
		default:
			_ = connection.Close() // more than any person types at once
		}
	}
}

// connection receives one input and answers.
func (l *Listener) connection(c net.Conn) {
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(l.ctx, func() { _ = c.Close() })
	defer stop()
	_ = c.SetDeadline(time.Now().Add(peerTime))
	err := l.receive(c)
	var reply answer
	if err != nil {
		reply.Error = err.Error()
	}
	_ = c.SetDeadline(time.Now().Add(peerTime))
	// A sender that is gone learns nothing; the handler has done its part.
	_ = json.NewEncoder(c).Encode(reply)
}

func (l *Listener) receive(c net.Conn) error {
	reader := bufio.NewReaderSize(c, maxHeader)
	line, err := reader.ReadSlice('\n')
	var h header
	if err != nil || json.Unmarshal(line, &h) != nil {
		return errors.New("the input was not understood: use the vault-lsp that started the server")
	}
	if h.Length < 1 || h.Length > MaxSize {
		return fmt.Errorf("the input must have 1 to %d bytes", MaxSize)
	}
	e, err := l.take(h.ID)
	if err != nil {
		return err
	}
	value := make([]byte, h.Length)
	if _, err := io.ReadFull(reader, value); err != nil {
		clear(value)
		l.release(h.ID, e, false)
		return errors.New("the input was cut off: try again")
	}
	err = e.handle(l.ctx, value)
	l.release(h.ID, e, err == nil)
	return err
}

// take finds the expectation of an id and keeps others from using it meanwhile.
func (l *Listener) take(id string) (*expectation, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.pending[id]
	if e == nil {
		return nil, errors.New("no input is expected under this id any longer: start again in the editor")
	}
	if e.busy {
		return nil, errors.New("this input is being taken already")
	}
	e.busy = true
	return e, nil
}

func (l *Listener) release(id string, e *expectation, done bool) {
	l.mu.Lock()
	e.busy = false
	l.mu.Unlock()
	if done {
		l.forget(id)
	}
}
