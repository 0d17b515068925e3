package secret

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestProvidersOrder(t *testing.T) {
	t.Parallel()
	var names []string
	for _, spec := range Providers() {
		names = append(names, spec.Name)
	}
	want := []string{"aws", "ssm", "gcp", "vault", "hcp", "azure", "op", "local"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("providers (-want +got):\n%s", diff)
	}
}

func TestFieldsOfEachProvider(t *testing.T) {
	t.Parallel()
	common := []string{"credential", "key", "decode", "encode", "trim", "ttl"}
	tests := map[string][]string{
		"aws":   {"secret*", "version", "stage", "type", "region"},
		"gcp":   {"secret*", "project", "version", "location"},
		"vault": {"path*", "mount", "engine", "version", "namespace"},
		"hcp":   {"app*", "secret*", "organization", "project", "version"},
		"azure": {"id*", "vault*", "secret*", "version"},
		"op":    {"id*"},
		"local": {"secret*"},
	}
	for name, own := range tests {
		spec, ok := Lookup(name)
		if !ok {
			t.Fatalf("no provider %s", name)
		}
		var got []string
		for _, f := range spec.Fields {
			if f.Required {
				f.Name += "*"
			}
			got = append(got, f.Name)
		}
		if diff := cmp.Diff(slices.Concat(own, common), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestTableIsComplete checks what the generated documentation, the completion
// list and the editors' forms rest on.
func TestTableIsComplete(t *testing.T) {
	t.Parallel()
	for _, spec := range Providers() {
		if spec.Label == "" || !strings.HasSuffix(spec.Doc, ".") || len(spec.Forms) == 0 {
			t.Errorf("%s: label, sentence or forms missing", spec.Name)
		}
		seen := map[string]bool{}
		for _, f := range spec.Fields {
			where := spec.Name + "." + f.Name
			if seen[f.Name] {
				t.Errorf("%s stands twice", where)
			}
			seen[f.Name] = true
			if !strings.HasSuffix(f.Doc, ".") || f.Example == "" {
				t.Errorf("%s: needs a sentence and an example", where)
			}
			if !f.Required && !strings.Contains(f.Doc, "Default: ") && f.Name != "trim" {
				t.Errorf("%s: an optional field's doc names its default", where)
			}
			if message := checkValue(spec.Name, f, f.Example); message != "" {
				t.Errorf("%s: the example %q is refused: %s", where, f.Example, message)
			}
			if f.Default != "" && checkValue(spec.Name, f, f.Default) != "" {
				t.Errorf("%s: the default %q is refused", where, f.Default)
			}
			if (f.Type == TypeEnum) != (len(f.Values) > 0) {
				t.Errorf("%s: values and type enum belong together", where)
			}
			inForm := slices.ContainsFunc(spec.Forms, func(form []string) bool { return slices.Contains(form, f.Name) })
			if inForm != f.Required {
				t.Errorf("%s: required is %v, in a form %v", where, f.Required, inForm)
			}
		}
		for _, name := range []string{"credential", "key", "decode", "encode", "trim", "ttl"} {
			if f, ok := spec.Field(name); !ok || f.Locates {
				t.Errorf("%s.%s must exist and not locate", spec.Name, name)
			}
		}
	}
}

func TestProvidersGivesACopy(t *testing.T) {
	t.Parallel()
	Providers()[0] = Spec{Name: "changed"}
	if Providers()[0].Name != "aws" {
		t.Error("a caller changed the table")
	}
}

func TestLookupUnknown(t *testing.T) {
	t.Parallel()
	if _, ok := Lookup("localDatetime"); ok {
		t.Error("a provider is the whole word: localDatetime is not local")
	}
	vault, _ := Lookup("vault")
	if _, ok := vault.Field("region"); ok {
		t.Error("vault has no region")
	}
}

func TestTableAsJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(Providers())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"name":"vault"`, `"type":"enum"`, `"values":["v1","v2"]`, `"forms":[["id"],["vault","secret"]]`, `"required":true`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the table as JSON lacks %s", want)
		}
	}
}
