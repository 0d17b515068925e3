package vault

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/flight"
)

// loginTimeout bounds a login or a renewal, which goes on for other callers
// when the one that began it is gone.
const loginTimeout = 20 * time.Second

// errReset is a sign-in, or a read that issues something, that was under way
// when it was reset.
var errReset = errors.New("a reset came in between")

// login is one token and what is known about its life. It is never changed.
type login struct {
	token string
	// minted is set if this package created the token by signing in: then it
	// may be created again and is revoked at the end.
	minted bool
	// precious is set if the token cannot be had again without a person, so that
	// it is renewed also while nobody asks for a secret.
	precious bool
	// expires is when the server drops the token; zero if unknown or never.
	expires time.Time
	// refreshAt is when to ask the server about the token again; zero for never.
	refreshAt time.Time
	// known is set if the server has said how long the token lives.
	known bool
}

// lasting returns l with the life the server gave: ttl from now, 0 for no end.
// The refresh is due when two thirds are over, while there is time for another
// try.
func (l login) lasting(now time.Time, ttl time.Duration, renewable bool) *login {
	l.known, l.expires, l.refreshAt = true, time.Time{}, time.Time{}
	if ttl > 0 {
		l.expires = now.Add(ttl)
		if renewable {
			l.refreshAt = now.Add(ttl * 2 / 3)
		}
	}
	return &l
}

// deferred returns l with its refresh put off, after one that failed.
func (l login) deferred(now time.Time) *login {
	wait := 30 * time.Second
	if left := l.expires.Sub(now) / 2; !l.expires.IsZero() && left < wait {
		wait = left
	}
	l.refreshAt = now.Add(wait)
	return &l
}

func (l *login) expired(now time.Time) bool { return !l.expires.IsZero() && !now.Before(l.expires) }

func (l *login) due(now time.Time) bool { return !l.refreshAt.IsZero() && !now.Before(l.refreshAt) }

// session keeps the login of one credential. Any number of callers share one
// sign-in and one renewal.
type session struct {
	signIn  func(ctx context.Context) (*login, error)
	refresh func(ctx context.Context, current *login) (*login, error)
	revoke  func(ctx context.Context, token string)
	now     func() time.Time

	flights flight.Group[*login]
	mu      sync.Mutex
	current *login
	// epoch counts the ends, so that a sign-in from before one is not kept.
	epoch int
	// renewal renews a precious login that is not used.
	renewal *time.Timer
}

// use returns a login that is good as far as is known here.
func (s *session) use(ctx context.Context) (*login, error) {
	s.mu.Lock()
	current, epoch := s.current, s.epoch
	s.mu.Unlock()
	now := s.now()
	switch {
	case current == nil || current.expired(now):
		return s.shared(ctx, epoch, func(ctx context.Context) (*login, error) { return s.begin(ctx, epoch, current) })
	case current.due(now):
		return s.shared(ctx, epoch, func(ctx context.Context) (*login, error) { return s.extend(ctx, epoch, current), nil })
	}
	return current, nil
}

// shared runs work once for all callers of an epoch. A caller that gives up
// does not end it for the others.
func (s *session) shared(ctx context.Context, epoch int, work func(context.Context) (*login, error)) (*login, error) {
	return s.flights.Do(ctx, strconv.Itoa(epoch), loginTimeout, work)
}

// begin signs in, unless another caller did since stale was read.
func (s *session) begin(ctx context.Context, epoch int, stale *login) (*login, error) {
	s.mu.Lock()
	current, now := s.current, s.now()
	s.mu.Unlock()
	if current != nil && current != stale && !current.expired(now) {
		return current, nil
	}
	fresh, err := s.signIn(ctx)
	if err != nil {
		return nil, err
	}
	if !s.keep(ctx, epoch, fresh) {
		if fresh.minted {
			s.revoke(ctx, fresh.token)
		}
		return nil, errReset
	}
	return fresh, nil
}

// extend refreshes a login. One that cannot be refreshed is used until it ends.
func (s *session) extend(ctx context.Context, epoch int, current *login) *login {
	fresh, err := s.refresh(ctx, current)
	if err != nil {
		fresh = current.deferred(s.now())
	}
	s.keep(ctx, epoch, fresh)
	return fresh
}

// keep stores a login unless the session has ended since epoch.
func (s *session) keep(ctx context.Context, epoch int, fresh *login) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.epoch != epoch {
		return false
	}
	s.store(ctx, fresh)
	return true
}

// adopt makes a login that was made elsewhere the present one.
func (s *session) adopt(ctx context.Context, fresh *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	s.store(ctx, fresh)
}

// store sets the present login, nil for none, and when it is renewed without
// being used. A renewal that failed is tried again until the token ends.
func (s *session) store(ctx context.Context, fresh *login) {
	s.current = fresh
	if s.renewal != nil {
		s.renewal.Stop()
		s.renewal = nil
	}
	if fresh == nil || !fresh.precious || !fresh.known || fresh.refreshAt.IsZero() {
		return
	}
	ctx = context.WithoutCancel(ctx)
	s.renewal = time.AfterFunc(max(fresh.refreshAt.Sub(s.now()), time.Second), func() {
		s.mu.Lock()
		current, epoch := s.current, s.epoch
		s.mu.Unlock()
		if current == fresh && !current.expired(s.now()) {
			_, _ = s.shared(ctx, epoch, func(ctx context.Context) (*login, error) { return s.extend(ctx, epoch, current), nil })
		}
	})
}

// drop forgets a login the server did not accept, unless another has taken its
// place already.
func (s *session) drop(ctx context.Context, refused *login) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && s.current.token == refused.token {
		s.store(ctx, nil)
	}
}

// holds reports whether a text is the token of the present login.
func (s *session) holds(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current != nil && s.current.token == text
}

// end forgets the login, revokes it if it was minted here, and reports whether
// there was one. The session can be used again.
func (s *session) end(ctx context.Context) bool {
	s.mu.Lock()
	current := s.current
	s.store(ctx, nil)
	s.epoch++
	s.mu.Unlock()
	if current == nil {
		return false
	}
	if current.minted {
		s.revoke(ctx, current.token)
	}
	return true
}
