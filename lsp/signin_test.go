package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The addresses of a sign-in with a device code.
const (
	codeURL      = "https://id.invalid/device"
	codeComplete = "https://id.invalid/device?user_code=WDJB-MJHT"
)

// people is a provider's sign-in that a person takes part in: with a device
// code, until entered is closed.
type people struct {
	entered chan struct{}
	ended   chan error

	mu       sync.Mutex
	begun    int
	signedIn bool
}

func newPeople() *people {
	return &people{entered: make(chan struct{}), ended: make(chan error, 8)}
}

func (p *people) signIn(ctx context.Context, _ providers.Credential, person providers.Person) (providers.Identity, error) {
	p.mu.Lock()
	p.begun++
	p.mu.Unlock()
	err := person.ShowCode(ctx, providers.DeviceCode{URL: codeURL, Complete: codeComplete, Code: "WDJB-MJHT"})
	if err == nil {
		select {
		case <-p.entered:
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	p.ended <- err
	if err != nil {
		return providers.Identity{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.signedIn = true
	return providers.Identity{Name: "jo@example.com", Expires: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)}, nil
}

// get refuses until somebody has signed in.
func (p *people) get(context.Context, secret.Ref) (providers.Payload, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.signedIn {
		return providers.Payload{}, &providers.Error{
			Kind: providers.SignInNeeded, Provider: secret.Vault, Op: "sign in",
			Message: `credential "infra": the session has expired`, Hint: "sign in",
		}
	}
	return providers.Payload{Value: secret.NewValue([]byte(markerValue))}, nil
}

// initializeWith begins a session of a client with these window capabilities.
func (w *world) initializeWith(window map[string]any, options map[string]any) {
	w.Initialize(map[string]any{
		"capabilities": map[string]any{"window": window}, "initializationOptions": options,
	})
	w.Handle("window/workDoneProgress/create", func(json.RawMessage) (any, *lsptest.ResponseError) { return nil, nil })
}

// shown is a message with actions that the editor shows; answer answers it.
type shown struct {
	Message string
	Actions []struct{ Title string }
	answer  chan string
}

// show makes the editor show messages until the test answers them.
func (w *world) show() <-chan *shown {
	messages := make(chan *shown, 8)
	w.Handle("window/showMessageRequest", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		m := &shown{answer: make(chan string)}
		if err := json.Unmarshal(params, m); err != nil {
			return nil, &lsptest.ResponseError{Code: -32602, Message: err.Error()}
		}
		messages <- m
		title, answered := <-m.answer
		if !answered {
			return nil, nil
		}
		return map[string]any{"title": title}, nil
	})
	return messages
}

func (m *shown) titles() []string {
	var titles []string
	for _, action := range m.Actions {
		titles = append(titles, action.Title)
	}
	return titles
}

// browser makes the editor open URLs, and returns them.
func (w *world) browser(success bool) <-chan string {
	opened := make(chan string, 8)
	w.Handle("window/showDocument", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		var p struct {
			URI      string
			External bool
		}
		if err := json.Unmarshal(params, &p); err != nil || !p.External {
			return nil, &lsptest.ResponseError{Code: -32602, Message: "not an external document"}
		}
		opened <- p.URI
		return map[string]any{"success": success}, nil
	})
	return opened
}

func anyWindow() map[string]any {
	return map[string]any{
		"workDoneProgress": true, "showMessage": map[string]any{}, "showDocument": map[string]any{"support": true},
	}
}

// The message with the code holds up nothing: the browser can be opened from it,
// and success takes it away.
func TestSignInWithDeviceCode(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := newWorld(t, func(w *world) { w.vault.signIn = p.signIn })
	w.initializeWith(anyWindow(), nil)
	messages, opened := w.show(), w.browser(true)
	login := w.GoCommand("vault-lsp.loginCredential", map[string]any{"name": "infra"})
	first := receive(t, messages)
	if first.Message != `To sign in with credential "infra", open https://id.invalid/device and enter the code WDJB-MJHT.` {
		t.Errorf("message %q", first.Message)
	}
	if diff := cmp.Diff([]string{answerBrowser, answerCancel}, first.titles()); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	first.answer <- answerBrowser
	if got := receive(t, opened); got != codeComplete {
		t.Errorf("opened %q", got)
	}
	second := receive(t, messages)
	w.Await("progress with the code", func(m lsptest.Message) bool {
		return m.Method == "$/progress" && contains(m.Params, "Enter the code WDJB-MJHT at https://id.invalid/device")
	})
	close(p.entered)
	var identity identityInfo
	if err := login.Wait(&identity); err != nil {
		t.Fatal(err)
	}
	want := identityInfo{Name: "infra", Provider: "vault", Identity: "jo@example.com", Details: []identityDetail{}, Expires: "2030-01-02T03:04:05Z"}
	if diff := cmp.Diff(want, identity); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	w.Await("the end of the message", func(m lsptest.Message) bool { return m.Method == "$/cancelRequest" })
	close(second.answer)
	var list []credentialInfo
	if err := w.Command("vault-lsp.listCredentials", map[string]any{}, &list); err != nil {
		t.Fatal(err)
	}
	wantList := []credentialInfo{{
		Name: "infra", Provider: "vault", Auth: "token", IsDefault: true, Identity: "jo@example.com", Expires: "2030-01-02T03:04:05Z",
	}}
	if diff := cmp.Diff(wantList, list); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
}

// Signing out forgets the kept sign-in and who it was.
func TestSignOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) {
		w.configure(t, `{"credentials": {"web": {"provider": "vault", "auth": "oidc", "address": "https://vault.invalid"}}}`)
		w.vault.signIn = func(ctx context.Context, credential providers.Credential, _ providers.Person) (providers.Identity, error) {
			return providers.Identity{Name: "jo"}, credential.Session.Save(ctx, []byte("refresh-token"))
		}
	})
	w.initialize()
	web := map[string]any{"name": "web"}
	listed := func() credentialInfo {
		t.Helper()
		var list []credentialInfo
		if err := w.Command("vault-lsp.listCredentials", map[string]any{}, &list); err != nil || len(list) != 1 {
			t.Fatalf("credentials %+v, %v", list, err)
		}
		return list[0]
	}
	if err := w.Command("vault-lsp.loginCredential", web, nil); err != nil {
		t.Fatal(err)
	}
	if got := listed(); got.Identity != "jo" || !got.SignIn {
		t.Errorf("signed in: %+v", got)
	}
	profile, err := w.deps.Credentials.Profile("web")
	if err != nil {
		t.Fatal(err)
	}
	if state, err := w.deps.Credentials.Session(profile).Load(t.Context()); err != nil || state.Len() == 0 {
		t.Errorf("nothing is kept: %v", err)
	}
	if err := w.Command("vault-lsp.logoutCredential", web, nil); err != nil {
		t.Fatal(err)
	}
	if state, err := w.deps.Credentials.Session(profile).Load(t.Context()); err != nil || state.Len() != 0 {
		t.Errorf("the sign-in is still kept: %v", err)
	}
	if got := listed(); got.Identity != "" {
		t.Errorf("signed out: %+v", got)
	}
	if f := failure(t, w.Command("vault-lsp.logoutCredential", map[string]any{"name": "nobody"}, nil)); f.Code != "bad-credential" {
		t.Errorf("an unknown one: %+v", f)
	}
}

// The user can end a sign-in in its message, in the progress, with a command,
// and by cancelling the request that waits for it.
func TestSignInCancelled(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		cancel func(t *testing.T, w *world, m *shown, login *lsptest.Pending)
		// code of the answer: of the failure, or the protocol's where it is empty.
		code string
	}{
		{"message", func(_ *testing.T, _ *world, m *shown, _ *lsptest.Pending) { m.answer <- answerCancel }, codeSignInCancelled},
		{"command", func(t *testing.T, w *world, m *shown, _ *lsptest.Pending) {
			close(m.answer) // closing the message is no answer
			var result cancelledSignIn
			if err := w.Command("vault-lsp.cancelSignIn", map[string]any{"name": "infra"}, &result); err != nil || !result.Cancelled {
				t.Errorf("cancelSignIn: %+v, %v", result, err)
			}
		}, codeSignInCancelled},
		{"request", func(_ *testing.T, _ *world, m *shown, login *lsptest.Pending) { close(m.answer); login.Cancel() }, ""},
		{"progress", func(_ *testing.T, w *world, m *shown, _ *lsptest.Pending) {
			close(m.answer)
			created := w.Await("progress", func(m lsptest.Message) bool { return m.Method == "window/workDoneProgress/create" })
			w.Notify("window/workDoneProgress/cancel", created.Params)
		}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPeople()
			w := newWorld(t, func(w *world) { w.vault.signIn = p.signIn })
			w.initializeWith(anyWindow(), nil)
			messages := w.show()
			login := w.GoCommand("vault-lsp.loginCredential", map[string]any{"name": "infra"})
			test.cancel(t, w, receive(t, messages), login)
			err := login.Wait(nil)
			if test.code == "" {
				if lsptest.CodeOf(err) != -32800 {
					t.Errorf("the answer is %v", err)
				}
			} else if f := failure(t, err); f.Code != test.code {
				t.Errorf("the failure is %+v", f)
			}
			if err := receive(t, p.ended); !errors.Is(err, context.Canceled) {
				t.Errorf("the provider's sign-in ended with %v", err)
			}
			var result cancelledSignIn
			if err := w.Command("vault-lsp.cancelSignIn", map[string]any{"name": "infra"}, &result); err != nil || result.Cancelled {
				t.Errorf("afterwards: %+v, %v", result, err)
			}
		})
	}
}

// A client that shows codes itself is told of them, and of their end.
func TestSignInWithDeviceCodeNotification(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := newWorld(t, func(w *world) { w.vault.signIn = p.signIn })
	w.initializeWith(anyWindow(), map[string]any{"deviceCode": true})
	login := w.GoCommand("vault-lsp.loginCredential", map[string]any{"name": "infra"})
	m := w.Await("device code", func(m lsptest.Message) bool { return m.Method == methodDeviceCode })
	var got deviceCode
	if err := json.Unmarshal(m.Params, &got); err != nil {
		t.Fatal(err)
	}
	want := deviceCode{Name: "infra", Title: `credential "infra"`, URL: codeURL, Complete: codeComplete, Code: "WDJB-MJHT"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notification (-want +got):\n%s", diff)
	}
	close(p.entered)
	if err := login.Wait(nil); err != nil {
		t.Fatal(err)
	}
	w.Await("the end of the code", func(m lsptest.Message) bool {
		return m.Method == methodDeviceCode && contains(m.Params, `"done":true`)
	})
}

// How a browser is opened depends on what the client can do; what is no web
// page is never opened.
func TestSignInOpensBrowser(t *testing.T) {
	t.Parallel()
	const page = "https://id.invalid/authorize?state=a%2Fb&redirect_uri=http%3A%2F%2Flocalhost%3A8250%2Fcb"
	tests := []struct {
		name    string
		window  map[string]any
		success bool
		url     string
		opened  bool
		shown   string // the method of the message that shows the URL
		refused bool
	}{
		{"browser", anyWindow(), true, page, true, "", false},
		{"page of this machine", anyWindow(), true, "http://127.0.0.1:8250/start", true, "", false},
		{"client without a browser", anyWindow(), false, page, true, "window/showMessageRequest", false},
		{"client that opens nothing", map[string]any{"showMessage": map[string]any{}}, false, page, false, "window/showMessageRequest", false},
		{"client that asks nothing", map[string]any{}, false, page, false, "window/showMessage", false},
		{"program", anyWindow(), true, "file:///usr/bin/xterm", false, "", true},
		{"other scheme", anyWindow(), true, "javascript:alert(1)", false, "", true},
		{"page in clear", anyWindow(), true, "http://id.invalid/authorize", false, "", true},
		{"user information", anyWindow(), true, "https://jo@id.invalid/", false, "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			seen := make(chan struct{})
			w := newWorld(t, func(w *world) {
				w.vault.signIn = func(ctx context.Context, _ providers.Credential, person providers.Person) (providers.Identity, error) {
					if err := person.OpenURL(ctx, test.url); err != nil {
						return providers.Identity{}, &providers.Error{Kind: providers.Unauthenticated, Message: err.Error(), Err: err}
					}
					<-seen
					return providers.Identity{Name: "jo"}, nil
				}
			})
			w.initializeWith(test.window, nil)
			w.answer("")
			opened := w.browser(test.success)
			login := w.GoCommand("vault-lsp.loginCredential", map[string]any{"name": "infra"})
			if test.shown != "" {
				w.Await("the message with the URL", func(m lsptest.Message) bool {
					return m.Method == test.shown && strings.Contains(string(m.Params), "https://id.invalid/authorize?state=a%2Fb")
				})
			}
			close(seen)
			err := login.Wait(nil)
			if refused := err != nil; refused != test.refused {
				t.Errorf("answer %v", err)
			}
			select {
			case got := <-opened:
				if !test.opened || got != test.url {
					t.Errorf("opened %q", got)
				}
			default:
				if test.opened {
					t.Error("nothing was opened")
				}
			}
		})
	}
}
