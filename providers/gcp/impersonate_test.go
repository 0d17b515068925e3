package gcp_test

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// impersonating is a credential that builds on another, or on Application
// Default Credentials where from is nil.
func impersonating(plain fields, from *providers.Credential) providers.Credential {
	all := fields{"serviceAccount": target}
	for name, value := range plain {
		all[name] = value
	}
	if from != nil {
		all["source"] = "base"
	}
	c := providertest.Credential(credentials.Profile{Name: "act", Provider: secret.GCP, Auth: "impersonate", Fields: all}, nil)
	if from != nil {
		c.Source = func(string) (providers.Credential, error) { return *from, nil }
	}
	return c
}

func TestImpersonate(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	server.Refresh("refresh-1", developer)
	server.AllowActAs(developer, target)
	server.AllowActAs(reader, target)
	server.AllowActAs(target, "second@my-project.iam.gserviceaccount.com")
	env := environment{"GOOGLE_APPLICATION_CREDENTIALS": writeFile(t, userFile("refresh-1", fields{"quota_project_id": "quota-of-user"}))}
	p := newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup })
	key := withKey(server, reader, nil)
	middle := impersonating(nil, &key)
	tests := map[string]struct {
		credential providers.Credential
		who        string
	}{
		"from the default":     {impersonating(nil, nil), target},
		"from a key":           {impersonating(fields{"duration": "10m"}, &key), target},
		"from another account": {impersonating(fields{"serviceAccount": "second@my-project.iam.gserviceaccount.com"}, &middle), "second@my-project.iam.gserviceaccount.com"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(server.Calls())
			// The project is that of the account, which its address names.
			if got, _ := get(t, p, test.credential, "secret=db"); got != text {
				t.Errorf("got %q", got)
			}
			if call := server.Calls()[before]; call.Principal != test.who {
				t.Errorf("%s called", call.Principal)
			}
			identity, err := p.Check(t.Context(), test.credential)
			if err != nil || identity.Name != test.who {
				t.Errorf("identity %+v, %v", identity, err)
			}
		})
	}
	for _, request := range server.Requests() {
		if strings.HasPrefix(request.Host, "iamcredentials.") && !strings.Contains(request.Body, `"lifetime":"`) {
			t.Errorf("request %s", request.Body)
		}
	}
}

func TestImpersonateRefuses(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "db", []byte(text))
	key := withKey(server, reader, nil)
	deleted := withKey(server, "deleted@my-project.iam.gserviceaccount.com", nil)
	server.DeleteKey("deleted@my-project.iam.gserviceaccount.com")
	tests := map[string]struct {
		credential providers.Credential
		kind       providers.Kind
		words      []string
		sent       bool
	}{
		"not allowed": {impersonating(nil, &key), providers.Denied, []string{
			reader + " may not impersonate " + target, "iam.serviceAccounts.getAccessToken",
			"--member=serviceAccount:" + reader + " --role=roles/iam.serviceAccountTokenCreator",
		}, true},
		"base not accepted": {impersonating(nil, &deleted), providers.Unauthenticated, []string{"the token of deleted@", "is not accepted"}, true},
		"no account":        {impersonating(fields{"serviceAccount": "x/../../y"}, &key), providers.Unauthenticated, []string{"serviceAccount is not the e-mail address"}, false},
		"a path":            {impersonating(fields{"serviceAccount": "a@b.c:signBlob?x="}, &key), providers.Unauthenticated, []string{"serviceAccount is not"}, false},
		"no delegate":       {impersonating(fields{"delegates": "a@b.c, ../x"}, &key), providers.Unauthenticated, []string{"delegates holds"}, false},
		"too long":          {impersonating(fields{"duration": "13h"}, &key), providers.Unauthenticated, []string{"duration is not"}, false},
		"no source": {func() providers.Credential {
			c := impersonating(fields{"source": "absent"}, nil)
			return c
		}(), providers.Unauthenticated, []string{"there is no credential absent"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(server.Requests())
			err := getError(t, newProvider(t, server), test.credential, "secret=db")
			wantWords(t, providertest.WantError(t, err, test.kind), test.words...)
			if sent := len(server.Requests()) > before; sent != test.sent {
				t.Errorf("asked for a token: %t", sent)
			}
		})
	}
}
