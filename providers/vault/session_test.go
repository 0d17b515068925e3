package vault

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// renewals is a server's side of a session: it counts, and refuses from then on.
type renewals struct {
	count, signIns int
	refuse         bool
}

func (r *renewals) session(l login, ttl time.Duration) *session {
	return &session{
		now: time.Now,
		signIn: func(context.Context) (*login, error) {
			r.signIns++
			return l.lasting(time.Now(), ttl, true), nil
		},
		refresh: func(_ context.Context, current *login) (*login, error) {
			r.count++
			if r.refuse {
				return nil, errors.New("refused")
			}
			return current.lasting(time.Now(), ttl, true), nil
		},
		revoke: func(context.Context, string) {},
	}
}

// TestPreciousLoginIsRenewedUnused: what a person has signed in for does not end
// while the program runs, and is left alone when it is reset.
func TestPreciousLoginIsRenewedUnused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &renewals{}
		s := r.session(login{token: "t", precious: true}, time.Hour)
		if _, err := s.use(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24*time.Hour + time.Second)
		synctest.Wait()
		// Every 40 minutes.
		if r.count != 36 || r.signIns != 1 {
			t.Errorf("%d renewals, %d sign-ins in a day", r.count, r.signIns)
		}
		if s.current.expired(time.Now()) {
			t.Error("the login has ended")
		}
		s.end(t.Context())
		before := r.count
		time.Sleep(24 * time.Hour)
		if r.count != before {
			t.Errorf("%d renewals after the end", r.count-before)
		}
	})
}

// TestRenewalEnds: a token that cannot be renewed is tried until it ends, not
// for ever.
func TestRenewalEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &renewals{refuse: true}
		s := r.session(login{token: "t", precious: true}, time.Hour)
		if _, err := s.use(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if r.count == 0 || r.count > 60 || r.signIns != 1 {
			t.Errorf("%d tries, %d sign-ins", r.count, r.signIns)
		}
	})
}

// TestMintedLoginIsNotRenewedUnused: what can be had again is not kept alive.
func TestMintedLoginIsNotRenewedUnused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := &renewals{}
		s := r.session(login{token: "t", minted: true}, time.Hour)
		if _, err := s.use(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if r.count != 0 {
			t.Errorf("%d renewals", r.count)
		}
		if _, err := s.use(t.Context()); err != nil || r.signIns != 2 {
			t.Errorf("%d sign-ins, %v", r.signIns, err)
		}
	})
}

// TestHCPHint: in the root namespace of HCP Vault Dedicated nobody has rights.
func TestHCPHint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		address, namespace string
		want               bool
	}{
		{"https://c.vault.11eb.aws.hashicorp.cloud:8200", "", true},
		{"https://c.vault.11eb.aws.hashicorp.cloud:8200", "admin", false},
		{"https://vault.example.com", "", false},
		{"https://hashicorp.cloud.example.com", "", false},
	} {
		address, err := url.Parse(test.address)
		if err != nil {
			t.Fatal(err)
		}
		c := &client{settings: settings{address: address, namespace: test.namespace, authNamespace: test.namespace}}
		denied := &deniedError{path: "secret/data/a", namespace: test.namespace, capability: "read", rootOfHCP: test.namespace == "" && c.settings.isHCP()}
		if got := strings.Contains(denied.hint(), "namespace to admin"); got != test.want {
			t.Errorf("%+v: %q", test, denied.hint())
		}
	}
}

// TestDeniedHint: what is missing is told from what something else forbids.
func TestDeniedHint(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		allowed []string
		part    string
	}{
		{nil, `it takes the capability "read" on secret/data/a in namespace team: check`},
		{[]string{"deny"}, `it takes the capability "read" on secret/data/a in namespace team: check`},
		{[]string{"list", "update"}, "the login has list, update"},
		{[]string{"read"}, "something else forbids it"},
	} {
		e := &deniedError{path: "secret/data/a", namespace: "team", capability: "read", allowed: test.allowed}
		if got := e.hint(); !strings.Contains(got, test.part) {
			t.Errorf("%v: %q, want %q", test.allowed, got, test.part)
		}
	}
}
