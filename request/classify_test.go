package request

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/redact"
)

// endless is a context whose end nobody has noticed yet.
type endless struct {
	context.Context
	deadline time.Time
}

func (e endless) Deadline() (time.Time, bool) { return e.deadline, true }

// A connection has the deadline of its context and may end first: that is the
// time limit all the same.
func TestTimeLimitOfTheConnection(t *testing.T) {
	t.Parallel()
	s := NewSender(Options{Redact: redact.NewSet()})
	slow := &net.OpError{Op: "dial", Net: "tcp", Err: os.ErrDeadlineExceeded}
	for name, tt := range map[string]struct {
		left time.Duration
		want string
	}{
		"the limit of the request":    {-time.Nanosecond, "https://x.test gave no complete response within 50ms."},
		"the limit of the connection": {time.Hour, "https://x.test gave no connection within 30s."},
	} {
		hop := endless{t.Context(), time.Now().Add(tt.left)}
		got := s.failure(t.Context(), hop, destination{origin: "https://x.test"}, 50*time.Millisecond, slow)
		if got.Code != CodeTimeout || got.Message != tt.want || got.Hint == "" {
			t.Errorf("%s: %+v, want %q", name, got, tt.want)
		}
	}
}
