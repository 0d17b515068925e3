package providertest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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
		{"Binary", testBinary},
		{"WrongJSON", testWrongJSON},
		{"NotFound", testNotFound},
		{"WrongKey", testWrongKey},
		{"Deleted", testDeleted},
		{"Versions", testVersions},
		{"List", testList},
		{"ListPaging", testListPaging},
		{"ListUnknownField", testListUnknownField},
		{"Check", testCheck},
		{"Refused", testRefused},
		{"Denied", testDenied},
		{"Expired", testExpired},
		{"Throttled", testThrottled},
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
	if h.NoEmpty {
		return
	}
	h.Put(t, "empty", "")
	wantText(t, get(t, h, "empty"), "")
}

func testAwkwardName(t *testing.T, h Harness) {
	names := h.Names
	if names == nil {
		names = []string{"caf\u00e9 \u65e5\u672c", "two words", "dash-and_under.dot", "100%25"}
	}
	for _, name := range names {
		h.Put(t, name, marker+name)
		wantText(t, get(t, h, name), marker+name)
	}
}

func testLargeText(t *testing.T, h Harness) {
	large := strings.Repeat("0123456789abcdef", cmp.Or(h.MaxText, maxValue)/16)
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
	ref := h.keyed(t, "keyed", "absent")
	payload, err := h.Provider.Get(t.Context(), h.Credential, ref)
	if err != nil {
		t.Fatalf("get with a key that does not exist: %v; picking the key is not the provider's work", err)
	}
	_, err = providers.Extract(payload, ref)
	WantError(t, err, providers.KeyNotFound, marker)
}

// keyed is the reference to a name with another key.
func (h Harness) keyed(t *testing.T, name, key string) secret.Ref {
	t.Helper()
	if h.RefJSON != nil {
		return h.RefJSON(t, name, key)
	}
	ref := h.Ref(t, name)
	fields := slices.DeleteFunc(ref.Fields(), func(f secret.FieldValue) bool { return f.Name == "key" })
	return MustRef(t, ref.Provider(), append(fields, secret.FieldValue{Name: "key", Value: key})...)
}

func testWrongJSON(t *testing.T, h Harness) {
	if h.NoJSON {
		t.Skip("left out: the vault's secrets are objects")
	}
	for i, text := range []string{`{"present": "` + marker + `"`, marker, `["` + marker + `"]`, ``} {
		if text == "" && h.NoEmpty {
			continue
		}
		name := fmt.Sprintf("json%d", i)
		h.Put(t, name, text)
		ref := h.keyed(t, name, "present")
		payload, err := h.Provider.Get(t.Context(), h.Credential, ref)
		if err != nil {
			t.Fatalf("get %q: %v; reading JSON is not the provider's work", text, err)
		}
		_, err = providers.Extract(payload, ref)
		WantError(t, err, providers.KeyNotFound, marker)
	}
}

func testBinary(t *testing.T, h Harness) {
	if h.PutBinary == nil {
		t.Skip("left out: the vault keeps text only")
	}
	data := []byte{0, 1, 2, 0xff, 0xfe, '\n', 0x80, 0, 'm'}
	h.PutBinary(t, "binary", data)
	payload, err := h.Provider.Get(t.Context(), h.Credential, h.Ref(t, "binary"))
	if err != nil {
		t.Fatalf("get binary: %v", err)
	}
	if got := h.Text(t, payload); got != string(data) {
		t.Errorf("got %x, want %x", got, data)
	}
}

func testListPaging(t *testing.T, h Harness) {
	if h.Page == 0 {
		t.Skip("left out: the vault lists in one page")
	}
	want := map[string]bool{}
	known := map[string]string{}
	for i := range h.Page + 3 {
		name := fmt.Sprintf("page%04d", i)
		h.Put(t, name, marker)
		for _, field := range h.Ref(t, name).Fields() {
			known[field.Name] = field.Value
		}
		want[known[h.ListField]] = true
		delete(known, h.ListField)
	}
	items, err := h.Provider.List(t.Context(), h.Credential, providers.Query{Field: h.ListField, Known: known})
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	for _, item := range items {
		delete(want, item.Value)
	}
	if len(want) > 0 {
		t.Errorf("%d of %d names are missing in the list, such as %q", len(want), h.Page+3, slices.Sorted(maps.Keys(want))[0])
	}
}

func testExpired(t *testing.T, h Harness) {
	if h.Expired == nil {
		t.Skip("left out: nothing expires")
	}
	h.Put(t, "expired", marker)
	credential, secrets := h.Expired(t)
	_, err := h.Provider.Get(t.Context(), credential, h.Ref(t, "expired"))
	WantError(t, err, h.ExpiredKind, append(secrets, marker)...)
}

func testThrottled(t *testing.T, h Harness) {
	if h.Throttled == nil {
		t.Skip("left out: the vault does not throttle")
	}
	h.Put(t, "throttled", marker)
	credential, wait := h.Throttled(t)
	_, err := h.Provider.Get(t.Context(), credential, h.Ref(t, "throttled"))
	if got := WantError(t, err, providers.Throttled, marker); got.RetryAfter != wait {
		t.Errorf("the error asks to wait %s, the vault %s", got.RetryAfter, wait)
	}
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
			values = append(values, h.listed(t, name))
		}
		return values
	}
	before, _, _ := strings.Cut(h.listed(t, "alpha"), "alpha")
	known := map[string]string{}
	for _, field := range h.Ref(t, "alpha").Fields() {
		if field.Name != h.ListField {
			known[field.Name] = field.Value
		}
	}
	tests := []struct {
		prefix      string
		in, notInIt []string
	}{
		{before, want("alpha", "alpine", "beta"), want("missing")},
		{before + "alp", want("alpha", "alpine"), want("beta")},
		{h.listed(t, "alpha") + "zzz", nil, want("alpha", "alpine", "beta")},
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

// listed is the item of a name in the vault's list.
func (h Harness) listed(t *testing.T, name string) string {
	t.Helper()
	if h.Listed != nil {
		return h.Listed(name)
	}
	return h.Ref(t, name).Get(h.ListField)
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
