package lsp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The actions of messages during a sign-in.
const (
	answerBrowser = "Open Browser"
	answerCancel  = "Cancel"
)

// person is how one sign-in reaches the user.
type person struct {
	s        *session
	profile  credentials.Profile
	progress *progressReport
	// flow is the sign-in's context, which outlives each message; cancel ends it.
	flow   context.Context
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	shown bool // a device code is shown by the client's own means
	// missing is what the client has to enter before the next try.
	missing *Failure
}

// openURL opens a URL in the user's browser. A client that cannot do that shows
// it, and the user opens it.
func (p *person) openURL(ctx context.Context, address string) error {
	if err := checkSignInURL(address); err != nil {
		return err
	}
	p.progress.report("Waiting for the browser")
	if p.openInBrowser(ctx, address) {
		return nil
	}
	p.message(fmt.Sprintf("To sign in with %s, open %s in a browser.", p.profile.Title(), address), "")
	return nil
}

// openInBrowser reports whether the client has opened the URL.
func (p *person) openInBrowser(ctx context.Context, address string) bool {
	if !p.s.caps.showDocument {
		return false
	}
	yes := true
	// uri.URI is a string here: its parser would respell what the sign-in needs
	// as it is.
	answer, err := p.s.client.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: uri.URI(address), External: &yes})
	if err != nil {
		p.s.log.Debug("opening a browser", zap.Error(err))
		return false
	}
	return answer != nil && answer.Success
}

// errBadSignInURL is the error of a sign-in that wants to open what is no page
// of the web or of this machine.
var errBadSignInURL = errors.New("the sign-in names an address that is neither https nor on this machine: it was not opened")

// checkSignInURL lets pass what a browser shows: https, and http on this
// machine. An address that a server chose could start any program otherwise.
func checkSignInURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errBadSignInURL
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || (err == nil && ip.IsLoopback())
	if u.Scheme == "https" || (u.Scheme == "http" && loopback) {
		return nil
	}
	return errBadSignInURL
}

// deviceCode is the notification vault-lsp/deviceCode, for clients that show a
// code themselves. Done takes the code away again.
type deviceCode struct {
	Name     string `json:"name"`
	Title    string `json:"title,omitempty"`
	URL      string `json:"url,omitempty"`
	Complete string `json:"complete,omitempty"`
	Code     string `json:"code,omitempty"`
	Expires  string `json:"expires,omitempty"`
	Done     bool   `json:"done"`
}

// methodDeviceCode is the name of that notification.
const methodDeviceCode = "vault-lsp/deviceCode"

// showCode tells where to enter a device code and returns at once: the provider
// asks meanwhile whether it has been entered.
func (p *person) showCode(_ context.Context, code providers.DeviceCode) error {
	if err := checkSignInURL(code.URL); err != nil {
		return err
	}
	if code.Complete == "" || checkSignInURL(code.Complete) != nil {
		code.Complete = code.URL
	}
	p.progress.report(fmt.Sprintf("Enter the code %s at %s", code.Code, code.URL))
	if p.s.options.DeviceCode {
		p.mu.Lock()
		p.shown = true
		p.mu.Unlock()
		p.s.notify(methodDeviceCode, deviceCode{
			Name: p.profile.Name, Title: p.profile.Title(), URL: code.URL, Complete: code.Complete,
			Code: code.Code, Expires: timestamp(code.Expires),
		})
		return nil
	}
	p.message(fmt.Sprintf("To sign in with %s, open %s and enter the code %s.", p.profile.Title(), code.URL, code.Code), code.Complete)
	return nil
}

// message shows a message for the rest of the sign-in, with a way to cancel and,
// where address is not empty, to open it. It does not wait for the user.
func (p *person) message(text, address string) {
	if !p.s.caps.ask {
		p.s.inform(p.flow, text)
		return
	}
	var actions []string
	if address != "" && p.s.caps.showDocument {
		actions = append(actions, answerBrowser)
	}
	actions = append(actions, answerCancel)
	p.s.dispatch.spawn(func() {
		for {
			chosen, err := p.s.tell(p.flow, text, actions...)
			switch {
			case err != nil:
				return
			case chosen == answerCancel:
				p.cancel(errSignInCancelled)
				return
			case chosen != answerBrowser || !p.openInBrowser(p.flow, address):
				return
			}
		}
	})
}

// end takes away what is still shown.
func (p *person) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		p.s.notify(methodDeviceCode, deviceCode{Name: p.profile.Name, Done: true})
	}
}

// errInputNeeded ends a sign-in that needs an answer which has not been entered.
var errInputNeeded = errors.New("an answer has to be entered first")

// ask gives the answer to a provider's question. An answer must not cross the
// protocol: where it has not been entered yet, the sign-in ends, and its
// failure names the command that takes it. The client runs it and tries again.
func (p *person) ask(_ context.Context, question providers.Question) (secret.Value, error) {
	key := answerKey{credential: p.profile.Name, field: question.Field}
	if value, ok := p.s.answers.take(key); ok {
		return value, nil
	}
	input, err := p.s.expect(func(_ context.Context, value []byte) error {
		p.s.answers.put(key, value, time.Now().Add(answerKept))
		// A one-time code has 6 to 8 digits (RFC 4226) and is worth nothing once
		// used; masking it would shred numbers in later responses.
		if len(value) > maxOneTimeCode && p.s.deps.Redact != nil {
			p.s.deps.Redact.Add(value)
		}
		return nil
	})
	if err != nil {
		return secret.Value{}, err
	}
	p.missing = &Failure{
		Code: codeInputNeeded, Message: fmt.Sprintf("%s: %s is needed to sign in", p.profile.Title(), question.Prompt),
		Hint:  "enter it with this command, then try again: " + strings.Join(input, " "),
		Needs: []string{question.Field}, Prompts: []string{question.Prompt}, Input: [][]string{input},
		Action: signInAction(p.profile.Name),
	}
	return secret.Value{}, errInputNeeded
}

// maxOneTimeCode is the length of the longest code that is not masked.
const maxOneTimeCode = max(8, redact.MinLength)

// answerKept is how long an answer is kept for the next try.
const answerKept = 2 * time.Minute

type answerKey struct{ credential, field string }

// answers are what the user has entered for a sign-in that is tried again. Each
// is used once.
type answers struct {
	mu    sync.Mutex
	given map[answerKey]givenAnswer
}

type givenAnswer struct {
	value secret.Value
	until time.Time
}

// put keeps an answer, which it copies.
func (a *answers) put(key answerKey, value []byte, until time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.given == nil {
		a.given = make(map[answerKey]givenAnswer)
	}
	old := a.given[key]
	old.value.Wipe()
	a.given[key] = givenAnswer{value: secret.NewValue(append([]byte(nil), value...)), until: until}
}

// take returns an answer and forgets it.
func (a *answers) take(key answerKey) (secret.Value, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	given, ok := a.given[key]
	delete(a.given, key)
	if ok && time.Now().After(given.until) {
		given.value.Wipe()
		return secret.Value{}, false
	}
	return given.value, ok
}

// ready reports whether an answer for a credential is there: its user has
// agreed to sign in already.
func (a *answers) ready(credential string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, given := range a.given {
		if key.credential == credential && time.Now().Before(given.until) {
			return true
		}
	}
	return false
}
