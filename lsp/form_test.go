package lsp

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// The forms of the editors check what is typed before the server does. All agree
// on the cases of one file.
func TestFieldValues(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile("../testdata/form/fields.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Type   credentials.FieldType
		Values []string
		Value  string
		Good   bool
	}
	if err := json.Unmarshal(src, &cases); err != nil {
		t.Fatal(err)
	}
	tested := map[credentials.FieldType]bool{}
	for _, c := range cases {
		tested[c.Type] = true
		method, field := fieldOfType(t, c.Type)
		if c.Type == credentials.TypeEnum {
			if !slices.Contains(field.Values, c.Value) == c.Good {
				t.Errorf("%q is a value of %s in the table, or not in the cases", c.Value, field.Name)
			}
		}
		profile := credentials.Profile{
			Name: "a", Provider: method.Provider, Auth: method.Auth, Fields: map[string]string{field.Name: c.Value},
		}
		refused := slices.ContainsFunc(credentials.Check(profile), func(p credentials.FieldProblem) bool { return p.Field == field.Name })
		if refused == c.Good {
			t.Errorf("%s %q: refused is %v", c.Type, c.Value, refused)
		}
	}
	for _, method := range credentials.Methods() {
		for _, field := range method.Fields {
			if !tested[field.Type] && field.Type != credentials.TypePath {
				t.Errorf("there are no cases for fields of type %s", field.Type)
			}
		}
	}
}

// fieldOfType is some plain field of the table with that type.
func fieldOfType(t *testing.T, kind credentials.FieldType) (credentials.Method, credentials.MethodField) {
	t.Helper()
	for _, method := range credentials.Methods() {
		for _, field := range method.Fields {
			if field.Type == kind && !field.Secret && (kind != credentials.TypeEnum || slices.Contains(field.Values, "usgov")) {
				return method, field
			}
		}
	}
	t.Fatalf("the table has no field of type %s", kind)
	return credentials.Method{}, credentials.MethodField{}
}
