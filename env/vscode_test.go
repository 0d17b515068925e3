package env

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVSCodeSettings: the environments of REST Client, which stand in the
// workspace's settings, count where no environment file has the name; their
// $shared is that of all files.
func TestVSCodeSettings(t *testing.T) {
	t.Parallel()
	settings := `{
		// what else stands here is not ours
		"editor.tabSize": 2,
		"rest-client.environmentVariables": {
			"$shared": {"version": "v1", "prodToken": "foo"},
			"local": {"version": "v2", "host": "localhost", "token": "{{$shared prodToken}}", "same": "vscode"},
			"production": {"host": "example.com", "token": "{{$shared prodToken}}"},
		},
	}`
	envs := Load(files("w/.vscode/settings.json", settings, "w/http-client.env.json", `{"local": {"same": "file"}}`), "w/api")
	want := map[string]map[string]string{
		"local":      {"version": "v2", "host": "localhost", "token": "foo", "same": "file", "prodToken": "foo"},
		"production": {"version": "v1", "host": "example.com", "token": "foo", "prodToken": "foo"},
		"":           {"version": "v1", "prodToken": "foo"},
	}
	for name, want := range want {
		if diff := cmp.Diff(want, values(envs, name)); diff != "" {
			t.Errorf("%q: %s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"local", "production"}, envs.Names()); diff != "" {
		t.Error(diff)
	}
	if problems := fileProblems(envs); problems != nil {
		t.Error(problems)
	}
}

// TestCodeWorkspace: the settings in a .code-workspace file are those of a
// workspace too.
func TestCodeWorkspace(t *testing.T) {
	t.Parallel()
	envs := Load(files("w/my.code-workspace", `{"folders": [{"path": "."}], "settings": {
		"rest-client.environmentVariables": {"$shared": {"a": "shared"}, "dev": {"b": "workspace", "c": "workspace"}},
	}}`, "w/.vscode/settings.json", `{"rest-client.environmentVariables": {"dev": {"c": "folder"}}}`), "w/api")
	if diff := cmp.Diff(map[string]string{"a": "shared", "b": "workspace", "c": "folder"}, values(envs, "dev")); diff != "" {
		t.Error(diff)
	}
	for src, want := range map[string][]string{
		`{"settings": {"rest-client.environmentVariables": []}}`: {"a.code-workspace:1:51 bad-environment"},
		`{"settings": []} // rest-client.environmentVariables`:   nil,
		`[`: nil,
	} {
		if diff := cmp.Diff(want, fileProblems(Load(files("a.code-workspace", src), "."))); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// TestSharedNames: what .env files have is not shared by an environment.
func TestSharedNames(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"$shared": {"a": "1"}, "dev": {"b": "1"}}`, ".env", "C=1\na=2\n"), ".")
	if names := envs.SharedNames(); len(names) != 1 || names[0].Name != "a" || names[0].Text() != "1" {
		t.Errorf("names %+v", names)
	}
}

// TestKulalaShared: $kulalaShared is $shared by the name that Kulala gives it;
// default headers are no variable.
func TestKulalaShared(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{
		"$kulalaShared": {"base": "kulala", "same": "kulala", "$kulalaDefaultHeaders": {"Accept": "text/plain"}},
		"dev": {"same": "dev"}}`), ".")
	if diff := cmp.Diff(map[string]string{"base": "kulala", "same": "dev"}, values(envs, "dev")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"http-client.env.json:2:57 default-headers"}, fileProblems(envs)); diff != "" {
		t.Error(diff)
	}
}

func TestVSCodeSettingsProblems(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		`{"editor.tabSize": `:                  nil, // not about us
		`[]`:                                   nil,
		`["rest-client.environmentVariables"]`: nil,
		`{"rest-client.environmentVariables": []}`:       {".vscode/settings.json:1:38 bad-environment"},
		`{"rest-client.environmentVariables": {"a": 1}}`: {".vscode/settings.json:1:44 bad-environment"},
		`{"rest-client.environmentVariables": {`:         {".vscode/settings.json:1:39 bad-json"},
	}
	for src, want := range tests {
		if diff := cmp.Diff(want, fileProblems(Load(files(".vscode/settings.json", src), "."))); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// TestShared is {{$shared name}} where the environment has the name too, and
// where nothing has it.
func TestShared(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"$shared": {"a": "{{b}}", "b": "shared", "c": "{{$shared c}}"}, "dev": {"b": "dev"}}`), ".")
	scope := NewScope(nil, envs, "dev", nil)
	tests := map[string]string{
		"{{$shared b}}-{{b}}": "shared-dev",
		"{{$shared a}}":       "dev",
		"{{$shared c}}":       "!variable-cycle",
		"{{$shared d}}":       "!undefined-variable",
		"{{$shared}}":         "!bad-argument",
	}
	for src, want := range tests {
		e := scope.Expand(src, scan(src))
		got := show(e)
		for _, p := range e.Problems {
			got += "!" + p.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", src, got, want)
		}
	}
}

// TestEditorSettings: what only the user's own settings have is private and
// comes behind the workspace's; what the workspace's settings say is not told
// twice, though the editor gives both together.
func TestEditorSettings(t *testing.T) {
	t.Parallel()
	workspace := Load(files(
		".vscode/settings.json", `{"rest-client.environmentVariables": {"dev": {"a": "workspace"}}}`,
		"http-client.env.json", `{"$shared": {"c": "shared"}}`,
	), ".")
	envs := workspace.WithEditor(`{"$shared": {"b": "user", "c": "user's"}, "dev": {"a": "workspace", "c": "own", "d": {"e": 1}}, "mine": {}, "bad": 7}`)
	scope := NewScope(nil, envs, "dev", nil)
	type candidate struct {
		Source  Source
		Text    string
		Private bool
	}
	for name, want := range map[string][]candidate{
		"a": {{SourceVSCode, "workspace", false}},
		"b": {{SourceShared, "user", true}},
		"c": {{SourceEditor, "own", true}, {SourceShared, "shared", false}, {SourceShared, "user's", true}},
		"d": {{SourceEditor, `{"e":1}`, true}},
	} {
		var got []candidate
		for _, d := range scope.Lookup(name) {
			got = append(got, candidate{d.Source, d.Text(), d.Private})
			if d.Private != d.InEditor() || d.InEditor() != (d.Line == 0) {
				t.Errorf("%s: %+v", name, d)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, p := range scope.Expand("{{c}}", scan("{{c}}")).Pieces {
		if !p.Private {
			t.Errorf("%+v is not private", p)
		}
	}
	if e := scope.Expand("{{d.x}}", scan("{{d.x}}")); len(e.Problems) != 1 || !strings.Contains(e.Problems[0].Message, "defined in your editor's settings,") {
		t.Errorf("%+v", e.Problems)
	}
	if diff := cmp.Diff([]string{"dev", "mine"}, envs.Names()); diff != "" {
		t.Error(diff)
	}
	if len(workspace.Names()) != 1 || envs.Problems() != nil {
		t.Errorf("the files' own environments are %v, problems %v", workspace.Names(), envs.Problems())
	}
	for _, setting := range []string{"", "null", "[]", "{", `"x"`} {
		if names := workspace.WithEditor(setting).Names(); len(names) != 1 {
			t.Errorf("%q gives %v", setting, names)
		}
	}
}
