package gcp_test

import (
	"context"
	"fmt"
	"testing"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

func values(items []providers.Item) []string {
	var all []string
	for _, item := range items {
		all = append(all, item.Value)
	}
	return all
}

func TestList(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		for _, name := range []string{"db-prod", "db-test", "my-db", "api", "OR-1", "-dash"} {
			server.Put(project, name, []byte(text))
		}
		server.Project("other", "777777777777")
		server.Put("projects/other", "elsewhere", []byte(text))
		server.Put(project+"/locations/us-east1", "regional", []byte(text))
		p := newProvider(t, server)
		c := withKey(server, reader, fields{"transport": transport})
		tests := map[string]struct {
			query providers.Query
			want  []string
		}{
			"all":                {providers.Query{Field: "secret"}, []string{"-dash", "OR-1", "api", "db-prod", "db-test", "my-db"}},
			"prefix":             {providers.Query{Field: "secret", Prefix: "db"}, []string{"db-prod", "db-test"}},
			"word of the filter": {providers.Query{Field: "secret", Prefix: "OR"}, []string{"OR-1"}},
			"dash":               {providers.Query{Field: "secret", Prefix: "-"}, []string{"-dash"}},
			"dash at the end":    {providers.Query{Field: "secret", Prefix: "db-"}, []string{"db-prod", "db-test"}},
			"case":               {providers.Query{Field: "secret", Prefix: "DB"}, nil},
			"no id":              {providers.Query{Field: "secret", Prefix: "d b"}, nil},
			"another project":    {providers.Query{Field: "secret", Known: map[string]string{"project": "other"}}, []string{"elsewhere"}},
			"region":             {providers.Query{Field: "secret", Known: map[string]string{"location": "us-east1"}}, []string{"regional"}},
			"full name":          {providers.Query{Field: "secret", Prefix: "projects/other/secrets/e"}, []string{"projects/other/secrets/elsewhere"}},
			"full regional name": {providers.Query{Field: "secret", Prefix: "projects/my-project/locations/us-east1/secrets/"}, []string{"projects/my-project/locations/us-east1/secrets/regional"}},
			"half a name":        {providers.Query{Field: "secret", Prefix: "projects/ot"}, nil},
			"project":            {providers.Query{Field: "project", Prefix: "my"}, []string{"my-project"}},
			"no such project":    {providers.Query{Field: "project", Prefix: "x"}, nil},
			"locations":          {providers.Query{Field: "location", Prefix: "europe-west1"}, []string{"europe-west1", "europe-west10", "europe-west12"}},
			"another field":      {providers.Query{Field: "encode"}, nil},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				items, err := p.List(t.Context(), c, test.query)
				if diff := cmp.Diff(test.want, values(items)); err != nil || diff != "" {
					t.Errorf("%v: %s", err, diff)
				}
			})
		}
	})
}

func TestListVersions(t *testing.T) {
	t.Parallel()
	const blind = "blind@my-project.iam.gserviceaccount.com"
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Deny(blind, "secretmanager.secrets.get")
		for range gcpfake.Page + 2 {
			server.Put(project, "db", []byte(text))
		}
		server.SetState(project, "db", gcpfake.Page+2, secretmanagerpb.SecretVersion_DISABLED)
		server.Alias(project, "db", "prod", 2)
		p := newProvider(t, server)
		query := providers.Query{Field: "version", Known: map[string]string{"secret": "db"}}
		items, err := p.List(t.Context(), withKey(server, reader, fields{"transport": transport}), query)
		if err != nil || len(items) != gcpfake.Page+4 {
			t.Fatalf("%d items, %v", len(items), err)
		}
		want := []providers.Item{{Value: "latest", Detail: "version 27, disabled"}, {Value: "prod", Detail: "alias of version 2, enabled"}}
		if diff := cmp.Diff(want, items[:2]); diff != "" {
			t.Error(diff)
		}
		if items[2].Value != "27" || items[len(items)-1].Value != "1" {
			t.Errorf("got %v", values(items))
		}
		query.Prefix = "2"
		items, err = p.List(t.Context(), withKey(server, blind, fields{"transport": transport}), query)
		if want := []string{"27", "26", "25", "24", "23", "22", "21", "20", "2"}; err != nil || !cmp.Equal(want, values(items)) {
			t.Errorf("without the right to see aliases: %v, %v", values(items), err)
		}
	})
}

// Who may read and not list is told so, with what to do.
func TestListDenied(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Put(project, "db", []byte(text))
		server.Deny(reader, "secretmanager.secrets.list")
		server.Deny(reader, "secretmanager.versions.list")
		p := newProvider(t, server)
		c := withKey(server, reader, fields{"transport": transport, "project": "my-project"})
		for field, permission := range map[string]string{"secret": "secretmanager.secrets.list", "version": "secretmanager.versions.list"} {
			_, err := p.List(t.Context(), c, providers.Query{Field: field, Known: map[string]string{"secret": "db"}})
			wantWords(t, providertest.WantError(t, err, providers.Denied), permission, reader, "roles/secretmanager.viewer", "projects add-iam-policy-binding my-project", "sending does not need")
		}
		get(t, p, c, "secret=db")
	})
}

// What is listed is bounded.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	for i := range 2100 {
		server.Put(project, fmt.Sprintf("s%04d", i), []byte{})
	}
	items, err := newProvider(t, server).List(t.Context(), withKey(server, reader, nil), providers.Query{Field: "secret"})
	if err != nil || len(items) != 2000 {
		t.Errorf("%d items, %v", len(items), err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Deny(reader, "secretmanager.secrets.list")
		server.Refresh("refresh-1", developer)
		p := newProvider(t, server)
		identity, err := p.Check(t.Context(), withKey(server, reader, fields{"transport": transport, "quotaProject": "bill-me"}))
		if err != nil {
			t.Fatal(err)
		}
		want := providers.Identity{Name: reader, Details: []providers.Detail{
			{Name: "kind", Value: "service account"}, {Name: "project", Value: "my-project"}, {Name: "quota project", Value: "bill-me"},
			{Name: "endpoint", Value: "https://secretmanager.googleapis.com"}, {Name: "transport", Value: transport},
			{Name: "missing", Value: "secretmanager.secrets.list: names are not completed; secrets can be read all the same if secretmanager.versions.access is granted"},
		}}
		if diff := cmp.Diff(want, identity); diff != "" {
			t.Error(diff)
		}
		for _, call := range server.Calls() {
			if call.QuotaProject != "bill-me" {
				t.Errorf("the quota project was %q", call.QuotaProject)
			}
		}
	})
}

// A service that is not enabled, or a perimeter, is an error of the check too:
// nothing works behind it.
func TestCheckRefused(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		tests := map[string][]string{
			"SERVICE_DISABLED":         {"API is not enabled in the project my-project", "--project=my-project"},
			"SECURITY_POLICY_VIOLATED": {"VPC Service Controls"},
			"BILLING_DISABLED":         {"billing is disabled for the project my-project"},
		}
		for reason, words := range tests {
			server.OnCall(func(context.Context, gcpfake.Call) error {
				return gcpfake.Refusal(codes.PermissionDenied, echo, reason, nil)
			})
			_, err := newProvider(t, server).Check(t.Context(), withKey(server, reader, fields{"transport": transport}))
			wantWords(t, providertest.WantError(t, err, providers.Denied, echo), words...)
		}
	})
}
