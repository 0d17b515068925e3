package testtools

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestVaultServesBothKVVersions(t *testing.T) {
	t.Parallel()
	vault := Vault(t)
	vault.PutKV2("app", map[string]any{"password": "first"})
	vault.PutKV2("app", map[string]any{"password": "second"})
	vault.PutKV1("app", map[string]any{"password": "plain"})

	data, _ := vault.Read("secret/data/app?version=1")["data"].(map[string]any)
	if got := data["password"]; got != "first" {
		t.Errorf("KV version 2, version 1: %v, want first", got)
	}
	if got := vault.Read("kv1/app")["password"]; got != "plain" {
		t.Errorf("KV version 1: %v, want plain", got)
	}
}

func TestVaultRefusesWhatAPolicyDoesNotAllow(t *testing.T) {
	t.Parallel()
	vault := Vault(t)
	vault.PutKV2("app", map[string]any{"password": "p"})
	vault.PutKV2("other", map[string]any{"password": "p"})
	vault.Policy("one", `path "secret/data/app" { capabilities = ["read"] }`)
	roleID, secretID := vault.AppRole("tester", map[string]any{"token_policies": "one"})
	_, login := vault.Do("", http.MethodPost, "auth/approle/login", map[string]any{"role_id": roleID, "secret_id": secretID})
	auth, _ := login["auth"].(map[string]any)
	roleToken, _ := auth["client_token"].(string)

	tests := []struct {
		name, token, path string
		want              int
	}{
		{"wrong token", "wrong", "secret/data/app", http.StatusForbidden},
		{"token sees its path", vault.Token(time.Minute, 0, "one"), "secret/data/app", http.StatusOK},
		{"AppRole sees its path", roleToken, "secret/data/app", http.StatusOK},
		{"AppRole sees no other", roleToken, "secret/data/other", http.StatusForbidden},
		{"root misses a path", vault.RootToken, "secret/data/absent", http.StatusNotFound},
	}
	for _, tt := range tests {
		if got, _ := vault.Do(tt.token, http.MethodGet, tt.path, nil); got != tt.want {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestVaultSealsAndUnseals(t *testing.T) {
	t.Parallel()
	vault := Vault(t)
	vault.PutKV2("app", map[string]any{"password": "p"})
	vault.Seal()
	if status, answer := vault.Do(vault.RootToken, http.MethodGet, "secret/data/app", nil); status != http.StatusServiceUnavailable {
		t.Errorf("sealed: status %d %s, want 503", status, errorTexts(answer))
	}
	vault.Unseal()
	if data := vault.Read("secret/data/app"); data["data"] == nil {
		t.Error("the secret is gone after sealing and unsealing")
	}
}

func TestVaultTLSIsTrustedOnlyThroughItsFile(t *testing.T) {
	t.Parallel()
	vault := VaultTLS(t)
	if vault.CAFile == "" || !strings.HasPrefix(vault.Address, "https://") {
		t.Fatalf("address %s, CA file %q", vault.Address, vault.CAFile)
	}
	vault.Read("secret/config")
	response, err := http.Get(vault.Address + "/v1/sys/health")
	if err == nil {
		response.Body.Close()
		t.Error("a client without the CA file accepted the certificate")
	}
}

func TestVaultStopFreesTheAddress(t *testing.T) {
	t.Parallel()
	vault := Vault(t)
	vault.Stop()
	response, err := http.Get(vault.Address + "/v1/sys/health")
	if err == nil {
		response.Body.Close()
		t.Error("the server still answers after Stop")
	}
}
