package lsp

import (
	"context"

	"github.com/vault-lsp/vault-lsp/providers"
)

// cacheStatusResult is the result of cacheStatus.
type cacheStatusResult struct {
	TTLSeconds int64          `json:"ttlSeconds"`
	MaxEntries int            `json:"maxEntries"`
	Entries    int            `json:"entries"`
	Hits       uint64         `json:"hits"`
	Misses     uint64         `json:"misses"`
	ByProvider map[string]int `json:"byProvider"`
}

func (s *session) cacheStatus(context.Context, invocation, noArgs) (*cacheStatusResult, error) {
	status := s.deps.Vaults.Status()
	if status.ByProvider == nil {
		status.ByProvider = map[string]int{}
	}
	return &cacheStatusResult{
		TTLSeconds: int64(status.TTL.Seconds()), MaxEntries: status.MaxEntries, Entries: status.Entries,
		Hits: status.Hits, Misses: status.Misses, ByProvider: status.ByProvider,
	}, nil
}

func (s *session) resetCache(ctx context.Context, _ invocation, args resetCacheArgs) (*providers.ResetCounts, error) {
	scope := providers.Scope{}
	if args.Scope != nil {
		scope = *args.Scope
	}
	counts, err := s.deps.Vaults.Reset(ctx, scope)
	if err != nil {
		return nil, s.vaultFailure(err, "", "")
	}
	s.live.reset()
	return &counts, nil
}
