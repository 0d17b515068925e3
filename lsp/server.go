// Package lsp is the language server: the only package that imports the
// Language Server Protocol's types. It keeps the documents and the settings,
// decides what runs when, and translates between package analysis and the
// protocol; what the answers are, analysis decides.
//
// Reading messages, edits and notifications happen on one goroutine, in the
// order of the wire. Every other request runs on a goroutine of its own with
// the Snapshot that was current when it was read. dispatch.go holds the rules.
package lsp

import (
	"context"
	"io"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/input"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
)

// Name is the server's name in the answer to initialize.
const Name = "vault-lsp"

// grace is how long Run waits for what is still running when the client is gone
// or has asked to exit.
const grace = 2 * time.Second

// Deps is what a Server works with; whoever makes it closes what is in it.
type Deps struct {
	// Version is told to the client: "1.2.3".
	Version string
	// Executable is the path of this program, for the commands that clients run
	// to give it secret input.
	Executable string
	// Log gets method names, outcomes and problems; never parameters. Nil is
	// silent.
	Log *zap.Logger
	// Level, if not nil, follows the setting log.level.
	Level *zap.AtomicLevel
	// Redact masks what the server says in words.
	Redact *redact.Set
	// Credentials are the user's profiles.
	Credentials *credentials.Store
	// Vaults lists names, checks credentials and keeps the cache.
	Vaults *providers.Resolver
	// Permissions are the destinations that the user has allowed.
	Permissions *permission.Store
	// Requests are the options of the senders that the server makes, to which
	// the settings of the session are added.
	Requests request.Options
	// Input receives secrets that must not cross the protocol. Nil means that no
	// secret can be entered in this session.
	Input *input.Listener
	// Workspace, if not nil, is told the paths of the workspace's folders, at
	// the start and whenever they change.
	Workspace func(folders []string)
	// Unlock gives a locked vault the material that it asked for, for this
	// session. It must not keep material itself. Nil means that material can
	// only go to the keyring.
	Unlock func(ctx context.Context, profile credentials.Profile, field string, material []byte) error
}

// Server is the language server. One Server can run one session after another.
type Server struct{ deps Deps }

// New returns a Server.
func New(deps Deps) *Server {
	if deps.Log == nil {
		deps.Log = zap.NewNop()
	}
	return &Server{deps: deps}
}

// Run serves one client, which writes to in and reads from out, until it sends
// exit, closes in, or ctx is done. It returns the exit status of the program: 0
// if the client had sent shutdown, else 1. It does not wait for in to be closed.
func (s *Server) Run(ctx context.Context, in io.Reader, out io.Writer) (exit int) {
	base, cancel := context.WithCancel(ctx)
	defer cancel()
	return newSession(base, s.deps).run(cancel, in, out)
}

// run serves the session's client until it is gone. cancel cancels the
// session's context.
func (s *session) run(cancel context.CancelFunc, in io.Reader, out io.Writer) (exit int) {
	stream := newStream(in, out,
		func(problem string) { s.log.Warn("malformed message skipped", zap.String("problem", problem)) },
		func(error) { cancel() })
	conn := jsonrpc2.NewConn(stream, jsonrpc2.WithCodec(codec{}))
	s.client = protocol.ClientDispatcher(conn)
	s.notify = func(method string, params any) {
		if err := conn.Notify(s.base, method, params); err != nil {
			s.log.Debug("notifying the client", zap.String("method", method), zap.Error(err))
		}
	}
	conn.Go(s.base, s.dispatch.handle)
	select {
	case <-s.exited:
	case <-s.base.Done():
	}
	wasShutDown := s.dispatch.stop()
	cancel()
	s.wait(grace)
	if wasShutDown {
		return 0
	}
	return 1
}

// codec encodes with the library's union-aware functions; what is encoded
// already passes as it is.
type codec struct{}

// Marshal implements jsonrpc2.Codec.
func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		if raw == nil {
			return []byte("null"), nil
		}
		return raw, nil
	}
	return protocol.Marshal(v)
}

// Unmarshal implements jsonrpc2.Codec.
func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = append(jsonrpc2.RawMessage(nil), data...)
		return nil
	}
	return protocol.Unmarshal(data, v)
}
