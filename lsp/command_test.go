package lsp

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Arguments are read strictly, and what is wrong is said without the value.
func TestArgumentsAreStrict(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	const value = "v4lue-in-argument"
	tests := []struct {
		name, command string
		arguments     string
		message       string
	}{
		{"unknown command", "vault-lsp.nope", `[]`, "unknown command"},
		{"unknown member", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","token":"` + value + `"}]`, `unknown field "token"`},
		{"member of another case", "vault-lsp.sendRequest", `[{"URI":"` + uri + `"}]`, `"uri" is missing`},
		{"missing member", "vault-lsp.sendRequest", `[{"name":"` + value + `"}]`, `"uri" is missing`},
		{"null member", "vault-lsp.listEnvironments", `[{"uri":null}]`, `"uri" is missing`},
		{"no argument", "vault-lsp.sendAll", `[]`, `"uri" is missing`},
		{"two arguments", "vault-lsp.sendAll", `[{"uri":"` + uri + `"},{}]`, "takes one JSON object"},
		{"no object", "vault-lsp.sendAll", `["` + value + `"]`, "must be one JSON object"},
		{"null", "vault-lsp.sendAll", `[null]`, "must be one JSON object"},
		{"wrong type", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","version":"` + value + `"}]`, `"version" must be of type integer`},
		{"unknown member inside", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","position":{"line":0,"column":1}}]`, `unknown field "column"`},
		{"negative line", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","position":{"line":-1,"character":0}}]`, `position.line`},
		{"both selectors", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","name":"a","position":{"line":0,"character":0}}]`, "not both"},
		{"line behind the end", "vault-lsp.sendRequest", `[{"uri":"` + uri + `","position":{"line":999,"character":0}}]`, "line 999"},
		{"document not open", "vault-lsp.sendRequest", `[{"uri":"file:///nowhere.http"}]`, "not open"},
		{"member of a command without any", "vault-lsp.listProviders", `[{"a":1}]`, `unknown field "a"`},
		{"unknown scope", "vault-lsp.resetCache", `[{"scope":{"vault":"` + value + `"}}]`, `unknown field "vault"`},
		{"unknown provider", "vault-lsp.listSecrets", `[{"provider":"` + value + `"}]`, "no provider"},
		{"field that has no names", "vault-lsp.listSecrets", `[{"provider":"vault","field":"decode"}]`, "cannot be listed"},
		{"swapped range", "vault-lsp.insertSecret", `[{"uri":"` + uri + `","reference":"{{$local secret=a}}","range":{"start":{"line":1,"character":0},"end":{"line":0,"character":0}}}]`, "ends before"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := w.Call("workspace/executeCommand", map[string]any{
				"command": test.command, "arguments": json.RawMessage(test.arguments),
			}, nil)
			if got := lsptest.CodeOf(err); got != -32602 {
				t.Fatalf("answered %v, want -32602", err)
			}
			if !strings.Contains(err.Error(), test.message) {
				t.Errorf("answered %v, want %q", err, test.message)
			}
			if strings.Contains(err.Error(), value) {
				t.Errorf("the answer repeats the value: %v", err)
			}
		})
	}
}

func TestListProviders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	var table []struct {
		Name    string
		Label   string
		Fields  []struct{ Name string }
		Forms   [][]string
		Methods []struct{ Auth string }
	}
	if err := w.Command("vault-lsp.listProviders", nil, &table); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, row := range table {
		names = append(names, row.Name)
		// A provider that signs in with the profiles of another has no methods.
		if row.Label == "" || len(row.Fields) == 0 || len(row.Forms) == 0 ||
			len(row.Methods) != len(credentials.MethodsOf(row.Name)) {
			t.Errorf("row %+v is not complete", row)
		}
	}
	var want []string
	for _, spec := range secret.Providers() {
		want = append(want, spec.Name)
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
}

func TestListSecrets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	var list secretList
	err := w.Command("vault-lsp.listSecrets", map[string]any{
		"provider": "vault", "prefix": "app/", "known": map[string]any{"mount": "kv"},
	}, &list)
	if err != nil {
		t.Fatal(err)
	}
	want := secretList{Field: "path", Items: []secretItem{{Value: "app/db", Detail: "version 3"}, {Value: "app/mail"}}}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("secrets (-want +got):\n%s", diff)
	}
	asked := []providers.Query{{Field: "path", Prefix: "app/", Known: map[string]string{"mount": "kv"}}}
	if diff := cmp.Diff(asked, w.vault.listed); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	// No configured credential: nobody is asked.
	if f := failure(t, w.Command("vault-lsp.listSecrets", map[string]any{"provider": "aws"}, nil)); f.Code == "" {
		t.Errorf("%+v", f)
	}
}

func TestInsertSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	edits := make(chan string, 1)
	w.Handle("workspace/applyEdit", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		edits <- string(params)
		return map[string]any{"applied": true}, nil
	})
	var result insertResult
	insert := func(reference string) error {
		return w.Command("vault-lsp.insertSecret", map[string]any{
			"uri": uri, "reference": reference, "range": lsptest.Range{Start: at(2, 15), End: at(2, 21)},
		}, &result)
	}
	if err := insert("{{ $vault  key=password path=app/db }}"); err != nil {
		t.Fatal(err)
	}
	want := insertResult{Applied: true, Reference: "{{$vault path=app/db key=password}}"}
	if diff := cmp.Diff(want, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	if edit := receive(t, edits); !strings.Contains(edit, `"newText":"{{$vault path=app/db key=password}}"`) ||
		!strings.Contains(edit, `"start":{"line":2,"character":15}`) || !strings.Contains(edit, `"version":1`) {
		t.Errorf("the edit is %s", edit)
	}
	for reference, code := range map[string]string{
		"{{$vault}}":                 "missing-field",
		"{{$vault path=a secret=b}}": "unknown-field",
		"{{$bank a=b}}":              "unknown-provider",
	} {
		if f := failure(t, insert(reference)); f.Code != code {
			t.Errorf("%s: %+v, want code %q", reference, f, code)
		}
	}
	if f := failure(t, insert("no reference")); f.Code == "" {
		t.Errorf("%+v", f)
	}
}

func TestCopyAsCurl(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.initialize()
	uri := w.open(t, "a.http", secretFile)
	questions := w.answer(answerDeny)
	argument := map[string]any{"uri": uri, "position": at(2, 0)}
	var result curlResult
	if err := w.Command("vault-lsp.copyAsCurl", argument, &result); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(result.Text, "curl ") || !strings.Contains(result.Text, "{{$vault path=app/db key=password}}") {
		t.Errorf("the command is %q", result.Text)
	}
	if len(*questions) != 0 || w.vault.fetched != 0 {
		t.Errorf("asked %q and fetched %d for a command with references", *questions, w.vault.fetched)
	}
	argument["reveal"] = true
	if f := failure(t, w.Command("vault-lsp.copyAsCurl", argument, &result)); f.Code != "reveal-refused" {
		t.Errorf("refused: %+v", f)
	}
	if w.vault.fetched != 0 {
		t.Error("a secret was fetched although the user refused")
	}
	questions = w.answer(answerReveal)
	for range 2 {
		if err := w.Command("vault-lsp.copyAsCurl", argument, &result); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(result.Text, markerValue) || strings.Contains(result.Text, secret.Mask) {
			t.Errorf("the revealed command is %q", result.Text)
		}
	}
	if len(*questions) != 2 || !strings.Contains((*questions)[0], "{{$vault path=app/db key=password}}") {
		t.Errorf("asked %q, want a question every time", *questions)
	}
}
