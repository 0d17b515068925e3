package vault_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

const uiMounts = "/v1/sys/internal/ui/mounts"

func TestGet(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.Write("sys/mounts/team/kv", map[string]any{"type": "kv", "options": map[string]any{"version": "2"}})
	server.Write("sys/mounts/team/old", map[string]any{"type": "kv", "options": map[string]any{"version": "1"}})
	server.PutKV2("app/db", map[string]any{"password": "old"})
	server.PutKV2("app/db", map[string]any{"password": "new"})
	server.PutKV1("app/db", map[string]any{"password": "v1"})
	putWhenReady(t, server, "team/kv/data/x", map[string]any{"data": map[string]any{"k": "slash"}})
	server.Write("team/old/x", map[string]any{"k": "slash1"})

	tests := []struct {
		name    string
		fields  []string
		want    string
		version string
	}{
		{"version 2", []string{"path=app/db"}, `{"password":"new"}`, "2"},
		{"older version", []string{"path=app/db", "version=1"}, `{"password":"old"}`, "1"},
		{"version 1", []string{"path=app/db", "mount=kv1"}, `{"password":"v1"}`, ""},
		{"engine v2 named", []string{"path=app/db", "engine=v2"}, `{"password":"new"}`, "2"},
		{"engine v1 named", []string{"path=app/db", "mount=kv1", "engine=v1"}, `{"password":"v1"}`, ""},
		{"slashes around", []string{"path=/app/db/", "mount=/secret/"}, `{"password":"new"}`, "2"},
		{"mount with a slash", []string{"path=x", "mount=team/kv"}, `{"k":"slash"}`, "1"},
		{"version 1 mount with a slash", []string{"path=x", "mount=team/old"}, `{"k":"slash1"}`, ""},
	}
	p := newProvider(t, vault.Options{})
	root := withToken(server.Address, server.RootToken, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			payload, err := p.Get(t.Context(), root, ref(t, test.fields...))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(payload.Value.Reveal()); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if payload.Version != test.version {
				t.Errorf("version %q, want %q", payload.Version, test.version)
			}
		})
	}
}

func TestGetMissing(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "value-not-to-show"})
	server.PutKV1("app/db", map[string]any{"password": "value-not-to-show"})

	tests := []struct {
		name          string
		fields        []string
		kind          providers.Kind
		message, hint string
	}{
		{"path", []string{"path=app/nope"}, providers.NotFound, "no secret at secret/app/nope (KV version 2)", "case-sensitive"},
		{"path of version 1", []string{"path=nope", "mount=kv1"}, providers.NotFound, "kv1/nope (KV version 1)", ""},
		{"version", []string{"path=app/db", "version=9"}, providers.NotFound, "no version 9 of secret/app/db", ""},
		{"mount", []string{"path=app/db", "mount=nomount"}, providers.NotFound, `no secrets engine is mounted at "nomount"`, ""},
		{"data in the path", []string{"path=data/app/db"}, providers.NotFound, "", "leave data/ out"},
		{"metadata in the path", []string{"path=metadata/app/db"}, providers.NotFound, "", "leave metadata/ out"},
		{"mount in the path", []string{"path=secret/app/db"}, providers.NotFound, "", "write path=app/db"},
		{"path in the mount", []string{"path=db", "mount=secret/app"}, providers.InvalidReference, `the server has one at "secret"`, "mount=secret and begin path with app/"},
		{"version of version 1", []string{"path=app/db", "mount=kv1", "version=1"}, providers.InvalidReference, "keeps no versions", ""},
		{"engine v2 on version 1", []string{"path=app/db", "mount=kv1", "engine=v2"}, providers.NotFound, "", ""},
		{"engine v1 on version 2", []string{"path=app/db", "engine=v1"}, providers.NotFound, "", ""},
		{"engine v1 on the data of version 2", []string{"path=data/app/db", "engine=v1"}, providers.NotFound, "", ""},
	}
	p := newProvider(t, vault.Options{})
	root := withToken(server.Address, server.RootToken, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := getError(t, p, root, test.fields...)
			got := providertest.WantError(t, err, test.kind, "value-not-to-show", server.RootToken)
			if !strings.Contains(got.Message, test.message) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("message %q, hint %q; want parts %q, %q", got.Message, got.Hint, test.message, test.hint)
			}
		})
	}
}

func TestGetDeletedVersion(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "one"})
	server.PutKV2("app/db", map[string]any{"password": "two"})
	server.Write("secret/destroy/app/db", map[string]any{"versions": []int{1}})
	server.Delete("secret/data/app/db")
	p := newProvider(t, vault.Options{})
	root := withToken(server.Address, server.RootToken, nil)
	day := time.Now().UTC().Format("2006-01-")

	got := providertest.WantError(t, getError(t, p, root, "path=app/db"), providers.Deleted)
	if !strings.Contains(got.Message, "version 2 of secret/app/db was deleted at "+day) {
		t.Errorf("message %q: want version and time", got.Message)
	}
	if !strings.Contains(got.Hint, "undelete -mount=secret -versions=2 app/db") {
		t.Errorf("hint %q: want how to restore it", got.Hint)
	}
	got = providertest.WantError(t, getError(t, p, root, "path=app/db", "version=1"), providers.Deleted)
	if !strings.Contains(got.Message, "version 1 of secret/app/db, created "+day) || !strings.Contains(got.Message, "was destroyed") {
		t.Errorf("message %q: want version, time and that it was destroyed", got.Message)
	}

	server.Write("secret/undelete/app/db", map[string]any{"versions": []int{2}})
	if got := get(t, p, root, "path=app/db"); got != `{"password":"two"}` {
		t.Errorf("restored: got %s", got)
	}
}

func TestGetNumbersAsWritten(t *testing.T) {
	t.Parallel()
	const data = `{"big":12345678901234567890,"exp":1e400,"float":1.10,"html":"<a&b>","list":[1,{"x":null}]}`
	upstream := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
		_, err := w.Write([]byte(`{"data": {"data": ` + data + `, "metadata": {"version": 3, "created_time": "x", "deletion_time": "2999-01-02T03:04:05Z"}}}`))
		return err == nil
	})
	p := newProvider(t, vault.Options{})
	payload, err := p.Get(t.Context(), withToken(upstream.URL, "t", nil), ref(t, "path=a", "engine=v2"))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(payload.Value.Reveal()); got != data {
		t.Errorf("got %s, want %s", got, data)
	}
	if want := time.Date(2999, 1, 2, 3, 4, 5, 0, time.UTC); !payload.Expires.Equal(want) {
		t.Errorf("expires %v, want the time the version deletes itself", payload.Expires)
	}
}

func TestGetLease(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for lease, want := range map[string]time.Time{"3600": now.Add(time.Hour), "0": {}} {
		upstream := newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
			_, err := w.Write([]byte(`{"lease_id": "db/creds/x/1", "lease_duration": ` + lease + `, "data": {"username": "u"}}`))
			return err == nil
		})
		p := newProvider(t, vault.Options{Clock: func() time.Time { return now }})
		payload, err := p.Get(t.Context(), withToken(upstream.URL, "t", nil), ref(t, "mount=db", "path=creds/x", "engine=v1"))
		if err != nil {
			t.Fatal(err)
		}
		if !payload.Expires.Equal(want) {
			t.Errorf("lease of %s seconds: expires %v, want %v", lease, payload.Expires, want)
		}
	}
}

// TestDetection: the engine is asked for once a mount, and again when the mount
// turns out to be another.
func TestDetection(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.Write("sys/mounts/moving", map[string]any{"type": "kv", "options": map[string]any{"version": "1"}})
	server.Write("moving/a", map[string]any{"k": "v1"})
	front := newRecorder(t, server.Address, nil)
	p := newProvider(t, vault.Options{})
	root := withToken(front.URL, server.RootToken, nil)

	for range 3 {
		if got := get(t, p, root, "mount=moving", "path=a"); got != `{"k":"v1"}` {
			t.Errorf("got %s", got)
		}
	}
	if n := front.count(uiMounts); n != 1 {
		t.Errorf("asked for the engine %d times, want once", n)
	}
	server.Delete("sys/mounts/moving")
	server.Write("sys/mounts/moving", map[string]any{"type": "kv", "options": map[string]any{"version": "2"}})
	putWhenReady(t, server, "moving/data/a", map[string]any{"data": map[string]any{"k": "v2"}})
	providertest.WantError(t, getError(t, p, root, "mount=moving", "path=a"), providers.NotFound)
	if got := get(t, p, root, "mount=moving", "path=a"); got != `{"k":"v2"}` {
		t.Errorf("after the mount was replaced: got %s", got)
	}
}

// TestNarrowPolicy: a role that sees one path only still reads it, at either
// version of the engine, also where the server does not tell the engine.
func TestNarrowPolicy(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "two"})
	server.PutKV2("app/other", map[string]any{"password": "value-not-to-show"})
	server.PutKV1("app/db", map[string]any{"password": "one"})
	// A secret of version 1 at the path where version 2 would have its data.
	server.PutKV1("data/trap", map[string]any{"data": map[string]any{"a": 1}, "metadata": map[string]any{"b": 2}})
	server.PutKV1("trap", map[string]any{"right": "yes"})
	server.Policy("narrow", `path "secret/data/app/db" { capabilities = ["read"] }
		path "kv1/app/db" { capabilities = ["read"] }
		path "kv1/trap" { capabilities = ["read"] }
		path "kv1/data/trap" { capabilities = ["read"] }`)
	roleID, secretID := server.AppRole("narrow", map[string]any{"token_policies": "narrow", "token_no_default_policy": true})

	refuse := only(uiMounts, status(http.StatusForbidden, "preflight capability check returned 403"))
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request) bool{"told": nil, "not told": refuse} {
		t.Run(name, func(t *testing.T) {
			front := newRecorder(t, server.Address, answer)
			p := newProvider(t, vault.Options{})
			c := withAppRole(front.URL, roleID, secretID, nil)
			if got := get(t, p, c, "path=app/db"); got != `{"password":"two"}` {
				t.Errorf("version 2: got %s", got)
			}
			if got := get(t, p, c, "path=app/db", "mount=kv1"); got != `{"password":"one"}` {
				t.Errorf("version 1: got %s", got)
			}
			// A provider that does not know the engine of the mount yet.
			if got := get(t, newProvider(t, vault.Options{}), c, "path=trap", "mount=kv1"); got != `{"right":"yes"}` {
				t.Errorf("version 1 with a data folder: got %s", got)
			}
			got := providertest.WantError(t, getError(t, p, c, "path=app/other"), providers.Denied, "value-not-to-show", secretID)
			if !strings.Contains(got.Message, "secret/app/other") || !strings.Contains(got.Message, `credential "infra"`) {
				t.Errorf("message %q: want who may not read what", got.Message)
			}
			if !strings.Contains(got.Hint, `"read" on secret/data/app/other`) {
				t.Errorf("hint %q: want what is missing", got.Hint)
			}
			reads := front.count("/v1/secret/data/app/db")
			get(t, p, c, "path=app/db")
			if n := front.count("/v1/secret/data/app/db") - reads; n != 1 {
				t.Errorf("%d reads once the engine is known, want 1", n)
			}
			_, err := p.List(t.Context(), c, providers.Query{Field: "path", Known: map[string]string{}})
			if got := providertest.WantError(t, err, providers.Denied); !strings.Contains(got.Message, "may not list") || !strings.Contains(got.Hint, `"list" on secret/metadata/`) {
				t.Errorf("%q, %q: want what is missing", got.Message, got.Hint)
			}
		})
	}
}

func TestFallbackMissing(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "two"})
	front := newRecorder(t, server.Address, only(uiMounts, status(http.StatusForbidden)))
	p := newProvider(t, vault.Options{})
	// The list of mounts is closed as well, so only the token's own lookup tells
	// that the token is good.
	root := withToken(front.URL, server.RootToken, nil)
	for _, fields := range [][]string{{"path=nope"}, {"path=nope", "mount=kv1"}, {"path=x", "mount=nomount"}, {"path=nope", "version=2"}} {
		providertest.WantError(t, getError(t, p, root, fields...), providers.NotFound)
	}
	providertest.WantError(t, getError(t, p, root, "path=data/app/db", "mount=secret"), providers.NotFound)
	server.PutKV1("app/db", map[string]any{"password": "one"})
	for _, mount := range []string{"secret", "kv1"} {
		got := list(t, p, root, providers.Query{Field: "path", Known: map[string]string{"mount": mount}, Prefix: "app/"})
		if len(got) != 1 || got[0] != "app/db" {
			t.Errorf("list of %s: got %v", mount, got)
		}
	}
}

func putWhenReady(t *testing.T, server *testtools.VaultServer, path string, body map[string]any) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		code, answer := server.Do(server.RootToken, http.MethodPost, path, body)
		if code < 300 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("write %s: status %d: %v", path, code, answer)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
