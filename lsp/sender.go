package lsp

import (
	"sync"

	"github.com/vault-lsp/vault-lsp/request"
)

// senders holds the sender for the current settings.
type senders struct {
	options request.Options

	mu      sync.Mutex
	current *request.Sender
}

// configure makes a sender for the settings. Sends that run keep theirs.
func (h *senders) configure(settings Settings) {
	options := h.options
	if settings.RequestTimeout > 0 {
		options.Timeout = settings.RequestTimeout
	}
	if settings.MaxBodySize > 0 {
		options.MaxBodySize = settings.MaxBodySize
	}
	options.KeepRedirects = options.KeepRedirects || !settings.FollowRedirects
	next := request.NewSender(options)
	h.mu.Lock()
	previous := h.current
	h.current = next
	h.mu.Unlock()
	if previous != nil {
		previous.Close()
	}
}

func (h *senders) sender() *request.Sender {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.current
}
