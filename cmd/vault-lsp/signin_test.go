package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/secret"
)

// portal is a $vault that a person signs in to, with a browser, a device code
// and an MFA code: the token is kept in the session.
type portal struct{ token string }

func (portal) Name() string { return secret.Vault }

func (p portal) Get(ctx context.Context, c providers.Credential, _ secret.Ref) (providers.Payload, error) {
	token, err := c.Session.Load(ctx)
	switch {
	case err != nil:
		return providers.Payload{}, err
	case token.Len() == 0:
		return providers.Payload{}, providers.NeedsSignIn(c.Profile, "nobody has signed in yet", nil)
	}
	return providers.Payload{Value: secret.NewValue([]byte("secret-marker-of-the-portal"))}, nil
}

func (p portal) List(context.Context, providers.Credential, providers.Query) ([]providers.Item, error) {
	return nil, nil
}

func (p portal) Check(ctx context.Context, c providers.Credential) (providers.Identity, error) {
	_, err := p.Get(ctx, c, secret.Ref{})
	return providers.Identity{Name: "jo", Expires: time.Now().Add(8*time.Hour + time.Minute)}, err
}

func (p portal) SignIn(ctx context.Context, c providers.Credential, by providers.Person) (providers.Identity, error) {
	if err := by.OpenURL(ctx, "https://login.example.com/start"); err != nil {
		return providers.Identity{}, err
	}
	if err := by.ShowCode(ctx, providers.DeviceCode{URL: "https://login.example.com/device", Code: "WDJB-MJHT", Expires: time.Now().Add(10*time.Minute + time.Second)}); err != nil {
		return providers.Identity{}, err
	}
	code, err := by.Ask(ctx, providers.Question{Field: "mfaCode", Prompt: "MFA code"})
	if err != nil {
		return providers.Identity{}, err
	}
	if string(code.Reveal()) != "123456" {
		return providers.Identity{}, &providers.Error{Kind: providers.Unauthenticated, Provider: secret.Vault, Op: "sign in", Message: "the code is wrong", Hint: "try again"}
	}
	token := secret.NewValue([]byte(p.token))
	c.Announce(token)
	if err := c.Session.Save(ctx, token.Reveal()); err != nil {
		return providers.Identity{}, err
	}
	return providers.Identity{Name: "jo", Expires: time.Now().Add(8*time.Hour + time.Minute)}, nil
}

// atPortal runs a command line of a user whose vault is the portal. opened
// collects the addresses that a browser would show.
func (u *user) atPortal(s streams, out, errs *bytes.Buffer, browser error, args ...string) (r result, opened []string) {
	u.t.Helper()
	a := &app{streams: s, ctx: u.t.Context(), browse: func(_ context.Context, address string) error {
		opened = append(opened, address)
		return browser
	}}
	path := filepath.Join(u.home, ".config", "vault-lsp", "config.json")
	state := filepath.Join(u.home, ".state", "vault-lsp")
	store, err := credentials.Open(path, credentials.Options{StateDir: state, WorkFactor: 4})
	if err != nil {
		u.t.Fatal(err)
	}
	a.parts = newParts(store, state, local.Options{WorkFactor: 4})
	a.parts.resolver = providers.NewResolver(providers.Options{
		Providers: []providers.Provider{portal{"token-marker-of-the-portal"}}, Store: store,
		OnValue: func(v secret.Value) { a.parts.redact.Add(v.Reveal()) },
	})
	code := a.run(args)
	return result{code: code, out: out.String(), err: errs.String()}, opened
}

func (u *user) portalDialogue(lines, secrets []string, args ...string) (result, []string) {
	u.t.Helper()
	var out, errs bytes.Buffer
	return u.atPortal(terminalOf(lines, secrets, &out, &errs), &out, &errs, nil, args...)
}

func (u *user) portalPipe(input string, args ...string) result {
	u.t.Helper()
	var out, errs bytes.Buffer
	r, _ := u.atPortal(streams{in: strings.NewReader(input), out: &out, err: &errs}, &out, &errs, errNoBrowser, args...)
	return r
}

const portalConfig = `{"credentials": {"web": {"provider": "vault", "auth": "oidc", "address": "https://vault.example.com"}}}`

// TestSignInAtTheTerminal: without a keyring, and with a passphrase chosen once,
// a sign-in serves the commands after it, and nothing of it is in clear.
func TestSignInAtTheTerminal(t *testing.T) {
	u := newUser(t)
	u.configure(portalConfig)
	u.portalPipe("", "credential", "list").want(t, exitOK, "web  vault  oidc  not signed in")
	r, opened := u.portalDialogue(nil, []string{"my passphrase", "my passphrase", "123456"}, "credential", "login", "web")
	r.want(t, exitOK, "jo\n  ends: in 8 hours (", "no OS keyring", "https://login.example.com/start", "https://login.example.com/device in any browser and enter the code WDJB-MJHT", "valid for 10 minutes")
	if len(opened) != 2 || opened[0] != "https://login.example.com/start" {
		t.Errorf("opened %q", opened)
	}
	u.hides(r, "token-marker-of-the-portal")
	u.hides(r, "my passphrase")
	if strings.Contains(r.out, "WDJB") {
		t.Error("standard output is not the command's own")
	}

	r, _ = u.portalDialogue(nil, []string{"my passphrase"}, "secret", "get", "{{$vault path=x}}", "--reveal")
	r.want(t, exitOK, "secret-marker-of-the-portal\n")
	r, _ = u.portalDialogue(nil, []string{"wrong"}, "secret", "get", "{{$vault path=x}}")
	r.want(t, exitReference, "is wrong")
	u.portalPipe("", "secret", "get", "{{$vault path=x}}").want(t, exitReference, "protected by a passphrase", "VAULT_LSP_SIGN_INS_PASSPHRASE")
	u.portalPipe("", "credential", "list").want(t, exitOK, "signed in (kept under a passphrase")
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "my passphrase")
	u.portalPipe("", "secret", "get", "{{$vault path=x}}").want(t, exitOK)
	u.portalPipe("", "credential", "list").want(t, exitOK, "signed in as jo, ends in 8 hours")
	u.portalPipe("", "credential", "test", "web").want(t, exitOK, "jo\n  ends: in 8 hours")
	u.portalPipe("", "credential", "logout", "web").want(t, exitOK, "forgotten")
	u.portalPipe("", "credential", "logout", "web").want(t, exitOK, "nobody is signed in")
	u.portalPipe("", "secret", "get", "{{$vault path=x}}").want(t, exitReference, "nobody has signed in yet", "vault-lsp credential login web")
}

// TestCommandsOfferToSignIn: at the terminal a command that lacks a sign-in
// offers it and goes on; a no is asked for once, and without a terminal the
// command ends with the hint.
func TestCommandsOfferToSignIn(t *testing.T) {
	u := newUser(t)
	u.configure(portalConfig)
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "")
	target := newEchoTarget(t)
	file := u.write("a.http", "### a\nGET "+target.URL+"/\nAuthorization: {{$vault path=x}}\n\n### b\nGET "+target.URL+"/\nAuthorization: {{$vault path=y}}\n")
	forget := []string{"", "123456"} // no passphrase: for this command only

	u.portalPipe("", "send", file, "--all").want(t, exitReference, "nobody has signed in yet", "vault-lsp credential login web")
	r, _ := u.portalDialogue([]string{"n"}, nil, "send", file, "--all")
	r.want(t, exitReference, "Sign in now? [Y/n]", "vault-lsp credential login web")
	r, _ = u.portalDialogue([]string{"maybe", ""}, forget, "send", file, "--all")
	r.want(t, exitOK, "●●●●●●")
	u.hides(r, "secret-marker-of-the-portal")
	if len(target.authorization) != 2 || target.authorization[1] != "secret-marker-of-the-portal" {
		t.Errorf("the server got %q", target.authorization)
	}
	u.portalPipe("", "check", file, "--online").want(t, exitFailed, "sign-in-needed")
	r, _ = u.portalDialogue([]string{"y"}, forget, "check", file, "--online")
	r.want(t, exitOK)
	r, _ = u.portalDialogue([]string{"y"}, forget, "secret", "get", "{{$vault path=x}}")
	r.want(t, exitOK, "is there")
	r, _ = u.portalDialogue([]string{"y"}, []string{"", "wrong"}, "credential", "test", "web")
	r.want(t, exitReference, "the code is wrong")
	if files, _ := filepath.Glob(filepath.Join(u.home, ".state", "vault-lsp", "sign-ins", "*.age")); len(files) > 0 {
		t.Errorf("kept although nobody gave a passphrase: %v", files)
	}
}

// TestSignInWithoutABrowser: the address is shown, and the sign-in waits.
func TestSignInWithoutABrowser(t *testing.T) {
	u := newUser(t)
	u.configure(portalConfig)
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "my passphrase")
	u.portalPipe("123456\n", "credential", "login", "web").want(t, exitOK, "Open this address in a browser", "https://login.example.com/start")
	u.portalPipe("", "credential", "login", "nobody").want(t, exitReference, "nobody")
}

// TestNewProfileOffersToSignIn: whoever adds a profile that a person signs in
// with can do so at once.
func TestNewProfileOffersToSignIn(t *testing.T) {
	u := newUser(t)
	r, _ := u.portalDialogue([]string{"oidc", "https://vault.example.com", "n", "y"}, []string{"", "123456"}, "credential", "add", "web", "--provider", "vault")
	r.want(t, exitOK, `added credential "web"`, "Sign in now?", "jo\n")
}

// TestUnlockFromTheEditor: the passphrase that an editor's user types opens the
// kept sign-ins where the profile is not one of the local vault.
func TestUnlockFromTheEditor(t *testing.T) {
	u := newUser(t)
	u.configure(portalConfig)
	open := func() *parts {
		store, err := credentials.Open(filepath.Join(u.home, ".config", "vault-lsp", "config.json"), credentials.Options{WorkFactor: 4})
		if err != nil {
			t.Fatal(err)
		}
		return newParts(store, t.TempDir(), local.Options{WorkFactor: 4})
	}
	p := open()
	profile, err := p.store.Profile("web")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.unlock(t.Context(), profile, "passphrase", []byte("my passphrase")); err != nil {
		t.Fatal(err)
	}
	if err := open().unlock(t.Context(), profile, "passphrase", []byte("wrong")); err == nil || !strings.Contains(err.Error(), "kept sign-ins is wrong") {
		t.Errorf("got %v", err)
	}
}
