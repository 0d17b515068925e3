package providers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// What cannot be resolved is told by kind, with what to do, and without
// material or a text that is not ours.
func TestResolveErrors(t *testing.T) {
	t.Parallel()
	azure, err := secret.New("azure", []secret.FieldValue{{Name: "vault", Value: "my-vault"}, {Name: "secret", Value: "name"}})
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		config string
		ref    secret.Ref
		get    func(context.Context, Credential, secret.Ref) (Payload, error)
		kind   Kind
		words  []string
	}{
		"provider not wired in": {profiles, azure, nil, Unsupported, []string{"Azure", "cannot be reached yet"}},
		"unknown credential":    {profiles, vaultRef(t, "app", "credential=c"), nil, Unauthenticated, []string{`no credential "c"`, "configured: a, b", "vault-lsp credential add c"}},
		"no credential":         {"{}", vaultRef(t, "app"), nil, Unauthenticated, []string{"no credential for vault", "VAULT_ADDR"}},
		"damaged configuration": {`{"credentials": {` + marker, vaultRef(t, "app"), nil, Unauthenticated, []string{"config.json:1:18"}},
		"variable not set":      {profiles, vaultRef(t, "app", "credential=b"), nil, Unauthenticated, []string{`credential "b"`, "token", "environment variable B_TOKEN", "is not set"}},
		"error of an SDK": {profiles, vaultRef(t, "app"), func(context.Context, Credential, secret.Ref) (Payload, error) {
			return Payload{}, errors.New(marker)
		}, Unavailable, []string{"the provider failed"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := newResolver(t, func(o *Options, f *fake) {
				o.Store = newStore(t, test.config)
				f.get = test.get
				if f.get == nil {
					f.get = func(ctx context.Context, c Credential, _ secret.Ref) (Payload, error) {
						_, err := c.Material(ctx, "token")
						return Payload{}, err
					}
				}
			})
			got := one(t, r, test.ref)
			var told *Error
			if !errors.As(got.Err, &told) || told.Kind != test.kind {
				t.Fatalf("got %v", got.Err)
			}
			for _, word := range test.words {
				if all := told.Error() + "; " + told.Hint; !strings.Contains(all, word) {
					t.Errorf("%q does not say %q", all, word)
				}
			}
			encoded, _ := json.Marshal(got)
			if shown := fmt.Sprintf("%v %+v %#v", got.Err, got, got.Err) + told.Hint + string(encoded); strings.Contains(shown, marker) || strings.Contains(shown, "MARKER-token") {
				t.Errorf("a secret is shown: %s", shown)
			}
		})
	}
}

func TestMaterialWithoutSource(t *testing.T) {
	t.Parallel()
	r, _ := newResolver(t, nil)
	c, err := r.Credential("vault", "a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Material(t.Context(), "secretId"); kindOf(err) != Unauthenticated || !errors.Is(err, credentials.ErrNoSource) {
		t.Errorf("got %v", err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r, _ := newResolver(t, nil)
	if got, err := r.Check(t.Context(), "a"); err != nil || got.Name != "a" {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, name := range []string{"b", "absent"} {
		if _, err := r.Check(t.Context(), name); kindOf(err) != Unauthenticated {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	fill := func(t *testing.T) (*Resolver, *fake) {
		r, f := newResolver(t, func(o *Options, _ *fake) {
			o.Providers = append(o.Providers, &fake{name: "local", get: func(context.Context, Credential, secret.Ref) (Payload, error) {
				return payload(Text, "value"), nil
			}})
		})
		f.logins = []credentials.Profile{{Name: "a"}, {Name: "b"}}
		for _, got := range r.Resolve(t.Context(), []secret.Ref{vaultRef(t, "app"), vaultRef(t, "db", "key=one"), vaultRef(t, "app", "credential=b", "key=one"), ref(t)}) {
			if got.Err != nil && kindOf(got.Err) != InvalidReference {
				t.Fatal(got.Err)
			}
		}
		return r, f
	}
	tests := map[string]struct {
		scope Scope
		want  ResetCounts
	}{
		"all":                   {Scope{}, ResetCounts{Entries: 4, Logins: 2}},
		"provider":              {Scope{Provider: "vault"}, ResetCounts{Entries: 3, Logins: 2}},
		"other provider":        {Scope{Provider: "local"}, ResetCounts{Entries: 1, Logins: 0}},
		"credential":            {Scope{Credential: "b"}, ResetCounts{Entries: 1, Logins: 1}},
		"reference":             {Scope{Reference: "{{$vault path=app key=two}}"}, ResetCounts{Entries: 2, Logins: 0}},
		"reference, credential": {Scope{Reference: "{{$vault path=app credential=b}}"}, ResetCounts{Entries: 1, Logins: 0}},
		"nothing":               {Scope{Provider: "local", Credential: "a"}, ResetCounts{Entries: 0, Logins: 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := fill(t)
			got, err := r.Reset(t.Context(), test.scope)
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v; want %+v", got, err, test.want)
			}
			if status := r.Status(); status.Entries != 4-test.want.Entries {
				t.Errorf("left: %+v", status)
			}
		})
	}
	r, _ := fill(t)
	if _, err := r.Reset(t.Context(), Scope{Reference: "nonsense"}); kindOf(err) != InvalidReference {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff(map[string]int{"vault": 3, "local": 1}, r.Status().ByProvider); diff != "" {
		t.Error(diff)
	}
}

// A change of a profile drops what was fetched with it, and only that.
func TestEditedCredentialResets(t *testing.T) {
	t.Parallel()
	r, f := newResolver(t, nil)
	refs := []secret.Ref{vaultRef(t, "app", "key=one"), vaultRef(t, "app", "key=one", "credential=b")}
	r.Resolve(t.Context(), refs)
	path := r.options.Store.Path()
	if err := os.WriteFile(path, []byte(strings.Replace(profiles, "a.example.com", "other.example.com", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	got := r.Resolve(t.Context(), refs)
	if got[0].Hit || !got[1].Hit || f.calls.Load() != 3 || r.Status().Entries != 2 {
		t.Errorf("hits %v, %v after %d calls, %d entries", got[0].Hit, got[1].Hit, f.calls.Load(), r.Status().Entries)
	}
}

func TestCacheKeyHoldsNoMaterial(t *testing.T) {
	t.Parallel()
	r, _ := newResolver(t, nil)
	c, err := r.Credential("vault", "a")
	if err != nil {
		t.Fatal(err)
	}
	if key := cacheKey(c, vaultRef(t, "app", "key=one", "encode=url")); strings.Contains(key, "MARKER") || strings.Contains(key, "one") {
		t.Errorf("got %q", key)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, f := newResolver(t, func(_ *Options, f *fake) {
			f.list = func(_ context.Context, q Query) ([]Item, error) {
				return []Item{{Value: q.Field + " " + q.Prefix}}, nil
			}
		})
		query := Query{Field: "path", Prefix: "ap", Known: map[string]string{"mount": "secret"}}
		for range 3 {
			got, err := r.List(t.Context(), "vault", "", query)
			if diff := cmp.Diff([]Item{{Value: "path ap"}}, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		}
		if n := f.listed.Load(); n != 1 {
			t.Errorf("%d upstream calls", n)
		}
		time.Sleep(11 * time.Second)
		if _, err := r.List(t.Context(), "vault", "b", query); err != nil {
			t.Error(err)
		}
		if _, err := r.List(t.Context(), "vault", "", query); err != nil || f.listed.Load() != 3 {
			t.Errorf("%d upstream calls, %v", f.listed.Load(), err)
		}
	})
}

// Names of keys come out of the cache, and no secret is fetched for them.
func TestListKeysFromTheCache(t *testing.T) {
	t.Parallel()
	r, f := newResolver(t, func(_ *Options, f *fake) {
		f.list = func(context.Context, Query) ([]Item, error) { return nil, nil }
	})
	query := Query{Field: "key", Prefix: "t", Known: map[string]string{"path": "app"}}
	if got, err := r.List(t.Context(), "vault", "", query); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	one(t, r, vaultRef(t, "app", "key=one"))
	got, err := r.List(t.Context(), "vault", "", query)
	if diff := cmp.Diff([]Item{{Value: "two"}}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if f.calls.Load() != 1 || f.listed.Load() != 1 {
		t.Errorf("%d gets, %d lists", f.calls.Load(), f.listed.Load())
	}
}

// Completion never uses an identity that nobody has configured.
func TestListAsksNobodyWithoutConfiguration(t *testing.T) {
	t.Parallel()
	store, err := credentials.Open(newStore(t, "{}").Path(), credentials.Options{LookupEnv: func(name string) (string, bool) {
		v, ok := map[string]string{"VAULT_ADDR": "https://v.example.com", "VAULT_TOKEN": marker}[name]
		return v, ok
	}})
	if err != nil {
		t.Fatal(err)
	}
	r, f := newResolver(t, func(o *Options, _ *fake) { o.Store = store })
	if got := one(t, r, vaultRef(t, "app", "key=one")); got.Err != nil {
		t.Fatal(got.Err)
	}
	_, err = r.List(t.Context(), "vault", "", Query{Field: "path"})
	if kindOf(err) != Unauthenticated || f.listed.Load() != 0 {
		t.Errorf("got %v after %d calls", err, f.listed.Load())
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	r, f := newResolver(t, nil)
	one(t, r, vaultRef(t, "app", "key=one"))
	if err := r.Close(t.Context()); err != nil || !f.closed {
		t.Errorf("closed %v, %v", f.closed, err)
	}
	if got := one(t, r, vaultRef(t, "app", "key=one")); kindOf(got.Err) != Unavailable {
		t.Errorf("after Close: %v", got.Err)
	}
}
