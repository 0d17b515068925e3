package env

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// insomniaTag is {"secretName":"stripe"} of GCP.
const insomniaTag = "{% vault 'gcp', 'crd_1', 'eyJzZWNyZXROYW1lIjoic3RyaXBlIn0=' %}"

func foreignScope() *Scope {
	envs := Load(files(
		"http-client.env.json", `{"dev": {
			"env": "prod",
			"stripe": "ref+awssecrets://prod/stripe?region=eu-west-1#/api_key",
			"item": "op://My Vault/stripe/credential",
			"braces": "Bearer {{op://v/i/f}}",
			"named": "ref+vault://kv/{{env}}/db#/password",
			"hidden": "ref+vault://kv/{{who}}/db#/password",
			"secretNamed": "ref+vault://kv/{{stripe}}/db#/password",
			"call": "ref+vault://kv/{{$guid}}/db#/password",
			"unknown": "ref+sops://x.yaml",
			"plain": "ref+ and op are words",
			"basic": "ref+vault://kv/a#/user+:ref+vault://kv/a#/pass",
			"inline": "x={{env}} secretref+awssecrets://s#/k, and {{env}}",
			"inlineBad": "Bearer ref+sops://x.yaml",
			"tag": "`+insomniaTag+`"
		}}`,
		"http-client.private.env.json", `{"dev": {"who": "me"}}`,
		".env", "OP_TOKEN=op://dev/token/credential\n",
	), ".")
	return NewScope(httpFile("inFile = ref+gcpsecrets://p-1/stripe#/a/b", "braced = {{ref+openbao://kv/app/db#/k}}", "url = https://x/{{inFile}}"), envs, "dev", nil)
}

// TestForeignReferences are secrets wherever a reference may stand.
func TestForeignReferences(t *testing.T) {
	t.Parallel()
	scope := foreignScope()
	tests := []struct{ in, want string }{
		{"{{ref+vault://secret/app/db#/password}}", "<{{$vault path=app/db key=password}}>"},
		{"Bearer {{ secretref+azurekeyvault://my-vault/stripe }}!", "Bearer <{{$azure vault=my-vault secret=stripe}}>!"},
		{"{{op://My Vault/an item/field}}", "<{{$op id='op://My Vault/an item/field'}}>"},
		{"{{stripe}}", "<{{$aws secret=prod/stripe region=eu-west-1 key=api_key}}>"},
		{"{{%stripe}}", "<{{$aws secret=prod/stripe region=eu-west-1 key=api_key}}>%"},
		{"{{item}}", "<{{$op id='op://My Vault/stripe/credential'}}>"},
		{"{{braces}}", "Bearer <{{$op id=op://v/i/f}}>"},
		{"{{named}}", "<{{$vault path=prod/db mount=kv key=password}}>"},
		{"{{hidden}}", "<{{$vault path=me/db mount=kv key=password}}>*"},
		{"{{inFile}}", `<{{$gcp secret=stripe project=p-1 key='$[\'a\'][\'b\']'}}>`},
		{"{{braced}}", "<{{$vault path=app/db mount=kv key=k}}>"},
		{"{{url}}", `https://x/<{{$gcp secret=stripe project=p-1 key='$[\'a\'][\'b\']'}}>`},
		{"{{OP_TOKEN}}", "<{{$op id=op://dev/token/credential}}>*"},
		{"{{plain}}", "ref+ and op are words"},
		{"{{basic}}", "<{{$vault path=a mount=kv key=user}}>:<{{$vault path=a mount=kv key=pass}}>"},
		{"{{inline}}", "x=prod <{{$aws secret=s key=k}}>, and prod"},
		{"text with ref+vault://kv/a#/b in it", "text with ref+vault://kv/a#/b in it"},
		{"{% if x %} of another language", "{% if x %} of another language"},
	}
	for _, tt := range tests {
		got := scope.Expand(tt.in, scan(tt.in))
		if show(got) != tt.want || len(got.Problems) > 0 {
			t.Errorf("Expand(%s) = %q %v, want %q", tt.in, show(got), got.Problems, tt.want)
		}
		scope.Check(tt.in, scan(tt.in), func(p Problem) { t.Errorf("Check(%s) reports %+v", tt.in, p) })
	}
}

// TestForeignProblems: what cannot be read is never text.
func TestForeignProblems(t *testing.T) {
	t.Parallel()
	scope := foreignScope()
	tests := []struct {
		in   string
		want []string
	}{
		{"{{ref+sops://x.yaml#/a}}", []string{"unsupported-reference@sops"}},
		{"{{ref+vault://127.0.0.1:8200/kv/a#/b}}", []string{"unsupported-reference@127.0.0.1:8200/kv/a"}},
		{"{{op://v/i}}", []string{"unsupported-reference@op://v/i"}},
		{"{{unknown}}", []string{"unsupported-reference@{{unknown}} in unknown"}},
		{"{{inlineBad}}", []string{"unsupported-reference@{{inlineBad}} in inlineBad"}},
		{"{{secretNamed}}", []string{"nested-expression@{{secretNamed}} in secretNamed"}},
		{"{{call}}", []string{"nested-expression@{{call}} in call"}},
		{"a " + insomniaTag + " b", []string{"insomnia-reference@" + insomniaTag}},
		{"{{env}} " + insomniaTag + insomniaTag, []string{"insomnia-reference@" + insomniaTag, "insomnia-reference@" + insomniaTag}},
		{"{{tag}}", []string{"insomnia-reference@{{tag}} in tag"}},
		{"{{$secrets.db.password}}", []string{"bruno-reference@$secrets.db.password"}},
		{"{{$vault path={{stripe}}}}", []string{"nested-expression@{{stripe}}"}},
		{"{{$vault path={{op://v/i/f}}}}", []string{"nested-expression@{{op://v/i/f}}"}},
	}
	for _, tt := range tests {
		got := scope.Expand(tt.in, scan(tt.in))
		if diff := cmp.Diff(tt.want, problems(tt.in, got.Problems)); diff != "" {
			t.Errorf("Expand(%s) (-want +got):\n%s", tt.in, diff)
		}
		var checked []Problem
		scope.Check(tt.in, scan(tt.in), func(p Problem) { checked = append(checked, p) })
		if diff := cmp.Diff(got.Problems, checked); diff != "" {
			t.Errorf("Check(%s) differs from Expand (-expand +check):\n%s", tt.in, diff)
		}
	}
}

// TestForeignValuesOfFiles reports at the value what is wrong with it.
func TestForeignValuesOfFiles(t *testing.T) {
	t.Parallel()
	envs := Load(files("http-client.env.json", `{"dev": {
  "a": "ref+vault://kv/x?address=https://evil.example&token_file=/etc/passwd#/k",
  "b": "ref+nothing://x",
  "c": {"provider": "hcp", "app": "web", "secret": "KEY"},
  "d": "op://v/i/f"
}}`), ".")
	var got []string
	for _, p := range envs.Problems() {
		got = append(got, fmt.Sprintf("%d:%d %s warning=%v", p.Line, p.Column, p.Code, p.Warning))
		if strings.Contains(p.Message, "evil.example") || strings.Contains(p.Message, "passwd") {
			t.Errorf("the message quotes a value: %s", p.Message)
		}
	}
	want := []string{
		"2:8 ignored-parameter warning=true", "2:8 ignored-parameter warning=true", "3:8 unsupported-reference warning=false",
		"4:3 end-of-life warning=true",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
