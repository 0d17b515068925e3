package gcp_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
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
			providers.Unavailable, "the name sts.example.com cannot be resolved"},
		"plain http": {federation(map[string]any{"token_url": "http://sts.googleapis.com/v1/token", "credential_source": map[string]any{"file": writeFile(t, "subject-1")}}),
			providers.Unauthenticated, "sts.googleapis.com is plain http and not on this machine"},
		"no subject token": {federation(map[string]any{"credential_source": map[string]any{"file": "/nonexistent/subject"}}),
			providers.Unauthenticated, "the file with the token of the other identity provider cannot be read"},
		"no token in the file": {federation(map[string]any{"credential_source": map[string]any{"file": writeFile(t, "{}"), "format": map[string]string{"type": "json", "subject_token_field_name": "x"}}}),
			providers.Unauthenticated, "the sign-in failed"},
		"program": {federation(map[string]any{"credential_source": map[string]any{"executable": map[string]any{"command": "/bin/false"}}}),
			providers.Unauthenticated, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1"},
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
