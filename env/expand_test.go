package env

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// testScope is the scope most tests here expand in.
func testScope() *Scope {
	envs := Load(files(
		"http-client.env.json", `{"dev": {
			"host": "example.com",
			"env": "prod",
			"stripe": {"provider": "aws", "secret": "prod/stripe", "key": "api_key"},
			"templated": {"provider": "vault", "path": "{{env}}/db", "version": 3},
			"templatedBad": {"provider": "vault", "path": "../{{env}}"},
			"templatedSecret": {"provider": "vault", "path": "{{stripe}}"},
			"templatedUndefined": {"provider": "vault", "path": "{{nix}}"},
			"templatedCycle": {"provider": "vault", "path": "{{templatedCycle}}"},
			"text": "Bearer {{$vault path=app/db}}",
			"broken": {"provider": "vault", "paht": "x"},
			"user": {"name": "Ann", "tags": ["a", {"b": 1.50}], "a b": true, "url": "https://{{host}}", "none": null},
			"a.b": "exact",
			"empty": ""
		}}`,
		"http-client.private.env.json", `{"dev": {"token": "t-1", "secretPath": "hidden"}}`,
	), ".")
	file := httpFile(
		"base = https://{{host}}",
		"url = {{base}}/v1",
		"auth = Bearer {{token}}",
		"ref = {{$local secret={{env}}/x}}",
		"id = {{$guid}}",
		"one = {{two}}", "two = {{three}}", "three = {{one}}",
		"self = {{self}}",
		"bad = {{hots}}",
		"query = a b&c",
		"spaced = app/two words",
		"lo = 1",
	)
	return NewScope(file, envs, "dev", nil)
}

func TestExpand(t *testing.T) {
	t.Parallel()
	scope := testScope()
	tests := []struct{ in, want string }{
		{"plain", "plain"},
		{"{{host}}", "example.com"},
		{"a{{host}}b{{ env }}c", "aexample.combprodc"},
		{"{{url}}/x", "https://example.com/v1/x"},
		{"{{token}}", "t-1*"},
		{"{{auth}}", "Bearer t-1*"},
		{"{{empty}}", ""},
		{"{{%query}}", "a b&c%"},
		{"{{%url}}", "https://%example.com%/v1%"},
		{"{{$guid}}", "[guid]"},
		{"{{id}}", "[guid]"},
		{"{{$randomInt 1 5}}", "[randomInt 1 5]"},
		{"{{$randomInt {{lo}} 5}}", "[randomInt 1 5]"},
		{"{{$timestamp -3 h}}", "[timestamp -3 h]"},
		{"{{$processEnv HOME}}", "[processEnv HOME]*"},
		{"{{$dotenv %host}}", "[dotenv %host]*"},
		{"{{$vault path=app/db key=k}}", "<{{$vault path=app/db key=k}}>"},
		{"{{$vault key='k' path={{env}}/db}}", "<{{$vault path=prod/db key=k}}>"},
		{"{{$vault path={{spaced}}}}", "<{{$vault path='app/two words'}}>"},
		{"{{$vault path={{secretPath}}}}", "<{{$vault path=hidden}}>*"},
		{"{{ref}}", "<{{$local secret=prod/x}}>"},
		{"{{stripe}}", "<{{$aws secret=prod/stripe key=api_key}}>"},
		{"{{%stripe}}", "<{{$aws secret=prod/stripe key=api_key}}>%"},
		{"{{templated}}", "<{{$vault path=prod/db version=3}}>"},
		{"{{text}}", "Bearer <{{$vault path=app/db}}>"},
		{"{{user.name}}", "Ann"},
		{"{{user.tags[0]}}", "a"},
		{"{{user.tags[1].b}}", "1.50"},
		{"{{user['a b']}}", "true"},
		{"{{user.tags}}", `["a",{"b":1.50}]`},
		{"{{user.url}}", "https://example.com"},
		{"{{a.b}}", "exact"},
	}
	for _, tt := range tests {
		got := scope.Expand(tt.in, scan(tt.in))
		if show(got) != tt.want || len(got.Problems) > 0 {
			t.Errorf("Expand(%s) = %q %v, want %q", tt.in, show(got), got.Problems, tt.want)
		}
		scope.Check(tt.in, scan(tt.in), func(p Problem) { t.Errorf("Check(%s) reports %+v", tt.in, p) })
	}
}

func TestExpandProblems(t *testing.T) {
	t.Parallel()
	scope := testScope()
	tests := []struct {
		in   string
		want []string
	}{
		{"{{hots}}", []string{"undefined-variable@hots ?host"}},
		{"{{zzzzzz}}", []string{"undefined-variable@zzzzzz"}},
		{"x {{bad}}", []string{"undefined-variable@{{bad}} in bad ?host"}},
		{"{{one}}", []string{"variable-cycle@{{one}}"}},
		{"{{self}}", []string{"variable-cycle@{{self}}"}},
		{"{{login.response.body.token}}", []string{"unsupported-response@login.response.body.token"}},
		{"{{user.nix}}", []string{"undefined-variable@user.nix"}},
		{"{{user.none}}", []string{"undefined-variable@user.none"}},
		{"{{user.tags[7]}}", []string{"undefined-variable@user.tags[7]"}},
		{"{{user.name.x}}", []string{"undefined-variable@user.name.x"}},
		{"{{host.x}}", []string{"undefined-variable@host.x ?host"}},
		{"{{}}", []string{"empty-expression@{{}}"}},
		{"{{host", []string{"unclosed-expression@{{"}},
		{"{{$gid}}", []string{"unknown-system-variable@$gid ?guid"}},
		{"{{$vautl path=a}}", []string{"unknown-provider@$vautl ?vault"}},
		{"{{$keeper uid=a}}", []string{"unknown-provider@$keeper"}},
		{"{{$faker.name}}", []string{"unknown-system-variable@$faker.name"}},
		{"{{$randomInt 1}}", []string{"bad-argument@1"}},
		{"{{$randomInt 5 1}}", []string{"bad-argument@5 1"}},
		{"{{$randomInt a b}}", []string{"bad-argument@a b"}},
		{"{{$randomInt}}", nil},
		{"{{$guid 4}}", []string{"bad-argument@4"}},
		{"{{$timestamp 3}}", []string{"bad-argument@3"}},
		{"{{$timestamp 3 hours}}", []string{"bad-argument@3 hours"}},
		{"{{$dotenv NOBODY}}", []string{"missing-environment@NOBODY"}},
		{"{{$dotenv %nobody}}", []string{"undefined-variable@%nobody"}},
		{"{{$processEnv NOBODY}}", nil},
		{"{{$processEnv %nobody}}", []string{"undefined-variable@%nobody"}},
		{"{{$processEnv %host}}", nil},
		{"{{$timestamp -2001 y}}", []string{"bad-argument@-2001 y"}},
		{"{{$datetime iso8601 9223372036854775807 ms}}", []string{"bad-argument@iso8601 9223372036854775807 ms"}},
		{"{{$timestamp 9223372036854775808 s}}", []string{"bad-argument@9223372036854775808 s"}},
		{"{{$random.integer(1,2,3)}}", []string{"bad-argument@{{$random.integer(1,2,3)}}"}},
		{"{{$processEnv %}}", []string{"bad-argument@%"}},
		{"{{$vault}}", []string{"missing-field@$vault"}},
		{"{{$vault path=}}", []string{"bad-field-value@path="}},
		{"{{$vault path=a versoin=3}}", []string{"unknown-field@versoin ?version"}},
		{"{{$vault path=a version=x ttl='9'}}", []string{"bad-field-value@x", "bad-field-value@'9'"}},
		{"{{$vault path=a engine=v1 version=2}}", []string{"conflicting-fields@version=2"}},
		{"{{$vault app/db}}", []string{"positional-field@app/db", "missing-field@$vault"}},
		{"{{$vault path=a path=b}}", []string{"duplicate-field@path"}},
		{"{{$vault path={{nix}}/db}}", []string{"undefined-variable@nix"}},
		{"{{$vault path={{nix}} versoin=3}}", []string{"undefined-variable@nix", "unknown-field@versoin ?version"}},
		{"{{$vault path={{ref}}}}", []string{"nested-expression@{{ref}}"}},
		{"{{$vault path={{id}}}}", []string{"nested-expression@{{id}}"}},
		{"{{$vault path={{stripe}}}}", []string{"nested-expression@{{stripe}}"}},
		{"{{$vault path={{%env}}}}", []string{"nested-expression@{{%env}}"}},
		{"{{$vault path={{$guid}}}}", []string{"nested-reference@{{$guid}}"}},
		{"{{$vault path={{one}}}}", []string{"variable-cycle@{{one}}"}},
		{"{{$vault path=../{{env}}}}", []string{"bad-field-value@../{{env}}"}},
		{"{{broken}}", []string{"bad-definition@{{broken}} in broken"}},
		{"{{templatedBad}}", []string{"bad-field-value@{{templatedBad}} in templatedBad"}},
		{"{{templatedSecret}}", []string{"nested-expression@{{templatedSecret}} in templatedSecret"}},
		{"{{templatedUndefined}}", []string{"undefined-variable@{{templatedUndefined}} in templatedUndefined"}},
		{"{{templatedCycle}}", []string{"variable-cycle@{{templatedCycle}}"}},
	}
	for _, tt := range tests {
		got := scope.Expand(tt.in, scan(tt.in))
		if diff := cmp.Diff(tt.want, problems(tt.in, got.Problems)); diff != "" {
			t.Errorf("Expand(%s) (-want +got):\n%s", tt.in, diff)
		}
		if _, ok := got.Text(); ok {
			t.Errorf("%s: an expansion with problems has no text", tt.in)
		}
		var checked []Problem
		scope.Check(tt.in, scan(tt.in), func(p Problem) { checked = append(checked, p) })
		if diff := cmp.Diff(got.Problems, checked); diff != "" {
			t.Errorf("Check(%s) differs from Expand (-expand +check):\n%s", tt.in, diff)
		}
	}
}

// TestValueIsNotSplitAgain: what a nested variable stands for cannot add a
// field (nothing in a file or an environment may redirect a reference).
func TestValueIsNotSplitAgain(t *testing.T) {
	t.Parallel()
	file := httpFile("p = app/db credential=admin", "q = a' credential='admin")
	scope := NewScope(file, nil, "", nil)
	for _, in := range []string{"{{$vault path={{p}}}}", "{{$vault path='{{p}}'}}", "{{$vault path='{{q}}'}}"} {
		got := scope.Expand(in, scan(in))
		if len(got.Pieces) != 1 || got.Pieces[0].Ref.Get("credential") != "" {
			t.Errorf("Expand(%s) = %q %v", in, show(got), got.Problems)
		}
	}
}

func TestPieceProvenance(t *testing.T) {
	t.Parallel()
	src := "GET {{url}}?k={{$vault path=a}}"
	got := testScope().Expand(src, scan(src))
	type origin struct{ Text, Span, Variable string }
	var origins []origin
	for _, p := range got.Pieces {
		s := p.Text
		if p.Kind == Secret {
			s = p.Ref.String()
		}
		origins = append(origins, origin{s, p.Span.Of(src), p.Variable})
	}
	want := []origin{
		{"GET ", "GET ", ""},
		{"https://", "{{url}}", "url"},
		{"example.com", "{{url}}", "url"},
		{"/v1", "{{url}}", "url"},
		{"?k=", "?k=", ""},
		{"{{$vault path=a}}", "{{$vault path=a}}", ""},
	}
	if diff := cmp.Diff(want, origins); diff != "" {
		t.Errorf("pieces (-want +got):\n%s", diff)
	}
}

func TestCallOfAVariableKeepsItsSource(t *testing.T) {
	t.Parallel()
	scope := testScope()
	got := scope.Expand("{{id}}", scan("{{id}}"))
	if p := got.Pieces[0]; p.Call.Span.Of(p.CallSrc) != "{{$guid}}" {
		t.Errorf("the call's source is %q", p.Call.Span.Of(p.CallSrc))
	}
}

// TestExponentialDefinitions: definitions that double at every step end in one
// problem and in little time.
func TestExponentialDefinitions(t *testing.T) {
	t.Parallel()
	lines := []string{"v0 = " + strings.Repeat("x", 1000)}
	for i := range 50 {
		lines = append(lines, fmt.Sprintf("v%d = {{v%d}}{{v%d}}", i+1, i, i))
	}
	scope := NewScope(httpFile(lines...), nil, "", nil)
	for _, in := range []string{"{{v50}}", "{{$vault path={{v50}}}}", "{{v20}}"} {
		got := scope.Expand(in, scan(in))
		if len(got.Problems) != 1 || got.Problems[0].Code != CodeLimit {
			t.Errorf("Expand(%s) = %v", in, problems(in, got.Problems))
		}
		for range 2 {
			var checked []Problem
			scope.Check(in, scan(in), func(p Problem) { checked = append(checked, p) })
			if diff := cmp.Diff(got.Problems, checked); diff != "" {
				t.Errorf("Check(%s) differs from Expand (-expand +check):\n%s", in, diff)
			}
		}
	}
	for range 5000 {
		// Each has to look at all of it only once.
		scope.Check("{{v13}}", scan("{{v13}}"), func(p Problem) { t.Errorf("v13 is not too large: %+v", p) })
	}
	chain := []string{"v0 = x"}
	for i := range 200 {
		chain = append(chain, fmt.Sprintf("v%d = {{v%d}}", i+1, i))
	}
	scope = NewScope(httpFile(chain...), nil, "", nil)
	if got := scope.Expand("{{v200}}", scan("{{v200}}")); len(got.Problems) != 1 || got.Problems[0].Code != CodeLimit {
		t.Errorf("a chain of 200 = %v", got.Problems)
	}
	if got := scope.Expand("{{v30}}", scan("{{v30}}")); show(got) != "x" {
		t.Errorf("a chain of 30 = %v", got.Problems)
	}
}

// TestUndefinedSaysWhy: the message names what would define the variable, and
// nothing that would not.
func TestUndefinedSaysWhy(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"dev": {"qqqqqq": "1", "both": "1", "a": "1", "b": {"c": "1"}}, "prod": {"a": "2"}, "test": {},
		"e1": {"many": 1}, "e2": {"many": 1}, "e3": {"many": 1}, "e4": {"many": 1}, "e5": {"many": 1}}`), ".")
	const src = "### Log in\nGET http://x\n\n> {%\n  client.global.set(\"token\", response.body.token)\n  request.variables.set('other', 1)\n  client.global.set('both', 1)\n%}\n\n" +
		"###\n# @name json\nGET http://x\n\n{{\n  exports.made = 1;\n  exports.same == 2;\n}}\n"
	tests := []struct {
		environment, name, code, want string
	}{
		{"", "host", CodeUndefined, "There is no variable host; define it in the file (@host = …) or in http-client.env.json."},
		{"dev", "host", CodeUndefined, "There is no variable host; define it in the file (@host = …) or in http-client.env.json."},
		{"", "qqqqqq", CodeNoEnvironment, "No environment is selected; dev defines qqqqqq."},
		{"", "a", CodeNoEnvironment, "No environment is selected; dev and prod define a."},
		{"", "many", CodeNoEnvironment, "No environment is selected; e1, e2, e3 and 2 others define many."},
		{"", "b[0]", CodeNoEnvironment, "No environment is selected; dev defines b[0]."},
		{"", "%$guid", CodeUndefined, "Only a variable is percent-encoded; write @name = {{$guid}} in the file, and {{%name}} here."},
		{"prd", "a", CodeNoEnvironment, "The environment prd, which is selected, is in no file; dev and prod define a."},
		{"prod", "qqqqqq", CodeUndefined, "There is no variable qqqqqq in the environment prod; dev defines it."},
		{"prod", "a.c", CodeUndefined, "There is no variable a.c; define it in the file (@a.c = …) or in http-client.env.json."},
		{"", "b.c", CodeNoEnvironment, "No environment is selected; dev defines b.c."},
		{"test", "both", CodeUndefined, "There is no variable both in the environment test; dev defines it."},
		{"", "token", CodeUndefined, "token is set by a script, and scripts are not run; write the value into a variable."},
		{"dev", "other.id", CodeUndefined, "other is set by a script, and scripts are not run; write the value into a variable."},
		{"", "made", CodeUndefined, "made is set by a script, and scripts are not run; write the value into a variable."},
		{"", "same", CodeUndefined, "There is no variable same; define it in the file (@same = …) or in http-client.env.json."},
		{"", "json.args.id", CodeResponse, "json.args.id takes a value out of another request's answer, which is not supported; send json yourself and put the value into a variable."},
	}
	for _, tt := range tests {
		scope := NewScope(parser.Parse(src), envs, tt.environment, nil)
		written := "{{" + tt.name + "}}"
		got := scope.Expand(written, scan(written))
		if len(got.Problems) != 1 || got.Problems[0].Message != tt.want || got.Problems[0].Code != tt.code {
			t.Errorf("%q in %q: %+v, want %q", tt.name, tt.environment, got.Problems, tt.want)
		}
	}
}

// TestProblemsHoldNoPrivateValue: messages are shown in editors and logs.
func TestProblemsHoldNoPrivateValue(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.private.env.json", `{"dev": {
		"p": "../marker-1", "v": "marker-2", "o": {"provider": "vault", "path": "a", "version": "{{v}}"},
		"s": {"k": "marker-3"}}}`), ".")
	scope := NewScope(nil, envs, "dev", nil)
	for _, in := range []string{"{{$vault path={{p}}}}", "{{$vault path=a version={{v}}}}", "{{$aws secret=a region={{p}}}}", "{{o}}", "{{s.x}}", "{{$vault path={{s.x}}}}", "{{$azure id={{v}}}}", "{{$randomInt {{v}} 1}}", "{{$timestamp 1 {{v}}}}"} {
		got := scope.Expand(in, scan(in))
		if len(got.Problems) == 0 {
			t.Errorf("%s has no problem", in)
		}
		for _, p := range got.Problems {
			if strings.Contains(p.Message, "marker") {
				t.Errorf("%s: %s", in, p.Message)
			}
		}
	}
}

func TestScopeIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	scope := testScope()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, in := range []string{"{{url}}", "{{hots}}", fmt.Sprintf("{{nix%d}}", i), "{{stripe}}"} {
				scope.Expand(in, scan(in))
				scope.Lookup("url")
			}
		})
	}
	wg.Wait()
}

// FuzzExpand checks that expansion never panics, that spans lie in the source,
// and that Check agrees with Expand.
func FuzzExpand(f *testing.F) {
	f.Add("@a = {{b}}\n@b = {{$vault path={{a}}}}\n", "{{a}}{{%b}}{{$randomInt 1 {{a}}}}")
	f.Add("@a = {{user.name}}\n", "{{a.b[0]}}{{$azure id=x vault={{a}}}}{{")
	f.Fuzz(func(t *testing.T, variables, in string) {
		envs := Load(files("http-client.env.json", variables, ".env", variables), ".")
		scope := NewScope(parser.Parse(variables), envs, "dev", nil)
		tmpl := scan(in)
		got := scope.Expand(in, tmpl)
		within := func(s text.Span) bool { return s.Start >= 0 && s.Start <= s.End && s.End <= len(in) }
		for _, p := range got.Pieces {
			if !within(p.Span) {
				t.Fatalf("piece %+v lies outside", p)
			}
		}
		for _, p := range got.Problems {
			if !within(p.Span) || p.Message == "" || p.Code == "" {
				t.Fatalf("problem %+v", p)
			}
		}
		var checked []Problem
		scope.Check(in, tmpl, func(p Problem) { checked = append(checked, p) })
		if len(checked) != len(got.Problems) {
			// Text that is too long is counted only where it is made.
			for _, p := range got.Problems {
				if p.Code == CodeLimit {
					return
				}
			}
			t.Fatalf("Check found %v, Expand %v", checked, got.Problems)
		}
	})
}

func BenchmarkExpand(b *testing.B) {
	scope := testScope()
	for name, in := range map[string]string{
		"literal":   "https://example.com/v1/customers?limit=10",
		"variables": "{{url}}/customers?limit=10",
		"reference": "Bearer {{$vault path=app/db key=password}}",
	} {
		tmpl := scan(in)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				scope.Expand(in, tmpl)
			}
		})
		b.Run("check-"+name, func(b *testing.B) {
			b.ReportAllocs()
			report := func(Problem) {}
			for b.Loop() {
				scope.Check(in, tmpl, report)
			}
		})
	}
}

// TestCallsOfOtherTools are refused with what to write in their place, and so
// are expressions of scripts.
func TestCallsOfOtherTools(t *testing.T) {
	t.Parallel()
	scope := NewScope(nil, nil, "", nil)
	for src, want := range map[string]string{
		"{{$aadToken new}}":           "of REST Client is not supported; put the token into a vault",
		`{{$auth.token("id")}}`:       "put the token into a vault",
		"{{$projectRoot}}":            "of JetBrains is not supported; write a path",
		"{{$.users.name}}":            "name the variable before the path",
		"{{$date}}":                   "{{$datetime",
		"{{$timestampMs}}":            "jetbrains",
		"{{$nonsense.of.mine}}":       "docs/variables.md lists those there are",
		"{{$env HOME}}":               "takes a name behind a point, as in {{$env.API_TOKEN}}",
		"{{1+1}}":                     "a script's expression",
		"{{Buffer.from('a').length}}": "a script's expression",
	} {
		problems := scope.Expand(src, scan(src)).Problems
		if len(problems) != 1 || !strings.Contains(problems[0].Message, want) || len(problems[0].Message) > 300 {
			t.Errorf("%s: %+v", src, problems)
		}
	}
}
