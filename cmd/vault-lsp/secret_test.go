package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

func (u *user) read(name string) string {
	u.t.Helper()
	b, err := os.ReadFile(filepath.Join(u.work, name))
	if err != nil {
		u.t.Fatal(err)
	}
	return string(b)
}

// TestImportDotenv: the values of a .env file are in the vault under the names
// that the printed references have, and are not printed.
func TestImportDotenv(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "pass phrase")
	file := u.write("shop.env", "# keys\nAPI_KEY=import-marker-1\nexport TOKEN='import-marker-2 {{x}}'\nEMPTY=\n")
	r := u.run("secret", "import", file, "--prefix", "shop/").want(t, exitOK, "2 added", "left out: EMPTY", "still holds the values")
	want := "API_KEY  {{$local secret=shop/API_KEY}}\nTOKEN    {{$local secret=shop/TOKEN}}\n"
	if r.out != want {
		t.Errorf("got %q, want %q", r.out, want)
	}
	u.hides(r, "import-marker-1")
	u.run("secret", "get", "{{$local secret=shop/TOKEN}}", "--reveal").want(t, exitOK, "import-marker-2 {{x}}")
	u.run("secret", "import", file, "--prefix", "shop/").want(t, exitOK, "2 as they were")

	// A name that has another value: nothing is stored, unless told what to do.
	other := u.write(".env", "API_KEY=import-marker-3\nNEW=import-marker-4\n")
	u.hides(u.run("secret", "import", other, "--prefix", "shop/").want(t, exitReference, "another value for: shop/API_KEY", "nothing was stored", "--replace"), "import-marker-3")
	u.run("secret", "get", "shop/NEW").want(t, exitReference, "has no secret")
	u.run("secret", "import", other, "--prefix", "shop/", "--keep").want(t, exitOK, "1 added, 1 kept")
	u.run("secret", "get", "shop/API_KEY", "--reveal").want(t, exitOK, "import-marker-1")
	u.run("secret", "import", other, "--prefix", "shop/", "--replace").want(t, exitOK, "1 replaced")
	u.run("secret", "get", "shop/API_KEY", "--reveal").want(t, exitOK, "import-marker-3")

	u.run("secret", "import", other, "--rewrite").want(t, exitUsage, "takes no references")
	u.run("secret", "import", u.write("bad.env", "no assignment\n")).want(t, exitUsage, "bad.env:1:1")
	u.run("secret", "import", u.write("none.env", "")).want(t, exitUsage, "no values")
	u.run("secret", "import", other, "--only", "OTHER").want(t, exitUsage, "--only OTHER")
	u.run("secret", "import", u.work).want(t, exitUsage, "no file")
}

// TestImportEnvironment: one environment of a file moves into the vault, and the
// file, its comments and layout kept, works as before with references in it.
func TestImportEnvironment(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "pass phrase")
	const before = `{ // private
  "$shared": { "shared": "env-marker-shared" },
  "dev": {
    "apiKey": "env-marker-dev", // of dev
    "number": 12,
    "url": "https://{{host}}/",
    "vault": { "provider": "vault", "path": "x" }
  },
  "prod": { "apiKey": "env-marker-prod" },
}
`
	file := u.write("http-client.private.env.json", before)
	u.run("secret", "import", file).want(t, exitUsage, "several environments", "dev, prod")
	u.run("secret", "import", file, "--env", "test").want(t, exitUsage, "no such environment")
	r := u.run("secret", "import", file, "--env", "dev", "--prefix", "dev/", "--rewrite").want(t, exitOK,
		"left out: url", "left out: vault", "apiKey", "{{$local secret=dev/apiKey}}", "3 references in place of values")
	u.hides(r, "env-marker-dev")
	want := strings.NewReplacer(`"env-marker-shared"`, `"{{$local secret=dev/shared}}"`, `"env-marker-dev"`, `"{{$local secret=dev/apiKey}}"`,
		`12`, `"{{$local secret=dev/number}}"`).Replace(before)
	if got := u.read("http-client.private.env.json"); got != want {
		t.Errorf("got %s", got)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	// On a terminal it is offered.
	u.dialogue([]string{"y"}, nil, "secret", "import", file, "--env", "prod", "--only", "apiKey", "--prefix", "prod/").want(t, exitOK, "Put the references into", "1 reference in place")
	target := newEchoTarget(t)
	request := u.write("a.http", "GET "+target.URL+"/\nAuthorization: {{apiKey}}\n")
	u.hides(u.run("send", request, "--env", "dev").want(t, exitOK, "●●●●●●"), "env-marker-dev")
	if len(target.authorization) != 1 || target.authorization[0] != "env-marker-dev" {
		t.Errorf("the server got %q", target.authorization)
	}
}

// TestBackup: an export opens with its own passphrase, with the age tool's
// library too, and restores into a vault on another machine.
func TestBackup(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "pass phrase")
	u.pipe("backup-marker-1", "secret", "set", "one").want(t, exitOK)
	u.pipe("backup-marker-2", "secret", "set", "two").want(t, exitOK)
	out := filepath.Join(u.work, "backup.age")
	u.pipe("of the backup", "secret", "export", "--out", out).want(t, exitOK, "2 secrets")
	u.pipe("of the backup", "secret", "export", "--out", out).want(t, exitUsage, "already")
	u.run("secret", "export").want(t, exitUsage, "out")
	if info, err := os.Stat(out); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	text := u.read("backup.age")
	if strings.Contains(text, "backup-marker") {
		t.Error("the backup holds plain text")
	}
	opener, err := age.NewScryptIdentity("of the backup")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.Decrypt(armor.NewReader(strings.NewReader(text)), opener); err != nil {
		t.Error(err)
	}
	u.run("secret", "import", out).want(t, exitUsage, "secret restore")
	u.pipe("wrong", "secret", "restore", out).want(t, exitReference, "wrong")
	u.pipe("x", "secret", "restore", u.write("no.age", "hello")).want(t, exitUsage, "no backup")
	cut := u.write("cut.age", text[:len(text)/2])
	u.pipe("of the backup", "secret", "restore", cut).want(t, exitReference, "damaged")

	other := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "another pass phrase")
	other.pipe("stays", "secret", "set", "mine").want(t, exitOK)
	other.pipe("of the backup", "secret", "restore", out).want(t, exitOK, `backup of the vault "local"`, "2 added")
	other.run("secret", "get", "two", "--reveal").want(t, exitOK, "backup-marker-2")
	other.run("secret", "list").want(t, exitOK, "mine\none\ntwo\n")
}

// TestChangeOfPassphrase: the old passphrase opens nothing any more, and the
// profile says what opens the vault now.
func TestChangeOfPassphrase(t *testing.T) {
	u := newUser(t)
	u.dialogue(nil, []string{"value-marker", "old phrase", "old phrase"}, "secret", "set", "x").want(t, exitOK)
	u.dialogue(nil, []string{"wrong"}, "secret", "passphrase").want(t, exitReference, "is wrong")
	u.dialogue(nil, []string{"old phrase", "new phrase", "other"}, "secret", "passphrase").want(t, exitUsage, "differ")
	u.dialogue(nil, []string{"old phrase", "new phrase", "new phrase"}, "secret", "passphrase").want(t, exitOK, "new passphrase")
	u.dialogue(nil, []string{"old phrase"}, "secret", "get", "x").want(t, exitReference, "is wrong")
	u.dialogue(nil, []string{"new phrase"}, "secret", "get", "x", "--reveal").want(t, exitOK, "value-marker")
	u.dialogue(nil, []string{"new phrase"}, "secret", "passphrase", "--keyring").want(t, exitReference, "no OS keyring here")
	u.dialogue(nil, []string{"new phrase"}, "secret", "get", "x").want(t, exitOK)
	// A source that still gives the old one is told.
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "new phrase")
	u.pipe("newest phrase", "secret", "passphrase").want(t, exitOK, "VAULT_LSP_LOCAL_PASSPHRASE still has the old passphrase")
	u.run("secret", "get", "x").want(t, exitReference, "is wrong")
}

// TestVaultMovesToTheKeyring: from a passphrase to a real keyring and back, and
// the profile follows.
func TestVaultMovesToTheKeyring(t *testing.T) {
	u := newUser(t)
	for name, value := range environmentOf(testtools.Keyring(t)) {
		t.Setenv(name, value)
	}
	u.configure(`{"credentials": {"mine": {"provider": "local", "auth": "passphrase", "vault": "team"}}}`)
	u.dialogue(nil, []string{"value-marker", "phrase", "phrase"}, "secret", "set", "x").want(t, exitOK)
	u.dialogue(nil, []string{"phrase"}, "secret", "passphrase", "--keyring").want(t, exitOK, "in the OS keyring now")
	if !strings.Contains(u.configuration(), `"auth": "keyring"`) {
		t.Errorf("got %s", u.configuration())
	}
	u.run("secret", "get", "x", "--reveal").want(t, exitOK, "value-marker")
	u.pipe("new phrase", "secret", "passphrase").want(t, exitOK)
	if !strings.Contains(u.configuration(), `"auth": "passphrase"`) {
		t.Errorf("got %s", u.configuration())
	}
	u.run("secret", "get", "x").want(t, exitReference, "passphrase")
	u.dialogue(nil, []string{"new phrase"}, "secret", "get", "x", "--reveal").want(t, exitOK, "value-marker")
}

func environmentOf(session testtools.KeyringSession) map[string]string {
	return map[string]string{"DBUS_SESSION_BUS_ADDRESS": session.Address}
}

// TestSecretsOfOtherVaultsAreRead: set and remove are for the built-in vault, and
// say so; a reference to one of its secrets names it too.
func TestSecretsOfOtherVaultsAreRead(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "pass phrase")
	for _, command := range []string{"set", "remove"} {
		u.pipe("value-marker", "secret", command, "{{$vault path=app key=x}}").want(t, exitUsage, "never writes", "the vault's own tool")
	}
	u.pipe("value-marker", "secret", "set", "{{$local secret=a/b}}").want(t, exitOK, "{{$local secret=a/b}}")
	u.run("secret", "get", "a/b", "--reveal").want(t, exitOK, "value-marker")
	u.run("secret", "remove", "{{$local secret=a/b}}").want(t, exitOK, "removed a/b")

	// list and get go through the resolver for every vault.
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "value-marker"})
	t.Setenv("VAULT_ADDR", server.Address)
	t.Setenv("VAULT_TOKEN", server.RootToken)
	u.run("secret", "list", "--provider", "vault", "--field", "path", "--set", "mount=secret").want(t, exitOK, "app/")
	u.run("secret", "list", "--provider", "vault", "--field", "key", "--set", "path=app/db").want(t, exitOK, "password")
	r := u.run("secret", "get", "{{$vault path=app/db key=password}}", "--reveal").want(t, exitOK)
	if r.out != "value-marker\n" {
		t.Errorf("got %q", r.out)
	}
	u.hides(u.run("secret", "get", "{{$vault path=app/db key=password}}").want(t, exitOK, "is there"), "value-marker")
}
