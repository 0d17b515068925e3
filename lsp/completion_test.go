package lsp

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/providers"
)

// item is what the tests look at of a completion item.
type item struct {
	Label            string
	FilterText       string
	InsertTextFormat int
	TextEdit         *lsptest.TextEdit
	Documentation    *struct{ Value string }
	Command          *struct{ Command string }
	Data             json.RawMessage `json:"data,omitempty"`
}

type completionList struct {
	IsIncomplete bool
	Items        []item
}

// complete completes at the cursor mark of src.
func complete(t *testing.T, w *world, marked string) (completionList, string, int) {
	t.Helper()
	src, offset := lsptest.Cut(marked)
	uri := w.open(t, "c.http", src)
	var list completionList
	w.MustCall("textDocument/completion", lsptest.At(uri, lsptest.PositionOf(src, offset)), &list)
	return list, src, offset
}

func labels(list completionList) []string {
	var labels []string
	for _, i := range list.Items {
		labels = append(labels, i.Label)
	}
	return labels
}

// Every item says what it replaces and what it is matched by, so that typing
// goes on to match: an editor's own word would begin behind the $.
func TestCompletionItems(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, marked, want string }{
		{"method", "GE‸", "GET"},
		{"header", "GET https://a.example/\nAuth‸", "Authorization"},
		{"provider", "GET https://a.example/\nX: {{$va‸", "$vault"},
		{"provider behind wide characters", "GET https://a.example/\nX: ä😀 {{$va‸}}", "$vault"},
		{"variable", "@host = a\nGET https://{{ho‸}}/", "host"},
		{"field", "GET https://a.example/\nX: {{$vault pa‸}}", "path"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.initialize()
			list, src, offset := complete(t, w, test.marked)
			i := slices.IndexFunc(list.Items, func(i item) bool {
				return strings.TrimPrefix(i.Label, "$") == strings.TrimPrefix(test.want, "$")
			})
			if i < 0 {
				t.Fatalf("no %q among %q", test.want, labels(list))
			}
			for _, one := range list.Items {
				if one.TextEdit == nil || one.FilterText == "" {
					t.Fatalf("%q has no range or filter", one.Label)
				}
				r := one.TextEdit.Range
				cursor := lsptest.PositionOf(src, offset)
				if r.Start.Line != cursor.Line || r.End.Line != cursor.Line || r.Start.Character > cursor.Character || r.End.Character < cursor.Character {
					t.Errorf("%q replaces %v, which does not hold the cursor %v", one.Label, r, cursor)
				}
			}
			found := list.Items[i]
			start := lsptest.PositionOf(src, offset).Character - found.TextEdit.Range.Start.Character
			typed := src[max(0, offset-start):offset]
			if !strings.HasPrefix(strings.ToLower(found.FilterText), strings.ToLower(typed)) {
				t.Errorf("%q is matched by %q, typed is %q", found.Label, found.FilterText, typed)
			}
		})
	}
}

func TestSnippetsOnlyWhereTheClientTakesThem(t *testing.T) {
	t.Parallel()
	const marked = "GET https://a.example/\nX: {{$vault ‸}}"
	w := newWorld(t, nil)
	w.initialize()
	list, _, _ := complete(t, w, marked)
	if !slices.ContainsFunc(list.Items, func(i item) bool { return i.InsertTextFormat == 2 }) {
		t.Errorf("no snippet for a client that takes them: %q", labels(list))
	}
	plain := newWorld(t, nil)
	plain.Initialize(nil)
	list, _, _ = complete(t, plain, marked)
	for _, i := range list.Items {
		if i.InsertTextFormat == 2 || strings.Contains(i.TextEdit.NewText, "${") || i.Command != nil {
			t.Errorf("%q is %+v for a client that knows no snippets", i.Label, i)
		}
	}
}

func TestCompletionResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	list, _, _ := complete(t, w, "GET https://a.example/\nX: {{$vault pa‸}}")
	i := slices.IndexFunc(list.Items, func(i item) bool { return i.Label == "path" })
	if i < 0 {
		t.Fatalf("no path among %q", labels(list))
	}
	if list.Items[i].Documentation != nil {
		t.Error("the list carries documentation")
	}
	resolve := func() item {
		t.Helper()
		var resolved item
		w.MustCall("completionItem/resolve", map[string]any{"label": "path", "data": list.Items[i].Data}, &resolved)
		return resolved
	}
	if got := resolve(); got.Documentation == nil || got.Documentation.Value == "" {
		t.Errorf("resolved to %+v, want documentation", got)
	}
	complete(t, w, "GE‸")
	if got := resolve(); got.Documentation != nil {
		t.Errorf("an item of an older list resolved to %+v", got)
	}
	w.MustCall("completionItem/resolve", map[string]any{"label": "x", "data": map[string]any{"index": -1}}, nil)
}

func TestLiveCompletion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	list, _, _ := complete(t, w, "GET https://a.example/\nX: {{$vault path=ap‸}}")
	if got := labels(list); !slices.Contains(got, "app/db") || !slices.Contains(got, "app/mail") {
		t.Errorf("items %q, want the vault's paths", got)
	}
	complete(t, w, "GET https://a.example/\nX: {{$vault path=app‸}}")
	w.vault.mu.Lock()
	defer w.vault.mu.Unlock()
	if len(w.vault.listed) != 1 {
		t.Errorf("the vault was asked %d times for one word: %+v", len(w.vault.listed), w.vault.listed)
	}
	if w.vault.fetched != 0 {
		t.Error("completion fetched a secret")
	}
}

// A vault that does not answer in time makes the list incomplete; its answer
// serves the next keystroke.
func TestLiveCompletionInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	w := newWorld(t, func(w *world) {
		w.vault.list = func(ctx context.Context, _ providers.Query) ([]providers.Item, error) {
			select {
			case <-release:
				return []providers.Item{{Value: "late"}}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}
	})
	w.initialize()
	const marked = "GET https://a.example/\nX: {{$vault path=‸}}"
	if list, _, _ := complete(t, w, marked); !list.IsIncomplete {
		t.Errorf("the list is complete: %q", labels(list))
	}
	close(release)
	for range 100 {
		list, _, _ := complete(t, w, marked)
		if !list.IsIncomplete {
			if got := labels(list); !slices.Contains(got, "late") {
				t.Errorf("items %q, want the late answer", got)
			}
			return
		}
	}
	t.Error("the list stays incomplete")
}

// Completion asks with configured credentials only, and not where the user said
// no.
func TestLiveCompletionAsksNobodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) { w.configure(t, `{}`) })
	w.initialize()
	complete(t, w, "GET https://a.example/\nX: {{$vault path=‸}}")
	w.vault.mu.Lock()
	if len(w.vault.listed) != 0 {
		t.Error("the ambient identity was used for completion")
	}
	w.vault.mu.Unlock()

	off := newWorld(t, func(w *world) {
		w.configure(t, strings.TrimSuffix(userConfig, "}")+`"completion": {"liveSecrets": false}}`)
	})
	off.initialize()
	complete(t, off, "GET https://a.example/\nX: {{$vault path=‸}}")
	off.vault.mu.Lock()
	defer off.vault.mu.Unlock()
	if len(off.vault.listed) != 0 {
		t.Error("the vault was asked although completion.liveSecrets is false")
	}
}

// A vault that refuses is not asked again at every letter.
func TestLiveCompletionOfARefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) {
		w.vault.list = func(context.Context, providers.Query) ([]providers.Item, error) {
			return nil, &providers.Error{Kind: providers.Denied, Provider: "vault", Op: "list", Message: "denied"}
		}
	})
	w.initialize()
	for range 5 {
		list, _, _ := complete(t, w, "GET https://a.example/\nX: {{$vault path=‸}}")
		if list.IsIncomplete {
			t.Error("the list of a vault that refused is incomplete")
		}
	}
	w.vault.mu.Lock()
	defer w.vault.mu.Unlock()
	if len(w.vault.listed) != 1 {
		t.Errorf("the vault was asked %d times, want once", len(w.vault.listed))
	}
}
