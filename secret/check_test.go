package secret

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fields builds a list from "name=value" strings.
func fields(list ...string) []FieldValue {
	var out []FieldValue
	for _, s := range list {
		name, value, _ := strings.Cut(s, "=")
		out = append(out, FieldValue{Name: name, Value: value})
	}
	return out
}

// brief gives "code field" for each problem.
func brief(problems []FieldProblem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, strings.TrimSpace(p.Code+" "+p.Field))
	}
	return out
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		provider string
		fields   []FieldValue
		want     []string
	}{
		{"valid", "vault", fields("path=app/db", "key=password", "version=3"), nil},
		{"all fields of aws", "aws", fields("secret=prod/stripe", "version=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE", "stage=AWSCURRENT", "type=json", "region=eu-west-1", "credential=prod", "key=$.a[0]", "decode=hex", "encode=none", "trim=true", "ttl=0"), nil},
		{"unknown provider", "vualt", fields("path=a"), []string{"unknown-provider"}},
		{"no provider", "", nil, []string{"unknown-provider"}},
		{"unknown field", "vault", fields("path=a", "kye=b"), []string{"unknown-field kye"}},
		{"missing field", "vault", fields("key=b"), []string{"missing-field path"}},
		{"both missing", "hcp", nil, []string{"missing-field app", "missing-field secret"}},
		{"duplicate", "local", fields("secret=a", "secret=b"), []string{"duplicate-field secret"}},
		{"empty", "local", fields("secret="), []string{"bad-field-value secret"}},
		{"given before missing", "hcp", fields("app=web", "version=x"), []string{"bad-field-value version", "missing-field secret"}},
		{"azure by id", "azure", fields("id=https://v.vault.azure.net/secrets/a"), nil},
		{"azure by name", "azure", fields("vault=my-vault", "secret=a"), nil},
		{"azure without anything", "azure", nil, []string{"missing-field id"}},
		{"azure by name, begun", "azure", fields("vault=my-vault"), []string{"missing-field secret"}},
		{"azure both ways", "azure", fields("id=https://v.vault.azure.net/secrets/a", "vault=my-vault"), []string{"conflicting-fields vault"}},
		{"azure id and version", "azure", fields("version=abc", "id=https://v.vault.azure.net/secrets/a"), []string{"conflicting-fields version"}},
		{"aws text and key", "aws", fields("secret=a", "type=text", "key=b"), []string{"conflicting-fields type"}},
		{"aws arn and region", "aws", fields("secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf", "region=us-east-1"), []string{"conflicting-fields region"}},
		{"aws arn and same region", "aws", fields("secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf", "region=eu-west-1"), nil},
		{"gcp name and project", "gcp", fields("secret=projects/p/secrets/s", "project=q"), []string{"conflicting-fields project"}},
		{"gcp name and version", "gcp", fields("secret=projects/p/secrets/s/versions/2", "version=3"), []string{"conflicting-fields version"}},
		{"gcp name without version, and version", "gcp", fields("secret=projects/p/secrets/s", "version=3"), nil},
		{"gcp global name and location", "gcp", fields("secret=projects/p/secrets/s", "location=europe-west3"), []string{"conflicting-fields location"}},
		{"vault v1 and version", "vault", fields("path=a", "engine=v1", "version=2"), []string{"conflicting-fields version"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := Check(tt.provider, tt.fields)
			if diff := cmp.Diff(tt.want, brief(got)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			for _, p := range got {
				if !strings.HasSuffix(p.Message, ".") && !strings.HasSuffix(p.Message, "?") {
					t.Errorf("not a sentence: %q", p.Message)
				}
				if p.Index >= 0 && tt.fields[p.Index].Name != p.Field {
					t.Errorf("index %d does not name %s", p.Index, p.Field)
				}
			}
		})
	}
}

func TestCheckSuggests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		provider string
		fields   []FieldValue
		want     string
		message  string
	}{
		{"vualt", nil, "vault", "There is no provider $vualt; did you mean $vault?"},
		{"zzz", nil, "", "There is no provider $zzz; the providers are $aws, $ssm, $gcp, $vault, $hcp, $azure, $op, $local."},
		{"vault", fields("path=a", "kye=b"), "key", "$vault has no field kye; did you mean key?"},
		{"vault", fields("path=a", "engin=v2"), "engine", "$vault has no field engin; did you mean engine?"},
	}
	for _, tt := range tests {
		got := Check(tt.provider, tt.fields)
		if len(got) != 1 || got[0].Suggestion != tt.want || got[0].Message != tt.message {
			t.Errorf("Check($%s) = %+v, want %q", tt.provider, got, tt.message)
		}
	}
	got := Check("vault", fields("path=a", "engine=2"))
	if want := "engine must be v1 or v2; did you mean v2?"; len(got) != 1 || got[0].Message != want {
		t.Errorf("got %+v, want %q", got, want)
	}
}

// TestHostileValues holds values that would lead a client to another host,
// another API or another header: none may pass.
func TestHostileValues(t *testing.T) {
	t.Parallel()
	hosts := []string{"evil.example.com", "x/../y", "a:443", "@evil", "-a", "a-", "a b", "a#", "a?b", "ä", strings.Repeat("a", 64), "%2e", "a\r\nHost: evil"}
	for _, field := range []struct{ provider, name string }{{"aws", "region"}, {"gcp", "location"}, {"azure", "vault"}} {
		for _, v := range hosts {
			if !hasBadValue(field.provider, field.name, v) {
				t.Errorf("$%s %s=%q passed", field.provider, field.name, v)
			}
		}
	}
	tests := []struct{ provider, field, value string }{
		{"aws", "secret", "arn:aws:secretsmanager:evil.com/:123456789012:secret:a"},
		{"aws", "secret", "arn:aws:s3:eu-west-1:123456789012:secret:a"},
		{"aws", "secret", "arn:aws:secretsmanager:eu-west-1:1:secret:a"},
		{"aws", "secret", "a\nb"},
		{"aws", "version", "AWSPREVIOUS"},
		{"aws", "stage", "a b"},
		{"gcp", "secret", "projects/p/secrets/../../other"},
		{"gcp", "secret", "projects/p/secrets"},
		{"gcp", "secret", "secrets/s"},
		{"gcp", "secret", "projects/p/locations/evil.com/secrets/s"},
		{"gcp", "secret", "secrets/s/projects/p"},
		{"gcp", "secret", "a?b"},
		{"gcp", "project", "p/../q"},
		{"gcp", "project", "evil.com/:p"},
		{"gcp", "version", "1:access"},
		{"vault", "path", "../../sys/seal"},
		{"vault", "path", "app/../../../sys"},
		{"vault", "path", "app//db"},
		{"vault", "path", "/"},
		{"vault", "path", "app/./db"},
		{"vault", "path", "a\nb"},
		{"vault", "mount", "secret/../sys"},
		{"vault", "namespace", "a\r\nX-Vault-Token: b"},
		{"vault", "version", "0"},
		{"vault", "version", "-1"},
		{"vault", "version", "1e3"},
		{"vault", "version", "99999999999"},
		{"vault", "engine", "v3"},
		{"hcp", "app", "a/b"},
		{"hcp", "organization", "../x"},
		{"azure", "id", "http://v.vault.azure.net/secrets/a"},
		{"azure", "id", "https://u:p@v.vault.azure.net/secrets/a"},
		{"azure", "id", "https://v.vault.azure.net/secrets/a?x=1"},
		{"azure", "id", "https://v.vault.azure.net/secrets/a#x"},
		{"azure", "id", "https://v.vault.azure.net/keys/a"},
		{"azure", "id", "https://v.vault.azure.net/secrets/a/b/c"},
		{"azure", "id", "https://v.vault.azure.net/secrets/..%2f"},
		{"azure", "id", "https:v.vault.azure.net"},
		{"azure", "id", "https:///secrets/a"},
		{"azure", "id", "v.vault.azure.net/secrets/a/b"},
		{"azure", "id", "my-vault"},
		{"azure", "id", "my-vault/.."},
		{"azure", "id", "@Microsoft.KeyVault()"},
		{"azure", "id", "@Microsoft.KeyVault(SecretUri=http://v.vault.azure.net/secrets/a)"},
		{"azure", "id", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a?x=1)"},
		{"azure", "id", "@Microsoft.KeyVault(SecretUri=@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a))"},
		{"azure", "id", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/a;VaultName=b)"},
		{"azure", "id", "@Microsoft.KeyVault(VaultName=evil.example.com;SecretName=a)"},
		{"azure", "id", "@Microsoft.KeyVault(VaultName=my-vault;SecretName=a/../b)"},
		{"azure", "id", "@Microsoft.KeyVault(VaultName=my-vault;VaultName=b;SecretName=a)"},
		{"azure", "secret", "a/b"},
		{"azure", "version", "a/b"},
		{"hcp", "project", "a\\b"},
		{"hcp", "project", " a"},
		{"op", "id", "https://v/i/f"},
		{"op", "id", "op://v/i"},
		{"op", "id", "op://v/i/s/f/g"},
		{"op", "id", "op://v//f"},
		{"op", "id", "op://v/../f"},
		{"op", "id", "op://$VAULT/i/f"},
		{"op", "id", "op://v/i/f;rm"},
		{"op", "id", "op://v/i/f?account=other"},
		{"op", "id", "op://v/i/f?attribute=otp&x=y"},
		{"op", "id", "--account=x"},
		{"local", "secret", "a\x00b"},
		{"local", "secret", "{{a"},
		{"local", "secret", "\xff"},
		{"local", "credential", "a\nb"},
		{"local", "key", "a\x00b"},
		{"local", "decode", "rot13"},
		{"local", "encode", "html"},
		{"local", "trim", "false"},
		{"local", "ttl", "5"},
		{"local", "ttl", "-1m"},
		{"local", "ttl", "721m"},
		{"local", "ttl", "soon"},
	}
	for _, tt := range tests {
		if !hasBadValue(tt.provider, tt.field, tt.value) {
			t.Errorf("$%s %s=%q passed", tt.provider, tt.field, tt.value)
		}
	}
}

func hasBadValue(provider, field, value string) bool {
	for _, p := range Check(provider, []FieldValue{{Name: field, Value: value}}) {
		if p.Code == CodeBadFieldValue && p.Field == field {
			return true
		}
	}
	return false
}

func TestUsualValuesPass(t *testing.T) {
	t.Parallel()
	tests := []struct{ provider, field, value string }{
		{"aws", "secret", "prod/stripe"},
		{"aws", "secret", "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:prod/db-AbCdEf"},
		{"aws", "region", "eu-west-1"},
		{"gcp", "secret", "projects/123456/locations/europe-west3/secrets/s/versions/latest"},
		{"gcp", "secret", "projects/example.com:p/secrets/s"},
		{"gcp", "version", "latest"},
		{"gcp", "project", "my-project"},
		{"vault", "path", "team a/über/db"},
		{"vault", "path", "/app/db/"},
		{"vault", "mount", "kv/team"},
		{"vault", "namespace", "admin/"},
		{"vault", "version", "12"},
		{"azure", "id", "https://my-vault.vault.azure.net/secrets/a/0123456789abcdef0123456789abcdef"},
		{"azure", "id", "https://my-vault.vault.usgovcloudapi.net/secrets/a"},
		{"azure", "id", "https://localhost:8443/secrets/a"},
		{"azure", "id", "my-vault/a"},
		{"azure", "id", "my-vault/a/0123456789abcdef0123456789abcdef"},
		{"azure", "id", "@Microsoft.KeyVault(SecretUri=https://my-vault.vault.azure.net/secrets/a/)"},
		{"azure", "id", "@microsoft.keyvault(secreturi=https://my-vault.vault.azure.net/secrets/a/0123)"},
		{"azure", "id", "@Microsoft.KeyVault(VaultName=my-vault;SecretName=a)"},
		{"azure", "id", "@Microsoft.KeyVault(VaultName=my-vault; SecretName=a; SecretVersion=0123)"},
		{"hcp", "organization", "Example Org"},
		{"op", "id", "op://dev/stripe/credential"},
		{"op", "id", "op://My Vault/Größe_1/a section/field-2.x"},
		{"op", "id", "op://dev/github/one-time password?attribute=otp"},
		{"op", "id", "op://dev/key/private key?ssh-format=openssh"},
		{"local", "secret", "anything goes: here"},
		{"local", "key", "line\nend"},
		{"local", "ttl", "0"},
		{"local", "ttl", "720m"},
		{"local", "ttl", "90s"},
	}
	for _, tt := range tests {
		if hasBadValue(tt.provider, tt.field, tt.value) {
			t.Errorf("$%s %s=%q was refused", tt.provider, tt.field, tt.value)
		}
	}
}
