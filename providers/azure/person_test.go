package azure_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// office is a vault on this machine whose tokens come from a real OpenID server
// in Entra's layout. Nothing of it is injected: what leads there stands in the
// profile, as it does for an emulator.
type office struct {
	entra *testtools.EntraServer
	cloud *azurefake.Cloud
	id    string // the secret's
	roots string // PEM file
	http  *http.Client
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{entra: testtools.Entra(t), cloud: azurefake.New(t)}
	o.cloud.Put("localhost", "present", azurefake.Version{Text: "the-value"})
	o.cloud.Move("localhost", o.entra.Tenant)
	o.id = "https://localhost:" + o.cloud.Address[strings.LastIndexByte(o.cloud.Address, ':')+1:] + "/secrets/present"
	var both []byte
	for _, path := range []string{o.entra.CAFile, o.cloud.CAFile} {
		pem, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, pem...)
	}
	o.roots = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(o.roots, both, 0o600); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(both)
	o.http = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}}
	o.cloud.Trust(o.verifier(t))
	return o
}

// profile is that of a person.
func (o *office) profile(auth string, more fields) providers.Credential {
	u, _ := url.Parse(o.id)
	plain := fields{
		"cloud": "custom", "authority": o.entra.URL, "vaultSuffix": u.Host, "verifyChallenge": "false",
		"clientId": o.entra.People, "caCert": o.roots,
	}
	for name, value := range more {
		plain[name] = value
	}
	return credential(auth, plain, nil)
}

func (o *office) ref(t *testing.T) secret.Ref { return ref(t, "id="+o.id) }

// verifier checks the signature of the server's tokens with its published keys.
func (o *office) verifier(t *testing.T) func(string) (client, tenant, audience string, ok bool) {
	t.Helper()
	var metadata struct {
		Keys string `json:"jwks_uri"`
	}
	o.fetch(t, o.entra.URL+"/"+o.entra.Tenant+"/v2.0/.well-known/openid-configuration", &metadata)
	var set struct {
		Keys []struct{ Kid, Kty, N, E string }
	}
	o.fetch(t, metadata.Keys, &set)
	keys := map[string]*rsa.PublicKey{}
	for _, key := range set.Keys {
		if key.Kty == "RSA" {
			n, _ := base64.RawURLEncoding.DecodeString(key.N)
			e, _ := base64.RawURLEncoding.DecodeString(key.E)
			keys[key.Kid] = &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		}
	}
	return func(bearer string) (client, tenant, audience string, ok bool) {
		parts := strings.Split(bearer, ".")
		if len(parts) != 3 {
			return "", "", "", false
		}
		var header struct{ Kid string }
		var body struct{ Aud, Tid, AppID string }
		for i, into := range []any{&header, &body} {
			decoded, err := base64.RawURLEncoding.DecodeString(parts[i])
			if err != nil || json.Unmarshal(decoded, into) != nil {
				return "", "", "", false
			}
		}
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		key := keys[header.Kid]
		if err != nil || key == nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) != nil {
			return "", "", "", false
		}
		return body.AppID, body.Tid, body.Aud, true
	}
}

func (o *office) fetch(t *testing.T, address string, into any) {
	t.Helper()
	response, err := o.http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// person drives a real browser. Failures of it end up in the error.
func (o *office) person(t *testing.T, name string) providers.Person {
	t.Helper()
	o.entra.Browser()
	pictures := filepath.Join(testtools.Output(t, "../..", "azure"), name)
	failed := make(chan error, 1)
	signIn := func(address string) {
		if text, err := o.entra.SignIn(address, pictures); err != nil {
			failed <- fmt.Errorf("browser: %w: %s", err, text)
		}
	}
	t.Cleanup(func() {
		select {
		case err := <-failed:
			t.Error(err)
		default:
		}
	})
	return providers.Person{
		OpenURL: func(_ context.Context, address string) error {
			go signIn(address)
			return nil
		},
		// The code stays on the screen until the sign-in is over.
		ShowCode: func(ctx context.Context, code providers.DeviceCode) error {
			if code.Code == "" || code.URL == "" || code.Expires.Before(time.Now()) {
				return fmt.Errorf("the code is %+v", code)
			}
			go signIn(o.entra.DevicePage(code.Code))
			<-ctx.Done()
			return nil
		},
	}
}

// TestPersonSignsIn: in a real browser, against a certified OpenID server; the
// sign-in survives a restart, and its end is told.
func TestPersonSignsIn(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{"browser", "device-code"} {
		t.Run(auth, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			o.entra.Browser()
			credential := o.profile(auth, nil)
			var told announced
			credential.Announce = told.add
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()

			first := azure.New(azure.Options{})
			err := getError(t, first, credential, o.ref(t))
			providertest.WantError(t, err, providers.SignInNeeded)
			identity, err := first.SignIn(ctx, credential, o.person(t, auth))
			if err != nil {
				t.Fatalf("sign in: %v (%s)", err, hintOf(err))
			}
			if identity.Name != "alice@example.test" || identity.Expires.IsZero() {
				t.Errorf("identity %+v", identity)
			}
			if got := get(t, first, credential, o.ref(t)); got != "the-value" {
				t.Errorf("got %q", got)
			}

			// A restart: another Provider with the same session.
			second := azure.New(azure.Options{})
			if got := get(t, second, credential, o.ref(t)); got != "the-value" {
				t.Errorf("got %q after a restart", got)
			}
			if identity, err = second.Check(t.Context(), credential); err != nil || identity.Name != "alice@example.test" {
				t.Errorf("check after a restart: %+v, %v", identity, err)
			}
			wantKept(t, o, credential, &told)
			o.revoke(t, refreshToken(t, credential))
			providertest.WantError(t, getError(t, azure.New(azure.Options{}), credential, o.ref(t)), providers.SignInNeeded)
		})
	}
}

// wantKept checks what is in the session: a refresh token that was announced,
// and no access token.
func wantKept(t *testing.T, o *office, c providers.Credential, told *announced) {
	t.Helper()
	if !told.has(refreshToken(t, c)) {
		t.Error("the refresh token was not announced")
	}
	state, err := c.Session.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	verify := o.verifier(t)
	for piece := range strings.SplitSeq(string(state.Reveal()), `"`) {
		if _, _, audience, ok := verify(piece); ok && audience == "https://vault.azure.net" {
			t.Error("an access token is kept at rest")
		}
	}
	if len(told.texts) < 2 {
		t.Errorf("%d tokens were announced", len(told.texts))
	}
}

// refreshToken is the one in a session, in the form of Microsoft's library.
func refreshToken(t *testing.T, c providers.Credential) string {
	t.Helper()
	state, err := c.Session.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var kept struct {
		Cache struct {
			RefreshToken map[string]struct{ Secret string }
		}
	}
	if err := json.Unmarshal(state.Reveal(), &kept); err != nil {
		t.Fatal(err)
	}
	for _, token := range kept.Cache.RefreshToken {
		return token.Secret
	}
	t.Fatal("no refresh token is kept")
	return ""
}

// revoke makes the server forget a refresh token (RFC 7009).
func (o *office) revoke(t *testing.T, token string) {
	t.Helper()
	response, err := o.http.PostForm(o.entra.URL+"/"+o.entra.Tenant+"/v2.0/revoke", url.Values{"token": {token}, "client_id": {o.entra.People}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("revoke: status %d", response.StatusCode)
	}
}

// TestPersonGivesUp: nothing is left behind, and what went wrong is told.
func TestPersonGivesUp(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	refused := errors.New("no browser, token=s3cret-in-error")
	p := azure.New(azure.Options{})
	for auth, person := range map[string]providers.Person{
		"browser":     {OpenURL: func(context.Context, string) error { return refused }},
		"device-code": {ShowCode: func(context.Context, providers.DeviceCode) error { return refused }},
	} {
		credential := o.profile(auth, nil)
		_, err := p.SignIn(t.Context(), credential, person)
		providertest.WantError(t, err, providers.Unauthenticated, "s3cret-in-error")

		ctx, cancel := context.WithCancel(t.Context())
		wait := func() error { cancel(); <-ctx.Done(); return nil }
		_, err = p.SignIn(ctx, credential, providers.Person{
			OpenURL:  func(context.Context, string) error { return wait() },
			ShowCode: func(context.Context, providers.DeviceCode) error { return wait() },
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled", auth, err)
		}
		if state, err := credential.Session.Load(t.Context()); err != nil || state.Len() > 0 {
			t.Errorf("%s: %d bytes are kept, %v", auth, state.Len(), err)
		}
		providertest.WantError(t, getError(t, p, credential, o.ref(t)), providers.SignInNeeded)
	}
}

// TestPrincipalAtEntra: the certified server refuses a wrong secret and accepts
// the right one.
func TestPrincipalAtEntra(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := o.profile("service-principal", fields{"clientId": o.entra.Application, "tenant": o.entra.Tenant})
	with := func(material string) providers.Credential {
		return credential("service-principal", c.Profile.Fields, map[string]string{"clientSecret": material})
	}
	p := azure.New(azure.Options{})
	if got := get(t, p, with(o.entra.Secret), o.ref(t)); got != "the-value" {
		t.Errorf("got %q", got)
	}
	err := getError(t, p, with("wrong-secret-of-entra"), o.ref(t))
	providertest.WantError(t, err, providers.Unauthenticated, "wrong-secret-of-entra")
	identity, err := p.Check(t.Context(), with(o.entra.Secret))
	if err != nil || identity.Name != "application "+o.entra.Application {
		t.Errorf("identity %+v, %v", identity, err)
	}
}
