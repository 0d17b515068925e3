package analysis

import (
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/secret"
)

func TestHover(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, src string
		at        string
		holds     []string
		holdsNot  []string
	}{
		{"reference", request + "A: {{$va‸ult path=app/db key=password}}", "{{$vault path=app/db key=password}}",
			[]string{"HashiCorp Vault", "the value of `password` in path `app/db`", "Credential: `infra` (the default)", "Cache: not cached", "| mount | `secret` (default) |", "| key | `password` |"}, nil},
		{"named credential", request + "A: {{$vault‸ path=a credential=staging}}", "{{$vault path=a credential=staging}}", []string{"Credential: `staging`"}, nil},
		{"unknown credential", request + "A: {{$vault‸ path=a credential=nobody}}", "{{$vault path=a credential=nobody}}", []string{"not configured"}, nil},
		{"ambient", request + "A: {{$gcp‸ secret=a}}", "{{$gcp secret=a}}", []string{"identity of this machine"}, nil},
		{"expanded field", request + "A: {{$aws‸ secret={{version}}/x}}", "{{$aws secret={{version}}/x}}", []string{"secret `v1/x`"}, nil},
		{"private field", request + "A: {{$aws‸ secret={{password}}/x}}", "{{$aws secret={{password}}/x}}", []string{"{{password}}/x"}, []string{secretMarker}},
		{"incomplete", request + "A: {{$vault‸}}", "{{$vault}}", []string{"required fields are missing"}, []string{"Cache"}},
		{"field name", request + "A: {{$vault pa‸th=a}}", "path", []string{"**path**", "required", "Example"}, nil},
		{"nested variable", request + "A: {{$aws secret={{ver‸sion}}/x}}", "{{version}}", []string{"**version** = `v1`", "shared by all environments"}, nil},
		{"variable", "GET https://{{ho‸st}}", "{{host}}", []string{"`dev.example.com`", "http-client.env.json:4, environment dev"}, nil},
		{"private variable", request + "A: {{pass‸word}}", "{{password}}", []string{secret.Mask, "http-client.private.env.json"}, []string{secretMarker}},
		{"variable from a reference", request + "A: {{stripe‸_key}}", "{{stripe_key}}", []string{secret.Mask, "{{$vault path=dev/stripe key=api_key}}"}, nil},
		{"all definitions", "@tag = mine\nGET https://x/{{t‸ag}}", "{{tag}}", []string{"= `mine`", "this file, line 1: `mine` **← counts**", "http-client.private.env.json:1, environment dev: `" + secret.Mask + "`", "`from-env`"}, []string{secretMarker}},
		{"composed value", "@auth = Bearer {{stripe_key}} {{password}} {{$guid}}\nGET https://x\nA: {{au‸th}}", "{{auth}}", []string{"`Bearer " + secret.Mask + " " + secret.Mask + " {{$guid}}`"}, []string{secretMarker}},
		{"definition line", "@ba‸se = https://{{host}}\n", "base", []string{"`https://dev.example.com`"}, nil},
		{"undefined", request + "A: {{nob‸ody}}", "{{nobody}}", []string{"not defined", "environment dev"}, nil},
		{"path into a value", "GET https://x/{{conf.li‸st[0]}}", "{{conf.list[0]}}", []string{"what stands at `.list[0]` in `conf` = `first`", "http-client.env.json:9, environment dev"}, nil},
		{"shared variable", request + "A: {{$sha‸red version}}", "{{$shared version}}", []string{"**version** = `v1`", "http-client.env.json:2, shared by all environments", "$shared NAME"}, nil},
		{"variable of .env", request + "A: {{$dotenv API‸_KEY}}", "{{$dotenv API_KEY}}", []string{"API\\_KEY** = `" + secret.Mask + "`", ".env:1"}, []string{secretMarker}},
		{"named by a variable", request + "A: {{$processEnv %ho‸st}}", "{{$processEnv %host}}", []string{"**host** = `dev.example.com`", "$processEnv NAME"}, nil},
		{"not in .env", request + "A: {{$dotenv NOBO‸DY}}", "{{$dotenv NOBODY}}", []string{"$dotenv NAME"}, []string{"**NOBODY**"}},
		{"answer of a request", "GET https://x/{{\"Log in\".resp‸onse.body.a}}", "{{\"Log in\".response.body.a}}", []string{"the answer to the request `Log in`"}, []string{"not defined"}},
		{"file", "GET https://x/{{< ./a‸.txt}}", "{{< ./a.txt}}", []string{"text of a file"}, []string{"not defined"}},
		{"escapes", `@two = a\tb` + "\nGET https://x/{{tw‸o}}", "{{two}}", []string{"`a\tb`"}, nil},
		{"system variable", request + "A: {{$rand‸omInt 1 2}}", "{{$randomInt 1 2}}", []string{"$randomInt", "Example"}, nil},
		{"method", "PO‸ST https://x", "POST", []string{"idempotent"}, nil},
		{"header", request + "authori‸zation: x", "authorization", []string{"**Authorization**"}, nil},
		{"directive", "# @na‸me x\n" + request, "name", []string{"Names the request"}, nil},
	}
	cacheInfo := func(secret.Ref) string { return "not cached" }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, offset := atMarker(t, tt.src)
			h := Hover(in, offset, cacheInfo)
			if h == nil {
				t.Fatal("no hover")
			}
			if got := h.Span.Of(in.File.Src); got != tt.at {
				t.Errorf("at %q, want %q", got, tt.at)
			}
			for _, want := range tt.holds {
				if !strings.Contains(h.Markdown, want) {
					t.Errorf("no %q in\n%s", want, h.Markdown)
				}
			}
			for _, not := range tt.holdsNot {
				if strings.Contains(h.Markdown, not) {
					t.Errorf("%q in\n%s", not, h.Markdown)
				}
			}
		})
	}
}

func TestHoverNothing(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"‸", "# comm‸ent\n", "POST http://x\n\nbo‸dy\n", request + "X-Thing: va‸lue", "### Ti‸tle\n" + request} {
		in, offset := atMarker(t, src)
		if h := Hover(in, offset, nil); h != nil {
			t.Errorf("%q: %+v", src, h)
		}
	}
}

// Which credential counts follows the rule of credentials.Store.Select.
func TestHoverCredentialWithoutDefault(t *testing.T) {
	t.Parallel()
	tests := []struct {
		names []string
		want  string
	}{
		{nil, "identity of this machine"},
		{[]string{"infra"}, "Credential: `infra` (the only one for $vault)"},
		{[]string{"infra", "staging"}, "none is the default; name one of `infra`, `staging`"},
	}
	for _, tt := range tests {
		in, offset := atMarker(t, request+"A: {{$va‸ult path=app/db}}")
		in.Credentials = nil
		for _, name := range tt.names {
			in.Credentials = append(in.Credentials, Credential{Name: name, Provider: secret.Vault})
		}
		h := Hover(in, offset, nil)
		if h == nil || !strings.Contains(h.Markdown, tt.want) {
			t.Errorf("%v: %+v, want %q", tt.names, h, tt.want)
		}
	}
}
