package credentials

import (
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/secret"
)

// TestAmbientHCP reads the variables of HashiCorp's own tools.
func TestAmbientHCP(t *testing.T) {
	t.Parallel()
	keys := map[string]string{"HCP_CLIENT_ID": "id", "HCP_CLIENT_SECRET": "hunter2-secret"}
	tests := map[string]struct {
		more map[string]string
		want map[string]string
	}{
		"keys alone":   {nil, map[string]string{"clientId": "id"}},
		"organization": {map[string]string{"HCP_ORGANIZATION_ID": "o", "HCP_PROJECT_ID": "p"}, map[string]string{"clientId": "id", "organization": "o", "project": "p"}},
		"endpoints": {
			map[string]string{"HCP_AUTH_URL": "https://auth.example.com", "HCP_API_ADDRESS": "api.example.com:443"},
			map[string]string{"clientId": "id", "authUrl": "https://auth.example.com", "apiUrl": "https://api.example.com"},
		},
		"empty ones": {map[string]string{"HCP_PROJECT_ID": "", "HCP_API_ADDRESS": ""}, map[string]string{"clientId": "id"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := maps.Clone(keys)
			maps.Copy(env, test.more)
			s, _ := open(t, "", env)
			got, err := s.Select(secret.HCP, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if source := got.Secrets["clientSecret"]; source.Env != "HCP_CLIENT_SECRET" || !got.Ambient {
				t.Errorf("got %+v", got)
			}
		})
	}
}
