package vault_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

// oidcServer is a real server whose oidc method trusts an OIDC provider.
type oidcServer struct {
	*testtools.VaultServer
	openID *openID
	port   string
}

// startOIDC sets up a role "dev" that may read app/db.
func startOIDC(t *testing.T, config, role map[string]any) *oidcServer {
	t.Helper()
	s := &oidcServer{VaultServer: testtools.Vault(t), openID: startOpenID(t), port: freePort(t)}
	s.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(s.VaultServer, "app", "secret/data/app/db")
	s.Write("sys/auth/oidc", map[string]any{"type": "oidc"})
	settings := map[string]any{
		"oidc_discovery_url": s.openID.URL, "oidc_client_id": s.openID.clientID, "oidc_client_secret": s.openID.clientSecret, "default_role": "dev",
	}
	for name, value := range config {
		settings[name] = value
	}
	s.Write("auth/oidc/config", settings)
	all := map[string]any{
		"role_type": "oidc", "user_claim": "sub", "token_policies": "app", "token_ttl": "60s", "token_max_ttl": "1h",
		"allowed_redirect_uris": []string{"http://localhost:" + s.port + "/oidc/callback"},
	}
	for name, value := range role {
		all[name] = value
	}
	s.Write("auth/oidc/role/dev", all)
	return s
}

// credential is a profile for the server, with a session of its own.
func (s *oidcServer) credential(address string) providers.Credential {
	return credential("oidc", address, fields{"role": "dev", "callbackPort": s.port}, nil)
}

// freePort is a port nobody listens on, below those that the system gives out:
// one of these could be another test's by the time it is used.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + rand.IntN(10000))
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
	t.Fatal("no free port")
	return ""
}

func wantSignInNeeded(t *testing.T, err error, part string, secrets ...string) {
	t.Helper()
	got := providertest.WantError(t, err, providers.SignInNeeded, secrets...)
	if !strings.Contains(got.Message, part) || !strings.Contains(got.Hint, "credential login infra") {
		t.Errorf("%q, %q; want %q", got.Message, got.Hint, part)
	}
}

// TestOIDC: a person signs in, another program finds the session, the token is
// renewed, kept at the end, and missed when it is gone.
func TestOIDC(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"query", "form_post"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			config := map[string]any{}
			if mode == "form_post" {
				config = map[string]any{"oidc_response_mode": "form_post", "oidc_response_types": "code"}
			}
			server := startOIDC(t, config, nil)
			front := newRecorder(t, server.Address, nil)
			var now clock
			p := vault.New(vault.Options{Clock: now.now})
			c := server.credential(front.URL)
			var announced []string
			c.Announce = announce(&announced)
			wantSignInNeeded(t, getError(t, p, c, "path=app/db"), "nobody has signed in yet")
			if n := len(front.all()); n > 0 {
				t.Errorf("%d requests without a sign-in", n)
			}

			identity, err := p.SignIn(t.Context(), c, person(inBackground(t)))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(identity.Name, "jo") {
				t.Errorf("identity %+v", identity)
			}
			get(t, p, c, "path=app/db")
			token := lastToken(t, front)
			if len(announced) == 0 || announced[0] != token {
				t.Error("the token is not announced")
			}
			wantStateAndNonce(t, server.openID, front)

			now.advance(45 * time.Second)
			get(t, p, c, "path=app/db")
			wantCounts(t, front, map[string]int{renewPath: 1})
			if err := p.Close(t.Context()); err != nil || !accepted(server.VaultServer, token) {
				t.Errorf("close: %v; the session must outlive the program", err)
			}
			wantCounts(t, front, map[string]int{revokePath: 0})

			other := newProvider(t, vault.Options{})
			get(t, other, c, "path=app/db")
			if got := lastToken(t, front); got != token {
				t.Error("the session is not used after a restart")
			}
			// A reset drops what is in memory; the session is still good.
			other.ResetLogins(t.Context(), func(credentials.Profile) bool { return true })
			get(t, other, c, "path=app/db")

			server.Write("auth/token/revoke", map[string]any{"token": token})
			wantSignInNeeded(t, getError(t, other, c, "path=app/db"), "the sign-in has ended", token)
			wantSignInNeeded(t, getError(t, newProvider(t, vault.Options{}), c, "path=app/db"), "nobody has signed in yet", token)
			if _, err := other.SignIn(t.Context(), c, person(inBackground(t))); err != nil {
				t.Fatal(err)
			}
			get(t, other, c, "path=app/db")
		})
	}
}

// wantStateAndNonce looks at what the parties of a sign-in were sent.
func wantStateAndNonce(t *testing.T, openID *openID, front *recorder) {
	t.Helper()
	query := openID.seen[0]
	if query.Get("state") == "" || query.Get("nonce") == "" {
		t.Errorf("the provider was asked without state or nonce: %v", query)
	}
	var nonce string
	for _, request := range front.all() {
		switch {
		case strings.HasPrefix(request.URI, "/v1/auth/oidc/oidc/auth_url"):
			nonce = between(request.Body, `"client_nonce":"`, `"`)
		case strings.HasPrefix(request.URI, "/v1/auth/oidc/oidc/callback?"):
			u, err := url.Parse(request.URI)
			if err != nil {
				t.Fatal(err)
			}
			if got := u.Query(); nonce == "" || got.Get("client_nonce") != nonce || got.Get("state") != query.Get("state") {
				t.Errorf("the callback has other values: %v, nonce %q", got, nonce)
			}
			return
		}
	}
	t.Error("the server was not given the answer")
}

func between(text, before, after string) string {
	_, rest, _ := strings.Cut(text, before)
	found, _, _ := strings.Cut(rest, after)
	return found
}

// TestOIDCSecondSignIn: the token of an earlier sign-in is given back.
func TestOIDCSecondSignIn(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, nil)
	p := newProvider(t, vault.Options{})
	front := newRecorder(t, server.Address, nil)
	c := server.credential(front.URL)
	var tokens []string
	for range 2 {
		if _, err := p.SignIn(t.Context(), c, person(inBackground(t))); err != nil {
			t.Fatal(err)
		}
		get(t, p, c, "path=app/db")
		tokens = append(tokens, lastToken(t, front))
	}
	if tokens[0] == tokens[1] || accepted(server.VaultServer, tokens[0]) || !accepted(server.VaultServer, tokens[1]) {
		t.Error("want the first token given back and the second in use")
	}
}

// TestOIDCForgedCallback: only the browser's answer to this sign-in counts.
func TestOIDCForgedCallback(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, nil)
	p := newProvider(t, vault.Options{})
	c := server.credential(server.Address)
	_, err := p.SignIn(t.Context(), c, person(func(ctx context.Context, target string) error {
		state := between(target, "state=", "&")
		for _, forged := range []struct{ host, query string }{
			{"", "?state=forged&code=x"},
			{"", "?code=x"},
			{"", "?state=" + state},
			{"", "?state=&error=access_denied"},
			{"evil.example.com", "?state=" + state + "&code=x"},
		} {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+server.port+"/oidc/callback"+forged.query, nil)
			if err != nil {
				return err
			}
			request.Host = forged.host
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			page, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if response.StatusCode != http.StatusBadRequest || strings.Contains(string(page), state) {
				t.Errorf("%+v: status %d: %s", forged, response.StatusCode, page)
			}
		}
		return inBackground(t)(ctx, target)
	}))
	if err != nil {
		t.Error(err)
	}
	get(t, p, c, "path=app/db")
	// The port is free again.
	if _, err := p.SignIn(t.Context(), c, person(inBackground(t))); err != nil {
		t.Error(err)
	}
}

// TestOIDCFails: what can go wrong is told apart, and nothing is kept of it.
func TestOIDCFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		role   map[string]any
		change func(t *testing.T, s *oidcServer, c *providers.Credential)
		browse func(t *testing.T) func(context.Context, string) error
		part   string
		hint   string
	}{
		{name: "declined", change: func(_ *testing.T, s *oidcServer, _ *providers.Credential) { s.openID.decline = true },
			part: "refuses the sign-in (access_denied)", hint: "sign in again"},
		{name: "redirect", role: map[string]any{"allowed_redirect_uris": []string{"http://localhost:1/other"}},
			part: "gives no URL", hint: "allowed_redirect_uris"},
		{name: "claims", role: map[string]any{"bound_claims": map[string]any{"team": "ops"}},
			part: "does not accept the sign-in", hint: "claims"},
		{name: "role", change: func(_ *testing.T, _ *oidcServer, c *providers.Credential) { c.Profile.Fields["role"] = "nobody" },
			part: "does not know the role", hint: "check the role"},
		{name: "mount", change: func(_ *testing.T, _ *oidcServer, c *providers.Credential) { c.Profile.Fields["mount"] = "nowhere" },
			part: "auth/nowhere", hint: "mount"},
		{name: "not for OIDC", change: func(t *testing.T, s *oidcServer, c *providers.Credential) {
			setUpJWT(t, s.VaultServer, "default")
			c.Profile.Fields["mount"], c.Profile.Fields["role"] = "jwt", "ci"
		}, part: "refuses to begin an OIDC sign-in", hint: "not for JWT"},
		{name: "port", change: func(t *testing.T, s *oidcServer, _ *providers.Credential) {
			listener, err := net.Listen("tcp", "127.0.0.1:"+s.port)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = listener.Close() })
		}, part: "is in use", hint: "callbackPort"},
		{name: "no browser", browse: func(*testing.T) func(context.Context, string) error {
			return func(context.Context, string) error { return errors.New("no display") }
		}, part: "browser could not be opened", hint: "another way"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := startOIDC(t, nil, test.role)
			c := server.credential(server.Address)
			if test.change != nil {
				test.change(t, server, &c)
			}
			browse := inBackground(t)
			if test.browse != nil {
				browse = test.browse(t)
			}
			p := newProvider(t, vault.Options{})
			_, err := p.SignIn(t.Context(), c, person(browse))
			got := providertest.WantError(t, err, providers.Unauthenticated)
			if !strings.Contains(got.Message, test.part) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("%q, %q; want %q, %q", got.Message, got.Hint, test.part, test.hint)
			}
			if state, err := c.Session.Load(t.Context()); err != nil || state.Len() > 0 {
				t.Errorf("something is kept: %v", err)
			}
		})
	}
}

// TestOIDCHostileURL: whatever the server answers, no other URL than one of the
// web is opened, and none without a state.
func TestOIDCHostileURL(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"http://evil.example.com/authorize?state=s", "file:///etc/passwd?state=s", "javascript:alert(1)", "https://user:pw@op.example.com/?state=s",
		"https://op.example.com/authorize", "::", "/authorize?state=s",
	} {
		server := newRecorder(t, "", func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = fmt.Fprintf(w, `{"data": {"auth_url": %q}}`, target)
			return true
		})
		p := newProvider(t, vault.Options{})
		c := credential("oidc", server.URL, fields{"callbackPort": freePort(t)}, nil)
		_, err := p.SignIn(t.Context(), c, person(func(context.Context, string) error {
			t.Errorf("%s was opened", target)
			return errors.New("no")
		}))
		providertest.WantError(t, err, providers.Unauthenticated, "evil.example.com", "user:pw")
	}
}

// TestOIDCCancelled: a person who gives up leaves nothing behind.
func TestOIDCCancelled(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, nil)
	p := newProvider(t, vault.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	_, err := p.SignIn(ctx, server.credential(server.Address), person(func(context.Context, string) error {
		cancel()
		return nil
	}))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+server.port)
	if err != nil {
		t.Errorf("the port is still taken: %v", err)
		return
	}
	_ = listener.Close()
}

// TestOIDCInBrowser is a sign-in in the real browser.
func TestOIDCInBrowser(t *testing.T) {
	t.Parallel()
	server := startOIDC(t, nil, nil)
	browser := testtools.Chromium(t)
	p := newProvider(t, vault.Options{})
	c := server.credential(server.Address)
	page := make(chan string, 1)
	_, err := p.SignIn(t.Context(), c, person(func(_ context.Context, target string) error {
		// It goes on after the sign-in, to show the last page.
		command := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
			"--no-first-run", "--user-data-dir="+t.TempDir(), "--virtual-time-budget=10000", "--dump-dom", target)
		go func() {
			out, err := command.Output()
			if err != nil {
				t.Logf("chromium: %v", err)
			}
			page <- string(out)
		}()
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	get(t, p, c, "path=app/db")
	if got := <-page; !strings.Contains(got, "You are signed in") {
		t.Errorf("the browser shows %q", got)
	}
}
