package env

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// values expands every variable of an environment; references and problems are
// shown by their text.
func values(envs *Environments, environment string) map[string]string {
	scope := NewScope(nil, envs, environment, nil)
	got := map[string]string{}
	for _, d := range scope.Names() {
		in := "{{" + d.Name + "}}"
		e := scope.Expand(in, scan(in))
		got[d.Name] = show(e)
		for _, p := range e.Problems {
			got[d.Name] += "!" + p.Code
		}
	}
	return got
}

// fileProblems prints "path:line:column code".
func fileProblems(envs *Environments) []string {
	var out []string
	for _, p := range envs.Problems() {
		s := fmt.Sprintf("%s:%d:%d %s", p.Path, p.Line, p.Column, p.Code)
		if p.Hint {
			s += " (hint)"
		}
		out = append(out, s)
	}
	return out
}

func TestLoadKindsOfValue(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{
		// comments and trailing commas are common
		"dev": {
			"text": "a", "number": 1.50, "big": 12345678901234567890, "yes": true, "no": false, "null": null,
			"escaped": "a\n\"b\" \u00fc", "list": [1, "x",], "object": {"a": {"b": 1}, /* x */ "c": []},
			"ref": {"provider": "vault", "path": "app/db", "version": 3, "trim": true},
			"inText": "x{{$local secret=a}}y",
			"plainData": {"provider": "smtp", "host": "h"},
			"vs": {"provider": "AzureKeyVault", "secretName": "s1", "resourceId": "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/my-vault"},
			"vs2": {"provider": "AzureKeyVault", "secretName": "s2", "keyVaultName": "other-vault"},
		},
	}`), ".")
	want := map[string]string{
		"text": "a", "number": "1.50", "big": "12345678901234567890", "yes": "true", "no": "false",
		"escaped": "a\n\"b\" ü", "list": `[1,"x"]`, "object": `{"a":{"b":1},"c":[]}`,
		"ref":       "<{{$vault path=app/db version=3 trim=true}}>",
		"inText":    "x<{{$local secret=a}}>y",
		"plainData": `{"provider":"smtp","host":"h"}`,
		"vs":        "<{{$azure vault=my-vault secret=s1}}>",
		"vs2":       "<{{$azure vault=other-vault secret=s2}}>",
	}
	if diff := cmp.Diff(want, values(envs, "dev")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"http-client.env.json:8:30 foreign-provider (hint)"}, fileProblems(envs)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestNearestFolderWins(t *testing.T) {
	t.Parallel()
	fsys := files(
		"http-client.env.json", `{"dev": {"a": "root", "b": "root"}, "prod": {}}`,
		"http-client.private.env.json", `{"dev": {"c": "root-private"}}`,
		"api/http-client.env.json", `{"dev": {"a": "api", "c": "api"}, "$shared": {"b": "shared", "d": "shared"}}`,
		"api/v1/http-client.env.json", `{"test": {"a": "v1"}}`,
		"other/http-client.env.json", `{"other": {}}`,
	)
	envs := Load(fsys, "api/v1")
	if diff := cmp.Diff([]string{"test", "dev", "prod"}, envs.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	want := map[string]string{"a": "api", "b": "root", "c": "root-private*", "d": "shared"}
	if diff := cmp.Diff(want, values(envs, "dev")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	wantFiles := []string{"api/v1/http-client.env.json", "api/http-client.env.json", "http-client.env.json", "http-client.private.env.json"}
	if diff := cmp.Diff(wantFiles, envs.Files()); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	for _, dir := range []string{".", "", "api/../", "api/missing"} {
		if names := Load(fsys, dir).Names(); !slices.Contains(names, "dev") {
			t.Errorf("Load(%q) finds %v", dir, names)
		}
	}
	for _, dir := range []string{"/", "../x", "/api"} {
		if names := Load(fsys, dir).Names(); names != nil {
			t.Errorf("Load(%q) is outside and finds %v", dir, names)
		}
	}
}

func TestProblemsOfFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, content string
		want          []string
	}{
		{"broken", "{\n  \"dev\": {\n    \"a\": \"marker\" \"b\"\n", []string{"3:19 bad-json"}},
		{"cut off", "{\n  \"dev\": {", []string{"2:11 bad-json"}},
		{"bad escape", `{"dev": {"a": "marker\q"}}`, []string{"1:15 bad-json"}},
		{"no object", `["dev"]`, []string{"1:1 bad-environment"}},
		{"environment is no object", "{\n \"dev\": 3}", []string{"2:9 bad-environment"}},
		{"duplicate variable", "{\"dev\": {\"a\": 1,\n \"a\": 2}}", []string{"1:10 duplicate-name"}},
		{"too deep", `{"dev": {"a": ` + strings.Repeat("[", 1<<20), []string{"1:513 bad-json"}},
		{"too deep, with brackets in strings and comments", `{"dev": {"a": ` + strings.Repeat("[\"]\\\"]\", // ]\n/* ] \" */", 1<<14), []string{"499:10 bad-json"}},
		{"brackets in strings", `{"dev": {"a": "` + strings.Repeat("[{", 1000) + `"}}`, nil},
		{"empty", " \n", nil},
		{"comment at the end", "{\"dev\": {}} // marker", nil},
		{"byte order mark", "\ufeff{\"dev\": {\"a\": \"1\"}}", nil},
		{"settings of others", `{"$schema": "x", "$other": 1}`, nil},
		{"default headers", "{\"dev\": {\n \"$kulalaDefaultHeaders\": {\"A\": \"marker\"}}}", []string{"2:2 default-headers"}},
		{"secrets of Visual Studio", "{\"dev\": {\n \"a\": {\"provider\": \"AspnetUserSecrets\", \"secretName\": \"marker\"},\n \"b\": {\"provider\": \"Encrypted\", \"value\": \"marker\"}}}", []string{"2:20 unsupported-reference", "3:20 unsupported-reference"}},
		{"missing field", "{\"dev\": {\n \"a\": {\"provider\": \"vault\", \"key\": \"k\"}}}", []string{"2:2 missing-field"}},
		{"unknown field", "{\"dev\": {\n \"a\": {\"provider\": \"vault\", \"path\": \"k\", \"kye\": \"k\"}}}", []string{"2:42 unknown-field"}},
		{"bad value", "{\"dev\": {\n \"a\": {\"provider\": \"vault\", \"path\": \"k\", \"version\": \"marker\"}}}", []string{"2:53 bad-field-value"}},
		{"value is no text", "{\"dev\": {\n \"a\": {\"provider\": \"vault\", \"path\": [\"marker\"]}}}", []string{"2:37 bad-field-value", "2:2 missing-field"}},
		{"visual studio without vault", "{\"dev\": {\n \"a\": {\"provider\": \"AzureKeyVault\", \"secretName\": \"marker\"}}}", []string{"2:2 missing-field"}},
		{"visual studio with nothing", `{"dev": {"a": {"provider": "AzureKeyVault"}}}`, []string{"1:28 missing-field"}},
		{"slip in the provider", `{"dev": {"a": {"provider": "vualt", "path": "marker"}}}`, []string{"1:28 foreign-provider (hint)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			envs := Load(files("http-client.private.env.json", tt.content), ".")
			var got []string
			for i, s := range fileProblems(envs) {
				got = append(got, strings.TrimPrefix(s, "http-client.private.env.json:"))
				if message := envs.Problems()[i].Message; message == "" || strings.Contains(message, "marker") {
					t.Errorf("message %q", message)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLastOfDuplicatesCounts(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", "{\"dev\": {\"a\": 1, \"a\": 2}}"), ".")
	if got := values(envs, "dev")["a"]; got != "2" {
		t.Errorf("a = %q", got)
	}
}

func TestDefinitionSpans(t *testing.T) {
	t.Parallel()
	src := `{"dev": {"a": "x", "b": {"provider": "local", "secret": "s"}}}`
	scope := NewScope(nil, Load(files("http-client.env.json", src), "."), "dev", nil)
	a, b := scope.Lookup("a")[0], scope.Lookup("b")[0]
	if got := a.Span.Of(src); got != `"a": "x"` {
		t.Errorf("a stands at %s", got)
	}
	if got := b.NameSpan.Of(src); got != `"b"` || b.Ref == nil || b.Text() != "{{$local secret=s}}" {
		t.Errorf("b stands at %s: %s", got, b.Text())
	}
}

// brokenFS has a file that cannot be read.
type brokenFS struct{ fstest.MapFS }

func (f brokenFS) ReadFile(name string) ([]byte, error) {
	if strings.HasSuffix(name, ".env") {
		return nil, fs.ErrPermission
	}
	return f.MapFS.ReadFile(name)
}

func TestUnreadableFiles(t *testing.T) {
	t.Parallel()
	fsys := files(".env", "A=1", "http-client.env.json", strings.Repeat(" ", maxFileSize+1))
	fsys["http-client.private.env.json"] = &fstest.MapFile{Mode: fs.ModeDir}
	fsys["http-client.env.json.user"] = &fstest.MapFile{Mode: fs.ModeNamedPipe}
	envs := Load(brokenFS{fsys}, ".")
	want := []string{".env:1:1 unreadable-file", "http-client.env.json:1:1 unreadable-file"}
	if diff := cmp.Diff(want, fileProblems(envs)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if Load(nil, ".").Names() != nil {
		t.Error("no file system, no environments")
	}
}

func TestNilEnvironments(t *testing.T) {
	t.Parallel()
	var envs *Environments
	if envs.Names() != nil || envs.Problems() != nil || envs.Files() != nil || len(envs.Dotenv("")) != 0 {
		t.Error("nil must be empty")
	}
}

// Editors end a line at a lone carriage return too, and so must the places of
// problems, which are shown there.
func TestPlacesCountLinesAsEditorsDo(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", "{\r\n\t\"dev\": {\r\t\"a\": \"1\",\n\t\"ref\": {\"provider\": \"vault\", \"nope\": \"x\"}}}"), ".")
	want := []string{
		"http-client.env.json:4:31 unknown-field",
		"http-client.env.json:4:2 missing-field",
	}
	if diff := cmp.Diff(want, fileProblems(envs)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if got := NewScope(nil, envs, "dev", nil).Lookup("a"); len(got) != 1 || got[0].Line != 3 || got[0].Column != 2 {
		t.Errorf("a is defined at %+v, want line 3, column 2", got)
	}
}
