package vault

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// callbackPath is where the browser comes back to, as with `vault login
// -method=oidc`.
const callbackPath = "/oidc/callback"

// redirected is what the browser brought back from the OIDC provider.
type redirected struct {
	state, code, idToken string
	// posted is set for response_mode=form_post.
	posted bool
	// failure is the provider's error code (RFC 6749 section 4.1.2.1).
	failure string
}

// callback is the web server of one sign-in, on this machine only. It takes one
// answer.
type callback struct {
	listeners []net.Listener
	server    *http.Server
	done      chan error
	once      sync.Once
}

// listenCallback opens the port on IPv4 and, where there is one, on IPv6: the
// browser may take either for localhost, and nobody else should have the other.
func listenCallback(ctx context.Context, port int) (*callback, error) {
	var config net.ListenConfig
	first, err := config.Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	cb := &callback{listeners: []net.Listener{first}, done: make(chan error, 1)}
	second, err := config.Listen(ctx, "tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case err == nil:
		cb.listeners = append(cb.listeners, second)
	case errors.Is(err, syscall.EADDRINUSE):
		_ = first.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	return cb, nil
}

// serve takes the answer that has this state and gives it to finish, whose
// error is that of wait. The browser is told how it went; that it goes away
// early does not end the sign-in.
func (cb *callback) serve(state string, finish func(redirected) error) {
	mux := http.NewServeMux()
	mux.HandleFunc(callbackPath, func(w http.ResponseWriter, r *http.Request) {
		answer, err := readCallback(w, r, state)
		if err != nil {
			showPage(w, http.StatusBadRequest, "This is not the answer of the sign-in under way", "Return to your editor.")
			return
		}
		status, title := http.StatusConflict, "The sign-in has come to its end already"
		cb.once.Do(func() {
			err := finish(answer)
			if status, title = http.StatusOK, "You are signed in"; err != nil {
				status, title = http.StatusForbidden, "The sign-in has failed"
			}
			cb.done <- err
		})
		showPage(w, status, title, "You can close this page and return to your editor, which says more.")
	})
	cb.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	for _, listener := range cb.listeners {
		go func() { _ = cb.server.Serve(listener) }()
	}
}

// wait returns when an answer was worked up, or with the error of ctx.
func (cb *callback) wait(ctx context.Context) error {
	select {
	case err := <-cb.done:
		// Shutdown lets the browser have its page.
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_ = cb.server.Shutdown(ctx)
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (cb *callback) close() {
	if cb.server != nil {
		_ = cb.server.Close()
	}
	for _, listener := range cb.listeners {
		_ = listener.Close()
	}
}

// errForeign is an answer that does not belong to this sign-in.
var errForeign = errors.New("the answer does not belong to this sign-in")

// readCallback reads the browser's answer. The name in the request must be this
// machine's: a page of another name that resolves to this machine has no
// business here.
func readCallback(w http.ResponseWriter, r *http.Request, state string) (redirected, error) {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if !outbound.MayBeLoopback(strings.Trim(host, "[]")) || r.Method != http.MethodGet && r.Method != http.MethodPost {
		return redirected{}, errForeign
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		return redirected{}, errForeign
	}
	answer := redirected{
		state: r.Form.Get("state"), code: r.Form.Get("code"), idToken: r.Form.Get("id_token"),
		posted: r.Method == http.MethodPost,
	}
	if subtle.ConstantTimeCompare([]byte(answer.state), []byte(state)) != 1 {
		return redirected{}, errForeign
	}
	if failure := r.Form.Get("error"); failure != "" {
		answer.failure = errorCode(failure)
	} else if answer.code == "" && answer.idToken == "" {
		return redirected{}, errForeign
	}
	return answer, nil
}

// errorCode is an OAuth error code made safe to show.
func errorCode(text string) string {
	if len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
		return "unknown reason"
	}
	return text
}

// showPage answers the browser. Nothing of the request is in the page.
func showPage(w http.ResponseWriter, status int, title, text string) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	header.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<!doctype html><html lang="en"><head><title>%[1]s</title><style>body{font:16px system-ui,sans-serif;margin:4em auto;max-width:32em}</style></head><body><h1>%[1]s</h1><p>%[2]s</p></body></html>
`, title, text)
}
