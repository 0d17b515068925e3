package ssm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/ssm"
	"github.com/vault-lsp/vault-lsp/secret"
)

// batchFake is a Parameter Store whose parameters hold their own selectors. It
// counts its calls.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html
type batchFake struct {
	denied bool // of GetParameters

	mu               sync.Mutex
	batches, singles int
}

func (f *batchFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var in struct {
		Name  string
		Names []string
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	parameter := func(selector string) map[string]any {
		name, version, ok := strings.Cut(selector, ":")
		p := map[string]any{"Name": name, "ARN": "arn:aws:ssm:eu-west-1:123456789012:parameter" + name, "Value": "value of " + selector, "Version": 3}
		if ok {
			p["Selector"] = ":" + version
		}
		return p
	}
	if in.Names == nil {
		f.singles++
		_ = json.NewEncoder(w).Encode(map[string]any{"Parameter": parameter(in.Name)})
		return
	}
	f.batches++
	if f.denied {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"AccessDeniedException","message":"no"}`))
		return
	}
	var out struct {
		Parameters        []any
		InvalidParameters []string
	}
	for _, name := range in.Names {
		if strings.HasSuffix(name, "-invalid") {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, parameter(name))
	}
	_ = json.NewEncoder(w).Encode(out)
}

// together fetches references as one Resolve does.
func together(t *testing.T, p *ssm.Provider, credential providers.Credential, refs []secret.Ref) {
	t.Helper()
	set, end := providers.NewTogether(refs)
	defer end()
	var group sync.WaitGroup
	for _, r := range refs {
		group.Go(func() {
			payload, err := p.Get(providers.WithTogether(t.Context(), set), credential, r)
			want := "value of " + r.Get("name")
			if version := r.Get("version"); version != "" {
				want += ":" + version
			}
			if err != nil || string(payload.Value.Reveal()) != want {
				t.Errorf("%s: got %q, %v", r, payload.Value.Reveal(), err)
			}
		})
	}
	group.Wait()
}

// Parameters that are asked for together come ten in a call; what an answer
// lacks is asked for alone.
func TestBatch(t *testing.T) {
	t.Parallel()
	refs := []secret.Ref{ref(t, "name=/p/other", "version=2"), ref(t, "name=/p/label", "version=old"), ref(t, "name=/p/x-invalid")}
	for i := range 22 {
		refs = append(refs, ref(t, fmt.Sprintf("name=/p/%02d", i)))
	}
	for name, test := range map[string]struct {
		denied           bool
		batches, singles int
	}{
		"allowed": {false, 3, 1},
		"denied":  {true, 3, 25},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &batchFake{denied: test.denied}
			server := httptest.NewServer(fake)
			t.Cleanup(server.Close)
			p, credential := ssm.New(ssm.Options{}), withKeys(server.URL, someKey())
			together(t, p, credential, refs)
			if fake.batches > test.batches || !test.denied && fake.batches < test.batches || fake.singles != test.singles {
				t.Errorf("%d batches and %d single calls", fake.batches, fake.singles)
			}
			before := fake.batches
			together(t, p, credential, refs)
			if again := fake.batches - before; test.denied && again != 0 {
				t.Errorf("%d batches after the denial", again)
			}
		})
	}
}

// Moto knows the call too.
func TestBatchOverMoto(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	h := newHarness(t, server, testtools.MotoKey{})
	p := ssm.New(ssm.Options{})
	var refs []secret.Ref
	for i := range 12 {
		h.Put(t, fmt.Sprint(i), "value of "+h.Ref(t, fmt.Sprint(i)).Get("name"))
		refs = append(refs, h.Ref(t, fmt.Sprint(i)))
	}
	together(t, p, withKeys(server.Endpoint, server.Admin), refs)
}

// A caller that gives up is told so.
func TestBatchCancelled(t *testing.T) {
	t.Parallel()
	refs := []secret.Ref{ref(t, "name=/p/1"), ref(t, "name=/p/2")}
	set, end := providers.NewTogether(refs)
	defer end()
	ctx, cancel := context.WithTimeout(providers.WithTogether(t.Context(), set), 20*time.Millisecond)
	defer cancel()
	_, err := ssm.New(ssm.Options{}).Get(ctx, withKeys("http://"+testtools.SilentAddress(t), someKey()), refs[0])
	if told, ok := err.(*providers.Error); !ok || told.Kind != providers.Timeout {
		t.Errorf("got %v", err)
	}
}
