package credentials

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// marker stands where a secret could be; no message may repeat it.
const marker = "hvs.MARKERmarker0123456789"

const exampleConfig = `// my vaults
{ "credentials": {
    "prod":  { "provider": "aws", "auth": "profile", "profile": "prod", "region": "eu-west-1" },
    "infra": { "provider": "vault", "auth": "approle", "address": "https://vault.example.com", "namespace": "admin",
               "roleId": "role", "secretId": { "keyring": true } }, /* trailing commas are fine */
  },
  "defaults": { "aws": "prod", "vault": "infra" },
  "cache": { "ttl": "15m", "maxEntries": 10 },
  "completion": { "liveSecrets": false },
  "proxy": "http://proxy.example.com:3128",
  "tls": { "insecureHosts": ["dev.example.com", "dev.example.com:8443"] },
  "signIns": { "keep": false },
  "timeouts": { "vault": "3s" }, }
`

func TestParseReadsEverySection(t *testing.T) {
	t.Parallel()
	got := parse("config.json", []byte(exampleConfig))
	if len(got.problems) > 0 {
		t.Fatalf("problems: %v", got.problems)
	}
	live := false
	want := Config{
		Credentials: map[string]Profile{
			"prod": {Name: "prod", Provider: "aws", Auth: "profile",
				Fields: map[string]string{"profile": "prod", "region": "eu-west-1"}, Secrets: map[string]Source{}},
			"infra": {Name: "infra", Provider: "vault", Auth: "approle",
				Fields:  map[string]string{"address": "https://vault.example.com", "namespace": "admin", "roleId": "role"},
				Secrets: map[string]Source{"secretId": {Keyring: true}}},
		},
		Defaults:   map[string]string{"aws": "prod", "vault": "infra"},
		Cache:      Cache{TTL: 15 * time.Minute, MaxEntries: 10},
		Completion: Completion{LiveSecrets: &live},
		Proxy:      "http://proxy.example.com:3128",
		TLS:        TLS{InsecureHosts: []string{"dev.example.com", "dev.example.com:8443"}},
		Timeouts:   map[string]time.Duration{"vault": 3 * time.Second},
	}
	if diff := cmp.Diff(want, got.config); diff != "" {
		t.Error(diff)
	}
}

func TestParseDefaults(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"", "  \n", "{}", "// nothing\n{}"} {
		got := parse("config.json", []byte(src))
		if len(got.problems) > 0 || got.unusable {
			t.Errorf("%q: %v", src, got.problems)
		}
		if got.config.Cache.TTL != 30*time.Minute || got.config.Cache.MaxEntries != 1000 || !got.config.Completion.Live() || !got.config.SignIns.Keep {
			t.Errorf("%q: defaults %+v", src, got.config)
		}
	}
}

// One row is one mistake: where it is reported and which words help.
func TestParseProblems(t *testing.T) {
	t.Parallel()
	profile := func(body string) string {
		return "{\n  \"credentials\": {\n    \"a\": {" + body + "}\n  }\n}"
	}
	vault := func(body string) string {
		return profile(`"provider": "vault", "auth": "token", "address": "https://v.example.com",` + "\n" + body)
	}
	tests := map[string]struct {
		src      string
		position string // line:column
		key      string
		words    []string
	}{
		"literal secret":    {vault(`      "token": "` + marker + `"`), "4:16", "credentials.a.token", []string{"must not stand in this file", "keyring", "env", "file", "command"}},
		"number secret":     {vault(`      "token": 123456`), "4:16", "credentials.a.token", []string{"must not stand"}},
		"truncated":         {"{\n  \"credentials\": {", "2:19", "", []string{"not valid JSON", "ends too early"}},
		"stray character":   {"{\n  \"ü\": §" + marker + "}", "2:8", "", []string{"not valid JSON"}},
		"not UTF-8":         {"{\n \"a\": \"\xff\"}", "2:8", "", []string{"UTF-8"}},
		"too deep":          {strings.Repeat("[", 4<<20), "1:1", "", []string{"more than 20000 brackets"}},
		"not an object":     {`["` + marker + `"]`, "1:1", "", []string{"must be a JSON object"}},
		"unknown section":   {"{\n  \"credential\": {}}", "2:3", "credential", []string{`unknown key "credential"`, `did you mean "credentials"`}},
		"unknown field":     {vault(`      "token": {"keyring": true}, "namespce": "x"`), "4:35", "credentials.a.namespce", []string{"no field", `did you mean "namespace"`}},
		"unknown provider":  {profile(`"provider": "vualt", "auth": "token"`), "3:23", "credentials.a.provider", []string{"unknown provider", `"vault"`}},
		"unknown auth":      {profile(`"provider": "vault", "auth": "tokn"`), "3:40", "credentials.a.auth", []string{"no such auth", `"token"`}},
		"missing field":     {profile(`"provider": "vault", "auth": "token", "token": {"env": "T"}`), "3:5", "credentials.a.address", []string{"needs address"}},
		"missing secret":    {profile(`"provider": "vault", "auth": "token", "address": "https://v.example.com"`), "3:5", "credentials.a.token", []string{"needs token", "keyring"}},
		"bad URL":           {profile(`"provider": "vault", "auth": "oidc", "address": "https://u:` + marker + `@v.example.com"`), "3:59", "credentials.a.address", []string{"URL without user"}},
		"two sources":       {vault(`      "token": {"env": "T", "file": "f"}`), "4:16", "credentials.a.token", []string{"exactly one place"}},
		"no source":         {vault(`      "token": {}`), "4:16", "credentials.a.token", []string{"exactly one place"}},
		"unknown source":    {vault(`      "token": {"enviroment": "T"}`), "4:17", "credentials.a.token.enviroment", []string{"unknown key"}},
		"keyring false":     {vault(`      "token": {"keyring": false}`), "4:28", "credentials.a.token.keyring", []string{"must be true"}},
		"command as text":   {vault(`      "token": {"command": "op read ` + marker + `"}`), "4:28", "credentials.a.token.command", []string{"list", "no shell"}},
		"empty command":     {vault(`      "token": {"command": []}`), "4:28", "credentials.a.token.command", []string{"list"}},
		"number in command": {vault(`      "token": {"command": ["op", 1]}`), "4:35", "credentials.a.token.command", []string{"every part", "quotes"}},
		"source for plain":  {profile(`"provider": "vault", "auth": "oidc", "address": {"env": "A"}`), "3:59", "credentials.a.address", []string{"plain text"}},
		"null":              {vault(`      "token": null`), "4:16", "credentials.a.token", []string{"null"}},
		"list":              {vault(`      "token": ["` + marker + `"]`), "4:16", "credentials.a.token", []string{"list"}},
		"twice":             {vault(`      "token": {"env": "A"}, "token": {"env": "B"}`), "4:30", "credentials.a.token", []string{"twice"}},
		"bad name":          {`{"credentials": {"a b": {"provider": "local", "auth": "keyring"}}}`, "1:18", "credentials.a b", []string{"not a name"}},
		"one of":            {profile(`"provider": "azure", "auth": "service-principal", "clientId": "c", "tenant": "t"`), "3:5", "credentials.a", []string{"clientSecret or certificate"}},
		"default unknown":   {`{"defaults": {"vault": "gone"}}`, "1:24", "defaults.vault", []string{"not configured", "there is none; add one"}},
		"default provider":  {`{"defaults": {"vualt": "gone"}}`, "1:15", "defaults.vualt", []string{"unknown key", `"vault"`}},
		"default wrong":     {`{"defaults": {"vault": "l"}, "credentials": {"l": {"provider": "local", "auth": "keyring"}}}`, "1:24", "defaults.vault", []string{"credential of local"}},
		"ttl too long":      {`{"cache": {"ttl": "721m"}}`, "1:19", "cache.ttl", []string{"0 to 720m"}},
		"ttl a number":      {`{"cache": {"ttl": 30}}`, "1:19", "cache.ttl", []string{"unit"}},
		"max entries":       {`{"cache": {"maxEntries": 0}}`, "1:26", "cache.maxEntries", []string{"1 or more"}},
		"sign-ins":          {`{"signIns": {"keep": "no"}}`, "1:22", "signIns.keep", []string{"true or false", "in memory"}},
		"sign-ins key":      {`{"signIns": {"kep": true}}`, "1:14", "signIns.kep", []string{`did you mean "keep"`}},
		"sign-ins object":   {`{"signIns": true}`, "1:13", "signIns", []string{"must be an object"}},
		"live secrets":      {`{"completion": {"liveSecrets": "no"}}`, "1:32", "completion.liveSecrets", []string{"true or false"}},
		"proxy":             {`{"proxy": "proxy.example.com"}`, "1:11", "proxy", []string{"scheme"}},
		"proxy password":    {`{"proxy": "http://me:` + marker + `@proxy.example.com"}`, "1:11", "proxy", []string{"password"}},
		"insecure pattern":  {`{"tls": {"insecureHosts": ["*"]}}`, "1:28", "tls.insecureHosts", []string{"patterns"}},
		"timeout":           {`{"timeouts": {"vault": "1h"}}`, "1:24", "timeouts.vault", []string{"10m"}},
		"timeout of nobody": {`{"timeouts": {"valt": "1s"}}`, "1:15", "timeouts.valt", []string{"vault"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := parse("config.json", []byte(test.src))
			if len(got.problems) == 0 {
				t.Fatal("no problem reported")
			}
			problem := got.problems[0]
			if text := problem.String(); !strings.HasPrefix(text, "config.json:"+test.position+": ") || problem.Key != test.key {
				t.Errorf("got %q, key %q", text, problem.Key)
			}
			for _, word := range test.words {
				if !strings.Contains(problem.String(), word) {
					t.Errorf("%q does not say %q", problem, word)
				}
			}
			for _, problem := range got.problems {
				if strings.Contains(problem.String()+problem.Key, marker) {
					t.Errorf("a value is repeated: %s", problem)
				}
			}
			if _, ok := got.config.Credentials["a"]; ok {
				t.Error("a profile with an error is in the config")
			}
		})
	}
}

// The table must accept what it describes: for every method a profile with all
// its fields, and one with the required ones only, reads without a problem.
func TestEveryMethodReads(t *testing.T) {
	t.Parallel()
	sample := map[FieldType]string{TypeText: "text", TypeURL: "https://x.example.com", TypeServer: "unix:///run/agent.sock", TypePath: "/p", TypeBool: "true", TypeDuration: "15m", TypeLabel: "eu-west-1"}
	for _, m := range Methods() {
		for _, all := range []bool{true, false} {
			p := Profile{Name: "x", Provider: m.Provider, Auth: m.Auth, Fields: map[string]string{}, Secrets: map[string]Source{}}
			for _, f := range m.Fields {
				alternative := len(m.OneOf) > 0 && f.Name == m.OneOf[0][0]
				switch {
				case !all && !f.Required && !alternative:
				case f.Secret:
					p.Secrets[f.Name] = Source{Env: "X"}
				case f.Type == TypeEnum:
					p.Fields[f.Name] = f.Values[0]
				default:
					p.Fields[f.Name] = sample[f.Type]
				}
			}
			d, err := openDocument(nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := d.setProfile(p, "  "); err != nil {
				t.Fatal(err)
			}
			got := parse("config.json", d.bytes())
			if len(got.problems) > 0 {
				t.Errorf("%s %s: %v\n%s", m.Provider, m.Auth, got.problems, d.bytes())
			}
			if diff := cmp.Diff(p, got.config.Credentials["x"]); diff != "" {
				t.Errorf("%s %s: %s", m.Provider, m.Auth, diff)
			}
		}
	}
}

// The contract names these ways to sign in and these secret fields.
func TestMethodTableIsComplete(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"aws": "default keys profile sso role", "gcp": "default service-account impersonate workload-identity emulator",
		"vault": "token approle userpass ldap jwt oidc kubernetes cert agent", "hcp": "service-principal",
		"azure": "default browser device-code cli service-principal managed-identity workload-identity",
		"local": "passphrase keyring",
	}
	secretNames := map[string]bool{}
	for provider, auths := range want {
		var got []string
		for _, m := range MethodsOf(provider) {
			got = append(got, m.Auth)
			if m.Label == "" || m.Doc == "" {
				t.Errorf("%s %s has no label or doc", provider, m.Auth)
			}
			seen := map[string]bool{}
			for _, f := range m.Fields {
				if f.Prompt == "" || f.Doc == "" || f.Type == "" || seen[f.Name] {
					t.Errorf("%s %s: field %q is incomplete or twice", provider, m.Auth, f.Name)
				}
				seen[f.Name] = true
				if f.Secret {
					secretNames[f.Name] = true
				}
			}
		}
		if diff := cmp.Diff(strings.Fields(auths), got); diff != "" {
			t.Errorf("%s: %s", provider, diff)
		}
	}
	wantSecrets := map[string]bool{}
	for _, name := range strings.Fields("token secretId secretAccessKey sessionToken password clientSecret jwt passphrase key") {
		wantSecrets[name] = true
	}
	if diff := cmp.Diff(wantSecrets, secretNames); diff != "" {
		t.Error(diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(exampleConfig))
	f.Add([]byte(`{"credentials": {"a": {"provider": "vault", "token": "x"}}, "defaults": null}`))
	f.Fuzz(func(t *testing.T, src []byte) {
		got := parse("config.json", src)
		for _, problem := range got.problems {
			if problem.Line < 1 || problem.Column < 1 || problem.Message == "" {
				t.Errorf("bad problem %+v", problem)
			}
		}
	})
}
