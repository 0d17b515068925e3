package gcp_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"grpc", "rest"} {
		for name, region := range map[string]string{"global": "", "regional": "europe-west3"} {
			t.Run(transport+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := gcpfake.Start(t)
				server.OnCall(throttle)
				providertest.Run(t, func(t *testing.T) providertest.Harness {
					return newHarness(t, server, transport, region)
				})
			})
		}
	}
}

// The same with the other ways to sign in.
func TestConformanceOfMethods(t *testing.T) {
	t.Parallel()
	methods := map[string]func(*providertest.Harness, fields){
		"impersonate": func(h *providertest.Harness, plain fields) {
			key := h.Credential
			h.Credential = impersonating(plain, &key)
		},
		"workload-identity": func(h *providertest.Harness, plain fields) {
			file := federation(map[string]any{"credential_source": map[string]any{"file": writeFile(t, "subject-1")}})
			h.Credential = withMaterial("workload-identity", mustRead(t, writeFile(t, file)), plain)
		},
	}
	for name, use := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := gcpfake.Start(t)
			server.OnCall(throttle)
			server.AllowActAs(reader, target)
			server.Subject("subject-1", developer)
			providertest.Run(t, func(t *testing.T) providertest.Harness {
				h := newHarness(t, server, "grpc", "")
				use(&h, h.Credential.Profile.Fields)
				return h
			})
		})
	}
}

// Accounts with a particular fate.
const (
	throttled = "throttled@my-project.iam.gserviceaccount.com"
	poor      = "poor@my-project.iam.gserviceaccount.com"
	wait      = 17 * time.Second
)

// throttle answers as https://google.aip.dev/194 and error_details.proto say.
func throttle(_ context.Context, call gcpfake.Call) error {
	if call.Principal != throttled {
		return nil
	}
	answer, err := status.New(codes.ResourceExhausted, "Quota exceeded for quota metric 'Access requests'.").
		WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(wait)})
	if err != nil {
		return err
	}
	return answer.Err()
}

// projects keeps the harnesses of one server apart.
var projects atomic.Int64

func newHarness(t *testing.T, server *gcpfake.Server, transport, region string) providertest.Harness {
	id := fmt.Sprintf("conformance-%d", projects.Add(1))
	server.Project(id, fmt.Sprint(900000000000+projects.Load()))
	parent := "projects/" + id
	if region != "" {
		parent += "/locations/" + region
	}
	server.Deny(poor, "secretmanager.versions.access")
	env := environment{}
	plain := func(more ...string) fields {
		all := fields{"project": id, "transport": transport}
		for i := 0; i < len(more); i += 2 {
			all[more[i]] = more[i+1]
		}
		return all
	}
	refTo := func(t *testing.T, name string, more ...string) secret.Ref {
		pairs := append([]string{"secret=" + name}, more...)
		if region != "" {
			pairs = append(pairs, "location="+region)
		}
		return ref(t, pairs...)
	}
	return providertest.Harness{
		Provider:   newProvider(t, server, func(o *gcp.Options) { o.LookupEnv = env.lookup }),
		Credential: withKey(server, reader, plain()),
		Put:        func(_ *testing.T, name, text string) { server.Put(parent, name, []byte(text)) },
		PutBinary:  func(_ *testing.T, name string, data []byte) { server.Put(parent, name, data) },
		Ref:        func(t *testing.T, name string) secret.Ref { return refTo(t, name) },
		RefJSON:    func(t *testing.T, name, key string) secret.Ref { return refTo(t, name, "key="+key) },
		Text:       func(_ *testing.T, payload providers.Payload) string { return string(payload.Value.Reveal()) },
		ListField:  "secret",
		Names:      []string{"with-dash_and_UPPER", "0digit", "-", "_", "latest", "versions"},
		MaxText:    64 << 10,
		// https://cloud.google.com/secret-manager/quotas: 64 KiB; the service
		// refuses an empty payload.
		NoEmpty: true,
		Page:    gcpfake.Page,
		Refused: func(t *testing.T) (providers.Credential, []string) {
			key := gcpfake.Start(t).Key(reader, nil) // of another key pair
			return withMaterial("service-account", key, plain()), []string{"PRIVATE KEY"}
		},
		Denied: func(*testing.T, string) providers.Credential { return withKey(server, poor, plain()) },
		Expired: func(t *testing.T) (providers.Credential, []string) {
			server.EndRefresh("refresh-token-55", "")
			env["GOOGLE_APPLICATION_CREDENTIALS"] = writeFile(t, userFile("refresh-token-55", nil))
			return plainCredential("default", plain()), []string{"refresh-token-55", "client-secret-77"}
		},
		ExpiredKind: providers.Unauthenticated,
		Throttled: func(*testing.T) (providers.Credential, time.Duration) {
			return withKey(server, throttled, plain()), wait
		},
		Silent: func(t *testing.T) providers.Credential {
			return withKey(server, reader, plain("endpoint", "https://"+testtools.SilentAddress(t)))
		},
		Version: func(t *testing.T, name string, n int) secret.Ref { return refTo(t, name, fmt.Sprintf("version=%d", n)) },
		Delete:  func(_ *testing.T, name string) { server.Delete(parent, name) },
		// A deleted secret leaves nothing behind.
		DeletedKind: providers.NotFound,
	}
}
