package providers

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// leasing is a $vault that issues what it is asked for.
type leasing struct {
	*fake
	released atomic.Int32 // by the cache
	asked    []string     // locators that a reset named
}

func (l *leasing) Release(_ context.Context, locator string, match func(credentials.Profile) bool) {
	if match(credentials.Profile{Name: "a"}) {
		l.asked = append(l.asked, locator)
	}
}

// TestLeasedPayload: the cache says that a secret is leased and releases it when
// it lets go of it; a reset of a reference reaches what it does not hold.
func TestLeasedPayload(t *testing.T) {
	t.Parallel()
	var l *leasing
	r, _ := newResolver(t, func(o *Options, f *fake) {
		l = &leasing{fake: f}
		plain := f.get
		f.get = func(ctx context.Context, c Credential, ref secret.Ref) (Payload, error) {
			p, err := plain(ctx, c, ref)
			if ref.Get("path") == "issued" {
				p.Release = func() { l.released.Add(1) }
			}
			return p, err
		}
		o.Providers = []Provider{l}
	})
	issued, kept := vaultRef(t, "issued", "key=one"), vaultRef(t, "kept", "key=one")
	for _, ref := range []secret.Ref{issued, issued, kept} {
		if got := one(t, r, ref); got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	if !r.Cached(issued).Leased || r.Cached(kept).Leased || l.released.Load() != 0 {
		t.Errorf("states %+v, %+v; %d released", r.Cached(issued), r.Cached(kept), l.released.Load())
	}
	counts, err := r.Reset(t.Context(), Scope{Reference: issued.String()})
	if err != nil || counts != (ResetCounts{Entries: 1}) || l.released.Load() != 1 {
		t.Errorf("reset: %+v, %v, %d released", counts, err, l.released.Load())
	}
	if len(l.asked) != 1 || l.asked[0] != issued.Locator() {
		t.Errorf("asked to release %q", l.asked)
	}
	if got := one(t, r, issued); got.Err != nil {
		t.Fatal(got.Err)
	}
	if _, err := r.Reset(t.Context(), Scope{Provider: "vault"}); err != nil || l.released.Load() != 2 {
		t.Errorf("reset: %v, %d released", err, l.released.Load())
	}
}
