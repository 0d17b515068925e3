package lsp

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// signInWorld is a world whose vault wants a person to sign in, and whose user
// has allowed the destination.
func signInWorld(t *testing.T, p *people) *world {
	t.Helper()
	return newWorld(t, func(w *world) {
		withInput(t, w)
		w.vault.signIn, w.vault.get = p.signIn, p.get
	})
}

func (w *world) openSignInRequest(t *testing.T) string {
	t.Helper()
	return w.open(t, "a.http", "GET https://api.example.com/\nAuthorization: {{$vault path=app}}\n")
}

// allow permits all secrets to go to an origin.
func (w *world) allow(t *testing.T, origin string) {
	t.Helper()
	_, err := w.deps.Permissions.Allow(permission.Rule{Reference: "{{$vault path=app}}", Origin: origin})
	if err != nil {
		t.Fatal(err)
	}
}

// Several sends that wait for the same credential ask once, and all go on.
func TestSendSignsIn(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := signInWorld(t, p)
	w.allow(t, "https://api.example.com")
	w.initializeWith(map[string]any{"showMessage": map[string]any{}}, map[string]any{"deviceCode": true})
	messages := w.show()
	uri := w.openSignInRequest(t)
	var sends []*lsptest.Pending
	for range 3 {
		sends = append(sends, w.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri}))
	}
	m := receive(t, messages)
	if want := `Credential "infra" (vault, Token): the session has expired. Sign in?`; m.Message != want {
		t.Errorf("asked %q, want %q", m.Message, want)
	}
	if diff := cmp.Diff([]string{answerSignIn, answerCancel}, m.titles()); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
	if len(w.arrived()) != 0 {
		t.Error("a request was sent before the sign-in")
	}
	m.answer <- answerSignIn
	close(p.entered)
	for _, send := range sends {
		if err := send.Wait(nil); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]string{markerValue, markerValue, markerValue}, w.arrived()); diff != "" {
		t.Errorf("arrived (-want +got):\n%s", diff)
	}
	if p.begun != 1 || len(messages) != 0 {
		t.Errorf("%d sign-ins, %d more questions", p.begun, len(messages))
	}
}

// Who refuses, or cannot be asked, gets the error with the command that signs in.
func TestSendWithoutSignIn(t *testing.T) {
	t.Parallel()
	for name, window := range map[string]map[string]any{
		"refused": {"showMessage": map[string]any{}}, "cannot be asked": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPeople()
			w := signInWorld(t, p)
			w.allow(t, "https://api.example.com")
			w.initializeWith(window, nil)
			questions := w.answer(answerCancel)
			uri := w.openSignInRequest(t)
			f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil))
			if f.Code != codeSignInNeeded || f.Range == nil || f.Hint != "sign in" ||
				!strings.HasSuffix(f.Message, `credential "infra": the session has expired`) {
				t.Errorf("the failure is %+v", f)
			}
			want := &FailureAction{Title: "Sign In", Command: "vault-lsp.loginCredential", Arguments: []any{map[string]any{"name": "infra"}}}
			if diff := cmp.Diff(want, f.Action); diff != "" {
				t.Errorf("action (-want +got):\n%s", diff)
			}
			if len(w.arrived()) != 0 || p.begun != 0 {
				t.Errorf("%d requests, %d sign-ins", len(w.arrived()), p.begun)
			}
			if wanted := len(window); len(*questions) != wanted {
				t.Errorf("asked %q", *questions)
			}
		})
	}
}

// Cancelling one of two sends that wait for a sign-in leaves it to the other.
func TestSignInOutlivesOneSend(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := signInWorld(t, p)
	w.allow(t, "https://api.example.com")
	w.initializeWith(map[string]any{"showMessage": map[string]any{}}, map[string]any{"deviceCode": true})
	messages := w.show()
	uri := w.openSignInRequest(t)
	first := w.GoCommand("vault-lsp.sendRequest", map[string]any{"uri": uri})
	m := receive(t, messages)
	second := w.GoCommand("vault-lsp.loginCredential", map[string]any{"name": "infra"})
	m.answer <- answerSignIn
	w.Await("device code", func(m lsptest.Message) bool { return m.Method == methodDeviceCode })
	first.Cancel()
	if err := first.Wait(nil); lsptest.CodeOf(err) != -32800 {
		t.Errorf("the cancelled send: %v", err)
	}
	close(p.entered)
	if err := second.Wait(nil); err != nil {
		t.Error(err)
	}
}

// The failure of a send that needs a one-time code says how to enter it; then
// the send neither asks again nor shows the code.
func TestSendWithCode(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := signInWorld(t, p)
	w.vault.signIn = func(ctx context.Context, c providers.Credential, person providers.Person) (providers.Identity, error) {
		identity, err := mfa(ctx, c, person)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.signedIn = err == nil
		return identity, err
	}
	w.allow(t, "https://api.example.com")
	w.initialize()
	questions := w.answer(answerSignIn)
	uri := w.openSignInRequest(t)
	f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil))
	if f.Code != codeInputNeeded || len(f.Input) != 1 || !cmp.Equal(f.Needs, []string{"mfaCode"}) {
		t.Fatalf("the failure is %+v", f)
	}
	if err := enter(t, f.Input[0], "471 113"); err != nil {
		t.Fatal(err)
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil); err != nil {
		t.Fatal(err)
	}
	if len(*questions) != 1 || len(w.arrived()) != 1 {
		t.Errorf("asked %q, %d requests arrived", *questions, len(w.arrived()))
	}
}

// Sending all asks once for each credential, whatever the answer.
func TestSendAllAsksToSignInOnce(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := signInWorld(t, p)
	w.allow(t, "https://api.example.com")
	w.initialize()
	questions := w.answer(answerCancel)
	const one = "GET https://api.example.com/\nAuthorization: {{$vault path=app}}\n\n###\n"
	uri := w.open(t, "a.http", strings.Repeat(one, 3)+"GET https://api.example.com/plain\n")
	var result struct{ Summary summary }
	if err := w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, &result); err != nil {
		t.Fatal(err)
	}
	if want := (summary{Total: 4, Sent: 1, Failed: 3}); result.Summary != want || len(*questions) != 1 {
		t.Errorf("summary %+v, asked %q", result.Summary, *questions)
	}
}

// What has to be entered first fails all requests, as long as none was sent.
func TestSendAllWithCode(t *testing.T) {
	t.Parallel()
	w := signInWorld(t, newPeople())
	w.vault.signIn = mfa
	w.allow(t, "https://api.example.com")
	w.initialize()
	w.answer(answerSignIn)
	const secretRequest = "GET https://api.example.com/\nAuthorization: {{$vault path=app}}\n"
	uri := w.open(t, "a.http", secretRequest+"\n###\nGET https://api.example.com/plain\n")
	f := failure(t, w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, nil))
	if f.Code != codeInputNeeded || len(w.arrived()) != 0 {
		t.Errorf("the failure is %+v, %d requests arrived", f, len(w.arrived()))
	}
	uri = w.open(t, "b.http", "GET https://api.example.com/plain\n\n###\n"+secretRequest)
	var result struct{ Summary summary }
	if err := w.Command("vault-lsp.sendAll", map[string]any{"uri": uri}, &result); err != nil {
		t.Fatal(err)
	}
	if want := (summary{Total: 2, Sent: 1, Failed: 1}); result.Summary != want {
		t.Errorf("summary %+v", result.Summary)
	}
}

// A vault whose kept session is encrypted asks for the passphrase as the local
// vault does.
func TestLockedSession(t *testing.T) {
	t.Parallel()
	var unlocked []string
	w := newWorld(t, func(w *world) {
		withInput(t, w)
		w.vault.get = func(context.Context, secret.Ref) (providers.Payload, error) {
			if len(unlocked) == 0 {
				return providers.Payload{}, &providers.Error{Kind: providers.Locked, Provider: secret.Vault, Op: "get", Message: "the kept sign-ins are locked"}
			}
			return providers.Payload{Value: secret.NewValue([]byte(markerValue))}, nil
		}
		w.deps.Unlock = func(_ context.Context, profile credentials.Profile, field string, material []byte) error {
			unlocked = append(unlocked, profile.Name+" "+field+" "+string(material))
			return nil
		}
	})
	w.allow(t, "https://api.example.com")
	w.initialize()
	uri := w.openSignInRequest(t)
	f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil))
	if f.Code != codeLocked || len(f.Input) != 1 || !cmp.Equal(f.Needs, []string{passphraseField}) {
		t.Fatalf("the failure is %+v", f)
	}
	if err := enter(t, f.Input[0], "m4rker passphrase"); err != nil {
		t.Fatal(err)
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri}, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"infra passphrase m4rker passphrase"}, unlocked); diff != "" {
		t.Errorf("unlocked (-want +got):\n%s", diff)
	}
}

// A test or a list of names that meets an expired session offers to sign in.
func TestSignInOffered(t *testing.T) {
	t.Parallel()
	p := newPeople()
	w := newWorld(t, func(w *world) {
		w.vault.list = func(ctx context.Context, _ providers.Query) ([]providers.Item, error) {
			_, err := p.get(ctx, secret.Ref{})
			return nil, err
		}
	})
	w.initialize()
	f := failure(t, w.Command("vault-lsp.listSecrets", map[string]any{"provider": "vault"}, nil))
	if f.Code != codeSignInNeeded || f.Action == nil || f.Action.Command != "vault-lsp.loginCredential" {
		t.Errorf("the failure is %+v", f)
	}
	if p.begun != 0 {
		t.Error("a list signed in by itself")
	}
}
