package lsp

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/providers"
)

const (
	// liveBudget is how long completion waits for a vault.
	liveBudget = 800 * time.Millisecond
	// liveTimeout is how long a vault may take to answer in the background, for
	// the next keystroke.
	liveTimeout = 15 * time.Second
	// liveKept is how long names are offered without asking again.
	liveKept = time.Minute
	// liveRefused is how long a vault that has refused is not asked again: typing
	// on would else ask at every letter.
	liveRefused = 5 * time.Second
	// liveMost is how many answers are kept.
	liveMost = 64
)

// lister lists what a field of a reference can be, with configured credentials
// only. providers.Resolver is one; tests have another.
type lister interface {
	List(ctx context.Context, provider, credential string, query providers.Query) ([]providers.Item, error)
}

// live asks vaults for the names that completion offers. One question is asked
// once however often it comes, and goes on when the editor has given up.
type live struct {
	lister lister
	// enabled reports whether the user wants vaults to be asked.
	enabled func() bool
	// spawn runs work in the background of the session.
	spawn func(work func()) bool
	base  context.Context
	log   *zap.Logger

	mu      sync.Mutex
	answers map[string]*liveAnswer
}

// newLive returns the live questions of a session.
func newLive(s *session) *live {
	l := &live{
		enabled: func() bool { return s.deps.Credentials == nil || s.deps.Credentials.Config().Completion.Live() },
		spawn:   s.dispatch.spawn, base: s.base, log: s.log,
	}
	if s.deps.Vaults != nil {
		l.lister = s.deps.Vaults
	}
	return l
}

type liveAnswer struct {
	done   chan struct{}
	values []analysis.LiveValue
	// until is when the answer is forgotten; live.mu guards it.
	until time.Time
}

// ask returns the values that fit the query. It reports incomplete if the vault
// has not answered in time, so that the editor asks again.
func (l *live) ask(ctx context.Context, query *analysis.LiveQuery) (values []analysis.LiveValue, incomplete bool) {
	if l.lister == nil || !l.enabled() {
		return nil, false
	}
	answer := l.start(query)
	timer := time.NewTimer(liveBudget)
	defer timer.Stop()
	select {
	case <-answer.done:
		return answer.values, false
	case <-timer.C:
		return nil, true
	case <-ctx.Done():
		return nil, true
	}
}

// start returns the answer to a query, asking for it if nobody has.
func (l *live) start(query *analysis.LiveQuery) *liveAnswer {
	// What stands behind the last slash is left to the editor's own matching,
	// so that one answer serves a whole word.
	folder := query.Prefix[:strings.LastIndexByte(query.Prefix, '/')+1]
	asked := providers.Query{Field: query.Field, Known: maps.Clone(query.Known), Prefix: folder}
	key := liveKey(query.Provider, query.Credential, asked)
	l.mu.Lock()
	defer l.mu.Unlock()
	if known := l.answers[key]; known != nil && time.Now().Before(known.until) {
		return known
	}
	answer := &liveAnswer{done: make(chan struct{}), until: time.Now().Add(liveTimeout + liveKept)}
	if l.answers == nil || len(l.answers) >= liveMost {
		l.answers = make(map[string]*liveAnswer)
	}
	l.answers[key] = answer
	started := l.spawn(func() {
		defer close(answer.done)
		kept := liveKept
		if !l.fetch(query.Provider, query.Credential, asked, answer) {
			kept = liveRefused
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		answer.until = time.Now().Add(kept)
	})
	if !started {
		close(answer.done)
	}
	return answer
}

// fetch asks the vault and reports whether it has answered.
func (l *live) fetch(provider, credential string, query providers.Query, answer *liveAnswer) bool {
	ctx, cancel := context.WithTimeout(l.base, liveTimeout)
	defer cancel()
	items, err := l.lister.List(ctx, provider, credential, query)
	if err != nil {
		l.log.Debug("no names for completion", zap.String("provider", provider), zap.String("field", query.Field), zap.Error(err))
		return false
	}
	for _, item := range items {
		answer.values = append(answer.values, analysis.LiveValue{Value: item.Value, Detail: item.Detail})
	}
	return true
}

// reset drops every answer.
func (l *live) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answers = nil
}

func liveKey(provider, credential string, query providers.Query) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %q %q", provider, credential, query.Field, query.Prefix)
	for _, name := range slices.Sorted(maps.Keys(query.Known)) {
		fmt.Fprintf(&b, " %q=%q", name, query.Known[name])
	}
	return b.String()
}
