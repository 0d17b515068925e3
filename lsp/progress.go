package lsp

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// progressTable holds what is running under a progress token, so that the user
// can cancel it there.
type progressTable struct {
	mu      sync.Mutex
	count   int
	running map[string]context.CancelFunc
}

func tokenKey(token protocol.ProgressToken) string { return fmt.Sprintf("%T %v", token, token) }

func (t *progressTable) add(token protocol.ProgressToken, cancel context.CancelFunc) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == nil {
		t.running = make(map[string]context.CancelFunc)
	}
	t.running[tokenKey(token)] = cancel
}

func (t *progressTable) remove(token protocol.ProgressToken) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, tokenKey(token))
}

// next returns a token that the client has not used.
func (t *progressTable) next() protocol.ProgressToken {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count++
	return protocol.String("vault-lsp/" + strconv.Itoa(t.count))
}

// progressCancel cancels what runs under a token.
func (s *session) progressCancel(_ context.Context, p *protocol.WorkDoneProgressCancelParams) error {
	s.progress.mu.Lock()
	cancel := s.progress.running[tokenKey(p.Token)]
	s.progress.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil
}

// progressReport shows the progress of one command. The nil report shows none.
type progressReport struct {
	s     *session
	token protocol.ProgressToken
}

// beginProgress begins to show progress under the request's token, or under one
// of the server's where the client allows that. The context that it returns is
// cancelled when the user cancels; end must be called.
func (s *session) beginProgress(ctx context.Context, token protocol.ProgressToken, title string) (context.Context, *progressReport, func()) {
	if token == nil && s.caps.progress {
		token = s.progress.next()
		if err := s.client.WorkDoneProgressCreate(ctx, &protocol.WorkDoneProgressCreateParams{Token: token}); err != nil {
			token = nil
		}
	}
	if token == nil {
		return ctx, nil, func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	s.progress.add(token, cancel)
	report := &progressReport{s: s, token: token}
	yes := true
	report.send(&protocol.WorkDoneProgressBegin{Kind: "begin", Title: title, Cancellable: &yes})
	return ctx, report, func() {
		s.progress.remove(token)
		cancel()
		report.send(&protocol.WorkDoneProgressEnd{Kind: "end"})
	}
}

// report says what is being done now.
func (r *progressReport) report(message string) {
	if r == nil {
		return
	}
	message = r.s.message(message)
	r.send(&protocol.WorkDoneProgressReport{Kind: "report", Message: &message})
}

func (r *progressReport) send(value any) {
	encoded, err := protocol.Marshal(value)
	if err != nil {
		r.s.log.Error("encoding progress", zap.Error(err))
		return
	}
	// Not the command's context: its end must be shown even if it was cancelled.
	if err := r.s.client.Progress(r.s.base, &protocol.ProgressParams{Token: r.token, Value: encoded}); err != nil {
		r.s.log.Debug("showing progress", zap.Error(err))
	}
}
