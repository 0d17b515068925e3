package credentials

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// One row is one wrong plain value; what is wrong is told without the value.
func TestCheckValues(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		profile Profile
		field   string
		words   string
	}{
		"bool":              {Profile{Provider: "vault", Auth: "oidc", Fields: map[string]string{"address": "https://v", "allowHttp": marker}}, "allowHttp", "true or false"},
		"duration":          {Profile{Provider: "aws", Auth: "role", Fields: map[string]string{"roleArn": "arn", "duration": marker}}, "duration", "not a duration"},
		"duration below 0":  {Profile{Provider: "aws", Auth: "role", Fields: map[string]string{"roleArn": "arn", "duration": "-1m"}}, "duration", "not a duration"},
		"region":            {Profile{Provider: "aws", Auth: "default", Fields: map[string]string{"region": "evil.example.com/" + marker}}, "region", "not a region"},
		"enum":              {Profile{Provider: "azure", Auth: "cli", Fields: map[string]string{"cloud": marker}}, "cloud", "public, usgov, china, custom"},
		"control character": {Profile{Provider: "vault", Auth: "oidc", Fields: map[string]string{"address": "https://v", "namespace": "a\r\nX-Header: " + marker}}, "namespace", "control character"},
		"empty":             {Profile{Provider: "vault", Auth: "oidc", Fields: map[string]string{"address": ""}}, "address", "empty"},
		"other scheme":      {Profile{Provider: "vault", Auth: "oidc", Fields: map[string]string{"address": "file:///" + marker}}, "address", "http or https"},
		"query":             {Profile{Provider: "vault", Auth: "oidc", Fields: map[string]string{"address": "https://v?" + marker}}, "address", "http or https"},
		"variable = value":  {Profile{Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://v"}, Secrets: map[string]Source{"token": {Env: "A=" + marker}}}, "token", "without its value"},
		"blank program":     {Profile{Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://v"}, Secrets: map[string]Source{"token": {Command: []string{" "}}}}, "token", "no program"},
		"NUL in a path":     {Profile{Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://v"}, Secrets: map[string]Source{"token": {File: "a\x00b"}}}, "token", "NUL"},
		"secret for plain":  {Profile{Provider: "local", Auth: "keyring", Secrets: map[string]Source{"vault": {Keyring: true}}}, "vault", "plain text"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.profile.Name = "x"
			problems := Check(test.profile)
			if len(problems) != 1 || problems[0].Field != test.field || !strings.Contains(problems[0].Message+problems[0].Hint, test.words) {
				t.Fatalf("got %+v", problems)
			}
			if err := (&ProfileError{Name: "x", Problems: problems}).Error(); strings.Contains(err, marker) {
				t.Errorf("a value is repeated: %s", err)
			}
		})
	}
}

// What is written is what is read.
func TestSourcesRoundTrip(t *testing.T) {
	t.Parallel()
	for _, source := range []Source{
		{Keyring: true}, {Env: "TOKEN"}, {File: `C:\a "b"\c`}, {Command: []string{"op", "read", "op://vault/<item>/é \"x\""}},
	} {
		want := Profile{Name: "x", Provider: "vault", Auth: "token", Fields: map[string]string{"address": "https://v.example.com", "allowHttp": "true"}, Secrets: map[string]Source{"token": source}}
		d, err := openDocument(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.setProfile(want, "  "); err != nil {
			t.Fatal(err)
		}
		got := parse("c", d.bytes())
		if diff := cmp.Diff(want, got.config.Credentials["x"]); diff != "" || len(got.problems) > 0 {
			t.Error(diff, got.problems)
		}
	}
}

func TestSecretFields(t *testing.T) {
	t.Parallel()
	method, ok := LookupMethod("aws", "keys")
	if !ok {
		t.Fatal("no such method")
	}
	var names []string
	for _, f := range method.SecretFields() {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"secretAccessKey", "sessionToken"}, names); diff != "" {
		t.Error(diff)
	}
}

// Of a command the messages show the program only.
func TestSourceString(t *testing.T) {
	t.Parallel()
	for want, source := range map[string]Source{
		"the OS keyring": {Keyring: true}, "environment variable A": {Env: "A"}, "file /f": {File: "/f"}, "command op": {Command: []string{"op", marker}}, "no source": {},
	} {
		if source.String() != want {
			t.Errorf("got %q, want %q", source, want)
		}
	}
}
