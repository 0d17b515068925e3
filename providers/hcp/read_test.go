package hcp

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// TestKindsOfSecret reads static, rotating and dynamic secrets.
func TestKindsOfSecret(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	values := map[string]string{"username": "app", "password": "p\"w"}
	f.put("web", "static", "kv", map[string]any{"value": "text"})
	f.put("web", "rotating", "rotating", map[string]any{"values": values, "expires_at": end.Format(time.RFC3339)})
	f.put("web", "forever", "rotating", map[string]any{"values": values, "expires_at": "0001-01-01T00:00:00Z", "revoked_at": "0001-01-01T00:00:00.000Z"})
	f.put("web", "dynamic", "dynamic", map[string]any{"values": values, "expires_at": end.Format(time.RFC3339), "ttl": "60s"})
	f.put("web", "ttl", "dynamic", map[string]any{"values": values, "ttl": "3600s"})
	f.put("web", "hollow", "other", map[string]any{})
	f.put("web", "revoked", "rotating", map[string]any{"values": values, "revoked_at": in(-time.Hour)})
	now := time.Now()
	p := New(Options{Clock: func() time.Time { return now }})
	object := `{"password":"p\"w","username":"app"}`
	tests := map[string]struct {
		kind          providers.PayloadKind
		text, version string
		expires       time.Time
	}{
		"static":   {providers.Text, "text", "1", time.Time{}},
		"rotating": {providers.Object, object, "1", end},
		"forever":  {providers.Object, object, "1", time.Time{}},
		"dynamic":  {providers.Object, object, "", end},
		"ttl":      {providers.Object, object, "", now.Add(time.Hour)},
	}
	for name, test := range tests {
		got, err := p.Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret="+name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Kind != test.kind || string(got.Value.Reveal()) != test.text || got.Version != test.version || !got.Expires.Equal(test.expires) {
			t.Errorf("%s: kind %d, %s, version %q, expires %s; want %+v", name, got.Kind, got.Value.Reveal(), got.Version, got.Expires, test)
		}
	}
	_, err := p.Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret=revoked"))
	providertest.WantError(t, err, providers.Deleted, `p\"w`)
	_, err = p.Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret=hollow"))
	providertest.WantError(t, err, providers.Unavailable)
	_, err = p.Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret=dynamic", "version=1"))
	providertest.WantError(t, err, providers.InvalidReference)
}

// TestScope finds organization and project by id, by name, or as the only ones.
func TestScope(t *testing.T) {
	t.Parallel()
	const other, otherProject = "33fc4b58-8920-4714-ba99-0242ac120004", "44fc4b58-8920-4714-ba99-0242ac120005"
	one := func(*fake) {}
	two := func(f *fake) {
		f.organizations = append(f.organizations, place{ID: other, Name: "Other"})
		f.projects[testOrganization] = append(f.projects[testOrganization], place{ID: otherProject, Name: "second"})
	}
	same := func(f *fake) { f.organizations = append(f.organizations, place{ID: other, Name: "Example Org"}) }
	tests := map[string]struct {
		change  func(*fake)
		profile []string
		fields  []string
		kind    providers.Kind // "" for success
		says    string
		calls   int // to the resource manager
	}{
		"ids need no call":           {two, []string{"organization", testOrganization, "project", testProject}, nil, "", "", 0},
		"ids in capitals":            {two, []string{"organization", strings.ToUpper(testOrganization), "project", strings.ToUpper(testProject)}, nil, "", "", 0},
		"ids of the reference win":   {two, []string{"organization", other, "project", otherProject}, []string{"organization=" + testOrganization, "project=" + testProject}, "", "", 0},
		"names of the profile":       {two, []string{"organization", "Example Org", "project", "default project"}, nil, "", "", 2},
		"names of the reference":     {two, nil, []string{"organization=Example Org", "project=default project"}, "", "", 2},
		"the only ones":              {one, nil, nil, "", "", 2},
		"several organizations":      {two, nil, nil, providers.InvalidReference, `sees 2 organizations: "Example Org", "Other"`, 1},
		"several projects":           {two, []string{"organization", testOrganization}, nil, providers.InvalidReference, `sees 2 projects: "default project", "second"`, 1},
		"a name twice":               {same, []string{"organization", "Example Org"}, nil, providers.InvalidReference, `2 organizations have the name "Example Org"`, 1},
		"no such name":               {two, []string{"organization", "Nowhere"}, nil, providers.NotFound, `there is no organization with the name "Nowhere"; there are "Example Org", "Other"`, 1},
		"no organization":            {func(f *fake) { f.organizations = nil }, nil, nil, providers.NotFound, "sees no organization", 1},
		"an id that is none":         {func(f *fake) { f.organizations[0].ID = "../../x" }, nil, nil, providers.Unavailable, "not one of HCP", 1},
		"project of another's":       {two, []string{"organization", testOrganization, "project", "default project"}, []string{"organization=" + other}, providers.NotFound, "sees no project", 1},
		"not a project of the owner": {two, []string{"organization", other, "project", testProject}, nil, providers.Denied, "may not read", 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.put("web", "key", "kv", map[string]any{"value": "text"})
			f.change(func() { test.change(f) })
			p := New(Options{})
			credential := credentialOf(f.fields(test.profile...), testSecret)
			ref := reference(t, append([]string{"app=web", "secret=key"}, test.fields...)...)
			_, err := p.Get(t.Context(), credential, ref)
			calls := 0
			for _, request := range f.asked() {
				if strings.Contains(request, "/resource-manager/") {
					calls++
				}
				if strings.Contains(request, "..") {
					t.Errorf("an id of the service went into a path: %s", request)
				}
			}
			if calls != test.calls {
				t.Errorf("%d calls to the resource manager, want %d", calls, test.calls)
			}
			if test.kind == "" {
				if err != nil {
					t.Fatal(err)
				}
				// What a name stands for is known now.
				_, err = p.Get(t.Context(), credential, ref)
				if asked := f.asked(); err != nil || len(asked) != 1 {
					t.Errorf("the second get asks %q, %v", asked, err)
				}
				return
			}
			if got := providertest.WantError(t, err, test.kind); !strings.Contains(got.Message, test.says) {
				t.Errorf("%q does not say %q", got.Message, test.says)
			}
		})
	}
}

// TestLists completes every field that the service can list.
func TestLists(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.put("web", "KEY", "kv", map[string]any{"value": "hidden-value"})
	f.put("web", "KEY", "kv", map[string]any{"value": "hidden-value"})
	f.put("web", "KEYS", "rotating", map[string]any{"values": map[string]string{"a": "hidden-value"}})
	f.put("web", "KEYS", "rotating", map[string]any{"values": map[string]string{"a": "hidden-value"}, "revoked_at": in(-time.Hour)})
	tests := map[string]struct {
		query providers.Query
		want  []providers.Item
	}{
		"organizations":      {providers.Query{Field: "organization"}, []providers.Item{{Value: "Example Org", Detail: testOrganization}}},
		"projects":           {providers.Query{Field: "project", Prefix: "def"}, []providers.Item{{Value: "default project", Detail: testProject}}},
		"apps":               {providers.Query{Field: "app"}, []providers.Item{{Value: "web", Detail: "of web"}}},
		"secrets":            {providers.Query{Field: "secret", Known: map[string]string{"app": "web"}}, []providers.Item{{Value: "KEY", Detail: "static, version 2"}, {Value: "KEYS", Detail: "rotating, version 2"}}},
		"secrets without":    {providers.Query{Field: "secret"}, nil},
		"versions":           {providers.Query{Field: "version", Known: map[string]string{"app": "web", "secret": "KEY"}}, []providers.Item{{Value: "2", Detail: "created 2026-01-02T03:04:05Z"}, {Value: "1", Detail: "created 2026-01-02T03:04:05Z"}}},
		"rotating versions":  {providers.Query{Field: "version", Known: map[string]string{"app": "web", "secret": "KEYS"}}, []providers.Item{{Value: "1", Detail: "created 2026-01-02T03:04:05Z"}}},
		"versions of nobody": {providers.Query{Field: "version"}, nil},
	}
	p := New(Options{})
	for name, test := range tests {
		got, err := p.List(t.Context(), credentialOf(f.fields(), testSecret), test.query)
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	f.change(func() { f.noList[testClientID] = true })
	_, err := p.List(t.Context(), credentialOf(f.fields(), testSecret), providers.Query{Field: "app"})
	providertest.WantError(t, err, providers.Denied)
	if _, err := p.Get(t.Context(), credentialOf(f.fields(), testSecret), reference(t, "app=web", "secret=KEY")); err != nil {
		t.Errorf("a denied list keeps a secret from being read: %v", err)
	}
}

// TestCheck says who the credential is and what it lacks.
func TestCheck(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*fake)
		name   string
		says   string
	}{
		"all is well":           {func(*fake) {}, "service principal ci-" + testClientID, testProject},
		"may not list":          {func(f *fake) { f.noList[testClientID] = true }, "service principal ci-" + testClientID, "may not list applications"},
		"several organizations": {func(f *fake) { f.organizations = append(f.organizations, f.organizations[0]) }, "service principal ci-" + testClientID, "sees 2 organizations"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			test.change(f)
			got, err := New(Options{}).Check(t.Context(), credentialOf(f.fields(), testSecret))
			if err != nil {
				t.Fatal(err)
			}
			var details []string
			for _, detail := range got.Details {
				details = append(details, detail.Name+": "+detail.Value)
			}
			if all := strings.Join(details, "\n"); got.Name != test.name || !strings.Contains(all, test.says) {
				t.Errorf("identity %q, details\n%s\nwant %q and %q", got.Name, all, test.name, test.says)
			}
		})
	}
}
