package gcp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
)

// TestProduct is the program as a person uses it, against the stand-in: the
// credential is tested, names are listed, a request is sent with the secret and
// shown without it.
func TestProduct(t *testing.T) {
	t.Parallel()
	program := testtools.Product(t)
	server := gcpfake.Start(t)
	server.Put(project, "stripe", []byte(`{"api_key": "`+text+`"}`))
	seen := ""
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Get("Authorization")
		_, _ = fmt.Fprintf(w, `{"echo": %q}`, seen)
	}))
	t.Cleanup(api.Close)
	for _, transport := range []string{"grpc", "rest"} {
		folder := t.TempDir()
		config, err := json.Marshal(map[string]any{"credentials": map[string]any{"work": map[string]any{
			"provider": "gcp", "auth": "service-account", "key": map[string]string{"file": writeFile(t, server.Key(reader, nil))},
			"endpoint": "http://" + server.Plain, "transport": transport,
		}}})
		if err != nil {
			t.Fatal(err)
		}
		request := fmt.Sprintf("GET %s/x\nAuthorization: Bearer {{$gcp secret=stripe key=api_key}}\n", api.URL)
		for name, content := range map[string]string{"config.json": string(config), "request.http": request} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		run := func(arguments ...string) string {
			command := exec.CommandContext(t.Context(), program, append(arguments, "--config", filepath.Join(folder, "config.json"))...)
			command.Dir = folder
			command.Env = append(os.Environ(), "XDG_STATE_HOME="+folder)
			output, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %v\n%s", arguments, err, output)
			}
			if strings.Contains(string(output), text) {
				t.Errorf("%v shows the secret: %s", arguments, output)
			}
			return string(output)
		}
		if output := run("credential", "test", "work"); !strings.Contains(output, reader) || !strings.Contains(output, transport) {
			t.Errorf("credential test: %s", output)
		}
		if output := run("secret", "list", "--provider", "gcp"); !strings.Contains(output, "stripe") {
			t.Errorf("secret list: %s", output)
		}
		if output := run("send", "request.http"); !strings.Contains(output, "200") || seen != "Bearer "+text {
			t.Errorf("send: %s", output)
		}
	}
}
