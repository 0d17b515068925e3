package analysis

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/secret"
)

// TestHoverShowsEveryCandidate: a variable that every source defines lists them
// all in the order in which they count (ruling C6), and nothing private shows.
func TestHoverShowsEveryCandidate(t *testing.T) {
	t.Parallel()
	public := func(value string) string {
		return fmt.Sprintf(`{"$shared": {"v": "shared-%s"}, "dev": {"v": "%s"}}`, value, value)
	}
	envs := env.Load(fstest.MapFS{
		"http-client.private.env.json": {Data: []byte(`{"dev": {"v": "` + secretMarker + `1"}}`)},
		"http-client.env.json.user":    {Data: []byte(`{"dev": {"v": "` + secretMarker + `2"}}`)},
		"api/http-client.env.json":     {Data: []byte(public("near"))},
		"http-client.env.json":         {Data: []byte(public("far"))},
		".vscode/settings.json":        {Data: []byte(`{"rest-client.environmentVariables": {"dev": {"v": "code"}}}`)},
		".env":                         {Data: []byte("v=" + secretMarker + "3\n")},
		".env.dev":                     {Data: []byte("v=" + secretMarker + "4\n")},
	}, "api").WithEditor(`{"$shared": {"v": "` + secretMarker + `5"}, "dev": {"v": "the workspace's, given again"}}`)
	const src = "@v = one\n@v = two\n# @prompt v Which?\nGET https://x/{{v}}\n"
	file := parser.Parse(src)
	first := []string{"command line: `given`", "asked for when the request is sent, line 3"}
	inFile := []string{"this file, line 2: `two`", "this file, line 1: `one`"}
	inEnvironments := []string{
		"http-client.private.env.json:1, environment dev: `•`",
		"http-client.env.json.user:1, environment dev: `•`",
		"api/http-client.env.json:1, environment dev: `near`", "http-client.env.json:1, environment dev: `far`",
		".vscode/settings.json:1, environment dev: `code`",
		"api/http-client.env.json:1, shared by all environments: `shared-near`", "http-client.env.json:1, shared by all environments: `shared-far`",
		"your editor's settings, shared by all environments: `•`",
	}
	dotenv := []string{".env.dev:1: `•`", ".env:1: `•`"}
	for dialect, want := range map[env.Dialect][][]string{
		env.RESTClient: {first, inFile, inEnvironments, dotenv},
		env.JetBrains:  {first, inEnvironments, inFile, dotenv},
	} {
		in := Input{
			File: file, Environments: envs, Environment: "dev",
			Scope: env.NewScope(file, envs, "dev", map[string]string{"v": "given"}, env.WithDialect(dialect)),
		}
		hover := Hover(in, strings.Index(src, "{{v}}")+3, nil)
		var got []string
		for line := range strings.Lines(strings.ReplaceAll(hover.Markdown, "`"+secret.Mask+"`", "`•`")) {
			if line, ok := strings.CutPrefix(strings.TrimSpace(line), "- "); ok {
				got = append(got, strings.ReplaceAll(line, `\`, ""))
			}
		}
		var all []string
		for _, part := range want {
			all = append(all, part...)
		}
		all[0] += " **← counts**"
		if diff := cmp.Diff(all, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dialect, diff)
		}
		if strings.Contains(hover.Markdown, secretMarker) {
			t.Errorf("%s: a private value shows:\n%s", dialect, hover.Markdown)
		}
	}
}
