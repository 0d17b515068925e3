package aws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/secret"
)

// resolver is a Resolver over $aws with one profile of keys at an endpoint.
func resolver(t testing.TB, endpoint string, key testtools.MotoKey) *providers.Resolver {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "config.json")
	config := fmt.Sprintf(`{"credentials": {"prod": {"provider": "aws", "auth": "keys", "accessKeyId": %q,
		"secretAccessKey": {"file": %q}, "region": %q, "endpoint": %q}}}`,
		key.AccessKeyID, filepath.Join(folder, "key"), region, endpoint)
	for name, content := range map[string]string{path: config, filepath.Join(folder, "key"): key.SecretAccessKey} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := credentials.Open(path, credentials.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := providers.NewResolver(providers.Options{Providers: []providers.Provider{aws.New(aws.Options{})}, Store: store, CacheTTL: time.Hour})
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	return r
}

// batchFake is a Secrets Manager with any number of secrets, whose values are
// "value of NAME". It counts its calls.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html
type batchFake struct {
	refuse func(ids []string) (code string) // of the whole batch
	except func(id string) (code string)    // of one secret in it
	delay  time.Duration
	began  chan struct{} // gets one item a call, if there is room

	mu      sync.Mutex
	batches [][]string
	singles []string
	running int
	most    int
}

func (f *batchFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.running++
	f.most = max(f.most, f.running)
	f.mu.Unlock()
	select {
	case f.began <- struct{}{}:
	default:
	}
	if f.delay > 0 {
		timer := time.NewTimer(f.delay)
		defer timer.Stop()
		<-timer.C
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() { f.running-- }()
	var in struct {
		SecretId     string
		SecretIdList []string
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	fail := func(code string) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"Message":"no"}`, code)
	}
	if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".GetSecretValue") {
		f.singles = append(f.singles, in.SecretId)
		if f.except != nil && f.except(in.SecretId) != "" {
			fail(f.except(in.SecretId))
			return
		}
		_ = json.NewEncoder(w).Encode(f.secret(in.SecretId))
		return
	}
	f.batches = append(f.batches, in.SecretIdList)
	if f.refuse != nil && f.refuse(in.SecretIdList) != "" {
		fail(f.refuse(in.SecretIdList))
		return
	}
	var out struct{ SecretValues, Errors []any }
	for _, id := range in.SecretIdList {
		if f.except != nil && f.except(id) != "" {
			out.Errors = append(out.Errors, map[string]string{"SecretId": id, "ErrorCode": f.except(id), "Message": "no"})
			continue
		}
		out.SecretValues = append(out.SecretValues, f.secret(id))
	}
	slices.Reverse(out.SecretValues) // in no order that could be relied on
	_ = json.NewEncoder(w).Encode(out)
}

func (f *batchFake) secret(id string) map[string]any {
	name, arn := id, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"+id+"-AbCdEf"
	if rest, ok := strings.CutPrefix(id, "arn:aws:secretsmanager:eu-west-1:123456789012:secret:"); ok {
		name, arn = strings.TrimSuffix(rest, "-AbCdEf"), strings.TrimSuffix(id, "-AbCdEf")+"-AbCdEf"
	}
	return map[string]any{
		"Name": name, "ARN": arn, "VersionId": "11111111-1111-1111-1111-111111111111",
		"VersionStages": []string{"AWSCURRENT"}, "SecretString": "value of " + name,
	}
}

func (f *batchFake) counts() (batches, singles int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.batches), len(f.singles)
}

// many are references to that many secrets.
func many(t testing.TB, n int) []secret.Ref {
	t.Helper()
	refs := make([]secret.Ref, n)
	for i := range refs {
		refs[i] = ref(t, fmt.Sprintf("secret=s%02d", i))
	}
	return refs
}

// wantValues fails the test unless each reference has the value of its secret.
func wantValues(t testing.TB, resolved []providers.Resolved) {
	t.Helper()
	for _, r := range resolved {
		if want := "value of " + r.Ref.Get("secret"); r.Err != nil || string(r.Value.Reveal()) != want {
			t.Errorf("%s: %q, %v", r.Ref.Get("secret"), r.Value.Reveal(), r.Err)
		}
	}
}

// Fifty secrets are three calls, and those go out at the same time.
func TestFiftySecretsAreThreeCalls(t *testing.T) {
	t.Parallel()
	fake := &batchFake{delay: 20 * time.Millisecond}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := resolver(t, server.URL, someKey())
	wantValues(t, r.Resolve(t.Context(), many(t, 50)))
	if batches, singles := fake.counts(); batches != 3 || singles != 0 {
		t.Errorf("%d batches and %d single calls", batches, singles)
	}
	if fake.most != 3 {
		t.Errorf("at most %d calls at the same time", fake.most)
	}
	// What is cached is not asked for again, and one that is new goes alone.
	wantValues(t, r.Resolve(t.Context(), many(t, 51)))
	if batches, singles := fake.counts(); batches != 3 || singles != 1 {
		t.Errorf("then %d batches and %d single calls", batches, singles)
	}
}

// Moto knows the call too.
func TestBatchOverMoto(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	client := clientOf(server.Endpoint, server.Admin, region)
	for i := range 25 {
		put(t, client, fmt.Sprintf("s%02d", i), fmt.Sprintf("value of s%02d", i))
	}
	wantValues(t, resolver(t, server.Endpoint, server.Admin).Resolve(t.Context(), many(t, 25)))
	// BatchGetSecretValue needs a permission of its own.
	single := server.User("single", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"*"}]}`)
	wantValues(t, resolver(t, server.Endpoint, single).Resolve(t.Context(), many(t, 25)))
}

// Only current versions in one region go into a batch; the others are asked
// for alone, at the same time.
func TestBatchTakesCurrentVersionsOnly(t *testing.T) {
	t.Parallel()
	fake := &batchFake{}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	refs := []secret.Ref{
		ref(t, "secret=a"), ref(t, "secret=b", "stage=AWSCURRENT"), ref(t, "secret=c", "stage=AWSPREVIOUS"),
		ref(t, "secret=d", "version=11111111-1111-1111-1111-111111111111"), ref(t, "secret=e", "region=us-west-2"),
		ref(t, "secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:f-AbCdEf"),
		ref(t, "secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:g"),
	}
	for _, got := range resolver(t, server.URL, someKey()).Resolve(t.Context(), refs) {
		if got.Err != nil || !strings.HasPrefix(string(got.Value.Reveal()), "value of ") {
			t.Errorf("%s: %v", got.Ref, got.Err)
		}
	}
	want := [][]string{{"a", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:f-AbCdEf", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:g", "b"}}
	if diff := cmp.Diff(want, fake.batches); diff != "" {
		t.Errorf("batches (-want +got):\n%s", diff)
	}
	slices.Sort(fake.singles)
	if diff := cmp.Diff([]string{"c", "d", "e"}, fake.singles); diff != "" {
		t.Errorf("single calls (-want +got):\n%s", diff)
	}
}

// Who may not fetch several fetches one by one, and is not asked to try again.
func TestBatchDenied(t *testing.T) {
	t.Parallel()
	fake := &batchFake{refuse: func([]string) string { return "AccessDeniedException" }}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := resolver(t, server.URL, someKey())
	wantValues(t, r.Resolve(t.Context(), many(t, 5)))
	if batches, singles := fake.counts(); batches != 1 || singles != 5 {
		t.Errorf("%d batches and %d single calls", batches, singles)
	}
	wantValues(t, r.Resolve(t.Context(), many(t, 9)))
	if batches, singles := fake.counts(); batches != 1 || singles != 9 {
		t.Errorf("then %d batches and %d single calls", batches, singles)
	}
}

// One secret's error is its own.
func TestBatchErrorsOfSingleSecrets(t *testing.T) {
	t.Parallel()
	fake := &batchFake{except: func(id string) string {
		return map[string]string{"s01": "ResourceNotFoundException", "s03": "AccessDeniedException", "s04": "DecryptionFailure"}[id]
	}}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	resolved := resolver(t, server.URL, someKey()).Resolve(t.Context(), many(t, 6))
	for i, kind := range map[int]providers.Kind{1: providers.NotFound, 3: providers.Denied, 4: providers.Denied} {
		var told *providers.Error
		if e, ok := resolved[i].Err.(*providers.Error); ok {
			told = e
		}
		if told == nil || told.Kind != kind {
			t.Errorf("s%02d: %v, want %s", i, resolved[i].Err, kind)
		}
	}
	wantValues(t, []providers.Resolved{resolved[0], resolved[2], resolved[5]})
}

// A throttled batch is not turned into twenty calls.
func TestBatchThrottled(t *testing.T) {
	t.Parallel()
	fake := &batchFake{refuse: func([]string) string { return "ThrottlingException" }}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	for _, got := range resolver(t, server.URL, someKey()).Resolve(t.Context(), many(t, 20)) {
		if told, ok := got.Err.(*providers.Error); !ok || told.Kind != providers.Throttled {
			t.Errorf("%v", got.Err)
		}
	}
	if batches, singles := fake.counts(); batches != 3 || singles != 0 {
		t.Errorf("%d batches and %d single calls; want 3 tries of one", batches, singles)
	}
}

// Callers that want the same secrets in another order wait for one another's
// fetches and not for one another.
func TestBatchesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	fake := &batchFake{delay: time.Millisecond}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	r := resolver(t, server.URL, someKey())
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			refs := many(t, 30)
			if i%2 == 1 {
				slices.Reverse(refs)
			}
			wantValues(t, r.Resolve(t.Context(), refs[i:]))
		})
	}
	group.Wait()
}

// One of the callers gives up; the others get their secrets.
func TestBatchOutlivesTheCallerThatBeganIt(t *testing.T) {
	t.Parallel()
	fake := &batchFake{delay: 100 * time.Millisecond, began: make(chan struct{}, 1)}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	p, credential := aws.New(aws.Options{}), withKeys(server.URL, someKey(), nil)
	refs := many(t, 2)
	together, end := providers.NewTogether(refs)
	defer end()
	ctx := providers.WithTogether(t.Context(), together)
	first, cancel := context.WithCancel(ctx)
	gone := make(chan error, 1)
	go func() {
		_, err := p.Get(first, credential, refs[0])
		gone <- err
	}()
	result := make(chan providers.Payload, 1)
	go func() {
		payload, err := p.Get(ctx, credential, refs[1])
		if err != nil {
			t.Error(err)
		}
		result <- payload
	}()
	<-fake.began
	cancel()
	if err := <-gone; err != context.Canceled {
		t.Errorf("the caller that gave up: %v", err)
	}
	if got := <-result; string(got.Value.Reveal()) != "value of s01" {
		t.Errorf("got %q", got.Value.Reveal())
	}
}

// Fifty references with an answer after 100 ms.
func BenchmarkFiftyReferences(b *testing.B) {
	fake := &batchFake{delay: 100 * time.Millisecond}
	server := httptest.NewServer(fake)
	b.Cleanup(server.Close)
	refs := many(b, 50)
	r := resolver(b, server.URL, someKey())
	for b.Loop() {
		for _, got := range r.Refetch(b.Context(), refs) {
			if got.Err != nil {
				b.Fatal(got.Err)
			}
		}
	}
}

// The same where the identity may not fetch several in one call.
func BenchmarkFiftyReferencesOneByOne(b *testing.B) {
	fake := &batchFake{delay: 100 * time.Millisecond, refuse: func([]string) string { return "AccessDeniedException" }}
	server := httptest.NewServer(fake)
	b.Cleanup(server.Close)
	refs := many(b, 50)
	r := resolver(b, server.URL, someKey())
	r.Resolve(b.Context(), refs) // learns that it may not
	for b.Loop() {
		for _, got := range r.Refetch(b.Context(), refs) {
			if got.Err != nil {
				b.Fatal(got.Err)
			}
		}
	}
}
