package lsp

import (
	"context"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"
)

// message prepares a text for the user: masked, and without links. Editors such
// as VS Code make one of [text](command:…) in a message, and a click on it runs
// that command; the words may be those of a workspace's file or of a server.
func (s *session) message(text string) string {
	return strings.ReplaceAll(s.mask(text), "](", "] (")
}

// warn shows a message to the user and logs that it did.
func (s *session) warn(ctx context.Context, message string) {
	message = s.message(message)
	s.log.Warn("shown to the user", zap.String("message", message))
	err := s.client.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeWarning, Message: message})
	if err != nil {
		s.log.Debug("showing a message", zap.Error(err))
	}
}

// inform shows a message that needs no answer.
func (s *session) inform(ctx context.Context, message string) {
	err := s.client.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: s.message(message)})
	if err != nil {
		s.log.Debug("showing a message", zap.Error(err))
	}
}

// ask puts a question to the user and returns the title of the chosen action,
// "" if the user chose none. Questions wait for one another.
func (s *session) ask(ctx context.Context, message string, actions ...string) (string, error) {
	if !s.caps.ask {
		return "", fmt.Errorf("asking the user: this editor cannot show questions")
	}
	s.asking.Lock()
	defer s.asking.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return s.showRequest(ctx, protocol.MessageTypeWarning, message, actions)
}

// tell shows a message with actions that may stay unanswered; questions do not
// wait for it.
func (s *session) tell(ctx context.Context, message string, actions ...string) (string, error) {
	return s.showRequest(ctx, protocol.MessageTypeInfo, message, actions)
}

func (s *session) showRequest(ctx context.Context, kind protocol.MessageType, message string, actions []string) (string, error) {
	params := &protocol.ShowMessageRequestParams{Type: kind, Message: s.message(message)}
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

// register asks to be told of changed settings, environment files and
// configuration.
func (s *session) register(ctx context.Context) {
	var wanted []protocol.Registration
	if s.caps.registerConfiguration {
		wanted = append(wanted, s.registration(protocol.MethodWorkspaceDidChangeConfiguration,
			&protocol.DidChangeConfigurationRegistrationOptions{Section: protocol.StringSlice{SettingsSection, environmentsSection}}))
	}
	if s.caps.registerWatchers {
		wanted = append(wanted, s.registration(protocol.MethodWorkspaceDidChangeWatchedFiles,
			&protocol.DidChangeWatchedFilesRegistrationOptions{
				Watchers: s.watchers(),
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
