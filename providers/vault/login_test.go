package vault_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

const (
	loginPath  = "/v1/auth/approle/login"
	renewPath  = "/v1/auth/token/renew-self"
	lookupPath = "/v1/auth/token/lookup-self"
	revokePath = "/v1/auth/token/revoke-self"
)

// clock is a clock a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// roleServer is a server with one secret, a role that reads it, and a recorder
// in front.
func roleServer(t *testing.T, settings map[string]any) (server *testtools.VaultServer, front *recorder, roleID, secretID string) {
	t.Helper()
	server = testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(server, "app", "secret/data/app/db")
	all := map[string]any{"token_policies": "app", "token_ttl": "60s", "token_max_ttl": "1h"}
	for name, value := range settings {
		all[name] = value
	}
	roleID, secretID = server.AppRole("app", all)
	return server, newRecorder(t, server.Address, nil), roleID, secretID
}

// lastToken is the token of the last request.
func lastToken(t *testing.T, front *recorder) string {
	t.Helper()
	all := front.all()
	if len(all) == 0 {
		t.Fatal("no request")
	}
	return all[len(all)-1].Header.Get("X-Vault-Token")
}

func accepted(server *testtools.VaultServer, token string) bool {
	code, _ := server.Do(token, http.MethodGet, "auth/token/lookup-self", nil)
	return code == http.StatusOK
}

// wantCounts compares how often each path was asked.
func wantCounts(t *testing.T, front *recorder, want map[string]int) {
	t.Helper()
	for path, n := range want {
		if got := front.count(path); got != n {
			t.Errorf("%d requests to %s, want %d", got, path, n)
		}
	}
}

func TestAppRoleSignsInOnce(t *testing.T) {
	t.Parallel()
	_, front, roleID, secretID := roleServer(t, nil)
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, secretID, nil)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := p.Get(t.Context(), c, ref(t, "path=app/db")); err != nil {
				t.Errorf("get: %v", err)
			}
		})
	}
	group.Wait()
	wantCounts(t, front, map[string]int{loginPath: 1})
}

func TestAppRoleRenews(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	var now clock
	p := newProvider(t, vault.Options{Clock: now.now})
	c := withAppRole(front.URL, roleID, secretID, nil)
	get(t, p, c, "path=app/db")
	token := lastToken(t, front)

	now.advance(30 * time.Second)
	get(t, p, c, "path=app/db")
	wantCounts(t, front, map[string]int{loginPath: 1, renewPath: 0})
	now.advance(15 * time.Second) // past 40 of 60 seconds
	get(t, p, c, "path=app/db")
	get(t, p, c, "path=app/db")
	wantCounts(t, front, map[string]int{loginPath: 1, renewPath: 1})
	// The renewal counts from its own time: the first minute is over now.
	now.advance(30 * time.Second)
	get(t, p, c, "path=app/db")
	wantCounts(t, front, map[string]int{loginPath: 1, renewPath: 1})
	if got := lastToken(t, front); got != token || !accepted(server, got) {
		t.Error("the renewed token is not the one of the login")
	}
	// Past its end without a renewal it is replaced.
	now.advance(2 * time.Minute)
	get(t, p, c, "path=app/db")
	wantCounts(t, front, map[string]int{loginPath: 2, renewPath: 1})
}

func TestAppRoleRenewalFails(t *testing.T) {
	t.Parallel()
	server, _, roleID, secretID := roleServer(t, nil)
	front := newRecorder(t, server.Address, only(renewPath, status(http.StatusServiceUnavailable)))
	var now clock
	p := newProvider(t, vault.Options{Clock: now.now})
	c := withAppRole(front.URL, roleID, secretID, nil)
	get(t, p, c, "path=app/db")
	now.advance(45 * time.Second)
	get(t, p, c, "path=app/db")
	get(t, p, c, "path=app/db")
	// One try, then the token is used as long as it lives.
	wantCounts(t, front, map[string]int{loginPath: 1, renewPath: 1})
}

func TestAppRoleSignsInAgain(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, secretID, nil)
	get(t, p, c, "path=app/db")
	token := lastToken(t, front)
	server.Write("auth/token/revoke", map[string]any{"token": token})

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := p.Get(t.Context(), c, ref(t, "path=app/db")); err != nil {
				t.Errorf("get after the token was revoked: %v", err)
			}
		})
	}
	group.Wait()
	wantCounts(t, front, map[string]int{loginPath: 2})
	if lastToken(t, front) == token {
		t.Error("the revoked token is still used")
	}
}

// TestDeniedIsNotSignedInAgain: a permission that is missing is not mistaken
// for a token that is unknown, even for a token that may not look itself up.
func TestDeniedIsNotSignedInAgain(t *testing.T) {
	t.Parallel()
	_, front, roleID, secretID := roleServer(t, map[string]any{"token_no_default_policy": true})
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, secretID, nil)
	providertest.WantError(t, getError(t, p, c, "path=other"), providers.Denied, secretID)
	wantCounts(t, front, map[string]int{loginPath: 1})
}

func TestAppRoleRefused(t *testing.T) {
	t.Parallel()
	server, _, roleID, secretID := roleServer(t, nil)
	tests := []struct {
		name           string
		roleID, secret string
		more           fields
		message        string
	}{
		{"secret id", roleID, "wrong-secret-id", nil, "refuses the role id or the secret id"},
		{"role id", "wrong-role-id", secretID, nil, "refuses the role id or the secret id"},
		{"no secret id", roleID, "", nil, "refuses the role id or the secret id"},
		{"mount", roleID, secretID, fields{"mount": "nowhere"}, "refuses a login at auth/nowhere"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProvider(t, vault.Options{})
			c := withAppRole(server.Address, test.roleID, test.secret, test.more)
			got := providertest.WantError(t, getError(t, p, c, "path=app/db"), providers.Unauthenticated, secretID, "wrong-secret-id")
			if !strings.Contains(got.Message, test.message) || !strings.Contains(got.Message, `credential "infra"`) {
				t.Errorf("message %q, want %q", got.Message, test.message)
			}
		})
	}
}

func TestAppRoleWithoutSecretID(t *testing.T) {
	t.Parallel()
	server, _, roleID, _ := roleServer(t, nil)
	server.Write("auth/approle/role/app", map[string]any{
		"token_policies": "app", "bind_secret_id": false, "token_bound_cidrs": []string{"127.0.0.1/32"},
	})
	p := newProvider(t, vault.Options{})
	c := credential("approle", server.Address, fields{"roleId": roleID}, nil)
	if got := get(t, p, c, "path=app/db"); got != `{"password":"p"}` {
		t.Errorf("got %s", got)
	}
}

func TestAppRoleMount(t *testing.T) {
	t.Parallel()
	server, front, _, _ := roleServer(t, nil)
	server.Write("sys/auth/team/roles", map[string]any{"type": "approle"})
	server.Write("auth/team/roles/role/app", map[string]any{"token_policies": "app"})
	roleID, _ := server.Read("auth/team/roles/role/app/role-id")["role_id"].(string)
	secretID, _ := server.Write("auth/team/roles/role/app/secret-id", map[string]any{})["secret_id"].(string)
	p := newProvider(t, vault.Options{})
	get(t, p, withAppRole(front.URL, roleID, secretID+"\n", fields{"mount": "/team/roles/"}), "path=app/db")
	wantCounts(t, front, map[string]int{"/v1/auth/team/roles/login": 1})
}

func TestAppRoleWrappedSecretID(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	wrapping := wrap(t, server, "auth/approle/role/app/secret-id")
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, wrapping, fields{"secretIdWrapped": "true"})
	get(t, p, c, "path=app/db")
	// The next login does not open it again.
	p.ResetLogins(t.Context(), func(credentials.Profile) bool { return true })
	get(t, p, c, "path=app/db")
	wantCounts(t, front, map[string]int{"/v1/sys/wrapping/unwrap": 1, loginPath: 2})

	// Nor does another run of the program, which finds what the first kept.
	get(t, newProvider(t, vault.Options{}), c, "path=app/db")
	wantCounts(t, front, map[string]int{"/v1/sys/wrapping/unwrap": 1, loginPath: 3})

	// Without that it finds it opened.
	c = withAppRole(front.URL, roleID, wrapping, fields{"secretIdWrapped": "true"})
	other := newProvider(t, vault.Options{})
	got := providertest.WantError(t, getError(t, other, c, "path=app/db"), providers.Unauthenticated, wrapping, secretID)
	if !strings.Contains(got.Message, "expired or was opened before") || !strings.Contains(got.Hint, "somebody else did") {
		t.Errorf("%q, %q", got.Message, got.Hint)
	}
}

// TestAppRoleForeignWrapping: a token that was not made for a secret id is not
// opened, above all not one that somebody has wrapped again.
func TestAppRoleForeignWrapping(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	server.Write("sys/auth/team", map[string]any{"type": "approle"})
	server.Write("auth/team/role/app", map[string]any{"token_policies": "app"})
	for name, wrapping := range map[string]string{
		"role":          wrap(t, server, "auth/approle/role/app"),
		"other mount":   wrap(t, server, "auth/team/role/app/secret-id"),
		"wrapped again": wrapBody(t, server, "sys/wrapping/wrap", `{"secret_id": "`+secretID+`"}`),
	} {
		t.Run(name, func(t *testing.T) {
			c := withAppRole(front.URL, roleID, wrapping, fields{"secretIdWrapped": "true"})
			got := providertest.WantError(t, getError(t, newProvider(t, vault.Options{}), c, "path=app/db"), providers.Unauthenticated, wrapping, secretID)
			if !strings.Contains(got.Message, "not made for a secret id") || !strings.Contains(got.Hint, "somebody has opened it") {
				t.Errorf("%q, %q", got.Message, got.Hint)
			}
		})
	}
	wantCounts(t, front, map[string]int{"/v1/sys/wrapping/unwrap": 0, loginPath: 0})
}

// wrap returns a token that opens to the answer of a path: a new secret id, or
// what a read gives.
func wrap(t *testing.T, server *testtools.VaultServer, path string) string {
	t.Helper()
	return wrapBody(t, server, path, "")
}

// wrapBody is wrap for a path that is written to.
func wrapBody(t *testing.T, server *testtools.VaultServer, path, body string) string {
	t.Helper()
	method := http.MethodGet
	if strings.HasSuffix(path, "secret-id") || body != "" {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, server.Address+"/v1/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Vault-Token", server.RootToken)
	request.Header.Set("X-Vault-Wrap-TTL", "60s")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		WrapInfo struct{ Token string } `json:"wrap_info"`
	}
	decodeBody(t, response, &answer)
	if answer.WrapInfo.Token == "" {
		t.Fatalf("wrap %s: no token", path)
	}
	return answer.WrapInfo.Token
}

func TestResetRevokes(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, secretID, nil)
	get(t, p, c, "path=app/db")
	token := lastToken(t, front)

	named := func(name string) func(credentials.Profile) bool {
		return func(p credentials.Profile) bool { return p.Name == name }
	}
	if n := p.ResetLogins(t.Context(), named("other")); n != 0 || !accepted(server, token) {
		t.Errorf("a reset of another credential dropped %d logins", n)
	}
	if n := p.ResetLogins(t.Context(), named("infra")); n != 1 || accepted(server, token) {
		t.Errorf("dropped %d logins, want 1; token still accepted: %v", n, accepted(server, token))
	}
	if n := p.ResetLogins(t.Context(), named("infra")); n != 0 {
		t.Errorf("a second reset dropped %d logins", n)
	}
	get(t, p, c, "path=app/db")
	token = lastToken(t, front)
	if err := p.Close(t.Context()); err != nil || accepted(server, token) {
		t.Errorf("close: %v; token still accepted: %v", err, accepted(server, token))
	}
}

// TestResetKeepsUsersToken: a token we were given is not ours to revoke.
func TestResetKeepsUsersToken(t *testing.T) {
	t.Parallel()
	server, front, _, _ := roleServer(t, nil)
	token := server.Token(time.Minute, 0, "app")
	p := newProvider(t, vault.Options{})
	get(t, p, withToken(front.URL, token, nil), "path=app/db")
	if n := p.ResetLogins(t.Context(), func(credentials.Profile) bool { return true }); n != 1 {
		t.Errorf("dropped %d logins, want 1", n)
	}
	if !accepted(server, token) {
		t.Error("the user's token was revoked")
	}
	wantCounts(t, front, map[string]int{revokePath: 0})
}

// TestResetMeanwhile: a sign-in that ends after a reset is not kept, and its
// token does not stay behind on the server.
func TestResetMeanwhile(t *testing.T) {
	t.Parallel()
	server, _, roleID, secretID := roleServer(t, nil)
	arrived, release := make(chan struct{}), make(chan struct{})
	var first atomic.Bool
	front := newRecorder(t, server.Address, only(loginPath, func(http.ResponseWriter, *http.Request) bool {
		if first.CompareAndSwap(false, true) {
			close(arrived)
			<-release
		}
		return false
	}))
	p := newProvider(t, vault.Options{})
	c := withAppRole(front.URL, roleID, secretID, nil)
	done := make(chan error, 1)
	go func() {
		_, err := p.Get(t.Context(), c, ref(t, "path=app/db"))
		done <- err
	}()
	<-arrived
	p.ResetLogins(t.Context(), func(credentials.Profile) bool { return true })
	// A caller after the reset does not wait for the sign-in from before it.
	get(t, p, c, "path=app/db")
	close(release)
	providertest.WantError(t, <-done, providers.Unavailable, secretID)
	wantCounts(t, front, map[string]int{loginPath: 2, revokePath: 1})
}

func TestEditedProfile(t *testing.T) {
	t.Parallel()
	server, front, roleID, secretID := roleServer(t, nil)
	p := newProvider(t, vault.Options{})
	get(t, p, withAppRole(front.URL, roleID, secretID, nil), "path=app/db")
	first := lastToken(t, front)
	get(t, p, withToken(front.URL, server.RootToken, nil), "path=app/db")
	if got := lastToken(t, front); got != server.RootToken {
		t.Error("the edited profile's token is not used")
	}
	if accepted(server, first) {
		t.Error("the login of the profile as it was is not revoked")
	}
}
