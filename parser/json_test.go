package parser_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/golden"
	"github.com/vault-lsp/vault-lsp/parser"
)

func TestDescribe(t *testing.T) {
	t.Parallel()
	const src = "### A title\n# @name first\nPOST {{host}}/x HTTP/1.1\nX-Token: {{$vault path='a b' key={{k}}}}\n\n{\n// c\n\"id\": {{$guid}} }\n\n" +
		"###\nget\n\n< ./{{f}}\n"
	isProvider := func(name string) bool { return name == "vault" }
	got, err := json.MarshalIndent(parser.Describe(parser.Parse(src), isProvider), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	golden.Compare(t, "testdata/describe.json", string(got)+"\n")
}

func TestDescribeEmptyFileHasEmptyLists(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(parser.Describe(parser.Parse(""), func(string) bool { return false }))
	if want := `{"language":"http","requests":[],"variables":[],"blocks":[{"kind":"empty","items":[],"span":{"start":0,"end":0}}],"problems":[]}`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func TestDescribeReferences(t *testing.T) {
	t.Parallel()
	isProvider := func(name string) bool { return name == "aws" }
	for src, want := range map[string][]string{
		"GET {{$aws}}":                 {"aws"},
		"GET {{$other a=b}}":           {"other"},
		"GET {{$guid}}":                nil,
		"GET {{$randomInt 1 2}}":       nil,
		"GET {{$aws secret=a b}}{{c}}": {"aws"},
		"@x = {{$aws secret=a}}\n":     nil,
	} {
		var got []string
		for _, r := range parser.Describe(parser.Parse(src), isProvider).Requests {
			for _, ref := range r.References {
				got = append(got, ref.Provider)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("references of %q (-want +got):\n%s", src, diff)
		}
	}
}

// TestDescribeCalls: the calls of system variables and their arguments.
func TestDescribeCalls(t *testing.T) {
	t.Parallel()
	for expression, want := range map[string][]string{
		"$guid":                               {"guid"},
		"$randomInt 1 {{top}}":                {"randomInt", "1", "{{top}}"},
		`$datetime "DD MM" -1 d`:              {"datetime", "DD MM", "-1", "d"},
		"$random.integer(1, 10)":              {"random.integer", "1", "10"},
		"$random.email()":                     {"random.email"},
		"$input A (b) $value: x=1":            {"input", "A (b) $value: x=1"},
		"$processEnv %name":                   {"processEnv", "%name"},
		"$env.HOME":                           {"env.HOME"},
		"$vault path=a":                       nil,
		"host":                                nil,
		"$aws secret=a key='{{$guid}}' $uuid": {"guid"},
	} {
		var got []string
		for _, call := range parser.Describe(parser.Parse("GET {{"+expression+"}}"), func(name string) bool { return name == "aws" }).Requests[0].Calls {
			got = append(append(got, call.Name), call.Arguments...)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", expression, diff)
		}
	}
	variables := parser.Describe(parser.Parse("GET {{%a}}{{b}}"), func(string) bool { return false }).Requests[0].Variables
	if len(variables) != 2 || !variables[0].Encoded || variables[1].Encoded {
		t.Errorf("variables %+v", variables)
	}
}

// TestDescribeVariables: what is special about a definition is told.
func TestDescribeVariables(t *testing.T) {
	t.Parallel()
	got, err := json.Marshal(parser.Describe(parser.Parse("@global.a := b\\n\nGET x/{{< ./f}}\n"), func(string) bool { return false }).Variables)
	if want := `[{"name":"a","value":"b\\n","global":true,"lazy":true,"escapes":[{"start":14,"end":16}],"span":{"start":0,"end":16}}]`; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// TestParseJSONIsDocumented: docs/parse-json.md names every field.
func TestParseJSONIsDocumented(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/parse-json.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[reflect.Type]bool{}
	var check func(typ reflect.Type)
	check = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if !strings.Contains(string(doc), "`"+name+"`") && name != "start" && name != "end" {
				t.Errorf("docs/parse-json.md does not name %s of %s", name, typ)
			}
			check(typ.Field(i).Type)
		}
	}
	check(reflect.TypeFor[parser.Description]())
}
