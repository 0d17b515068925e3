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
	uri := w.write(t, "c.http", src)
	w.Open(uri, src)
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

func TestHover(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	w.answer(answerOnce)
	uri := w.write(t, "a.http", secretFile)
	w.Open(uri, secretFile)
	hover := func() string {
		t.Helper()
		var h *struct {
			Contents struct{ Kind, Value string }
			Range    lsptest.Range
		}
		w.MustCall("textDocument/hover", lsptest.At(uri, at(2, 25)), &h)
		if h == nil || h.Contents.Kind != "markdown" || h.Range.Start.Line != 2 {
			t.Fatalf("hover %+v", h)
		}
		return h.Contents.Value
	}
	if got := hover(); !strings.Contains(got, "app/db") || !strings.Contains(got, "infra") || !strings.Contains(got, "not cached") {
		t.Errorf("hover %q", got)
	}
	if w.vault.fetched != 0 {
		t.Error("hover fetched the secret")
	}
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "first"}, nil); err != nil {
		t.Fatal(err)
	}
	if got := hover(); !strings.Contains(got, "cached for") || strings.Contains(got, markerValue) {
		t.Errorf("hover after sending %q", got)
	}
	var nothing *struct{}
	w.MustCall("textDocument/hover", lsptest.At(uri, at(4, 0)), &nothing)
	if nothing != nil {
		t.Error("hover on a blank line says something")
	}
	if got := lsptest.CodeOf(w.Call("textDocument/hover", lsptest.At(uri, at(4000, 0)), nil)); got != -32602 {
		t.Errorf("hover behind the end: %d, want -32602", got)
	}
	if err := w.Call("textDocument/hover", lsptest.At(uri, at(0, 4000000)), nil); err != nil {
		t.Errorf("hover behind the end of a line: %v", err)
	}
}

// action is what the tests look at of a code action.
type action struct {
	Title   string
	Kind    string
	Command *struct{ Command string }
	Data    struct{ Provider string }
	Edit    struct {
		Changes         map[string][]lsptest.TextEdit
		DocumentChanges []struct {
			TextDocument struct{ Version *int }
			Edits        []struct {
				lsptest.TextEdit
				Snippet *struct{ Kind, Value string }
			}
		}
	}
}

func TestCodeActions(t *testing.T) {
	t.Parallel()
	const src = "GET https://a.example/\nAuthorization: Bearer x\n"
	request := func(uri string, only []string) map[string]any {
		ctx := map[string]any{"diagnostics": []any{}}
		if only != nil {
			ctx["only"] = only
		}
		return map[string]any{
			"textDocument": map[string]any{"uri": uri}, "context": ctx,
			"range": lsptest.Range{Start: at(1, 22), End: at(1, 23)},
		}
	}
	w := newWorld(t, nil)
	w.initialize()
	uri := w.write(t, "a.http", src)
	w.Open(uri, src)
	var actions []action
	w.MustCall("textDocument/codeAction", request(uri, nil), &actions)
	i := slices.IndexFunc(actions, func(a action) bool { return a.Data.Provider == "vault" })
	if i < 0 {
		t.Fatalf("no action inserts a reference of vault: %+v", actions)
	}
	changes := actions[i].Edit.DocumentChanges
	if len(changes) != 1 || changes[0].TextDocument.Version == nil || *changes[0].TextDocument.Version != 1 || len(changes[0].Edits) != 1 {
		t.Fatalf("the edit is %+v", actions[i].Edit)
	}
	if edit := changes[0].Edits[0]; edit.Snippet == nil || edit.Snippet.Kind != "snippet" || !strings.HasPrefix(edit.Snippet.Value, `{{\$vault`) ||
		edit.Range != (lsptest.Range{Start: at(1, 22), End: at(1, 23)}) {
		t.Errorf("the edit is %+v", edit)
	}
	var none []action
	w.MustCall("textDocument/codeAction", request(uri, []string{"source"}), &none)
	if len(none) != 0 {
		t.Errorf("%d actions of kinds that were not asked for", len(none))
	}

	plain := newWorld(t, nil)
	plain.Initialize(nil)
	plain.Open(uri, src)
	actions = nil
	plain.MustCall("textDocument/codeAction", request(uri, []string{"refactor"}), &actions)
	i = slices.IndexFunc(actions, func(a action) bool { return a.Data.Provider == "vault" })
	if i < 0 {
		t.Fatalf("no action inserts a reference of vault: %+v", actions)
	}
	edits := actions[i].Edit.Changes[uri]
	if len(edits) != 1 || !strings.HasPrefix(edits[0].NewText, "{{$vault") || strings.Contains(edits[0].NewText, "${") {
		t.Errorf("the edit is %+v", actions[i].Edit)
	}
}

// The lens's command works as it is given.
func TestCodeLens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.write(t, "a.http", secretFile)
	w.Open(uri, secretFile)
	var lenses []struct {
		Range   lsptest.Range
		Command struct {
			Title, Command string
			Arguments      []json.RawMessage
		}
	}
	w.MustCall("textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri}}, &lenses)
	sent := 0
	for _, lens := range lenses {
		if lens.Command.Command != "vault-lsp.sendRequest" || lens.Range.Start.Line != 5 {
			continue
		}
		sent++
		var response struct{ Status int }
		if err := w.Command(lens.Command.Command, lens.Command.Arguments[0], &response); err != nil || response.Status != 200 {
			t.Errorf("the lens's command: %v, status %d", err, response.Status)
		}
	}
	if sent != 1 {
		t.Errorf("%d lenses send the second request, want 1: %+v", sent, lenses)
	}
}

func TestSymbolsAndFolding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.write(t, "a.http", secretFile)
	w.Open(uri, secretFile)
	document := map[string]any{"textDocument": map[string]any{"uri": uri}}
	var tree []struct {
		Name           string
		Range          lsptest.Range
		SelectionRange lsptest.Range
	}
	w.MustCall("textDocument/documentSymbol", document, &tree)
	if len(tree) != 2 || !strings.Contains(tree[0].Name, "first") {
		t.Errorf("symbols %+v", tree)
	}
	flat := newWorld(t, nil)
	flat.Initialize(nil)
	flat.Open(uri, secretFile)
	var list []struct {
		Name     string
		Location struct{ URI string }
	}
	flat.MustCall("textDocument/documentSymbol", document, &list)
	if len(list) < 2 || list[0].Location.URI != uri {
		t.Errorf("symbols %+v", list)
	}
	var folds []struct{ StartLine, EndLine int }
	w.MustCall("textDocument/foldingRange", document, &folds)
	for _, f := range folds {
		if f.StartLine >= f.EndLine {
			t.Errorf("fold %+v", f)
		}
	}
	if len(folds) == 0 {
		t.Error("nothing folds")
	}
}

func TestDefinition(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	envs := w.write(t, "http-client.env.json", "{\n  \"dev\": {\n    \"token\": \"x\"\n  }\n}\n")
	const src = "@host = a.example\nGET https://{{host}}/{{token}}\n"
	uri := w.write(t, "sub/a.http", src)
	w.Open(uri, src)
	if err := w.Command("vault-lsp.selectEnvironment", map[string]any{"uri": uri, "environment": "dev"}, nil); err != nil {
		t.Fatal(err)
	}
	type location struct {
		URI   string
		Range lsptest.Range
	}
	definition := func(p lsptest.Position) []location {
		t.Helper()
		var found []location
		w.MustCall("textDocument/definition", lsptest.At(uri, p), &found)
		return found
	}
	if got := definition(at(1, 15)); len(got) != 1 || got[0].URI != uri || got[0].Range.Start.Line != 0 {
		t.Errorf("definition of host: %+v", got)
	}
	if got := definition(at(1, 24)); len(got) != 1 || got[0].URI != envs || got[0].Range.Start != at(2, 4) {
		t.Errorf("definition of token: %+v, want %s at line 2", got, envs)
	}
	if got := definition(at(1, 1)); len(got) != 0 {
		t.Errorf("definition of nothing: %+v", got)
	}
}

func TestOccurrences(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	const src = "@host = a.example\nGET https://{{host}}/\nX: {{host}}\n"
	uri := w.write(t, "a.http", src)
	w.Open(uri, src)
	var highlights []struct {
		Range lsptest.Range
		Kind  int
	}
	w.MustCall("textDocument/documentHighlight", lsptest.At(uri, at(1, 15)), &highlights)
	var lines, kinds []int
	for _, h := range highlights {
		lines, kinds = append(lines, h.Range.Start.Line), append(kinds, h.Kind)
	}
	if !slices.Equal(lines, []int{0, 1, 2}) || !slices.Equal(kinds, []int{3, 2, 2}) {
		t.Errorf("highlights at lines %v of kinds %v", lines, kinds)
	}
	for declaration, want := range map[bool]int{true: 3, false: 2} {
		params := lsptest.At(uri, at(1, 15))
		params["context"] = map[string]any{"includeDeclaration": declaration}
		var references []struct{ URI string }
		w.MustCall("textDocument/references", params, &references)
		if len(references) != want || references[0].URI != uri {
			t.Errorf("references with declaration %t: %+v, want %d", declaration, references, want)
		}
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
