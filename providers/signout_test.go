package providers

import (
	"context"
	"errors"
	"testing"
)

// leaving is a provider whose sign-ins leave something outside the session.
type leaving struct {
	*person
	left int // how often it was asked to remove that
	err  error
}

func (p *leaving) SignOut(context.Context, Credential) error {
	p.left++
	return p.err
}

// Signing out asks the provider, forgets the session and what was fetched with
// it; where the provider cannot, the session stays for another try.
func TestSignOut(t *testing.T) {
	t.Parallel()
	r, p, _ := signInResolver(t, t.TempDir(), withKey())
	provider := &leaving{person: p, err: errors.New("away")}
	r.providers["vault"] = provider
	if _, err := r.SignIn(t.Context(), "web", asking("token")); err != nil {
		t.Fatal(err)
	}
	if got := one(t, r, vaultRef(t, "x")); got.Err != nil {
		t.Fatal(got.Err)
	}
	if err := r.SignOut(t.Context(), "web"); kindOf(err) != Unavailable {
		t.Errorf("a provider that cannot: %v", err)
	}
	if got := one(t, r, vaultRef(t, "x")); got.Err != nil {
		t.Errorf("then: %v", got.Err)
	}
	provider.err = nil
	if err := r.SignOut(t.Context(), "web"); err != nil || provider.left != 2 {
		t.Errorf("asked %d times, %v", provider.left, err)
	}
	if got := one(t, r, vaultRef(t, "x")); kindOf(got.Err) != SignInNeeded {
		t.Errorf("afterwards: %v", got.Err)
	}
	if err := r.SignOut(t.Context(), "absent"); kindOf(err) != Unauthenticated {
		t.Errorf("an unknown one: %v", err)
	}
}
