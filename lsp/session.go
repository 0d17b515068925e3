package lsp

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"
)

// session is one client's connection.
type session struct {
	deps Deps
	log  *zap.Logger
	// base is the context of everything that is done for this client.
	base context.Context

	dispatch    *dispatcher
	diagnostics *publisher
	// publishedFiles are the problems of environment files as the client knows
	// them; publisher.sending guards it.
	publishedFiles fileProblems
	client         protocol.Client
	environments   *environments
	progress       progressTable
	live           *live
	docs           completionDocs
	senders        senders
	identities     identities
	signIns        signIns
	reported       reported
	answers        answers
	promptAnswers  promptAnswers
	// caps is set by initialize, before anything that reads it can run.
	caps capabilities
	// options are what the client passed with initialize, and settings those of
	// the initialize request.
	options       initializationOptions
	settings      json.RawMessage
	settingsTurns settingsTurns
	// notify sends a notification that the protocol does not have.
	notify func(method string, params any)

	current atomic.Pointer[Snapshot]
	// writing serialises update. Edits come from the read goroutine alone;
	// settings and environments are set from others.
	writing sync.Mutex

	// asking makes questions to the user wait for one another.
	asking sync.Mutex

	exited   chan struct{}
	exitOnce sync.Once
}

// newSession returns a session that is not connected yet.
func newSession(base context.Context, deps Deps) *session {
	s := &session{deps: deps, log: deps.Log, base: base, exited: make(chan struct{})}
	s.current.Store(&Snapshot{
		ID: 1, Settings: DefaultSettings(),
		documents: make(map[uri.URI]*Document), selected: make(map[string]string),
	})
	s.environments = newEnvironments()
	s.dispatch = s.newDispatcher()
	s.live = newLive(s)
	s.notify = func(string, any) {}
	s.senders.options = deps.Requests
	s.senders.options.Resolve = s.resolveSigningIn(deps.Requests.Resolve)
	s.senders.configure(DefaultSettings())
	s.diagnostics = &publisher{publish: s.publishDiagnostics, spawn: s.dispatch.spawn}
	if deps.Credentials != nil {
		deps.Credentials.OnChange(s.credentialChanged)
	}
	return s
}

// snapshot returns the current snapshot.
func (s *session) snapshot() *Snapshot { return s.current.Load() }

// update makes change's version of the current snapshot the current one.
func (s *session) update(change func(next *Snapshot)) {
	s.writing.Lock()
	defer s.writing.Unlock()
	next := s.current.Load().clone()
	change(next)
	s.current.Store(next)
}

// mask replaces secrets in what is about to be shown.
func (s *session) mask(text string) string {
	if s.deps.Redact == nil {
		return text
	}
	return s.deps.Redact.Mask(text)
}

// background runs work on its own goroutine until it is done or the session
// ends. What a notification wants to ask the client goes here.
func (s *session) background(name string, work func(ctx context.Context)) {
	s.dispatch.spawn(func() {
		defer func() {
			if r := recover(); r != nil {
				s.dispatch.logPanic(name, r)
			}
		}()
		work(s.base)
	})
}

// exit ends the session.
func (s *session) exit(context.Context, []byte) error {
	s.exitOnce.Do(func() { close(s.exited) })
	return nil
}

// wait gives what is still running a moment to end.
func (s *session) wait(atMost time.Duration) {
	s.diagnostics.close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.dispatch.work.Wait()
	}()
	timer := time.NewTimer(atMost)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		s.log.Warn("gave up waiting for running requests")
	}
}
