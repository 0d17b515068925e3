package gcp

import (
	"errors"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

func getter(pairs ...string) func(string) string {
	return func(field string) string {
		for _, pair := range pairs {
			if name, value, _ := strings.Cut(pair, "="); name == field {
				return value
			}
		}
		return ""
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fields []string
		want   location
	}{
		"short":             {[]string{"secret=db"}, location{secret: "db", version: "latest"}},
		"all fields":        {[]string{"secret=db", "project=p-1", "version=3", "location=europe-west3"}, location{"p-1", "europe-west3", "db", "3"}},
		"number of project": {[]string{"secret=db", "project=123456789012"}, location{project: "123456789012", secret: "db", version: "latest"}},
		"alias":             {[]string{"secret=db", "version=prod_2"}, location{secret: "db", version: "prod_2"}},
		"full name":         {[]string{"secret=projects/p/secrets/db"}, location{project: "p", secret: "db", version: "latest"}},
		"with version":      {[]string{"secret=projects/p/secrets/db/versions/7"}, location{project: "p", secret: "db", version: "7"}},
		"with latest":       {[]string{"secret=projects/p/secrets/db/versions/latest"}, location{project: "p", secret: "db", version: "latest"}},
		"regional":          {[]string{"secret=projects/p/locations/us-east1/secrets/db/versions/7"}, location{"p", "us-east1", "db", "7"}},
		"domain-scoped":     {[]string{"secret=projects/example.com:my-proj/secrets/db"}, location{project: "example.com:my-proj", secret: "db", version: "latest"}},
		"the same twice":    {[]string{"secret=projects/p/locations/us-east1/secrets/db/versions/7", "project=p", "location=us-east1", "version=7"}, location{"p", "us-east1", "db", "7"}},
		"version beside":    {[]string{"secret=projects/p/secrets/db", "version=7"}, location{project: "p", secret: "db", version: "7"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := locate(getter(test.fields...))
			if err != nil || got != test.want {
				t.Errorf("got %+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestLocateRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		fields []string
		words  string
	}{
		"no secret":         {nil, "secret is not the id"},
		"another project":   {[]string{"secret=projects/p/secrets/db", "project=q"}, "project says q and the resource name in secret says p"},
		"another version":   {[]string{"secret=projects/p/secrets/db/versions/1", "version=2"}, "version says 2"},
		"another location":  {[]string{"secret=projects/p/locations/a/secrets/db", "location=b"}, "location says b"},
		"a global name":     {[]string{"secret=projects/p/secrets/db", "location=b"}, "global secret"},
		"order":             {[]string{"secret=secrets/db/projects/p"}, "secret is not"},
		"no project":        {[]string{"secret=secrets/db"}, "secret is not"},
		"no secret in name": {[]string{"secret=projects/p"}, "secret is not"},
		"too long":          {[]string{"secret=projects/p/secrets/db/versions/1/x/y"}, "secret is not"},
		"odd":               {[]string{"secret=projects/p/secrets/db/versions"}, "secret is not"},
		"twice":             {[]string{"secret=projects/p/projects/q/secrets/db"}, "secret is not"},
		"empty part":        {[]string{"secret=projects//secrets/db"}, "secret is not"},
		"dots":              {[]string{"secret=projects/../secrets/db"}, "whose project"},
		"location of dots":  {[]string{"secret=projects/p/locations/evil.example.com/secrets/db"}, "whose location"},
		"version zero":      {[]string{"secret=db", "version=0"}, "version is not"},
		"version of path":   {[]string{"secret=db", "version=1/../2"}, "version is not"},
		"long alias":        {[]string{"secret=db", "version=" + strings.Repeat("a", 64)}, "version is not"},
		"host as location":  {[]string{"secret=db", "location=evil.example.com#"}, "location is not"},
		"long secret":       {[]string{"secret=" + strings.Repeat("a", 256)}, "secret is not"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := locate(getter(test.fields...))
			var field *fieldError
			if !errors.As(err, &field) || !strings.Contains(err.Error(), test.words) {
				t.Errorf("got %v, want %q", err, test.words)
			}
		})
	}
}

// FuzzLocate: what is accepted can leave its place neither in a path nor in a
// host name.
func FuzzLocate(f *testing.F) {
	f.Add("projects/p/locations/l/secrets/s/versions/v", "p", "1", "l")
	f.Add("s", "example.com:p", "latest", "")
	f.Fuzz(func(t *testing.T, secret, project, version, region string) {
		at, err := locate(getter("secret="+secret, "project="+project, "version="+version, "location="+region))
		if err != nil {
			return
		}
		for _, part := range []string{at.project, at.region, at.secret, at.version} {
			if strings.ContainsAny(part, "/?#%\\@ \t\r\n\x00") || part == "." || part == ".." {
				t.Errorf("accepted %q", part)
			}
		}
		if strings.ContainsAny(at.region, ".:") {
			t.Errorf("accepted the location %q", at.region)
		}
		if _, err := (settings{universe: defaultUniverse}).origin(at.region); err != nil {
			t.Errorf("origin: %v", err)
		}
	})
}

// A name that says it is this machine and is not gets nothing: with plain http
// the address is checked where the connection is made.
func TestPlainHTTPStaysHere(t *testing.T) {
	t.Parallel()
	_, err := (Options{}).dial("http")(t.Context(), "tcp", "192.0.2.1:80")
	var plain *outbound.PlainHTTPError
	if !errors.As(err, &plain) {
		t.Errorf("got %v", err)
	}
}
