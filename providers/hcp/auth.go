package hcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/flight"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

const (
	// signInTimeout bounds a sign-in, which goes on for other callers when the
	// one that began it is gone.
	signInTimeout = 20 * time.Second
	// skew is how long before its end a token is no longer used: clocks differ
	// and a request takes time.
	skew = time.Minute
)

// errReset is a sign-in that was under way when it was reset.
var errReset = errors.New("the sign-in was reset while it was under way")

// token is an access token. It is never changed.
type token struct {
	text    string
	expires time.Time // less the skew; zero if the service did not say
}

// usable reports whether the token is good for a request that begins now.
func (t *token) usable(now time.Time) bool {
	return t.expires.IsZero() || now.Before(t.expires)
}

// signInError is a sign-in that the identity service refused.
type signInError struct{ err error }

func (e *signInError) Error() string { return "sign in: " + e.err.Error() }

func (e *signInError) Unwrap() error { return e.err }

// signIn gets a token for the service principal: the client credentials grant
// of RFC 6749, section 4.4, with the audience HashiCorp's service wants
// (https://developer.hashicorp.com/hcp/docs/vault-secrets/retrieve-hcp-api-token).
func (c *client) signIn(ctx context.Context, credential providers.Credential) (*token, error) {
	material, err := credential.Material(ctx, fieldClientSecret)
	if err != nil {
		return nil, err
	}
	defer material.Wipe()
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {c.settings.clientID},
		"client_secret": {string(material.Reveal())},
		"audience":      {c.settings.audience},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.settings.tokenURL.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("build request: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	asked := c.now()
	body, err := c.do(request)
	defer clear(body)
	if err != nil {
		return nil, &signInError{err: err}
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int64  `json:"expires_in"` // seconds
	}
	if json.Unmarshal(body, &answer) != nil || answer.AccessToken == "" || !strings.EqualFold(answer.TokenType, "Bearer") {
		return nil, &signInError{err: errNotHCP}
	}
	if strings.ContainsFunc(answer.AccessToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, &signInError{err: errNotHCP}
	}
	credential.Announce(secret.NewValue([]byte(answer.AccessToken)))
	t := &token{text: answer.AccessToken}
	if life := time.Duration(answer.ExpiresIn) * time.Second; life > 0 {
		// A token that lives shorter than the skew has a use too.
		t.expires = asked.Add(max(life-skew, life/2))
	}
	return t, nil
}

// session keeps the token of one credential. Any number of callers share one
// sign-in.
type session struct {
	signIn func(ctx context.Context) (*token, error)
	now    func() time.Time

	flights flight.Group[*token]
	mu      sync.Mutex
	current *token
	ended   bool
}

func newSession(signIn func(ctx context.Context) (*token, error), now func() time.Time) *session {
	return &session{signIn: signIn, now: now}
}

// use returns a token that is good as far as is known here. A caller that gives
// up does not end the sign-in that others wait for.
func (s *session) use(ctx context.Context) (*token, error) {
	if current := s.usable(); current != nil {
		return current, nil
	}
	return s.flights.Do(ctx, "", signInTimeout, func(ctx context.Context) (*token, error) {
		if current := s.usable(); current != nil {
			return current, nil
		}
		fresh, err := s.signIn(ctx)
		if err != nil {
			return nil, err
		}
		return fresh, s.keep(fresh)
	})
}

// usable returns the present token if it is good.
func (s *session) usable() *token {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.usable(s.now()) {
		return s.current
	}
	return nil
}

func (s *session) keep(fresh *token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return errReset
	}
	s.current = fresh
	return nil
}

// drop forgets a token the service did not accept, unless another has taken its
// place already.
func (s *session) drop(refused *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == refused {
		s.current = nil
	}
}

// end forgets the token for good and reports whether there was one.
func (s *session) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.current != nil
	s.current, s.ended = nil, true
	return had
}
