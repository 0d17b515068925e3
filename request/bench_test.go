package request_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// BenchmarkSend sends a request with a secret to a server on this machine, from
// the tree to the masked response, in turn with the same request by net/http
// alone, and reports what all of it adds.
func BenchmarkSend(b *testing.B) {
	page := strings.Repeat(`{"id": 4711, "name": "somebody", "note": "nothing to hide here"}`+"\n", 64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, page)
	}))
	b.Cleanup(server.Close)
	sender, masks := benchSender(b)
	file := parser.Parse("GET " + server.URL + "/things\nAuthorization: Bearer " + tokenRef + "\nAccept: text/plain\n")
	scope := env.NewScope(file, nil, "", nil)
	call := request.Call{Workspace: b.TempDir(), AllowOrigins: []string{server.URL}}
	send := func() {
		plan, problems := request.Build(file, file.Blocks[0].Request, scope, request.Sources{Dir: call.Workspace})
		if plan == nil {
			b.Fatal(problems)
		}
		if response, err := sender.Send(b.Context(), plan, call); err != nil || response.Status != http.StatusOK {
			b.Fatal(response, err)
		}
	}
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	send()
	var ours, plain []time.Duration
	for b.Loop() {
		start := time.Now()
		plainly(b, client, server.URL+"/things")
		plain = append(plain, time.Since(start))
		start = time.Now()
		send()
		ours = append(ours, time.Since(start))
	}
	if masks.Len() == 0 {
		b.Fatal("no value is masked")
	}
	b.ReportMetric(median(ours).Seconds()*1e6, "us-p50")
	b.ReportMetric(median(plain).Seconds()*1e6, "us-net/http-p50")
	b.ReportMetric(float64(median(ours))/float64(median(plain)), "x-net/http")
}

func plainly(b *testing.B, client *http.Client, url string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+tokenValue)
	response, err := client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := io.ReadAll(response.Body); err != nil {
		b.Fatal(err)
	}
	_ = response.Body.Close()
}

func benchSender(b *testing.B) (*request.Sender, *redact.Set) {
	b.Helper()
	masks := redact.NewSet()
	resolve := func(_ context.Context, refs []secret.Ref) []request.Secret {
		out := make([]request.Secret, len(refs))
		for i, ref := range refs {
			masks.Add([]byte(tokenValue))
			out[i] = request.Secret{Ref: ref, Value: secret.NewValue([]byte(tokenValue)), Hit: true}
		}
		return out
	}
	sender := request.NewSender(request.Options{
		Resolve: resolve, Refetch: resolve, Redact: masks,
		Credential:  func(secret.Ref) (string, error) { return "", nil },
		Permissions: permission.Open(filepath.Join(b.TempDir(), "permissions.json")),
		StateDir:    b.TempDir(), UserAgent: "vault-lsp/bench",
	})
	b.Cleanup(sender.Close)
	return sender, masks
}

func median(took []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(took))[len(took)/2]
}
