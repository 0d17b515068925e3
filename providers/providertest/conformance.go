package providertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// A text that shows up nowhere by accident, and what is hard to carry.
const (
	marker   = "conformance-value-7f3a91"
	awkward  = marker + " \u00e4\u00f6 \u65e5\u672c \U0001f511 \"quoted\" \\ </b>&\u2028\n\ttail "
	maxValue = 64 << 10
)

// Run runs the suite. newHarness is called for each test, so that none depends
// on another.
func Run(t *testing.T, newHarness func(t *testing.T) Harness) {
	t.Helper()
	tests := []struct {
		name string
		run  func(*testing.T, Harness)
	}{
		{"Name", testName},
		{"Found", testFound},
		{"Replaced", testReplaced},
		{"AwkwardText", testAwkwardText},
		{"AwkwardName", testAwkwardName},
		{"LargeText", testLargeText},
		{"NotFound", testNotFound},
		{"WrongKey", testWrongKey},
		{"Deleted", testDeleted},
		{"Versions", testVersions},
		{"List", testList},
		{"ListUnknownField", testListUnknownField},
		{"Check", testCheck},
		{"Refused", testRefused},
		{"Denied", testDenied},
		{"CancelledBefore", testCancelledBefore},
		{"CancelledMeanwhile", testCancelledMeanwhile},
		{"Timeout", testTimeout},
		{"Concurrent", testConcurrent},
		{"AfterReset", testAfterReset},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, newHarness(t)) })
	}
}

// get reads what was put under a name.
func get(t *testing.T, h Harness, name string) string {
	t.Helper()
	payload, err := h.Provider.Get(t.Context(), h.Credential, h.Ref(t, name))
	if err != nil {
		t.Fatalf("get %q: %v", name, err)
	}
	return h.Text(t, payload)
}

func wantText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %d bytes, want %d:\n%.200q\n%.200q", len(got), len(want), got, want)
	}
}

func testName(t *testing.T, h Harness) {
	if _, ok := secret.Lookup(h.Provider.Name()); !ok {
		t.Errorf("%q is not in the table of providers", h.Provider.Name())
	}
}

func testFound(t *testing.T, h Harness) {
	h.Put(t, "found", marker)
	wantText(t, get(t, h, "found"), marker)
}

func testReplaced(t *testing.T, h Harness) {
	h.Put(t, "replaced", "first")
	wantText(t, get(t, h, "replaced"), "first")
	h.Put(t, "replaced", "second")
	wantText(t, get(t, h, "replaced"), "second")
}

func testAwkwardText(t *testing.T, h Harness) {
	h.Put(t, "awkward", awkward)
	wantText(t, get(t, h, "awkward"), awkward)
	h.Put(t, "empty", "")
	wantText(t, get(t, h, "empty"), "")
}

func testAwkwardName(t *testing.T, h Harness) {
	for _, name := range []string{"caf\u00e9 \u65e5\u672c", "two words", "dash-and_under.dot", "100%25"} {
		h.Put(t, name, marker+name)
		wantText(t, get(t, h, name), marker+name)
	}
}

func testLargeText(t *testing.T, h Harness) {
	large := strings.Repeat("0123456789abcdef", maxValue/16)
	h.Put(t, "large", large)
	wantText(t, get(t, h, "large"), large)
}

func testNotFound(t *testing.T, h Harness) {
	h.Put(t, "other", marker)
	_, err := h.Provider.Get(t.Context(), h.Credential, h.Ref(t, "missing"))
	WantError(t, err, providers.NotFound, marker)
}

func testWrongKey(t *testing.T, h Harness) {
	h.Put(t, "keyed", `{"present": "`+marker+`"}`)
	ref := h.Ref(t, "keyed")
	fields := slices.DeleteFunc(ref.Fields(), func(f secret.FieldValue) bool { return f.Name == "key" })
	ref = MustRef(t, ref.Provider(), append(fields, secret.FieldValue{Name: "key", Value: "absent"})...)
	payload, err := h.Provider.Get(t.Context(), h.Credential, ref)
	if err != nil {
		t.Fatalf("get with a key that does not exist: %v; picking the key is not the provider's work", err)
	}
	_, err = providers.Extract(payload, ref)
	WantError(t, err, providers.KeyNotFound, marker)
}

func testDeleted(t *testing.T, h Harness) {
	if h.Delete == nil {
		t.Skip("left out: the vault deletes nothing")
	}
	h.Put(t, "deleted", marker)
	h.Delete(t, "deleted")
	_, err := h.Provider.Get(t.Context(), h.Credential, h.Ref(t, "deleted"))
	WantError(t, err, h.DeletedKind, marker)
}

func testVersions(t *testing.T, h Harness) {
	if h.Version == nil {
		t.Skip("left out: the vault keeps no versions")
	}
	for _, text := range []string{"one", "two", "three"} {
		h.Put(t, "versions", text)
	}
	wantText(t, get(t, h, "versions"), "three")
	seen := map[string]bool{}
	for i, want := range []string{"one", "two", "three"} {
		payload, err := h.Provider.Get(t.Context(), h.Credential, h.Version(t, "versions", i+1))
		if err != nil {
			t.Fatalf("get version %d: %v", i+1, err)
		}
		wantText(t, h.Text(t, payload), want)
		if payload.Version == "" || seen[payload.Version] {
			t.Errorf("version %d says it is %q", i+1, payload.Version)
		}
		seen[payload.Version] = true
	}
	_, err := h.Provider.Get(t.Context(), h.Credential, h.Version(t, "versions", 99))
	WantError(t, err, providers.NotFound)
}

func testList(t *testing.T, h Harness) {
	for _, name := range []string{"alpha", "alpine", "beta"} {
		h.Put(t, name, marker)
	}
	// The items are values of the field, so the names are compared as the
	// references to them have it.
	want := func(names ...string) []string {
		var values []string
		for _, name := range names {
			values = append(values, h.Ref(t, name).Get(h.ListField))
		}
		return values
	}
	ref := h.Ref(t, "alpha")
	known := map[string]string{}
	for _, field := range ref.Fields() {
		if field.Name != h.ListField {
			known[field.Name] = field.Value
		}
	}
	tests := []struct {
		prefix      string
		in, notInIt []string
	}{
		{strings.TrimSuffix(ref.Get(h.ListField), "alpha"), want("alpha", "alpine", "beta"), want("missing")},
		{strings.TrimSuffix(ref.Get(h.ListField), "ha"), want("alpha", "alpine"), want("beta")},
		{ref.Get(h.ListField) + "zzz", nil, want("alpha", "alpine", "beta")},
	}
	for _, test := range tests {
		items, err := h.Provider.List(t.Context(), h.Credential,
			providers.Query{Field: h.ListField, Known: known, Prefix: test.prefix})
		if err != nil {
			t.Fatalf("list %q: %v", test.prefix, err)
		}
		var got []string
		for _, item := range items {
			got = append(got, item.Value)
			WantNo(t, item.Value+" "+item.Detail, marker)
		}
		for _, value := range test.in {
			if !slices.Contains(got, value) {
				t.Errorf("list %q: no %q in %q", test.prefix, value, got)
			}
		}
		for _, value := range test.notInIt {
			if slices.Contains(got, value) {
				t.Errorf("list %q: %q in %q", test.prefix, value, got)
			}
		}
	}
}

func testListUnknownField(t *testing.T, h Harness) {
	items, err := h.Provider.List(t.Context(), h.Credential, providers.Query{Field: "decode"})
	if len(items) > 0 || err != nil {
		t.Errorf("list of a field that no vault knows: %v, %v; want nothing", items, err)
	}
}

func testCheck(t *testing.T, h Harness) {
	h.Put(t, "checked", marker)
	identity, err := h.Provider.Check(t.Context(), h.Credential)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	if identity.Name == "" {
		t.Error("the identity has no name")
	}
}

func testRefused(t *testing.T, h Harness) {
	h.Put(t, "refused", marker)
	credential, secrets := h.Refused(t)
	secrets = append(secrets, marker)
	kind := h.Refusal
	if kind == "" {
		kind = providers.Unauthenticated
	}
	_, err := h.Provider.Get(t.Context(), credential, h.Ref(t, "refused"))
	WantError(t, err, kind, secrets...)
	_, err = h.Provider.Check(t.Context(), credential)
	WantError(t, err, kind, secrets...)
	// The refusal of one credential does not touch another.
	wantText(t, get(t, h, "refused"), marker)
}

func testDenied(t *testing.T, h Harness) {
	if h.Denied == nil {
		t.Skip("left out: the vault has no rights to deny")
	}
	h.Put(t, "denied", marker)
	_, err := h.Provider.Get(t.Context(), h.Denied(t, "denied"), h.Ref(t, "denied"))
	WantError(t, err, providers.Denied, marker)
}

func testCancelledBefore(t *testing.T, h Harness) {
	h.Put(t, "cancelled", marker)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Provider.Get(ctx, h.Credential, h.Ref(t, "cancelled")); !errors.Is(err, context.Canceled) {
		t.Errorf("get after cancel: %v, want context.Canceled", err)
	}
	// The cancel of one caller leaves nothing behind for the next.
	wantText(t, get(t, h, "cancelled"), marker)
}

func testCancelledMeanwhile(t *testing.T, h Harness) {
	if h.Silent == nil {
		t.Skip("left out: the vault is not remote")
	}
	credential := h.Silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := h.Provider.Get(ctx, credential, h.Ref(t, "silent"))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("get cancelled meanwhile: %v, want context.Canceled", err)
	}
}

func testTimeout(t *testing.T, h Harness) {
	if h.Silent == nil {
		t.Skip("left out: the vault is not remote")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := h.Provider.Get(ctx, h.Silent(t), h.Ref(t, "silent"))
	WantError(t, err, providers.Timeout)
}

func testConcurrent(t *testing.T, h Harness) {
	h.Put(t, "shared", marker)
	ref := h.Ref(t, "shared")
	payloads := make([]providers.Payload, 24)
	errs := make([]error, len(payloads))
	var group sync.WaitGroup
	for i := range payloads {
		group.Go(func() { payloads[i], errs[i] = h.Provider.Get(t.Context(), h.Credential, ref) })
	}
	group.Wait()
	for i, payload := range payloads {
		if errs[i] != nil {
			t.Fatalf("get by several callers: %v", errs[i])
		}
		wantText(t, h.Text(t, payload), marker)
		// The next payload must not suffer from this.
		payload.Value.Wipe()
	}
	wantText(t, get(t, h, "shared"), marker)
}

func testAfterReset(t *testing.T, h Harness) {
	h.Put(t, "reset", marker)
	wantText(t, get(t, h, "reset"), marker)
	resetter, ok := h.Provider.(providers.Resetter)
	if !ok {
		t.Skip("left out: the provider keeps no logins")
	}
	resetter.ResetLogins(t.Context(), matchAll)
	wantText(t, get(t, h, "reset"), marker)
	if again := resetter.ResetLogins(t.Context(), matchNone); again != 0 {
		t.Errorf("a reset that matches no profile dropped %d logins", again)
	}
}
