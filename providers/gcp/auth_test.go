package gcp_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

const (
	developer = "jo@example.com"
	target    = "target@my-project.iam.gserviceaccount.com"
)

// The files of Application Default Credentials, in both places.
func TestApplicationDefault(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	server.Subject("subject-1", developer)
	server.AllowActAs(developer, target)
	subject := writeFile(t, "subject-1")
	tests := map[string]struct {
		file any
		who  string
	}{
		"service account": {server.Key(reader, nil), reader},
		"user":            {userFile("refresh-1", nil), developer},
		"federation":      {federation(map[string]any{"credential_source": map[string]any{"file": subject}}), developer},
		"federation and impersonation": {federation(map[string]any{
			"credential_source": map[string]any{"file": subject}, "service_account_impersonation_url": impersonationURL,
		}), target},
		"impersonation": {map[string]any{
			"type": "impersonated_service_account", "service_account_impersonation_url": impersonationURL, "source_credentials": userFile("refresh-1", nil),
		}, target},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, place := range []string{"variable", "gcloud", "gcloud's other folder"} {
				env := adcIn(t, place, test.file)
				env["GOOGLE_CLOUD_PROJECT"] = "my-project"
				p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })
				before := len(server.Calls())
				if got, _ := get(t, p, plainCredential("default", nil), "secret=db"); got != text {
					t.Errorf("%s: got %q", place, got)
				}
				if call := server.Calls()[before]; call.Principal != test.who {
					t.Errorf("%s: %s called, want %s", place, call.Principal, test.who)
				}
			}
		})
	}
	for _, host := range server.Hosts() {
		if !slices.Contains([]string{"secretmanager.googleapis.com", "oauth2.googleapis.com", "sts.googleapis.com", "iamcredentials.googleapis.com"}, host) {
			t.Errorf("connected to %s", host)
		}
	}
}

// adcIn puts a file of credentials where the tools look for it.
func adcIn(t *testing.T, place string, file any) environment {
	t.Helper()
	path := writeFile(t, file)
	const name = "application_default_credentials.json"
	switch place {
	case "variable":
		return environment{"GOOGLE_APPLICATION_CREDENTIALS": path}
	case "gcloud":
		home := t.TempDir()
		folder := filepath.Join(home, ".config", "gcloud")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
		return environment{"HOME": home}
	}
	if err := os.Rename(path, filepath.Join(filepath.Dir(path), name)); err != nil {
		t.Fatal(err)
	}
	return environment{"CLOUDSDK_CONFIG": filepath.Dir(path)}
}

func TestApplicationDefaultRefuses(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.EndRefresh("refresh-old", "")
	server.EndRefresh("refresh-rapt", "invalid_rapt")
	const adc = "GOOGLE_APPLICATION_CREDENTIALS"
	tests := map[string]struct {
		env   environment
		kind  providers.Kind
		words []string
	}{
		"relative path": {environment{adc: "key.json"}, providers.Unauthenticated, []string{"relative path", "workspace"}},
		"no file":       {environment{adc: "/nonexistent/key.json"}, providers.Unauthenticated, []string{"there is no such file", "gcloud auth application-default login"}},
		"a folder":      {environment{adc: t.TempDir()}, providers.Unauthenticated, []string{"cannot be read"}},
		"no JSON":       {environment{adc: writeFile(t, "hello")}, providers.Unauthenticated, []string{"not the JSON of a credential"}},
		"another type":  {environment{adc: writeFile(t, map[string]string{"type": "gdch_service_account"})}, providers.Unauthenticated, []string{"type that is not supported"}},
		"broken key":    {environment{adc: writeFile(t, server.Key(reader, map[string]string{"private_key": "x"}))}, providers.Unauthenticated, []string{"damaged or lacks a part"}},
		"ended":         {environment{adc: writeFile(t, userFile("refresh-old", nil))}, providers.Unauthenticated, []string{"expired or was revoked", "gcloud auth application-default login"}},
		"reauth":        {environment{adc: writeFile(t, userFile("refresh-rapt", nil))}, providers.Unauthenticated, []string{"wants you to sign in again", "gcloud auth application-default login"}},
		"universe":      {environment{adc: writeFile(t, userFile("refresh-old", fields{"universe_domain": "evil.example.com"}))}, providers.Unauthenticated, []string{"universe evil.example.com", "universeDomain"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = test.env.lookup })
			c := plainCredential("default", fields{"project": "my-project"})
			_, err := p.Check(t.Context(), c)
			wantWords(t, providertest.WantError(t, err, test.kind, "refresh-old", "refresh-rapt", "client-secret-77"), test.words...)
			_, err = p.Get(t.Context(), c, ref(t, "secret=db"))
			wantWords(t, providertest.WantError(t, err, test.kind, "refresh-old", "refresh-rapt", "client-secret-77"), test.words...)
		})
	}
	for _, host := range server.Hosts() {
		if host != "oauth2.googleapis.com" {
			t.Errorf("connected to %s", host)
		}
	}
}

// The project of references that name none.
func TestProject(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Refresh("refresh-1", developer)
	user := writeFile(t, userFile("refresh-1", nil))
	for i, id := range []string{"of-profile", "of-variable", "of-gcloud", "of-sdk-variable", "of-key"} {
		server.Project(id, "70000000000"+string(rune('0'+i)))
		server.Put("projects/"+id, "db", []byte(id))
	}
	gcloud := t.TempDir()
	if err := os.MkdirAll(filepath.Join(gcloud, "configurations"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"active_config": "work\n", "configurations/config_work": "[compute]\nproject = wrong\n[core]\naccount = jo@example.com\nproject = of-gcloud\n",
		"configurations/config_other": "[core]\nproject = of-variable\n",
	} {
		if err := os.WriteFile(filepath.Join(gcloud, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	adc := func(more environment) environment {
		env := environment{"GOOGLE_APPLICATION_CREDENTIALS": user}
		for name, value := range more {
			env[name] = value
		}
		return env
	}
	tests := map[string]struct {
		env     environment
		profile fields
		want    string
	}{
		"profile":             {adc(environment{"GOOGLE_CLOUD_PROJECT": "of-variable"}), fields{"project": "of-profile"}, "of-profile"},
		"variable":            {adc(environment{"GOOGLE_CLOUD_PROJECT": "of-variable", "CLOUDSDK_CONFIG": gcloud}), nil, "of-variable"},
		"gcloud":              {adc(environment{"CLOUDSDK_CONFIG": gcloud}), nil, "of-gcloud"},
		"gcloud's other":      {adc(environment{"CLOUDSDK_CONFIG": gcloud, "CLOUDSDK_ACTIVE_CONFIG_NAME": "other"}), nil, "of-variable"},
		"gcloud's variable":   {adc(environment{"CLOUDSDK_CONFIG": gcloud, "CLOUDSDK_CORE_PROJECT": "of-sdk-variable"}), nil, "of-sdk-variable"},
		"key":                 {environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, server.Key(reader, fields{"project_id": "of-key"})), "CLOUDSDK_CONFIG": gcloud}, nil, "of-key"},
		"hostile gcloud name": {adc(environment{"CLOUDSDK_CONFIG": gcloud, "CLOUDSDK_ACTIVE_CONFIG_NAME": "../../x"}), nil, ""},
		"none":                {adc(nil), nil, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = test.env.lookup })
			c := plainCredential("default", test.profile)
			if test.want == "" {
				err := providertest.WantError(t, getError(t, p, c, "secret=db"), providers.InvalidReference)
				wantWords(t, err, "names no project", "GOOGLE_CLOUD_PROJECT")
				return
			}
			if got, _ := get(t, p, c, "secret=db"); got != test.want {
				t.Errorf("read from %s, want %s", got, test.want)
			}
			items, err := p.List(t.Context(), c, providers.Query{Field: "project"})
			if err != nil || len(items) != 1 || items[0].Value != test.want {
				t.Errorf("projects %v, %v", items, err)
			}
		})
	}
}

// Only the key of a service account is one, and only the configuration of a
// federation is one.
func TestTypeOfKey(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	encode := func(v any) string { return mustRead(t, writeFile(t, v)) }
	tests := map[string]struct {
		auth, key string
		words     []string
	}{
		"user as key":          {"service-account", encode(userFile("refresh-1", nil)), []string{"type authorized_user and not of type service_account", "auth default"}},
		"federation as key":    {"service-account", encode(federation(nil)), []string{"type external_account and not", "workload-identity"}},
		"impersonation as key": {"service-account", `{"type": "impersonated_service_account"}`, []string{"auth impersonate"}},
		"another as key":       {"service-account", `{"type": "odd-marker"}`, []string{"unknown type"}},
		"text as key":          {"service-account", "hello", []string{"not the JSON of a credential of type service_account"}},
		"path as key":          {"service-account", `"/home/jo/key.json"`, []string{"whole JSON file"}},
		"no address":           {"service-account", server.Key("", nil), []string{"lacks client_email"}},
		"damaged":              {"service-account", server.Key(reader, fields{"private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}), []string{"damaged"}},
		"foreign universe":     {"service-account", server.Key(reader, fields{"universe_domain": "evil.example.com"}), []string{"universe evil.example.com"}},
		"key as federation":    {"workload-identity", server.Key(reader, nil), []string{"type service_account and not of type external_account", "auth service-account"}},
		"another auth":         {"kerberos", "x", []string{`no way to sign in called "kerberos"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := withMaterial(test.auth, test.key, fields{"project": "my-project"})
			err := providertest.WantError(t, getError(t, newProvider(t, server), c, "secret=db"), providers.Unauthenticated, "odd-marker", "PRIVATE", "refresh-1")
			wantWords(t, err, test.words...)
		})
	}
	if hosts := server.Hosts(); len(hosts) > 0 {
		t.Errorf("connected to %v", hosts)
	}
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A credential of another cloud of Google's makes is used for that cloud only,
// and only if the profile says so.
func TestUniverse(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"", "europe-west3"} {
		server := gcpfake.Start(t)
		key := server.Key(reader, fields{"universe_domain": "example.cloud"})
		pairs, want := []string{"secret=db"}, "secretmanager.example.cloud"
		if region != "" {
			pairs, want = append(pairs, "location="+region), "secretmanager.europe-west3.rep.example.cloud"
		}
		c := withMaterial("service-account", key, fields{"universeDomain": "example.cloud", "transport": "rest"})
		providertest.WantError(t, getError(t, newProvider(t, server), c, pairs...), providers.Unavailable)
		if hosts := server.Hosts(); !slices.Equal(hosts, []string{want}) {
			t.Errorf("connected to %v, want %s", hosts, want)
		}
	}
}

// The URLs in a key are never asked: the token is signed here.
func TestKeyAsksNobody(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	get(t, newProvider(t, server), withKey(server, reader, nil), "secret=db")
	if hosts := server.Hosts(); !slices.Equal(hosts, []string{"secretmanager.googleapis.com"}) || len(server.Requests()) > 0 {
		t.Errorf("connected to %v", hosts)
	}
	if call := server.Calls()[0]; call.Principal != reader || strings.Count(call.Token, ".") != 2 {
		t.Errorf("called as %q", call.Principal)
	}
}

// TestPrivate: of a credential's JSON the secrets are masked, and what names
// people and places stays readable.
func TestPrivate(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	p := newProvider(t, server)
	tests := map[string]struct {
		material string
		want     []string
	}{
		"key": {server.Key(reader, fields{"private_key": "PEM", "private_key_id": "abcdef"}), []string{"PEM", "abcdef"}},
		"federation": {mustRead(t, writeFile(t, federation(map[string]any{
			"client_secret": "hush", "credential_source": map[string]any{"url": "https://x", "headers": map[string]string{"Authorization": "Bearer y"}},
		}))), []string{"hush", "Bearer y"}},
		"user": {mustRead(t, writeFile(t, userFile("refresh-1", nil))), []string{"refresh-1", "client-secret-77"}},
	}
	for name, test := range tests {
		var got []string
		for _, part := range p.Private("key", []byte(test.material)) {
			got = append(got, string(part))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	if p.Private("key", []byte("text")) != nil || p.Private("password", []byte("{}")) != nil {
		t.Error("material of another form must be masked as a whole")
	}
}
