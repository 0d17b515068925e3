package gcp_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// emulator answers as emulators do: over plaintext, whoever asks. It notes what
// calls carry.
type emulator struct {
	secretmanagerpb.UnimplementedSecretManagerServiceServer
	authorization []string
}

func (e *emulator) AccessSecretVersion(ctx context.Context, r *secretmanagerpb.AccessSecretVersionRequest) (*secretmanagerpb.AccessSecretVersionResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	e.authorization = append(e.authorization, md.Get("authorization")...)
	return &secretmanagerpb.AccessSecretVersionResponse{Name: r.GetName(), Payload: &secretmanagerpb.SecretPayload{Data: []byte("emulated " + r.GetName())}}, nil
}

func (e *emulator) ListSecrets(context.Context, *secretmanagerpb.ListSecretsRequest) (*secretmanagerpb.ListSecretsResponse, error) {
	return &secretmanagerpb.ListSecretsResponse{}, nil
}

// ServeHTTP is the REST face of AccessSecretVersion.
func (e *emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.authorization = append(e.authorization, r.Header.Values("Authorization")...)
	name := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/v1/"), ":access")
	data := base64.StdEncoding.EncodeToString([]byte("emulated " + name))
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"name": %q, "payload": {"data": %q}}`, name, data)
}

// TestEmulator: an emulator on this machine is read without any sign-in, over
// gRPC and REST, and gets no token, whatever the machine is signed in as.
func TestEmulator(t *testing.T) {
	t.Parallel()
	e := &emulator{}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	secretmanagerpb.RegisterSecretManagerServiceServer(server, e)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	rest := httptest.NewServer(e)
	t.Cleanup(rest.Close)
	for transport, endpoint := range map[string]string{"grpc": "http://" + listener.Addr().String(), "rest": rest.URL} {
		provider := gcp.New(gcp.Options{})
		credential := providertest.Credential(credentials.Profile{Name: "emulated", Provider: secret.GCP, Auth: "emulator",
			Fields: map[string]string{"endpoint": endpoint, "transport": transport, "project": "my-project"}}, nil)
		payload, err := provider.Get(t.Context(), credential, ref(t, "secret=stripe"))
		if err != nil {
			t.Fatalf("%s: %v", transport, err)
		}
		if got := string(payload.Value.Reveal()); got != "emulated projects/my-project/secrets/stripe/versions/latest" {
			t.Errorf("%s: got %q", transport, got)
		}
	}
	if len(e.authorization) > 0 {
		t.Errorf("calls carried %q", e.authorization)
	}
}

// TestEmulatorIsDown: whoever forgot to start it is not sent to the network.
func TestEmulatorIsDown(t *testing.T) {
	t.Parallel()
	endpoint := "http://" + testtools.ClosedAddress(t)
	for _, transport := range []string{"grpc", "rest"} {
		credential := providertest.Credential(credentials.Profile{Name: "emulated", Provider: secret.GCP, Auth: "emulator",
			Fields: map[string]string{"endpoint": endpoint, "transport": transport, "project": "my-project"}}, nil)
		_, err := gcp.New(gcp.Options{}).Get(t.Context(), credential, ref(t, "secret=stripe"))
		var told *providers.Error
		if !errors.As(err, &told) || !strings.Contains(told.Hint, "that the emulator or tunnel runs") {
			t.Errorf("%s: %v", transport, err)
		}
	}
}

// TestEmulatorIsHere: who signs in nowhere reads nothing from another machine.
func TestEmulatorIsHere(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "https://secretmanager.googleapis.com", "https://evil.example.com"} {
		credential := providertest.Credential(credentials.Profile{Name: "emulated", Provider: secret.GCP, Auth: "emulator",
			Fields: map[string]string{"endpoint": endpoint, "project": "my-project"}}, nil)
		_, err := gcp.New(gcp.Options{}).Get(t.Context(), credential, ref(t, "secret=stripe"))
		if err == nil || !strings.Contains(err.Error(), "endpoint") {
			t.Errorf("endpoint %q: %v", endpoint, err)
		}
	}
}
