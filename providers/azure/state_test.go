package azure

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// blob is the state of Microsoft's library as bytes.
type blob []byte

func (b *blob) Marshal() ([]byte, error) { return append([]byte(nil), *b...), nil }

func (b *blob) Unmarshal(data []byte) error {
	*b = append([]byte(nil), data...)
	return nil
}

const library = `{"AccessToken":{"a":{"secret":"access-token-1"}},"RefreshToken":{"r":{"secret":"refresh-token-1"}},"IdToken":{"i":{"secret":"id-token-1"}},"Account":{"x":{"username":"jo"}}}`

// TestState: the session holds no access token, and what it holds is announced
// when it is written and when it is read.
func TestState(t *testing.T) {
	t.Parallel()
	session := providertest.Session()
	var told []string
	announce := func(v secret.Value) { told = append(told, string(v.Reveal())) }
	ctx := t.Context()
	first := &keptState{session: session, announce: announce}
	from := blob(library)
	if err := first.Export(ctx, &from, cache.ExportHints{}); err != nil {
		t.Fatal(err)
	}
	kept, err := session.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	text := string(kept.Reveal())
	if strings.Contains(text, "access-token-1") || !strings.Contains(text, "refresh-token-1") || !strings.Contains(text, "jo") {
		t.Errorf("the session holds %s", text)
	}
	if got := strings.Join(told, " "); !strings.Contains(got, "refresh-token-1") || !strings.Contains(got, "id-token-1") {
		t.Errorf("announced %s", got)
	}
	told = nil
	var into blob
	if err := (&keptState{session: session, announce: announce}).Replace(ctx, &into, cache.ReplaceHints{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(into), "refresh-token-1") || !json.Valid(into) || len(told) != 2 {
		t.Errorf("read %s, announced %q", into, told)
	}
}

// TestStateThatCannotBeKept: the sign-in then lasts as long as the program.
func TestStateThatCannotBeKept(t *testing.T) {
	t.Parallel()
	session := providertest.Session()
	refused := errors.New("no keyring")
	session.Save = func(context.Context, []byte) error { return refused }
	k := &keptState{session: session, announce: func(secret.Value) {}}
	from := blob(library)
	if err := k.Export(t.Context(), &from, cache.ExportHints{}); err != nil {
		t.Errorf("export: %v", err)
	}
	if err := k.save(t.Context(), from); !errors.Is(err, refused) {
		t.Errorf("save: %v", err)
	}
	var into blob
	if err := k.Replace(t.Context(), &into, cache.ReplaceHints{}); err != nil || !strings.Contains(string(into), "refresh-token-1") {
		t.Errorf("read %s, %v", into, err)
	}
}

// TestDamagedState: it needs another sign-in, and is not shown.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"{", `{"version":99,"cache":{}}`, `[]`, "refresh-token-1"} {
		c := providertest.Credential(credentials.Profile{Name: "me", Provider: secret.Azure, Auth: authBrowser}, nil)
		if err := c.Session.Save(t.Context(), []byte(text)); err != nil {
			t.Fatal(err)
		}
		p := New(Options{Transport: nobody{}})
		_, err := p.Check(t.Context(), c)
		providertest.WantError(t, err, providers.SignInNeeded, "refresh-token-1")
	}
	locked := &providers.Error{Kind: providers.Locked, Provider: secret.Azure, Op: "read the session", Message: "the store is locked", Hint: "unlock it"}
	c := providertest.Credential(credentials.Profile{Name: "me", Provider: secret.Azure, Auth: authBrowser}, nil)
	c.Session.Load = func(context.Context) (secret.Value, error) { return secret.Value{}, locked }
	_, err := New(Options{Transport: nobody{}}).Check(t.Context(), c)
	providertest.WantError(t, err, providers.Locked)
}

// fakeTokens are tokens that a function obtains.
func fakeTokens(acquire acquireFunc) *tokens {
	s := settings{suffix: "vault.azure.net", resource: "https://vault.azure.net", cloud: cloudPublic}
	return newTokens(s, acquire, func(secret.Value) {}, time.Now)
}

func vaultScope() tokenOptions {
	return tokenOptions{Scopes: []string{"https://vault.azure.net/.default"}, TenantID: "t"}
}

// TestOneTokenForAll: any number of callers wait for one sign-in; one that gives
// up leaves it to the others; what was reset meanwhile is not kept.
func TestOneTokenForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		release := make(chan struct{})
		k := fakeTokens(func(context.Context, tokenOptions) (azcore.AccessToken, error) {
			calls++
			<-release
			return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
		})
		gone, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		errs := make([]error, 20)
		for i := range errs {
			ctx := t.Context()
			if i == 0 {
				ctx = gone
			}
			group.Go(func() { _, errs[i] = k.GetToken(ctx, vaultScope()) })
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		if !errors.Is(errs[0], context.Canceled) {
			t.Errorf("the caller that gave up: %v", errs[0])
		}
		k.end()
		close(release)
		group.Wait()
		for _, err := range errs[1:] {
			if err != nil {
				t.Errorf("another caller: %v", err)
			}
		}
		if calls != 1 || k.end() {
			t.Errorf("%d sign-ins; a token of before the reset was kept: %v", calls, calls == 1)
		}
	})
}

// TestTokensEnd: a token is asked for anew five minutes before its end, or when
// its authority says so.
func TestTokensEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		refreshOn := time.Time{}
		k := fakeTokens(func(context.Context, tokenOptions) (azcore.AccessToken, error) {
			calls++
			return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour), RefreshOn: refreshOn}, nil
		})
		ask := func(want int) {
			t.Helper()
			if _, err := k.GetToken(t.Context(), vaultScope()); err != nil || calls != want {
				t.Errorf("%d sign-ins, %v; want %d", calls, err, want)
			}
		}
		ask(1)
		time.Sleep(54 * time.Minute)
		ask(1)
		refreshOn = time.Now().Add(30 * time.Minute)
		time.Sleep(2 * time.Minute)
		ask(2)
		time.Sleep(29 * time.Minute)
		ask(3)
	})
}

// TestScopes: only what is for a vault.
func TestScopes(t *testing.T) {
	t.Parallel()
	k := fakeTokens(func(context.Context, tokenOptions) (azcore.AccessToken, error) {
		return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
	})
	for scope, good := range map[string]bool{
		"https://vault.azure.net/.default": true, "https://vault.azure.net": true, "https://vault.usgovcloudapi.net/.default": true,
		"https://management.azure.com/.default": false, "https://vault.azure.net.evil.example.com/.default": false, "http://vault.azure.net/.default": false,
		"https://u@vault.azure.net/.default": false, "https://vault.azure.net/x/.default": false, "vault.azure.net": false, "": false,
	} {
		_, err := k.GetToken(t.Context(), tokenOptions{Scopes: []string{scope}})
		var refused *scopeError
		if (err == nil) != good || !good && !errors.As(err, &refused) {
			t.Errorf("%q: %v", scope, err)
		}
	}
	if _, err := k.GetToken(t.Context(), tokenOptions{Scopes: []string{"https://vault.azure.net/.default", "https://graph.microsoft.com/.default"}}); err == nil {
		t.Error("two scopes gave a token")
	}
}

// nobody is a network that fails the test's expectations: nothing answers.
type nobody struct{}

// RoundTrip answers with an error.
func (nobody) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nothing should be sent")
}
