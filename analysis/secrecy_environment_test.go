package analysis

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

// TestNoAnswerHoldsAValueOfAnyEnvironment: private values of every kind of
// environment file, of the selected environment and of others, reached through
// every form that takes them over, are in no answer.
func TestNoAnswerHoldsAValueOfAnyEnvironment(t *testing.T) {
	t.Parallel()
	const s = secretMarker
	files := fstest.MapFS{
		"http-client.env.json": {Data: []byte(`{"dev": {"taken": "public", "around": "{{token}}!", "open": {"at": "{{token}}", "more": {"x": "{{login.password}}"}}}}`)},
		"http-client.private.env.json": {Data: []byte(`{"dev": {"token": "` + s + `1", "taken": "` + s + `2", "header": "X-A: ` + s + `3",
			"login": {"password": "` + s + `4", "list": ["` + s + `5", {"y": "` + s + `6"}]}, "scalar": {"provider": "` + s + `"}},
			"prod": {"token": "` + s + `7", "elsewhere": "` + s + `8"}}`)},
		"http-client.env.json.user": {Data: []byte(`{"dev": {"vs": "` + s + `9", "asp": {"provider": "AspnetUserSecrets", "secretName": "` + s + `"},
			"enc": {"provider": "Encrypted", "value": "` + s + `"}, "kv": {"provider": "AzureKeyVault", "keyVaultName": "a", "secretName": 1, "resourceId": "` + s + `"}}}`)},
		".env":                             {Data: []byte("DOT=" + s + "a${" + s + "}\nBROKEN " + s + "\nOPEN=\"" + s + "\n")},
		".env.dev":                         {Data: []byte("DEV=" + s + "b\n")},
		"dev.env":                          {Data: []byte("FOLLOWS=" + s + "c\n")},
		"env/.env":                         {Data: []byte("INNER=" + s + "d\n")},
		"env/prod.env":                     {Data: []byte("PROD=" + s + "e\n")},
		"rest-client.private.env.json":     {Data: []byte(`{"dev": {"old": "` + s + `f"}}`)},
		"sub/http-client.private.env.json": {Data: []byte(`{"dev": {"near": "` + s + `g" "` + s + `"}}`)},
	}
	envs := env.Load(files, "sub").WithEditor(`{"dev": {"mine": "` + s + `h", "object": {"k": "` + s + `i"}}}`)
	var names strings.Builder
	for _, name := range []string{
		"token", "taken", "around", "open", "open.at", "open.more", "open.more.x", "login", "login.password", "login.list", "login.list[1].y", "login.nothing",
		"scalar", "elsewhere", "vs", "asp", "enc", "kv", "DOT", "DEV", "FOLLOWS", "INNER", "PROD", "old", "near", "mine", "object", "object.k", "%token",
		"$dotenv DOT", "$dotenv INNER", "$dotenv %token", "$dotenv NONE", "$processEnv %token", "$shared token", "$input {{token}}", "$pick x $value: {{token}},b",
		"$datetime \"{{token}}\"", "$randomInt {{token}} 2", "$random.integer({{token}})", "$vault path={{token}}", "$nothing {{token}}",
	} {
		names.WriteString("{{" + name + "}} ")
	}
	src := "@token = {{token}}\n@taken = a{{taken}}\n@login = {{login}}\n### One\nPOST https://example.com/{{token}}" +
		"\nX-All: " + names.String() + "\n{{header}}\n\n### Two\nPOST https://example.com\nContent-Type: application/json\n\n{\"a\": {{token}},}\n\n" +
		"### Three\ncurl -G https://example.com -d '{{token}}' --data-urlencode 'a={{login.password}}' -b \"{{vs}}\"\n"
	file := parser.Parse(src)
	visit := func(where string, answer any) {
		if got := fmt.Sprintf("%+v", answer); strings.Contains(got, s) {
			t.Fatalf("%s: %s", where, got)
		}
	}
	made := func(environment string) Input {
		return Input{File: file, Environments: envs, Environment: environment, Scope: env.NewScope(file, envs, environment, nil), Snippets: true}
	}
	everything(made("dev"), visit)
	visit("diagnose in prod", Diagnose(made("prod")))
	visit("diagnose in none", Diagnose(made("")))
	if got := fmt.Sprintf("%+v", envs.Problems()); strings.Contains(got, s) || !strings.Contains(got, "AspnetUserSecrets") {
		t.Errorf("the problems of the files: %s", got)
	}
	if locations := Definition(made("dev"), strings.Index(src, "{{token}}")+2); len(locations) != 2 {
		t.Errorf("token is defined at %v, so nothing is proved", locations)
	}
}
