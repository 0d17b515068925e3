package credentials

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// memoryKeyring is a keyring in memory; err, if set, answers everything.
type memoryKeyring struct {
	mu      sync.Mutex
	entries map[string]string
	err     error
}

func (k *memoryKeyring) Get(account string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if value, ok := k.entries[account]; ok && k.err == nil {
		return []byte(value), nil
	}
	return nil, k.or()
}

func (k *memoryKeyring) Set(account string, value []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.entries[account] = string(value)
	}
	return k.err
}

func (k *memoryKeyring) Delete(account string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.entries[account]; !ok || k.err != nil {
		return k.or()
	}
	delete(k.entries, account)
	return nil
}

func (k *memoryKeyring) or() error {
	if k.err != nil {
		return k.err
	}
	return ErrNotInKeyring
}

// open opens a store over a configuration text, with an environment and a
// keyring of its own.
func open(t testing.TB, config string, env map[string]string) (*Store, *memoryKeyring) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault-lsp", "config.json")
	if config != "" {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ring := &memoryKeyring{entries: map[string]string{}}
	if env == nil {
		env = map[string]string{}
	}
	if _, ok := env["HOME"]; !ok {
		env = maps.Clone(env)
		env["HOME"] = t.TempDir()
	}
	s, err := Open(path, Options{Keyring: ring, CommandTimeout: 5 * time.Second,
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if err != nil {
		t.Fatal(err)
	}
	return s, ring
}

const twoVaults = `{"credentials": {
  "a": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"env": "A"}},
  "b": {"provider": "vault", "auth": "token", "address": "https://b.example.com", "token": {"env": "B"}}}`

func TestSelect(t *testing.T) {
	t.Parallel()
	vaultEnv := map[string]string{"VAULT_ADDR": "https://env.example.com", "VAULT_TOKEN": marker, "VAULT_NAMESPACE": "team", "VAULT_CACERT": "/ca.pem"}
	broken := `{"credentials": {"a": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": "` + marker + `"}}}`
	tests := map[string]struct {
		config, provider, name string
		env                    map[string]string
		want                   string // name, or address of an ambient profile
		wantErr                string
	}{
		"named":                              {twoVaults + "}", "vault", "b", nil, "b", ""},
		"default":                            {twoVaults + `, "defaults": {"vault": "b"}}`, "vault", "", nil, "b", ""},
		"two and no default":                 {twoVaults + "}", "vault", "", vaultEnv, "", "several credentials and no default for vault"},
		"the only one":                       {`{"credentials": {"l": {"provider": "local", "auth": "keyring"}}}`, "local", "", nil, "l", ""},
		"unknown name":                       {twoVaults + "}", "vault", "c", nil, "", `no credential "c"; configured: a, b`},
		"unknown name, none there":           {"{}", "vault", "c", nil, "", `no credential "c"; none is configured`},
		"of another provider":                {twoVaults + "}", "local", "a", nil, "", `is for vault, not for local`},
		"ambient":                            {"", "vault", "", vaultEnv, "https://env.example.com", ""},
		"ambient OpenBao first":              {"", "vault", "", map[string]string{"VAULT_ADDR": "https://v.example.com", "BAO_ADDR": "https://bao.example.com", "VAULT_TOKEN": "t"}, "https://bao.example.com", ""},
		"ambient without address":            {"", "vault", "", map[string]string{"VAULT_TOKEN": marker}, "", "VAULT_ADDR is not set"},
		"ambient without token":              {"", "vault", "", map[string]string{"VAULT_ADDR": "https://v.example.com"}, "", "VAULT_TOKEN is not set"},
		"ambient with password":              {"", "vault", "", map[string]string{"VAULT_ADDR": "https://u:" + marker + "@v.example.com", "VAULT_TOKEN": "t"}, "", "VAULT_ADDR is not"},
		"ambient hcp":                        {"", "hcp", "", nil, "", "HCP_CLIENT_ID"},
		"broken profile is not replaced":     {broken, "vault", "", vaultEnv, "", "must not stand in this file"},
		"broken profile by name":             {broken, "vault", "a", vaultEnv, "", "1:107"},
		"damaged file is not replaced":       {`{"credentials": {`, "vault", "", vaultEnv, "", "not valid JSON"},
		"broken default is not replaced":     {`{"defaults": {"vault": "gone"}}`, "vault", "", vaultEnv, "", "not configured"},
		"credentials of the wrong type":      {`{"credentials": []}`, "vault", "", vaultEnv, "", "must be an object"},
		"broken defaults of the wrong type":  {`{"defaults": []}`, "vault", "", vaultEnv, "", "must be an object"},
		"ambient with other things damaged":  {`{"cache": {"ttl": "x"}}`, "vault", "", vaultEnv, "https://env.example.com", ""},
		"ambient with other provider broken": {`{"credentials": {"l": {"provider": "local"}}}`, "vault", "", vaultEnv, "https://env.example.com", ""},
		"broken profile of unknown provider": {`{"credentials": {"l": {"provider": "vualt"}}}`, "vault", "", vaultEnv, "", "unknown provider"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := open(t, test.config, test.env)
			got, err := s.Select(test.provider, test.name)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Fatalf("got %v, %v; want error with %q", got, err, test.wantErr)
				}
				if strings.Contains(fmt.Sprintf("%v %+v %q", err, err, err.Error()), marker) {
					t.Errorf("a value is repeated: %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got.Name != test.want && got.Fields["address"] != test.want {
				t.Errorf("got %+v, want %q", got, test.want)
			}
			if got.Ambient != (got.Name == "") {
				t.Errorf("Ambient is %v for %q", got.Ambient, got.Name)
			}
		})
	}
}

func TestAmbientLocal(t *testing.T) {
	t.Parallel()
	with, _ := open(t, "", map[string]string{PassphraseVariable: marker})
	p, err := with.Select("local", "")
	if err != nil || p.Auth != "passphrase" || p.Secrets["passphrase"].Env != PassphraseVariable {
		t.Errorf("got %+v, %v", p, err)
	}
	without, _ := open(t, "", nil)
	if p, err := without.Select("local", ""); err != nil || p.Auth != "keyring" {
		t.Errorf("got %+v, %v", p, err)
	}
}

func TestAddChangeRemove(t *testing.T) {
	t.Parallel()
	s, ring := open(t, "", nil)
	var changed []string
	s.OnChange(func(name string) { changed = append(changed, name) })
	p := Profile{Name: "infra", Provider: "vault", Auth: "token",
		Fields: map[string]string{"address": "https://v.example.com"}, Secrets: map[string]Source{"token": {Keyring: true}}}
	ctx := t.Context()
	check := func(operation string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
	}
	check("add", s.Add(ctx, p))
	check("default", s.SetDefault(ctx, "infra"))
	got, err := s.Select("vault", "")
	check("select", err)
	if diff := cmp.Diff(p, got); diff != "" {
		t.Error(diff)
	}
	if err := s.Add(ctx, p); !errors.Is(err, ErrExists) {
		t.Errorf("adding twice: %v", err)
	}
	first := s.Fingerprint(p)
	check("secret", s.SetSecret(ctx, "infra", "token", []byte(marker)))
	second := s.Fingerprint(p)
	if first == second {
		t.Error("the fingerprint is the same after SetSecret")
	}
	token, err := s.Material(ctx, p, "token")
	check("material", err)
	if string(token.Reveal()) != marker {
		t.Errorf("got %q", token.Reveal())
	}
	config, err := os.ReadFile(s.Path())
	check("read", err)
	if strings.Contains(string(config), marker) {
		t.Error("the secret is in the configuration file")
	}
	p.Fields["namespace"] = "admin"
	check("update", s.Update(ctx, p))
	check("remove", s.Remove(ctx, "infra"))
	if len(ring.entries) > 0 {
		t.Errorf("left in the keyring: %d", len(ring.entries))
	}
	if config := s.Config(); len(config.Credentials)+len(config.Defaults) > 0 || len(s.Problems()) > 0 {
		t.Errorf("left: %+v, %v", config, s.Problems())
	}
	if err := s.Update(ctx, p); err == nil {
		t.Error("a removed profile could be changed")
	}
	if len(changed) < 4 {
		t.Errorf("OnChange was called for %v", changed)
	}
}

func TestFilesAreForTheUserOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("permissions are of another kind there")
	}
	s, _ := open(t, "", nil)
	if err := s.Add(t.Context(), Profile{Name: "l", Provider: "local", Auth: "keyring"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{s.Path(): 0o600, filepath.Dir(s.Path()): 0o700 | os.ModeDir} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	s, _ := open(t, "", nil)
	tests := map[string]Profile{
		"must not stand in this file": {Name: "x", Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://v.example.com", "token": marker}},
		"not a name":                  {Name: "a/../b", Provider: "local", Auth: "keyring"},
		"no field":                    {Name: "x", Provider: "local", Auth: "keyring", Fields: map[string]string{"valt": "y"}},
	}
	for words, p := range tests {
		err := s.Add(t.Context(), p)
		var told *ProfileError
		if !errors.As(err, &told) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), marker) {
			t.Errorf("want %q, got %v", words, err)
		}
	}
	if _, err := os.Stat(s.Path()); err == nil {
		t.Error("a refused profile made a file")
	}
}

func TestDamagedFileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	const damaged = `{"credentials": {`
	s, _ := open(t, damaged, nil)
	err := s.Add(t.Context(), Profile{Name: "l", Provider: "local", Auth: "keyring"})
	if err == nil || !strings.Contains(err.Error(), "line 1, column 18") {
		t.Errorf("got %v", err)
	}
	if content, _ := os.ReadFile(s.Path()); string(content) != damaged {
		t.Errorf("the file became %q", content)
	}
}

func TestStoreSeesEditsOfOthers(t *testing.T) {
	t.Parallel()
	s, _ := open(t, `{"credentials": {"l": {"provider": "local", "auth": "keyring"}}}`, nil)
	var changed []string
	s.OnChange(func(name string) { changed = append(changed, name) })
	before, _ := s.Select("local", "l")
	edited := `{"credentials": {"l": {"provider": "local", "auth": "keyring", "vault": "other"}}}`
	if err := os.WriteFile(s.Path(), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := s.Select("local", "l")
	if err != nil || after.Fields["vault"] != "other" || s.Fingerprint(before) == s.Fingerprint(after) {
		t.Errorf("got %+v, %v", after, err)
	}
	if diff := cmp.Diff([]string{"l"}, changed); diff != "" {
		t.Error(diff)
	}
}

func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	s, _ := open(t, "", nil)
	var group sync.WaitGroup
	for i := range 12 {
		// Each has a store of its own, as two processes have.
		group.Go(func() {
			other, err := Open(s.Path(), s.options)
			if err != nil {
				t.Error(err)
				return
			}
			if err := other.Add(context.WithoutCancel(t.Context()), Profile{Name: fmt.Sprintf("p%d", i), Provider: "local", Auth: "keyring"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(s.List()); got != 12 {
		t.Errorf("%d of 12 profiles are there", got)
	}
}

func TestConfigPath(t *testing.T) {
	t.Parallel()
	env := func(pairs ...string) func(string) (string, bool) {
		return func(name string) (string, bool) {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == name {
					return pairs[i+1], true
				}
			}
			return "", false
		}
	}
	all := env(PathVariable, "/v/c.json", "XDG_CONFIG_HOME", "/xdg")
	for _, test := range []struct {
		override string
		env      func(string) (string, bool)
		want     string
	}{
		{"/flag.json", all, "/flag.json"},
		{"", all, "/v/c.json"},
		{"", env("XDG_CONFIG_HOME", "/xdg"), filepath.FromSlash("/xdg/vault-lsp/config.json")},
	} {
		if got, err := ConfigPath(test.override, test.env); err != nil || got != test.want {
			t.Errorf("got %q, %v; want %q", got, err, test.want)
		}
	}
	if got, err := ConfigPath("", env("XDG_CONFIG_HOME", "relative")); err != nil || !filepath.IsAbs(got) {
		t.Errorf("got %q, %v", got, err)
	}
}
