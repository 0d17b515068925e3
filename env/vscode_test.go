package env

import (
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
