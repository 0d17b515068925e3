package vault_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/secret"
)

// databaseServer is a real server with Vault's database engine, which issues a
// user with a lease for each read of creds/app.
func databaseServer(t *testing.T) *testtools.VaultServer {
	t.Helper()
	server := testtools.Vault(t)
	server.Write("sys/mounts/database", map[string]any{"type": "database"})
	server.Write("database/config/memory", map[string]any{"plugin_name": "memory-database-plugin", "allowed_roles": "*"})
	server.Write("database/roles/app", map[string]any{"db_name": "memory", "default_ttl": "1h", "max_ttl": "24h"})
	server.Policy("app", `path "database/creds/app" { capabilities = ["read"] }
		path "sys/leases/revoke" { capabilities = ["update"] }
		path "secret/data/*" { capabilities = ["read"] }`)
	return server
}

// leases counts the leases of creds/app that the server holds.
func leases(server *testtools.VaultServer) int {
	_, answer := server.Do(server.RootToken, http.MethodGet, "sys/leases/lookup/database/creds/app?list=true", nil)
	data, _ := answer["data"].(map[string]any)
	keys, _ := data["keys"].([]any)
	return len(keys)
}

// awaitLeases returns when the server holds so many leases: what the cache lets
// go of is given back meanwhile.
func awaitLeases(t *testing.T, server *testtools.VaultServer, want int) {
	t.Helper()
	deadline := time.NewTimer(10 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for leases(server) != want {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("the server holds %d leases, want %d", leases(server), want)
		}
	}
}

func wantLeases(t *testing.T, server *testtools.VaultServer, want int) {
	t.Helper()
	if got := leases(server); got != want {
		t.Errorf("the server holds %d leases, want %d", got, want)
	}
}

const databaseRef = "mount=database"

func resolve(t *testing.T, r *providers.Resolver, more ...string) providers.Resolved {
	t.Helper()
	got := r.Resolve(t.Context(), []secret.Ref{databaseCreds(t, append(more, "key=username")...)})[0]
	if got.Err != nil {
		t.Fatal(got.Err)
	}
	return got
}

func databaseCreds(t *testing.T, more ...string) secret.Ref {
	t.Helper()
	return ref(t, append([]string{databaseRef, "path=creds/app"}, more...)...)
}

// TestLease: any number of uses is one lease, which a reset of the reference
// gives back, and the end of the program.
func TestLease(t *testing.T) {
	t.Parallel()
	server := databaseServer(t)
	r := newResolver(t, server.Address, server.Token(time.Hour, 0, "app"), nil)
	refs := make([]secret.Ref, 20)
	for i := range refs {
		refs[i] = databaseCreds(t, "key="+[]string{"username", "password"}[i%2])
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, got := range r.Resolve(t.Context(), refs) {
				if got.Err != nil {
					t.Error(got.Err)
				}
			}
		})
	}
	group.Wait()
	wantLeases(t, server, 1)
	first := resolve(t, r)
	if state := r.Cached(refs[0]); !first.Hit || !state.Leased || state.Remaining > time.Hour {
		t.Errorf("hit %v, state %+v", first.Hit, state)
	}
	counts, err := r.Reset(t.Context(), providers.Scope{Reference: databaseCreds(t).String()})
	if err != nil || counts != (providers.ResetCounts{Entries: 1}) {
		t.Errorf("reset: %+v, %v", counts, err)
	}
	wantLeases(t, server, 0)
	if second := resolve(t, r); string(second.Value.Reveal()) == string(first.Value.Reveal()) || second.Hit {
		t.Error("after a reset the same user is used")
	}
	wantLeases(t, server, 1)
	// Another reference does not touch it.
	if _, err := r.Reset(t.Context(), providers.Scope{Reference: "{{$vault path=other}}"}); err != nil {
		t.Errorf("reset of another: %v", err)
	}
	wantLeases(t, server, 1)
	if _, err := r.Reset(t.Context(), providers.Scope{Credential: "infra"}); err != nil {
		t.Error(err)
	}
	wantLeases(t, server, 0)
	resolve(t, r)
	if err := r.Close(t.Context()); err != nil {
		t.Error(err)
	}
	wantLeases(t, server, 0)
}

// TestLeaseLeavesTheCache: what the cache lets go of is given back.
func TestLeaseLeavesTheCache(t *testing.T) {
	t.Parallel()
	server := databaseServer(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	token := server.Token(time.Hour, 0, "app")
	t.Run("replaced", func(t *testing.T) {
		r := newResolver(t, server.Address, token, nil)
		first := resolve(t, r)
		second := r.Refetch(t.Context(), []secret.Ref{databaseCreds(t, "key=username")})[0]
		if second.Err != nil || string(second.Value.Reveal()) == string(first.Value.Reveal()) {
			t.Errorf("refetch: %v", second.Err)
		}
		awaitLeases(t, server, 1)
		_ = r.Close(t.Context())
		wantLeases(t, server, 0)
	})
	t.Run("least recently used", func(t *testing.T) {
		r := newResolver(t, server.Address, token, func(o *providers.Options) { o.CacheMaxEntries = 1 })
		resolve(t, r)
		if got := r.Resolve(t.Context(), []secret.Ref{ref(t, "path=app/db")})[0]; got.Err != nil {
			t.Fatal(got.Err)
		}
		awaitLeases(t, server, 0)
	})
	t.Run("time to live", func(t *testing.T) {
		r := newResolver(t, server.Address, token, nil)
		resolve(t, r)
		r.SetCache(0, 0)
		awaitLeases(t, server, 0)
	})
	// What is not kept is used by whoever asked, and given back at the reset.
	t.Run("not kept", func(t *testing.T) {
		r := newResolver(t, server.Address, token, nil)
		resolve(t, r, "ttl=0")
		resolve(t, r, "ttl=0")
		wantLeases(t, server, 2)
		if _, err := r.Reset(t.Context(), providers.Scope{Reference: databaseCreds(t).String()}); err != nil {
			t.Error(err)
		}
		wantLeases(t, server, 0)
		resolve(t, r, "ttl=0")
		_ = r.Close(t.Context())
		wantLeases(t, server, 0)
	})
}

// holdingServer is a recorder that keeps back the answer to a read of the database
// engine until it is released; arrived is closed when the server has given it.
func holdingServer(t *testing.T, server *testtools.VaultServer) (front *recorder, arrived, release chan struct{}) {
	t.Helper()
	arrived, release = make(chan struct{}), make(chan struct{})
	var once sync.Once
	front = newRecorder(t, server.Address, only("/v1/database/", func(w http.ResponseWriter, r *http.Request) bool {
		request, err := http.NewRequest(http.MethodGet, server.Address+r.RequestURI, nil)
		if err != nil {
			t.Error(err)
			return false
		}
		request.Header = r.Header.Clone()
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Error(err)
			return false
		}
		defer response.Body.Close()
		once.Do(func() { close(arrived) })
		<-release
		w.WriteHeader(response.StatusCode)
		_, _ = io.Copy(w, response.Body)
		return true
	}))
	return front, arrived, release
}

// TestLeaseOfAnAbandonedRead: a lease that comes when nobody wants it any more
// does not stay behind.
func TestLeaseOfAnAbandonedRead(t *testing.T) {
	t.Parallel()
	start := func(ctx context.Context, t *testing.T, r *providers.Resolver) chan error {
		done := make(chan error, 1)
		go func() { done <- r.Resolve(ctx, []secret.Ref{databaseCreds(t)})[0].Err }()
		return done
	}
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		server := databaseServer(t)
		front, arrived, release := holdingServer(t, server)
		r := newResolver(t, front.URL, server.Token(time.Hour, 0, "app"), nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := start(ctx, t, r)
		<-arrived
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		wantLeases(t, server, 1)
		close(release)
		awaitLeases(t, server, 0)
	})
	t.Run("reset", func(t *testing.T) {
		t.Parallel()
		server := databaseServer(t)
		front, arrived, release := holdingServer(t, server)
		p := newProvider(t, vault.Options{})
		done := make(chan error, 1)
		go func() {
			_, err := p.Get(t.Context(), withToken(front.URL, server.RootToken, nil), databaseCreds(t))
			done <- err
		}()
		<-arrived
		// It must not miss what is on its way, even if it cannot wait for it.
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		all := func(credentials.Profile) bool { return true }
		p.Release(ended, databaseCreds(t).Locator(), all)
		close(release)
		providertest.WantError(t, <-done, providers.Unavailable)
		wantLeases(t, server, 0)
	})
	t.Run("end of the program", func(t *testing.T) {
		t.Parallel()
		server := databaseServer(t)
		front, arrived, release := holdingServer(t, server)
		r := newResolver(t, front.URL, server.Token(time.Hour, 0, "app"), nil)
		done := start(t.Context(), t, r)
		<-arrived
		ended := make(chan error, 1)
		go func() { ended <- r.Close(t.Context()) }()
		<-done
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		wantLeases(t, server, 0)
	})
}

// TestLeaseWithoutTheRightToRevoke: the lease ends with the token that this
// program has signed in for.
func TestLeaseWithoutTheRightToRevoke(t *testing.T) {
	t.Parallel()
	server := databaseServer(t)
	server.Policy("narrow", `path "database/creds/app" { capabilities = ["read"] }`)
	roleID, secretID := server.AppRole("narrow", map[string]any{"token_policies": "narrow"})
	p := newProvider(t, vault.Options{})
	get(t, p, withAppRole(server.Address, roleID, secretID, nil), databaseRef, "path=creds/app")
	wantLeases(t, server, 1)
	if err := p.Close(t.Context()); err != nil {
		t.Error(err)
	}
	awaitLeases(t, server, 0)
}

// TestOtherEngines: a path on a mount that is not key/value is read as it is,
// also where the server does not say what the mount is.
func TestOtherEngines(t *testing.T) {
	t.Parallel()
	server := databaseServer(t)
	server.Write("sys/mounts/team/db", map[string]any{"type": "database"})
	server.Write("team/db/config/memory", map[string]any{"plugin_name": "memory-database-plugin", "allowed_roles": "*"})
	server.Write("team/db/roles/app", map[string]any{"db_name": "memory", "default_ttl": "90s"})
	server.Write("team/db/static-roles/fixed", map[string]any{"db_name": "memory", "username": "app", "rotation_period": "1h"})
	silentMounts := newRecorder(t, server.Address, only(uiMounts, status(http.StatusForbidden)))
	for _, address := range []string{server.Address, silentMounts.URL} {
		p := newProvider(t, vault.Options{})
		c := withToken(address, server.RootToken, nil)
		for path, cap := range map[string]time.Duration{"creds/app": 90 * time.Second, "static-creds/fixed": time.Hour, "roles/app": 0} {
			payload, err := p.Get(t.Context(), c, ref(t, "mount=team/db", "path="+path))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			left := time.Until(payload.Expires)
			if (cap == 0) != payload.Expires.IsZero() || cap > 0 && (left > cap || left < cap-time.Minute) {
				t.Errorf("%s expires in %s, want %s", path, left, cap)
			}
			if (payload.Release != nil) != (path == "creds/app") {
				t.Errorf("%s: leased %v", path, payload.Release != nil)
			}
		}
		providertest.WantError(t, getError(t, p, c, "mount=team/db", "path=creds/nobody"), providers.NotFound)
		if address == server.Address {
			got := providertest.WantError(t, getError(t, p, c, "mount=team/db", "path=creds/app", "version=1"), providers.InvalidReference)
			if !strings.Contains(got.Message, "keeps no versions") {
				t.Errorf("message %q", got.Message)
			}
		}
	}
}
