package input

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const marker = "MARKER-input-0123"

// listen opens a listener in a folder with a short name: a test's TempDir can
// be too long for a socket.
func listen(t *testing.T) *Listener {
	t.Helper()
	dir, err := os.MkdirTemp("", "in")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	l, err := Listen(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestSend(t *testing.T) {
	t.Parallel()
	l := listen(t)
	for sent, want := range map[string]string{
		marker: marker, marker + "\n": marker, marker + "\r\n": marker, "a\nb\n\n": "a\nb\n", "\x00\xff": "\x00\xff",
		strings.Repeat("x", MaxSize): strings.Repeat("x", MaxSize),
	} {
		var got string
		id, _ := l.Expect(time.Minute, func(_ context.Context, value []byte) error { got = string(value); return nil })
		if err := Send(t.Context(), l.Socket(), id, strings.NewReader(sent)); err != nil || got != want {
			t.Errorf("%.20q: got %.20q, %v", sent, got, err)
		}
	}
}

func TestPrivate(t *testing.T) {
	t.Parallel()
	l := listen(t)
	for path, want := range map[string]os.FileMode{l.Socket(): 0o600, filepath.Dir(l.Socket()): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	a, _ := l.Expect(time.Minute, nil)
	b, _ := l.Expect(time.Minute, nil)
	if a == b || len(a) < 20 {
		t.Errorf("ids %q and %q can be guessed", a, b)
	}
}

// An id is good for one input; a refused input can be given again.
func TestIDEnds(t *testing.T) {
	t.Parallel()
	l := listen(t)
	calls := 0
	id, _ := l.Expect(time.Minute, func(context.Context, []byte) error {
		if calls++; calls == 1 {
			return errors.New("the token is not accepted")
		}
		return nil
	})
	send := func(id string) error { return Send(t.Context(), l.Socket(), id, strings.NewReader(marker)) }
	if err := send(id); err == nil || err.Error() != "send input: the token is not accepted" {
		t.Errorf("got %v", err)
	}
	if err := send(id); err != nil {
		t.Errorf("second try: %v", err)
	}
	cancelled, cancel := l.Expect(time.Minute, nil)
	cancel()
	expired, _ := l.Expect(0, nil)
	for expired := expired; ; {
		l.mu.Lock()
		_, there := l.pending[expired]
		l.mu.Unlock()
		if !there {
			break
		}
	}
	for _, id := range []string{id, cancelled, expired, "unknown", ""} {
		if err := send(id); err == nil || !strings.Contains(err.Error(), "no input is expected") || strings.Contains(err.Error(), marker) {
			t.Errorf("%q: got %v", id, err)
		}
	}
}

func TestSendErrors(t *testing.T) {
	t.Parallel()
	l := listen(t)
	id, _ := l.Expect(time.Minute, func(context.Context, []byte) error { t.Error("handled"); return nil })
	open := t.TempDir()
	if err := os.Chmod(open, 0o755); err != nil {
		t.Fatal(err)
	}
	private := t.TempDir()
	if err := os.Chmod(private, 0o700); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(private, "file")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ socket, value, words string }{
		"empty":            {l.Socket(), "", "empty"},
		"line break only":  {l.Socket(), "\n", "empty"},
		"too large":        {l.Socket(), strings.Repeat("x", MaxSize+1), "larger than"},
		"no folder":        {filepath.Join(private, "absent", "input"), marker, "there is no socket"},
		"no socket":        {filepath.Join(private, "input"), marker, "there is no socket"},
		"not a socket":     {plain, marker, "there is no socket"},
		"folder is shared": {filepath.Join(open, "input"), marker, "other users"},
	}
	for name, test := range tests {
		if err := Send(t.Context(), test.socket, id, strings.NewReader(test.value)); err == nil || !strings.Contains(err.Error(), test.words) || strings.Contains(err.Error(), marker) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Send(ctx, l.Socket(), id, strings.NewReader(marker)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// Peers that do not follow the protocol get an answer or are dropped, and the
// listener goes on.
func TestHostilePeers(t *testing.T) {
	t.Parallel()
	l := listen(t)
	var got string
	id, _ := l.Expect(time.Minute, func(_ context.Context, value []byte) error { got = string(value); return nil })
	for _, raw := range []string{
		"", "\n", "nonsense\n", strings.Repeat("x", 4096), `{"id":"` + id + `","length":-1}` + "\n", `{"id":"` + id + `","length":99999999999}` + "\n",
		`{"id":"` + id + `","length":10}` + "\nshort", `{"id":5}` + "\n",
	} {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "unix", l.Socket())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(raw))
		_ = c.(*net.UnixConn).CloseWrite()
		reply := make([]byte, 1024)
		n, _ := c.Read(reply)
		if n > 0 && !strings.Contains(string(reply[:n]), `"error"`) {
			t.Errorf("%.40q was answered with %s", raw, reply[:n])
		}
		_ = c.Close()
	}
	if err := Send(t.Context(), l.Socket(), id, strings.NewReader(marker)); err != nil || got != marker {
		t.Errorf("afterwards: %q, %v", got, err)
	}
}

func TestCloseEndsHandlers(t *testing.T) {
	t.Parallel()
	l := listen(t)
	started := make(chan struct{})
	id, _ := l.Expect(time.Minute, func(ctx context.Context, _ []byte) error {
		close(started)
		<-ctx.Done()
		return ctx.Err()
	})
	sent := make(chan error, 1)
	go func() { sent <- Send(t.Context(), l.Socket(), id, strings.NewReader(marker)) }()
	<-started
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := <-sent; err == nil {
		t.Error("the sender was told that all is well")
	}
	if _, err := os.Stat(filepath.Dir(l.Socket())); err == nil {
		t.Error("the folder is left behind")
	}
	if err := Send(t.Context(), l.Socket(), id, strings.NewReader(marker)); err == nil {
		t.Error("sent to a closed listener")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	l := listen(t)
	var mu sync.Mutex
	got := map[string]bool{}
	var group sync.WaitGroup
	for i := range maxConnections {
		id, _ := l.Expect(time.Minute, func(_ context.Context, value []byte) error {
			mu.Lock()
			defer mu.Unlock()
			got[string(value)] = true
			return nil
		})
		group.Go(func() {
			if err := Send(t.Context(), l.Socket(), id, strings.NewReader(fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(got) != maxConnections {
		t.Errorf("%d of %d arrived", len(got), maxConnections)
	}
}

func TestPathTooLong(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("x", 100))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Listen(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("got %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Error("a folder is left behind")
	}
}
