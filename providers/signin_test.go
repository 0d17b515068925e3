package providers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// person is a provider that a person signs in to: the token is the session.
type person struct {
	fake
	fingerprint string // of the last sign-in
}

func (p *person) SignIn(ctx context.Context, c Credential, by Person) (Identity, error) {
	answer, err := by.Ask(ctx, Question{Field: "code"})
	if err != nil {
		return Identity{}, err
	}
	if _, err := c.Session.Load(ctx); err != nil {
		return Identity{}, err
	}
	p.fingerprint = c.Fingerprint
	return Identity{Name: "jo"}, c.Session.Save(ctx, answer.Reveal())
}

func newPerson() *person {
	p := &person{fake: fake{name: "vault"}}
	p.get = func(ctx context.Context, c Credential, _ secret.Ref) (Payload, error) {
		state, err := c.Session.Load(ctx)
		switch {
		case err != nil:
			return Payload{}, err
		case state.Len() == 0:
			return Payload{}, NeedsSignIn(c.Profile, "nobody has signed in yet", nil)
		}
		return Payload{Value: state, Kind: Text}, nil
	}
	return p
}

func asking(answer string) Person {
	return Person{Ask: func(context.Context, Question) (secret.Value, error) {
		return secret.NewValue([]byte(answer)), nil
	}}
}

// signInResolver is a process over the configuration in dir.
func signInResolver(t *testing.T, dir string, env map[string]string) (*Resolver, *person, *credentials.Store) {
	t.Helper()
	path := filepath.Join(dir, "config.json")
	config := `{"credentials": {"web": {"provider": "vault", "auth": "oidc", "address": "https://a.example.com"}}}`
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := credentials.Open(path, credentials.Options{Keyring: noKeyring{}, WorkFactor: 4,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if err != nil {
		t.Fatal(err)
	}
	p := newPerson()
	r := NewResolver(Options{Providers: []Provider{p}, Store: store, CacheTTL: credentials.DefaultCacheTTL})
	t.Cleanup(func() { _ = r.Close(context.WithoutCancel(t.Context())) })
	return r, p, store
}

// noKeyring is a machine without a keyring.
type noKeyring struct{}

func (noKeyring) Get(string) ([]byte, error) { return nil, credentials.ErrNoKeyring }
func (noKeyring) Set(string, []byte) error   { return credentials.ErrNoKeyring }
func (noKeyring) Delete(string) error        { return credentials.ErrNoKeyring }

func withKey() map[string]string {
	return map[string]string{credentials.SignInsPassphraseVariable: "a passphrase"}
}

// A sign-in in one process serves another, which had fetched with the identity
// of before; what it had is not served again.
func TestSignInServesOtherProcesses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	server, _, _ := signInResolver(t, dir, withKey())
	if got := one(t, server, vaultRef(t, "x")); kindOf(got.Err) != SignInNeeded {
		t.Fatalf("got %v", got.Err)
	}
	command, provider, store := signInResolver(t, dir, withKey())
	for _, who := range []string{"first", "second"} {
		if _, err := command.SignIn(t.Context(), "web", asking(who)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			got := one(t, server, vaultRef(t, "x"))
			if got.Err != nil || string(got.Value.Reveal()) != who {
				t.Errorf("got %q, %v; want %q", got.Value.Reveal(), got.Err, who)
			}
		}
		c, err := command.Credential("vault", "web")
		if err != nil || c.Fingerprint != provider.fingerprint {
			t.Errorf("a login kept while signing in is of another fingerprint than afterwards: %v", err)
		}
	}
	if status := server.Status(); status.Entries != 1 {
		t.Errorf("%d entries: those of the old identity are kept", status.Entries)
	}
	profile, err := store.Profile("web")
	if account, ok := store.Session(profile).Account(t.Context()); err != nil || !ok || account.Identity != "jo" {
		t.Errorf("got %+v, %v", account, ok)
	}
}

// Where a passphrase is needed that is told before a person signs in, and a
// damaged sign-in is told as one that is needed anew.
func TestSignInErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	locked, provider, _ := signInResolver(t, dir, nil)
	asked := false
	_, err := locked.SignIn(t.Context(), "web", Person{Ask: func(context.Context, Question) (secret.Value, error) {
		asked = true
		return secret.Value{}, errors.New("asked")
	}})
	if kindOf(err) != Locked || asked || provider.fingerprint != "" {
		t.Fatalf("got %v, asked %v", err, asked)
	}
	open, _, _ := signInResolver(t, dir, withKey())
	if _, err := open.SignIn(t.Context(), "web", asking("token")); err != nil {
		t.Fatal(err)
	}
	if got := one(t, locked, vaultRef(t, "x")); kindOf(got.Err) != Locked {
		t.Errorf("got %v", got.Err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "sign-ins", "*.*.*.*.age"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files: %v, %v", files, err)
	}
	if err := os.Truncate(files[0], 40); err != nil {
		t.Fatal(err)
	}
	if got := one(t, open, vaultRef(t, "y")); kindOf(got.Err) != SignInNeeded {
		t.Errorf("got %v", got.Err)
	}
	if _, err := open.SignIn(t.Context(), "web", asking("anew")); err != nil {
		t.Fatal(err)
	}
	if got := one(t, open, vaultRef(t, "y")); got.Err != nil || string(got.Value.Reveal()) != "anew" {
		t.Errorf("got %q, %v", got.Value.Reveal(), got.Err)
	}
}
