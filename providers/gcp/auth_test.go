package gcp_test

import (
	"net/http"
	"net/http/httptest"
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

// federation is what `gcloud iam workload-identity-pools create-cred-config`
// writes, with edits.
func federation(edit map[string]any) map[string]any {
	file := map[string]any{
		"type":               "external_account",
		"audience":           "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/pool/providers/ci",
		"subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
		"token_url":          "https://sts.googleapis.com/v1/token",
		"universe_domain":    "googleapis.com",
	}
	for name, value := range edit {
		file[name] = value
	}
	return file
}

// impersonationURL is how a file of credentials names a service account.
const impersonationURL = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" + target + ":generateAccessToken"

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

func TestWorkloadIdentity(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Subject("subject-1", developer)
	server.AllowActAs(developer, target)
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer of-the-runner" {
			_, _ = w.Write([]byte(`{"value": "subject-1"}`))
		}
	}))
	t.Cleanup(issuer.Close)
	sources := map[string]any{
		"file": map[string]any{"file": writeFile(t, "subject-1")},
		"url": map[string]any{
			"url": issuer.URL, "headers": map[string]string{"Authorization": "Bearer of-the-runner"},
			"format": map[string]string{"type": "json", "subject_token_field_name": "value"},
		},
	}
	for name, from := range sources {
		for _, impersonation := range []string{"", impersonationURL} {
			t.Run(name+"/"+impersonation, func(t *testing.T) {
				key := mustRead(t, writeFile(t, federation(map[string]any{"credential_source": from, "service_account_impersonation_url": impersonation})))
				p := newProvider(t, server)
				c := withMaterial("workload-identity", key, fields{"project": "my-project"})
				if got, _ := get(t, p, c, "secret=db"); got != text {
					t.Errorf("got %q", got)
				}
				identity, err := p.Check(t.Context(), c)
				want := map[string]string{"": "workload identity", impersonationURL: target}[impersonation]
				if err != nil || identity.Name != want {
					t.Errorf("identity %+v, %v; want %s", identity, err, want)
				}
			})
		}
	}
}

// What a configuration of workload identity may name: everything else is
// refused before anything leaves.
func TestWorkloadIdentityRefuses(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	file := map[string]any{"file": writeFile(t, "subject-1")}
	seen := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a host was asked") }))
	t.Cleanup(seen.Close)
	tests := map[string]struct {
		edit  map[string]any
		words string
	}{
		"token URL":            {map[string]any{"token_url": "https://evil.example.com/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"token URL on http":    {map[string]any{"token_url": "http://sts.googleapis.com/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"token URL on a port":  {map[string]any{"token_url": "https://sts.googleapis.com:8443/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"look-alike":           {map[string]any{"token_url": "https://sts.googleapis.com.evil.example.com/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"look-alike 2":         {map[string]any{"token_url": "https://stsgoogleapis.com/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"another service":      {map[string]any{"token_url": "https://storage.googleapis.com/bucket", "credential_source": file}, "token_url that is not Google's"},
		"user in the URL":      {map[string]any{"token_url": "https://x@sts.googleapis.com/v1/token", "credential_source": file}, "token_url that is not Google's"},
		"info URL":             {map[string]any{"token_info_url": "https://evil.example.com", "credential_source": file}, "token_info_url"},
		"impersonation URL":    {map[string]any{"service_account_impersonation_url": "https://evil.example.com/serviceAccounts/a@b.c:x", "credential_source": file}, "service_account_impersonation_url"},
		"program":              {map[string]any{"credential_source": map[string]any{"executable": map[string]any{"command": "/bin/touch " + filepath.Join(t.TempDir(), "ran")}}}, "names a program"},
		"certificate":          {map[string]any{"credential_source": map[string]any{"certificate": map[string]any{"use_default_certificate_config": true}}}, "client certificate"},
		"another host":         {map[string]any{"credential_source": map[string]any{"url": "https://evil.example.com/token"}}, "host that the profile does not name (url)"},
		"allowed host on http": {map[string]any{"credential_source": map[string]any{"url": "http://allowed.example.com/token"}}, "host that the profile does not name (url)"},
		"region URL":           {map[string]any{"credential_source": map[string]any{"environment_id": "aws1", "region_url": "https://evil.example.com"}}, "(region_url)"},
		"session URL":          {map[string]any{"credential_source": map[string]any{"environment_id": "aws1", "imdsv2_session_token_url": "https://evil.example.com"}}, "(imdsv2_session_token_url)"},
		"verification URL":     {map[string]any{"credential_source": map[string]any{"environment_id": "aws1", "regional_cred_verification_url": "https://evil.example.com?Action=GetCallerIdentity"}}, "regional_cred_verification_url"},
		"no source":            {nil, "no credential_source"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := mustRead(t, writeFile(t, federation(test.edit)))
			c := withMaterial("workload-identity", key, fields{"project": "my-project", "allowHosts": "allowed.example.com, other.example.com:8443"})
			err := providertest.WantError(t, getError(t, newProvider(t, server), c, "secret=db"), providers.Unauthenticated, "evil", "subject-1")
			wantWords(t, err, test.words)
		})
	}
	t.Cleanup(func() {
		if hosts := server.Hosts(); len(hosts) > 0 {
			t.Errorf("connected to %v", hosts)
		}
	})
}

// TestTokenServer: why a sign-in got no answer names its server, not Secret
// Manager's.
func TestTokenServer(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	tests := map[string]struct {
		file  any
		kind  providers.Kind
		words string
	}{
		"no such server": {federation(map[string]any{"token_url": "https://sts.example.com/v1/token", "credential_source": map[string]any{"file": writeFile(t, "subject-1")}}),
			providers.Unavailable, "the server sts.example.com cannot be found"},
		"plain http": {federation(map[string]any{"token_url": "http://sts.googleapis.com/v1/token", "credential_source": map[string]any{"file": writeFile(t, "subject-1")}}),
			providers.Unauthenticated, "sts.googleapis.com would be reached over plain http"},
		"no subject token": {federation(map[string]any{"credential_source": map[string]any{"file": "/nonexistent/subject"}}),
			providers.Unauthenticated, "the sign-in failed"},
		"subject refused": {federation(map[string]any{"credential_source": map[string]any{"file": writeFile(t, "subject-1")}}),
			providers.Unauthenticated, "with workload identity"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, test.file)}
			p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })
			err := getError(t, p, plainCredential("default", fields{"project": "my-project"}), "secret=db")
			wantWords(t, providertest.WantError(t, err, test.kind, "subject-1"), test.words)
		})
	}
}

// A host that the profile allows is asked, over https.
func TestAllowedHost(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	key := mustRead(t, writeFile(t, federation(map[string]any{"credential_source": map[string]any{"url": "https://tokens.example.com/x"}})))
	c := withMaterial("workload-identity", key, fields{"project": "my-project", "allowHosts": "tokens.example.com"})
	getError(t, newProvider(t, server), c, "secret=db")
	if hosts := server.Hosts(); !slices.Equal(hosts, []string{"tokens.example.com"}) {
		t.Errorf("connected to %v", hosts)
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
