package permission_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vault-lsp/vault-lsp/permission"
)

const reference = "{{$vault path=app/db key=password}}"

func open(t *testing.T) (*permission.Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "state", "permissions.json")
	return permission.Open(path), path
}

func TestAllowsMatchesEveryPart(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	_, err := store.Allow(
		permission.Rule{Reference: reference, Credential: "prod", Origin: "https://api.example.com", In: "header:authorization", Workspace: "/home/u/project/"},
		permission.Rule{Reference: "{{$processEnv TOKEN}}", Origin: "http://plain.example.com:80"},
	)
	if err != nil {
		t.Fatal(err)
	}
	exact := permission.Use{Reference: reference, Credential: "prod", Origin: "https://api.example.com", In: "header:Authorization", Workspace: "/home/u/project"}
	tests := []struct {
		name   string
		change func(*permission.Use)
		want   bool
	}{
		{"exact", func(*permission.Use) {}, true},
		{"workspace with a slash", func(u *permission.Use) { u.Workspace += "/" }, true},
		{"other reference", func(u *permission.Use) { u.Reference = "{{$vault path=app/db key=user}}" }, false},
		{"other credential", func(u *permission.Use) { u.Credential = "infra" }, false},
		{"ambient credential", func(u *permission.Use) { u.Credential = permission.Ambient }, false},
		{"other host", func(u *permission.Use) { u.Origin = "https://api.example.com.evil.test" }, false},
		{"other scheme", func(u *permission.Use) { u.Origin = "http://api.example.com" }, false},
		{"other port", func(u *permission.Use) { u.Origin = "https://api.example.com:8443" }, false},
		{"other placement", func(u *permission.Use) { u.In = "query" }, false},
		{"other header", func(u *permission.Use) { u.In = "header:X-Token" }, false},
		{"other workspace", func(u *permission.Use) { u.Workspace = "/home/u/cloned" }, false},
		{"workspace below", func(u *permission.Use) { u.Workspace = "/home/u/project/sub" }, false},
		{"no workspace", func(u *permission.Use) { u.Workspace = "" }, false},
		{"open rule", func(u *permission.Use) {
			*u = permission.Use{Reference: "{{$processEnv TOKEN}}", Origin: "http://plain.example.com", In: "query", Workspace: "/anywhere"}
		}, true},
		{"open rule, other origin", func(u *permission.Use) {
			*u = permission.Use{Reference: "{{$processEnv TOKEN}}", Origin: "https://plain.example.com"}
		}, false},
		{"nothing", func(u *permission.Use) { *u = permission.Use{} }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			use := exact
			tt.change(&use)
			got, err := store.Allows(use)
			if err != nil || got != tt.want {
				t.Errorf("Allows(%+v) = %v, %v; want %v", use, got, err, tt.want)
			}
		})
	}
}

func TestAllowListRevoke(t *testing.T) {
	t.Parallel()
	store, path := open(t)
	if rules, err := store.List(); err != nil || len(rules) != 0 {
		t.Fatalf("List of nothing = %v, %v", rules, err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("List made the file")
	}
	made, err := store.Allow(
		permission.Rule{Reference: reference, Origin: "HTTPS://API.Example.COM:443/", In: "HEADER:x-api-key"},
		permission.Rule{Reference: reference, Origin: "http://bücher.example"},
		permission.Rule{Reference: reference, Origin: "http://127.0.0.1:8080"},
	)
	if err != nil {
		t.Fatal(err)
	}
	want := []permission.Rule{
		{Reference: reference, Origin: "https://api.example.com", In: "header:X-Api-Key"},
		{Reference: reference, Origin: "http://xn--bcher-kva.example", PlainHTTP: true},
		{Reference: reference, Origin: "http://127.0.0.1:8080"},
	}
	if diff := cmp.Diff(want, made, cmpopts.IgnoreFields(permission.Rule{}, "ID")); diff != "" {
		t.Error(diff)
	}
	again, err := store.Allow(want[0])
	if err != nil || again[0].ID != made[0].ID {
		t.Errorf("second Allow = %v, %v; want the id %s", again, err, made[0].ID)
	}
	removed, found, err := store.Revoke(made[1].ID)
	if err != nil || !found || removed != made[1] {
		t.Errorf("Revoke = %v, %v, %v", removed, found, err)
	}
	if _, found, err = store.Revoke("nosuch"); err != nil || found {
		t.Errorf("Revoke of nothing = %v, %v", found, err)
	}
	// Another process sees the same ids.
	rules, err := permission.Open(path).List()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]permission.Rule{made[0], made[2]}, rules); diff != "" {
		t.Error(diff)
	}
}

func TestAllowRefusesBadRules(t *testing.T) {
	t.Parallel()
	store, path := open(t)
	for name, rule := range map[string]permission.Rule{
		"no reference":   {Origin: "https://a.example"},
		"no origin":      {Reference: reference},
		"no scheme":      {Reference: reference, Origin: "a.example"},
		"other scheme":   {Reference: reference, Origin: "ftp://a.example"},
		"path":           {Reference: reference, Origin: "https://a.example/x"},
		"query":          {Reference: reference, Origin: "https://a.example?x"},
		"user":           {Reference: reference, Origin: "https://a@b.example"},
		"wildcard":       {Reference: reference, Origin: "https://*/"},
		"placement":      {Reference: reference, Origin: "https://a.example", In: "cookie"},
		"no header name": {Reference: reference, Origin: "https://a.example", In: "header:"},
	} {
		if _, err := store.Allow(rule); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if rules, err := store.List(); err != nil || len(rules) != 0 {
		t.Errorf("%s holds %v, %v", path, rules, err)
	}
}

func TestFilesAreForTheUserOnly(t *testing.T) {
	t.Parallel()
	store, path := open(t)
	if _, err := store.Allow(permission.Rule{Reference: reference, Origin: "https://a.example"}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(filepath.Dir(path), func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDamagedFileAllowsNothing(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"cut": `{"version":1,"rules":[{"ref`, "version": `{"version":99,"rules":[]}`} {
		store, path := open(t)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if ok, err := store.Allows(permission.Use{}); ok || err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Allows = %v, %v", name, ok, err)
		}
		if _, err := store.Allow(permission.Rule{Reference: reference, Origin: "https://a.example"}); err == nil {
			t.Errorf("%s: Allow overwrote it", name)
		}
		if kept, _ := os.ReadFile(path); string(kept) != text {
			t.Errorf("%s: now %q", name, kept)
		}
	}
}

func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, err := permission.Open(path).Allow(permission.Rule{Reference: reference, Origin: fmt.Sprintf("https://h%d.example", i)})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rules, err := permission.Open(path).List()
	if err != nil || len(rules) != 20 {
		t.Errorf("%d rules, %v; want 20", len(rules), err)
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://user:pw@API.example.com:443/x?y#z": "https://api.example.com",
		"http://api.example.com:80":                 "http://api.example.com",
		"http://api.example.com:443":                "http://api.example.com:443",
		"https://api.example.com.":                  "https://api.example.com",
		"http://[::1]:8080/":                        "http://[::1]:8080",
		"http://127.0.0.1/":                         "http://127.0.0.1",
		"http://my_service:3000/":                   "http://my_service:3000",
		"https://аpple.com":                         "https://xn--pple-43d.com",
		"ftp://x":                                   "",
		"https:///x":                                "",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		got, err := permission.Origin(u)
		if got != want || (err != nil) != (want == "") {
			t.Errorf("Origin(%s) = %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.9.8.7": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"localhost": false, "0.0.0.0": false, "128.0.0.1": false, "2130706433": false, "127.0.0.1.evil.test": false, "0x7f000001": false, "::2": false,
	} {
		if got := permission.IsLoopbackHost(host); got != want {
			t.Errorf("IsLoopbackHost(%s) = %v", host, got)
		}
	}
	for host, want := range map[string]bool{"localhost": true, "LocalHost.": true, "api.localhost": true, "localhost.evil.test": false, "notlocalhost": false} {
		if got := permission.IsLocalhostName(host); got != want {
			t.Errorf("IsLocalhostName(%s) = %v", host, got)
		}
	}
}
