package lsp

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// warn shows a message to the user and logs that it did.
func (s *session) warn(ctx context.Context, message string) {
	message = s.mask(message)
	s.log.Warn("shown to the user", zap.String("message", message))
	err := s.client.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeWarning, Message: message})
	if err != nil {
		s.log.Debug("showing a message", zap.Error(err))
	}
}

// ask puts a question to the user and returns the title of the chosen action,
// "" if the user chose none. Questions wait for one another.
func (s *session) ask(ctx context.Context, message string, actions ...string) (string, error) {
	if !s.caps.ask {
		return "", fmt.Errorf("asking the user: the editor has no way to")
	}
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	params := &protocol.ShowMessageRequestParams{Type: protocol.MessageTypeWarning, Message: s.mask(message)}
	for _, title := range actions {
		params.Actions = append(params.Actions, protocol.MessageActionItem{Title: title})
	}
	chosen, err := s.client.ShowMessageRequest(ctx, params)
	if err != nil {
		return "", fmt.Errorf("asking the user: %w", err)
	}
	if chosen == nil {
		return "", nil
	}
	return chosen.Title, nil
}

// register asks to be told of changed settings and environment files.
func (s *session) register(ctx context.Context) {
	var wanted []protocol.Registration
	if s.caps.registerConfiguration {
		wanted = append(wanted, s.registration(protocol.MethodWorkspaceDidChangeConfiguration,
			&protocol.DidChangeConfigurationRegistrationOptions{Section: protocol.String(SettingsSection)}))
	}
	if s.caps.registerWatchers {
		wanted = append(wanted, s.registration(protocol.MethodWorkspaceDidChangeWatchedFiles,
			&protocol.DidChangeWatchedFilesRegistrationOptions{
				Watchers: []protocol.FileSystemWatcher{{GlobPattern: protocol.Pattern(environmentPattern)}},
			}))
	}
	if len(wanted) == 0 {
		return
	}
	if err := s.client.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: wanted}); err != nil {
		s.log.Warn("registering for changes", zap.Error(err))
	}
}

// registration asks for one notification.
func (s *session) registration(method string, options any) protocol.Registration {
	encoded, err := protocol.Marshal(options)
	if err != nil {
		s.log.Error("encoding a registration", zap.String("method", method), zap.Error(err))
	}
	return protocol.Registration{ID: method, Method: method, RegisterOptions: encoded}
}

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
	message = r.s.mask(message)
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
