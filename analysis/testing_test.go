package analysis

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// marker shows in test sources where the cursor is; two of them mark a selection.
const marker = "‸"

// secretMarker is in every value of the test environment that must not show.
const secretMarker = "s3cr3t-marker"

// testFiles is the folder around every test file.
var testFiles = fstest.MapFS{
	"http-client.env.json": {Data: []byte(`{
  "$shared": {"version": "v1"},
  "dev": {
    "host": "dev.example.com",
    "stripe_key": {"provider": "vault", "path": "dev/stripe", "key": "api_key"},
    "old_key": {"provider": "hcp", "app": "web", "secret": "KEY"},
    "broken": "{{nowhere}}",
    "tag": "from-env",
    "conf": {"list": ["first"]}
  }
}`)},
	"http-client.private.env.json": {Data: []byte(`{"dev": {"password": "` + secretMarker + `-private", "tag": "` + secretMarker + `-tag"}}`)},
	".env":                         {Data: []byte("API_KEY=" + secretMarker + "-dotenv\nOTHER=" + secretMarker + "-other\n")},
}

var testCredentials = []Credential{
	{Name: "infra", Provider: "vault", IsDefault: true},
	{Name: "staging", Provider: "vault"},
	{Name: "aws-dev", Provider: "aws"},
}

// input makes an Input of a source in the test environment dev.
func input(src string) Input {
	file := parser.Parse(src)
	envs := env.Load(testFiles, ".")
	return Input{
		File: file, Environments: envs, Environment: "dev", Scope: env.NewScope(file, envs, "dev", nil),
		Credentials: testCredentials, CredentialsKnown: true, Snippets: true,
	}
}

// atMarker makes an Input of a source with one marker, and returns its offset.
func atMarker(t *testing.T, src string) (Input, int) {
	t.Helper()
	before, after, ok := strings.Cut(src, marker)
	if !ok {
		t.Fatalf("no %s in %q", marker, src)
	}
	return input(before + after), len(before)
}

// selected makes an Input of a source with one or two markers.
func selected(t *testing.T, src string) (Input, text.Span) {
	t.Helper()
	parts := strings.Split(src, marker)
	switch len(parts) {
	case 2:
		return input(parts[0] + parts[1]), text.Span{Start: len(parts[0]), End: len(parts[0])}
	case 3:
		return input(strings.Join(parts, "")), text.Span{Start: len(parts[0]), End: len(parts[0]) + len(parts[1])}
	}
	t.Fatalf("want one or two %s in %q", marker, src)
	return Input{}, text.Span{}
}

var tabStop = regexp.MustCompile(`\$[1-9]|\$\{\d:([^}]*)\}`)

// applied returns the source after an edit as an editor with snippets makes it;
// tab stops show as the marker or their placeholder.
func applied(src string, edits ...Edit) string {
	for i := len(edits) - 1; i >= 0; i-- {
		e := edits[i]
		inserted := e.New
		if e.Snippet != "" {
			inserted = strings.ReplaceAll(e.Snippet, `\$`, "\x00")
			inserted = tabStop.ReplaceAllString(inserted, marker+"$1")
			inserted = strings.ReplaceAll(inserted, "\x00", "$")
		}
		src = src[:e.Span.Start] + inserted + src[e.Span.End:]
	}
	return src
}

func labels(items []CompletionItem) []string {
	sorted := append([]CompletionItem(nil), items...)
	sortItems(sorted)
	names := make([]string, len(sorted))
	for i := range sorted {
		names[i] = sorted[i].Label
	}
	return names
}

func sortItems(items []CompletionItem) {
	for i := 1; i < len(items); i++ {
		for j := i; j > 0 && items[j].Sort < items[j-1].Sort; j-- {
			items[j], items[j-1] = items[j-1], items[j]
		}
	}
}

func find(items []CompletionItem, label string) (CompletionItem, bool) {
	for _, item := range items {
		if item.Label == label {
			return item, true
		}
	}
	return CompletionItem{}, false
}
