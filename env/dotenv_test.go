package env

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/parser"
)

func TestDotenvValues(t *testing.T) {
	t.Setenv("PROCESS_VALUE", "from the process")
	src := strings.Join([]string{
		"# comment",
		"PLAIN=value",
		"export EXPORTED = spaced out  ",
		"EMPTY=",
		"COMMENT=a b # not this",
		"HASH=a#b",
		"ONLY=# nothing",
		"DOLLAR=pa$PROCESS_VALUE$$x${PLAIN}",
		`SINGLE='a $PLAIN \n #b'`,
		`DOUBLE="a\nb\t\"c\" \$d \q $PLAIN" # comment`,
		"BACK=`it's \"so\"`",
		"MULTI=\"one",
		"two\" ",
		"a.b-c=1",
		"QUOTE_INSIDE=it's",
		"EQUALS=a=b==",
		"URL=https://u:p@h/?a=b#c",
		"exportX=1",
		"export=2",
		"CRLF=x\r",
		"LAST=end",
	}, "\n")
	envs := Load(files(".env", src), ".")
	want := map[string]string{
		"PLAIN": "value", "EXPORTED": "spaced out", "EMPTY": "", "COMMENT": "a b", "HASH": "a#b", "ONLY": "",
		"DOLLAR": "pa$PROCESS_VALUE$$x${PLAIN}", "SINGLE": `a $PLAIN \n #b`, "DOUBLE": "a\nb\\t\\\"c\\\" \\$d \\q $PLAIN",
		"BACK": `it's "so"`, "MULTI": "one\ntwo", "a.b-c": "1", "QUOTE_INSIDE": "it's", "EQUALS": "a=b==",
		"URL": "https://u:p@h/?a=b#c", "exportX": "1", "export": "2", "CRLF": "x", "LAST": "end",
	}
	if diff := cmp.Diff(want, envs.Dotenv("")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".env:8:8 not-expanded (hint)"}, fileProblems(envs)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}

func TestDotenvProblems(t *testing.T) {
	t.Parallel()
	envs := Load(files(".env", "\ufeffA=1\nmarker line\n  B C=marker\nD='marker\nE=2\n=marker\nF=${marker}\n", ".env.old", "junk"), ".")
	want := []string{".env:2:1 bad-dotenv", ".env:3:3 bad-dotenv", ".env:4:3 bad-dotenv", ".env:6:1 bad-dotenv", ".env:7:3 not-expanded (hint)"}
	if diff := cmp.Diff(want, fileProblems(envs)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	for _, p := range envs.Problems() {
		if strings.Contains(p.Message, "marker") {
			t.Errorf("a message quotes the file: %s", p.Message)
		}
	}
	if diff := cmp.Diff(map[string]string{"A": "1", "E": "2", "F": "${marker}"}, envs.Dotenv("")); diff != "" {
		t.Errorf("a bad line must not take the others with it (-want +got):\n%s", diff)
	}
}

func TestDotenvOfAnEnvironment(t *testing.T) {
	t.Parallel()
	fsys := files(
		".env", "A=root", ".env.dev", "A=root-dev", ".env.prod", "A=root-prod",
		"api/.env", "A=api", "api/.env.prod", "A=api-prod",
		"only/.env.prod", "A=only-prod",
	)
	tests := []struct{ dir, environment, want string }{
		{".", "", "root"}, {".", "dev", "root-dev"}, {".", "other", "root"},
		{"api", "", "api"}, {"api", "dev", "api"}, {"api", "prod", "api-prod"},
		{"only", "prod", "only-prod"}, {"only", "dev", "root-dev"}, {"only/deep", "prod", "only-prod"},
	}
	for _, tt := range tests {
		envs := Load(fsys, tt.dir)
		if got := envs.Dotenv(tt.environment)["A"]; got != tt.want {
			t.Errorf("%s, %q: A = %q, want %q", tt.dir, tt.environment, got, tt.want)
		}
	}
}

// TestDotenvForms are those of httpYac, in its order: .env.<environment>,
// <environment>.env and .env, in the folder env and beside the request, nearest
// folder first. All of them count together.
func TestDotenvForms(t *testing.T) {
	t.Parallel()
	fsys := files(
		".env", "A=root\nR=root", ".env.dev", "R=root-dev",
		"api/.env", "A=plain\nB=plain\nC=plain\nD=plain\nE=plain\nF=first\nF=last",
		"api/dev.env", "B=dev.env\nC=dev.env", "api/.env.dev", "C=.env.dev\nD=.env.dev", "api/env/.env.dev", "D=env/.env.dev", "api/env/.env", "E=env/.env",
		"api/prod.env", "B=prod", "api/.env.example", "X=1", "api/.env.bak", "X=1", "api/env/env/.env", "DEEP=1",
		"api/.env.json", "{\n  \"A\": {}\n}",
	)
	envs := Load(fsys, "api")
	if problems := envs.Problems(); problems != nil {
		t.Errorf("problems %+v", problems)
	}
	want := map[string]string{"A": "plain", "B": "dev.env", "C": ".env.dev", "D": "env/.env.dev", "E": "env/.env", "F": "last", "R": "root-dev"}
	if diff := cmp.Diff(want, envs.Dotenv("dev")); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	got := map[string]string{}
	scope := NewScope(nil, envs, "dev", nil)
	for _, d := range scope.Names() {
		got[d.Name] = d.Text()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	var places []string
	for _, d := range scope.Lookup("A") {
		places = append(places, d.Path)
	}
	if diff := cmp.Diff([]string{"api/.env", ".env"}, places); diff != "" {
		t.Errorf("candidates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"dev", "prod"}, envs.Names()); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if !envs.Has("example") {
		t.Error(".env.example cannot be selected by its name")
	}
	if diff := cmp.Diff([]string{"api", "api/env", "."}, envs.Folders()); diff != "" {
		t.Errorf("folders (-want +got):\n%s", diff)
	}
}

func TestDotenvDefinitions(t *testing.T) {
	t.Parallel()
	src := "# x\n export TOKEN = 'a {{b}}'\n"
	d := Load(files("api/.env", src), "api").DotenvNames("")[0]
	if d.Source != SourceDotenv || !d.Private || d.Path != "api/.env" || d.Line != 2 || d.Column != 9 {
		t.Errorf("definition %+v", d)
	}
	if d.NameSpan.Of(src) != "TOKEN" || d.Span.Of(src) != "TOKEN = 'a {{b}}'" || d.Text() != "a {{b}}" {
		t.Errorf("spans %q, %q, text %q", d.NameSpan.Of(src), d.Span.Of(src), d.Text())
	}
}

// TestDotenvIsLast: a variable of .env counts where nothing else defines it, in
// both dialects, and is private.
func TestDotenvIsLast(t *testing.T) {
	t.Parallel()
	fsys := files(".env", "A=dotenv\nB=dotenv\nC=dotenv\n", ".env.stage", "A=stage\n",
		"http-client.env.json", `{"$shared": {"B": "shared"}, "dev": {}}`)
	file := parser.Parse("@C = file\nGET https://example.com\n")
	for _, dialect := range []Dialect{RESTClient, JetBrains} {
		for environment, want := range map[string]string{"": "dotenv shared file", "dev": "dotenv shared file", "stage": "stage shared file"} {
			scope := NewScope(file, Load(fsys, "."), environment, nil, WithDialect(dialect))
			src := "{{A}} {{B}} {{C}}"
			got, ok := scope.Expand(src, scan(src)).Text()
			if !ok || got != want {
				t.Errorf("%s in %q: %q, want %q", dialect, environment, got, want)
			}
			if d := scope.Lookup("A")[0]; !d.Private {
				t.Errorf("%+v is not private", d)
			}
			if d := scope.Lookup("C"); d[0].Source != SourceFile || environment != "stage" && d[len(d)-1].Source != SourceDotenv {
				t.Errorf("%s: %+v", dialect, d)
			}
		}
	}
}

// FuzzLoad checks that no content of an environment file makes Load panic and
// that every problem has a place in the file.
func FuzzLoad(f *testing.F) {
	f.Add(`{"dev": {"a": {"provider": "vault", "path": "{{x}}"}}}`, "A=1\nB='x\n")
	f.Add(`{"dev": {"a": {"provider": "AzureKeyVault", "resourceId": "/"}}`, "export \xff=")
	f.Fuzz(func(t *testing.T, environments, dotenv string) {
		envs := Load(files("http-client.env.json", environments, ".env", dotenv), ".")
		for _, p := range envs.Problems() {
			src := environments
			if p.Path == ".env" {
				src = dotenv
			}
			// Lines end as the Language Server Protocol has it: \n, \r\n and \r.
			lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(src), "\n")
			if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > len(lines[p.Line-1])+1 {
				t.Fatalf("%+v lies outside", p)
			}
		}
		for _, name := range append(envs.Names(), "") {
			values(envs, name)
			for _, d := range NewScope(nil, envs, name, nil).Names() {
				_ = d.Text()
			}
		}
		for _, d := range envs.DotenvNames("") {
			_, _ = d.Span.Of(dotenv), d.NameSpan.Of(dotenv)
		}
	})
}
