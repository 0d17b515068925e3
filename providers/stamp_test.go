package providers

import (
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// moving is a provider whose identity changes outside.
type moving struct {
	*fake
	stamp *string
}

func (m moving) Stamp(credentials.Profile) string { return *m.stamp }

// What one identity fetched does not serve another, although the profile is the
// same.
func TestStamp(t *testing.T) {
	t.Parallel()
	stamp := ""
	r, f := newResolver(t, func(o *Options, f *fake) { o.Providers = []Provider{moving{f, &stamp}} })
	for _, step := range []struct {
		stamp string
		calls int32
	}{{"", 1}, {"", 1}, {"jo", 2}, {"jo", 2}, {"kim", 3}} {
		stamp = step.stamp
		if got := one(t, r, vaultRef(t, "app", "key=one")); got.Err != nil {
			t.Fatal(got.Err)
		}
		if calls := f.calls.Load(); calls != step.calls {
			t.Errorf("stamp %q: %d calls, want %d", step.stamp, calls, step.calls)
		}
	}
}
