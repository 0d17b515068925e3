package credentials

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A provider without profiles of its own signs in with those of another: by
// name, by its own default, by that of the other, and else as the other does.
func TestCredentialsOfAnotherProvider(t *testing.T) {
	t.Parallel()
	const profiles = `{"credentials": {
		"prod": {"provider": "aws", "auth": "default", "region": "eu-west-1"},
		"dev": {"provider": "aws", "auth": "default", "region": "eu-west-2"},
		"infra": {"provider": "vault", "auth": "token", "address": "https://vault.example.com", "token": {"env": "TOKEN"}}
	}, "defaults": %}`
	tests := map[string]struct {
		config, name string
		want, words  string // the profile, or what the error says
	}{
		"by name":           {strings.Replace(profiles, "%", "{}", 1), "dev", "dev", ""},
		"own default":       {strings.Replace(profiles, "%", `{"aws": "prod", "ssm": "dev"}`, 1), "", "dev", ""},
		"default of other":  {strings.Replace(profiles, "%", `{"aws": "prod"}`, 1), "", "prod", ""},
		"no default":        {strings.Replace(profiles, "%", "{}", 1), "", "", "several credentials and no default"},
		"ambient":           {"{}", "", "", ""},
		"of a third":        {strings.Replace(profiles, "%", "{}", 1), "infra", "", "is for vault, not for ssm: name one of dev, prod"},
		"default of third":  {strings.Replace(profiles, "%", `{"ssm": "infra"}`, 1), "", "", "the default of ssm names a credential of vault"},
		"a profile for ssm": {`{"credentials": {"x": {"provider": "ssm", "auth": "default"}}}`, "x", "", "it signs in with those of aws"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "config.json")
			if err := os.WriteFile(path, []byte(test.config), 0o600); err != nil {
				t.Fatal(err)
			}
			store, err := Open(path, Options{LookupEnv: func(string) (string, bool) { return "", false }})
			if err != nil {
				t.Fatal(err)
			}
			got, err := store.Select("ssm", test.name)
			if test.words != "" {
				if err == nil || !strings.Contains(err.Error(), test.words) {
					t.Errorf("got %v, want an error that says %q", err, test.words)
				}
				return
			}
			if err != nil || got.Name != test.want || got.Provider != "aws" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}
