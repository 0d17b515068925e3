package vault_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

func TestList(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	const hidden = "value-not-to-show"
	server.Write("sys/mounts/team/kv", map[string]any{"type": "kv", "description": "of the team", "options": map[string]any{"version": "2"}})
	server.PutKV2("app/db", map[string]any{"old": hidden})
	server.PutKV2("app/db", map[string]any{"password": hidden, "user": map[string]any{"name": hidden}})
	server.PutKV2("app/db", map[string]any{"password": hidden, "user": hidden, "port": 5432})
	server.PutKV2("app/mail", map[string]any{"password": hidden})
	server.PutKV2("app", map[string]any{"password": hidden})
	server.PutKV2("beta/x/y", map[string]any{"password": hidden})
	server.PutKV1("app/db", map[string]any{"password": hidden})
	server.Write("secret/destroy/app/db", map[string]any{"versions": []int{1}})
	server.Write("secret/delete/app/db", map[string]any{"versions": []int{2}})

	known := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for _, pair := range pairs {
			name, value, _ := strings.Cut(pair, "=")
			m[name] = value
		}
		return m
	}
	tests := []struct {
		name   string
		query  providers.Query
		values []string
	}{
		{"mounts", providers.Query{Field: "mount"}, []string{"kv1", "secret", "team/kv"}},
		{"mounts by prefix", providers.Query{Field: "mount", Prefix: "te"}, []string{"team/kv"}},
		{"top", providers.Query{Field: "path"}, []string{"app", "app/", "beta/"}},
		{"folder", providers.Query{Field: "path", Prefix: "app/"}, []string{"app/db", "app/mail"}},
		{"in a folder", providers.Query{Field: "path", Prefix: "app/d"}, []string{"app/db"}},
		{"deeper", providers.Query{Field: "path", Prefix: "beta/x/"}, []string{"beta/x/y"}},
		{"no folder", providers.Query{Field: "path", Prefix: "nope/"}, nil},
		{"version 1", providers.Query{Field: "path", Known: known("mount=kv1"), Prefix: "app/"}, []string{"app/db"}},
		{"no mount", providers.Query{Field: "path", Known: known("mount=nomount")}, nil},
		{"keys", providers.Query{Field: "key", Known: known("path=app/db")}, []string{"password", "port", "user"}},
		{"keys by prefix", providers.Query{Field: "key", Known: known("path=app/db"), Prefix: "p"}, []string{"password", "port"}},
		{"keys of a deleted version", providers.Query{Field: "key", Known: known("path=app/db", "version=2")}, nil},
		{"keys of version 1", providers.Query{Field: "key", Known: known("path=app/db", "mount=kv1")}, nil},
		{"keys of nothing", providers.Query{Field: "key", Known: known("path=nope")}, nil},
		{"versions", providers.Query{Field: "version", Known: known("path=app/db")}, []string{"3", "2", "1"}},
		{"versions while one is written", providers.Query{Field: "version", Known: known("path=app/db", "version=x")}, []string{"3", "2", "1"}},
		{"versions of version 1", providers.Query{Field: "version", Known: known("path=app/db", "mount=kv1")}, nil},
	}
	front := newRecorder(t, server.Address, nil)
	p := newProvider(t, vault.Options{})
	root := withToken(front.URL, server.RootToken, nil)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			items, err := p.List(t.Context(), root, test.query)
			if err != nil {
				t.Fatal(err)
			}
			var values []string
			for _, item := range items {
				values = append(values, item.Value)
				providertest.WantNo(t, item.Value+item.Detail, hidden)
			}
			if diff := cmp.Diff(test.values, values); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("details", func(t *testing.T) { testListDetails(t, p, root) })
	// Names never come from an endpoint that has values.
	for _, request := range front.all() {
		if strings.HasPrefix(request.URI, "/v1/secret/data/") || strings.HasPrefix(request.URI, "/v1/kv1/") && !strings.Contains(request.URI, "list=true") {
			t.Errorf("a listing read values: %s", request.URI)
		}
	}
}

func testListDetails(t *testing.T, p *vault.Provider, root providers.Credential) {
	details := func(query providers.Query) map[string]string {
		items, err := p.List(t.Context(), root, query)
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		for _, item := range items {
			m[item.Value] = item.Detail
		}
		return m
	}
	mounts := details(providers.Query{Field: "mount"})
	if mounts["team/kv"] != "KV version 2, of the team" || !strings.HasPrefix(mounts["kv1"], "KV version 1") {
		t.Errorf("mounts %v", mounts)
	}
	versions := details(providers.Query{Field: "version", Known: map[string]string{"path": "app/db"}})
	if !strings.HasPrefix(versions["3"], "created 20") || strings.Contains(versions["3"], ",") ||
		!strings.Contains(versions["2"], ", deleted 20") || !strings.HasSuffix(versions["1"], ", destroyed") {
		t.Errorf("versions %v", versions)
	}
	paths := details(providers.Query{Field: "path"})
	if paths["app"] != "secret" || paths["app/"] != "folder" {
		t.Errorf("paths %v", paths)
	}
}

// TestListMountsDegrades: without the list of visible mounts the full list is
// tried, and without that it is said what is missing.
func TestListMountsDegrades(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	front := newRecorder(t, server.Address, func(w http.ResponseWriter, r *http.Request) bool {
		return r.URL.Path == uiMounts && status(http.StatusForbidden)(w, r)
	})
	p := newProvider(t, vault.Options{})
	query := providers.Query{Field: "mount"}
	if diff := cmp.Diff([]string{"kv1", "secret"}, list(t, p, withToken(front.URL, server.RootToken, nil), query)); diff != "" {
		t.Errorf("from the full list (-want +got):\n%s", diff)
	}
	narrow := withToken(front.URL, server.Token(0, 0, "default"), nil)
	_, err := p.List(t.Context(), narrow, query)
	if got := providertest.WantError(t, err, providers.Denied); !strings.Contains(got.Hint, `"read" on sys/mounts`) {
		t.Errorf("hint %q", got.Hint)
	}
}

// TestListBadToken: that nothing can be listed because of the token is said.
func TestListBadToken(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	p := newProvider(t, vault.Options{})
	_, err := p.List(t.Context(), withToken(server.Address, "hvs.wrong", nil), providers.Query{Field: "path"})
	providertest.WantError(t, err, providers.Unauthenticated, "hvs.wrong")
}

// TestListEngines: the paths that engines issue something at, and what is in it,
// without asking them for any.
func TestListEngines(t *testing.T) {
	t.Parallel()
	server := databaseServer(t)
	server.Write("database/static-roles/fixed", map[string]any{"db_name": "memory", "username": "fixed", "rotation_period": "1h"})
	front := newRecorder(t, server.Address, nil)
	p := newProvider(t, vault.Options{})
	root := withToken(front.URL, server.RootToken, nil)
	database := map[string]string{"mount": "database"}
	for _, test := range []struct {
		query  providers.Query
		values []string
	}{
		{providers.Query{Field: "mount"}, []string{"database", "kv1", "secret"}},
		{providers.Query{Field: "path", Known: database}, []string{"creds/app", "static-creds/fixed"}},
		{providers.Query{Field: "path", Known: database, Prefix: "creds/"}, []string{"creds/app"}},
		{providers.Query{Field: "key", Known: map[string]string{"mount": "database", "path": "creds/app"}}, []string{"password", "username"}},
		{providers.Query{Field: "version", Known: map[string]string{"mount": "database", "path": "creds/app"}}, nil},
	} {
		if diff := cmp.Diff(test.values, list(t, p, root, test.query)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.query, diff)
		}
	}
	wantLeases(t, server, 0)
	if n := front.count("/v1/database/creds"); n > 0 {
		t.Errorf("%d reads of what is issued", n)
	}
	narrow := withToken(server.Address, server.Token(0, 0, "app"), nil)
	_, err := p.List(t.Context(), narrow, providers.Query{Field: "path", Known: database})
	if got := providertest.WantError(t, err, providers.Denied); !strings.Contains(got.Hint, `"list" on database/`) {
		t.Errorf("hint %q", got.Hint)
	}
}

// TestListCustomMetadata: what people have written about a secret stands with its
// newest version.
func TestListCustomMetadata(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"a": 1})
	server.PutKV2("app/db", map[string]any{"a": 2})
	server.Write("secret/metadata/app/db", map[string]any{"custom_metadata": map[string]string{"owner": "team-a", "env": "prod"}})
	items, err := newProvider(t, vault.Options{}).List(t.Context(), withToken(server.Address, server.RootToken, nil),
		providers.Query{Field: "version", Known: map[string]string{"path": "app/db"}})
	if err != nil || len(items) != 2 {
		t.Fatalf("%v, %v", items, err)
	}
	if !strings.HasSuffix(items[0].Detail, ", env: prod, owner: team-a") || strings.Contains(items[1].Detail, "owner") {
		t.Errorf("details %q, %q", items[0].Detail, items[1].Detail)
	}
}

// TestListNamespaces speaks to a fake with the namespaces of Vault Enterprise
// (https://developer.hashicorp.com/vault/api-docs/system/namespaces), which the
// real server here has not.
func TestListNamespaces(t *testing.T) {
	t.Parallel()
	tree := map[string]string{"": `["admin/"]`, "admin": `["dev/", "prod/"]`, "admin/dev": `["team/"]`}
	fake := func(path string) *recorder {
		return newRecorder(t, "", func(w http.ResponseWriter, r *http.Request) bool {
			keys, ok := tree[r.Header.Get("X-Vault-Namespace")]
			if r.URL.Path == lookupPath {
				return status(http.StatusOK)(w, r)
			}
			if r.URL.Path != path || !ok {
				return status(http.StatusForbidden)(w, r)
			}
			_, _ = w.Write([]byte(`{"data": {"keys": ` + keys + `}}`))
			return true
		})
	}
	for _, path := range []string{"/v1/sys/internal/ui/namespaces", "/v1/sys/namespaces"} {
		server := fake(path)
		for _, test := range []struct {
			profile fields
			prefix  string
			values  []string
		}{
			{nil, "", []string{"admin"}},
			{nil, "ad", []string{"admin"}},
			{nil, "admin/", []string{"admin/dev", "admin/prod"}},
			{fields{"namespace": "admin"}, "", []string{"admin", "admin/dev", "admin/prod"}},
			{fields{"namespace": "admin"}, "admin/dev/", []string{"admin/dev/team"}},
		} {
			p := newProvider(t, vault.Options{})
			got := list(t, p, withToken(server.URL, "t", test.profile), providers.Query{Field: "namespace", Prefix: test.prefix})
			if diff := cmp.Diff(test.values, got); diff != "" {
				t.Errorf("%s: %v %q (-want +got):\n%s", path, test.profile, test.prefix, diff)
			}
		}
	}
	// A server without namespaces has nothing to offer.
	p := newProvider(t, vault.Options{})
	plain := testtools.Vault(t)
	items, err := p.List(t.Context(), withToken(plain.Address, plain.RootToken, nil), providers.Query{Field: "namespace"})
	if len(items) > 0 || err != nil {
		t.Errorf("%v, %v", items, err)
	}
}
