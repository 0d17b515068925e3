package gcp_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// eachTransport runs a test over both.
func eachTransport(t *testing.T, run func(t *testing.T, server *gcpfake.Server, transport string)) {
	t.Helper()
	for _, transport := range []string{"grpc", "rest"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			run(t, gcpfake.Start(t), transport)
		})
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Project("example.com:old", "555555555555")
		server.Put(project, "db", []byte("one"))
		server.Put(project, "db", []byte("two"))
		server.Put(project, "db", []byte("three"))
		server.Alias(project, "db", "prod", 2)
		server.Put("projects/example.com:old", "db", []byte("old"))
		server.Put(project+"/locations/europe-west3", "db", []byte("regional"))
		p := newProvider(t, server)
		c := withKey(server, reader, fields{"transport": transport})
		tests := []struct {
			fields        []string
			text, version string
		}{
			{[]string{"secret=db"}, "three", "3"},
			{[]string{"secret=db", "version=latest"}, "three", "3"},
			{[]string{"secret=db", "version=1"}, "one", "1"},
			{[]string{"secret=db", "version=prod"}, "two", "2"},
			{[]string{"secret=db", "project=123456789012", "version=1"}, "one", "1"},
			{[]string{"secret=projects/my-project/secrets/db"}, "three", "3"},
			{[]string{"secret=projects/123456789012/secrets/db/versions/prod"}, "two", "2"},
			{[]string{"secret=projects/example.com:old/secrets/db/versions/1"}, "old", "1"},
			{[]string{"secret=db", "project=example.com:old"}, "old", "1"},
			{[]string{"secret=db", "location=europe-west3"}, "regional", "1"},
			{[]string{"secret=projects/my-project/locations/europe-west3/secrets/db"}, "regional", "1"},
		}
		for _, test := range tests {
			if text, version := get(t, p, c, test.fields...); text != test.text || version != test.version {
				t.Errorf("%v: %q of version %s, want %q of %s", test.fields, text, version, test.text, test.version)
			}
		}
		want := []string{"secretmanager.europe-west3.rep.googleapis.com", "secretmanager.googleapis.com"}
		if hosts := server.Hosts(); !slices.Equal(slices.Sorted(slices.Values(hosts)), want) {
			t.Errorf("connected to %v, want %v", hosts, want)
		}
		for _, call := range server.Calls() {
			if call.Transport != transport || call.UserAgent == "" || call.UserAgent[:9] != "vault-lsp" {
				t.Errorf("call over %s by %q", call.Transport, call.UserAgent)
			}
		}
	})
}

// A version that is disabled or destroyed, also where latest means it.
func TestUnusableVersions(t *testing.T) {
	t.Parallel()
	const blind = "blind@my-project.iam.gserviceaccount.com"
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Deny(blind, "secretmanager.versions.get")
		server.Deny(blind, "secretmanager.versions.list")
		for range 3 {
			server.Put(project, "db", []byte(text))
		}
		server.SetState(project, "db", 3, secretmanagerpb.SecretVersion_DISABLED)
		server.SetState(project, "db", 1, secretmanagerpb.SecretVersion_DESTROYED)
		server.Alias(project, "db", "prod", 3)
		server.Put(project, "gone", []byte(text))
		server.SetState(project, "gone", 1, secretmanagerpb.SecretVersion_DESTROYED)
		server.Put(project, "ends", []byte(text))
		server.Schedule(project, "ends", 1, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		p := newProvider(t, server)
		tests := []struct {
			who    string
			fields []string
			words  []string
		}{
			{reader, []string{"secret=ends"}, []string{"is disabled, and destroyed on 2026-12-01"}},
			{reader, []string{"secret=db"}, []string{
				"version 3, which latest stands for, of projects/my-project/secrets/db is disabled",
				"the newest enabled version is 2: write version=2", "gcloud secrets versions enable 3 --secret=db --project=my-project",
			}},
			{reader, []string{"secret=db", "version=prod"}, []string{"version 3, which prod stands for,", "version=2"}},
			{reader, []string{"secret=db", "version=3"}, []string{"version 3 of projects/my-project/secrets/db is disabled"}},
			{reader, []string{"secret=db", "version=1"}, []string{"version 1 of projects/my-project/secrets/db is destroyed", "version=2"}},
			{reader, []string{"secret=gone"}, []string{"is destroyed", "no version of it is enabled"}},
			{blind, []string{"secret=db"}, []string{"version 3, which latest stands for,", "is disabled", "gcloud secrets versions enable 3"}},
			{blind, []string{"secret=gone"}, []string{"is destroyed", "secretmanager.versions.list"}},
		}
		for _, test := range tests {
			err := getError(t, p, withKey(server, test.who, fields{"transport": transport}), test.fields...)
			wantWords(t, providertest.WantError(t, err, providers.Deleted, text), test.words...)
		}
	})
}

// A secret that is not there is told from a version that is not there.
func TestMissing(t *testing.T) {
	t.Parallel()
	const blind = "blind@my-project.iam.gserviceaccount.com"
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Deny(blind, "secretmanager.secrets.get")
		server.Put(project, "db", []byte(text))
		server.Put(project, "empty", nil)
		p := newProvider(t, server)
		tests := []struct {
			who    string
			fields []string
			words  []string
		}{
			{reader, []string{"secret=absent"}, []string{"there is no secret projects/my-project/secrets/absent", "regional"}},
			{reader, []string{"secret=absent", "version=1"}, []string{"there is no secret"}},
			{reader, []string{"secret=db", "location=us-east1"}, []string{"there is no secret", "the location"}},
			{reader, []string{"secret=db", "version=9"}, []string{"projects/my-project/secrets/db has no version 9", "gcloud secrets versions list db --project=my-project"}},
			{reader, []string{"secret=db", "version=prod"}, []string{"has no alias prod"}},
			{reader, []string{"secret=empty"}, []string{"has no version yet"}},
			{blind, []string{"secret=db", "version=9"}, []string{"has no version 9"}},
			{blind, []string{"secret=absent"}, []string{"there is no secret"}},
		}
		for _, test := range tests {
			err := getError(t, p, withKey(server, test.who, fields{"transport": transport}), test.fields...)
			wantWords(t, providertest.WantError(t, err, providers.NotFound, text), test.words...)
		}
	})
}

func TestChecksum(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Put(project, "db", []byte(text))
		server.Corrupt()
		err := getError(t, newProvider(t, server), withKey(server, reader, fields{"transport": transport}), "secret=db")
		wantWords(t, providertest.WantError(t, err, providers.Damaged, text), "CRC32C")
	})
}

func TestBinaryAndText(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	server.Put(project, "text", []byte("trailing newline\n"))
	server.Put(project, "binary", []byte{0xff, 0, 1})
	p := newProvider(t, server)
	c := withKey(server, reader, nil)
	for name, want := range map[string]providers.PayloadKind{"text": providers.Text, "binary": providers.Binary} {
		payload, err := p.Get(t.Context(), c, ref(t, "secret="+name))
		if err != nil || payload.Kind != want {
			t.Errorf("%s: kind %d, %v", name, payload.Kind, err)
		}
	}
}

// A profile's endpoint serves everything; on this machine it needs no TLS.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Put(project, "db", []byte(text))
		server.Put(project+"/locations/us-east1", "db", []byte(text))
		p := newProvider(t, server, func(o *gcp.Options) { o.Dial = nil })
		c := withKey(server, reader, fields{"transport": transport, "endpoint": "http://" + server.Plain})
		get(t, p, c, "secret=db")
		get(t, p, c, "secret=db", "location=us-east1")
		_, port, err := net.SplitHostPort(server.Plain)
		if err != nil {
			t.Fatal(err)
		}
		get(t, p, withKey(server, reader, fields{"transport": transport, "endpoint": "http://localhost:" + port}), "secret=db")
		if hosts := server.Hosts(); len(hosts) > 0 {
			t.Errorf("connected to %v", hosts)
		}
	})
}
