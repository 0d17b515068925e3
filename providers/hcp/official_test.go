package hcp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// TestOfficialClient holds the fake to HashiCorp's own client: what the fake
// answers has the meaning there that this package gives it.
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.put("web", "db_pass", "kv", map[string]any{"value": "first"})
	f.put("web", "db_pass", "kv", map[string]any{"value": "second ä\n\"quoted\""})
	f.put("web", "keys", "rotating", map[string]any{
		"values": map[string]string{"id": "AKIA", "secret": "s3cr3t"}, "keys": []string{"id", "secret"}, "expires_at": "2031-01-02T03:04:05Z",
	})
	f.put("web", "lease", "dynamic", map[string]any{"values": map[string]string{"token": "tok"}, "ttl": "3600s", "expires_at": "2031-01-02T03:04:05Z"})
	at := testtools.HCPEndpoint{
		URL: f.URL, CAFile: f.caFile, ClientID: testClientID, ClientSecret: testSecret,
		Organization: testOrganization, Project: testProject, App: "web",
	}
	answers, ok := testtools.HCPClient(t, at, "whoami", "organizations", "projects", "apps", "secrets", "secrets:after-2",
		"versions:db_pass", "open:db_pass", "open-version:db_pass:1", "open:keys", "open:lease", "open:gone", "open-version:db_pass:9")
	if !ok {
		t.Fatalf("HashiCorp's client does not sign in at the fake: %+v", answers)
	}
	want := map[string]map[string]any{
		"organizations":          {"organizations.0.id": testOrganization, "organizations.0.name": "Example Org"},
		"projects":               {"projects.0.id": testProject},
		"apps":                   {"apps.0.name": "web"},
		"secrets":                {"secrets.1.name": "keys", "secrets.0.latest_version": 2.0, "pagination.next_page_token": "after-2"},
		"secrets:after-2":        {"secrets.0.name": "lease", "secrets.0.type": "dynamic"},
		"versions:db_pass":       {"static_versions.versions.0.version": 2.0},
		"open:db_pass":           {"static_version.value": "second ä\n\"quoted\"", "static_version.version": 2.0},
		"open-version:db_pass:1": {"static_version.value": "first"},
		"open:keys":              {"rotating_version.values.secret": "s3cr3t", "rotating_version.expires_at": "2031-01-02T03:04:05.000Z"},
		"open:lease":             {"dynamic_instance.values.token": "tok", "dynamic_instance.ttl": "3600s"},
	}
	for _, answer := range answers {
		switch answer.Operation {
		case "whoami":
			if string(answer.Result) != `"ci-`+testClientID+`"` {
				t.Errorf("whoami: %s %s", answer.Result, answer.Error)
			}
			continue
		case "open:gone", "open-version:db_pass:9":
			if !strings.Contains(answer.Error, "404") || !strings.Contains(answer.Error, "not found") {
				t.Errorf("%s: %s %q", answer.Operation, answer.Result, answer.Error)
			}
			continue
		}
		var result any
		if err := json.Unmarshal(answer.Result, &result); err != nil || answer.Error != "" {
			t.Errorf("%s: %v %s", answer.Operation, err, answer.Error)
			continue
		}
		for path, value := range want[answer.Operation] {
			if diff := cmp.Diff(value, member(result, path)); diff != "" {
				t.Errorf("%s %s (-want +got):\n%s", answer.Operation, path, diff)
			}
		}
	}
	at.ClientSecret = "wrong"
	if answers, ok = testtools.HCPClient(t, at, "open:db_pass"); ok && answers[0].Error == "" {
		t.Error("the fake lets HashiCorp's client in with a wrong secret")
	}
}

// member is the member of a JSON value at a path of names and numbers.
func member(value any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			value = v[name[0]-'0']
		}
	}
	return value
}
