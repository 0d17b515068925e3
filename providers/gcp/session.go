package gcp

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/flight"
)

// loginTimeout bounds a sign-in, which goes on for other callers when the one
// that began it is gone.
const loginTimeout = 20 * time.Second

// errReset is a sign-in that was under way when it was reset.
var errReset = errors.New("the login was reset while it was under way")

// principal is who a token stands for, as far as its credential tells.
type principal struct {
	kind         string // "service account", "user account"
	email        string // "" if unknown
	via          string // through whom, for an impersonated account
	project      string // the project of the credential; "" if it has none
	quotaProject string
	universe     string
}

// login is one access token. It is never changed.
type login struct {
	token     string
	expires   time.Time // zero for never
	refreshAt time.Time // when to get the next; zero for never
	who       principal
}

// newLogin is a login whose next token is due a little before its end: four
// minutes, as Google's own libraries do, or less where it lives shortly.
func newLogin(now time.Time, token string, expires time.Time, who principal) *login {
	l := &login{token: token, expires: expires, who: who}
	if !expires.IsZero() {
		early := min(4*time.Minute, max(0, expires.Sub(now)/4))
		l.refreshAt = expires.Add(-early)
	}
	return l
}

func (l *login) expired(now time.Time) bool { return !l.expires.IsZero() && !now.Before(l.expires) }

func (l *login) due(now time.Time) bool { return !l.refreshAt.IsZero() && !now.Before(l.refreshAt) }

// deferred returns l with its refresh put off, after one that failed.
func (l login) deferred(now time.Time) *login {
	l.refreshAt = now.Add(min(30*time.Second, l.expires.Sub(now)/2))
	return &l
}

// session keeps the login of one credential. Any number of callers share one
// sign-in.
type session struct {
	signIn func(ctx context.Context) (*login, error)
	now    func() time.Time

	flights flight.Group[*login]
	mu      sync.Mutex
	current *login
	// epoch counts the ends, so that a sign-in from before one is not kept.
	epoch int
}

// use returns a login that is good as far as is known here, and whether it was
// made for this call.
func (s *session) use(ctx context.Context) (l *login, fresh bool, err error) {
	s.mu.Lock()
	current, epoch := s.current, s.epoch
	s.mu.Unlock()
	if now := s.now(); current != nil && !current.due(now) && !current.expired(now) {
		return current, false, nil
	}
	l, err = s.shared(ctx, epoch, current)
	return l, true, err
}

// shared signs in once for all callers of an epoch. A caller that gives up does
// not end it for the others.
func (s *session) shared(ctx context.Context, epoch int, stale *login) (*login, error) {
	return s.flights.Do(ctx, strconv.Itoa(epoch), loginTimeout, func(ctx context.Context) (*login, error) {
		return s.begin(ctx, epoch, stale)
	})
}

// begin signs in, unless another caller did since stale was read. Where that
// fails and the token still lives, it is used until it ends.
func (s *session) begin(ctx context.Context, epoch int, stale *login) (*login, error) {
	s.mu.Lock()
	current := s.current
	s.mu.Unlock()
	if current != nil && current != stale && !current.expired(s.now()) {
		return current, nil
	}
	fresh, err := s.signIn(ctx)
	switch now := s.now(); {
	case err == nil:
	case stale != nil && current == stale && !stale.expired(now):
		fresh = stale.deferred(now)
	default:
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch != epoch {
		return nil, errReset
	}
	s.current = fresh
	return fresh, nil
}

// drop forgets a login that was not accepted, unless another has taken its
// place already.
func (s *session) drop(refused *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.token == refused.token {
		s.current = nil
	}
}

// peek is the present login; nil if there is none.
func (s *session) peek() *login {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current
}

// who is the principal of the present login, if there is one.
func (s *session) who() principal {
	if l := s.peek(); l != nil {
		return l.who
	}
	return principal{}
}

// learn adds the e-mail address to a login, if it is still the present one.
func (s *session) learn(of *login, email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == of {
		known := *of
		known.who.email = email
		s.current = &known
	}
}

// end forgets the login and reports whether there was one. Google's tokens end
// by themselves within the hour. The session can be used again.
func (s *session) end() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	had := s.current != nil
	s.current = nil
	s.epoch++
	return had
}
