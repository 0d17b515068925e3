package lsp

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

func TestDecodeSettings(t *testing.T) {
	t.Parallel()
	with := func(change func(*Settings)) Settings {
		s := DefaultSettings()
		change(&s)
		return s
	}
	ten, zero, entries := 10*time.Minute, time.Duration(0), 5
	tests := []struct {
		name     string
		section  string
		want     Settings
		problems []string
	}{
		{"nothing", "", DefaultSettings(), nil},
		{"null", "null", DefaultSettings(), nil},
		{"empty", "{}", DefaultSettings(), nil},
		{
			"everything, nested",
			`{"environment":"dev","dialect":"jetbrains","cache":{"ttl":"10m","maxEntries":5},"request":{"timeout":"5s","followRedirects":false},"response":{"maxBodySize":2048},"log":{"level":"debug"}}`,
			Settings{
				Environment: "dev", Dialect: "jetbrains", CacheTTL: &ten, CacheMaxEntries: &entries,
				RequestTimeout: 5 * time.Second, FollowRedirects: false, MaxBodySize: 2048, LogLevel: "debug",
			}, nil,
		},
		{"dots", `{"cache.ttl":"10m","request.timeout":1.5}`, with(func(s *Settings) {
			s.CacheTTL, s.RequestTimeout = &ten, 1500*time.Millisecond
		}), nil},
		{"minutes", `{"cache":{"ttl":10}}`, with(func(s *Settings) { s.CacheTTL = &ten }), nil},
		{"off", `{"cache":{"ttl":"0"}}`, with(func(s *Settings) { s.CacheTTL = &zero }), nil},
		{"unset in the editor", `{"environment":null,"cache":{"ttl":null}}`, DefaultSettings(), nil},
		{
			"unknown keys", `{"enviroment":"dev","cache":{"tll":"10m"},"proxy":"http://x"}`, DefaultSettings(),
			[]string{"vaultLsp.cache.tll is not a setting", "vaultLsp.enviroment is not a setting", "vaultLsp.proxy is not a setting"},
		},
		{
			"bad values", `{"environment":7,"dialect":"http","cache":{"ttl":"721m","maxEntries":0},"request":{"followRedirects":"no","timeout":"-1s"},"response":{"maxBodySize":1.5}}`,
			DefaultSettings(),
			[]string{
				`vaultLsp.cache.maxEntries must be a whole number from 1 to 1000000`,
				`vaultLsp.cache.ttl must be a duration from 0s to 12h0m0s, such as "30s"`,
				`vaultLsp.dialect must be one of ["rest-client" "jetbrains"]`,
				`vaultLsp.environment must be a string`,
				`vaultLsp.request.followRedirects must be true or false`,
				`vaultLsp.request.timeout must be a duration from 1ms to 24h0m0s, such as "30s"`,
				`vaultLsp.response.maxBodySize must be a whole number from 1024 to 1073741824`,
			},
		},
		{"a group that is no object", `{"cache":5}`, DefaultSettings(), []string{"vaultLsp.cache is not a setting"}},
		{"no object", `[1]`, DefaultSettings(), []string{"vaultLsp must be an object"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, problems := DecodeSettings([]byte(test.section))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.problems, problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// Settings are asked for, and what is wrong in them is shown.
func TestSettingsArePulled(t *testing.T) {
	t.Parallel()
	answer := make(chan string, 1)
	answer <- `{"environment":"dev","proxy":"http://evil.example"}`
	e := start(t, Deps{}, nil)
	e.Handle("workspace/configuration", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		return []any{json.RawMessage(<-answer)}, nil
	})
	registered := make(chan string, 1)
	e.Handle("client/registerCapability", func(params json.RawMessage) (any, *lsptest.ResponseError) {
		registered <- string(params)
		return nil, nil
	})
	e.Initialize(map[string]any{"capabilities": map[string]any{"workspace": map[string]any{
		"configuration":          true,
		"didChangeConfiguration": map[string]any{"dynamicRegistration": true},
		"didChangeWatchedFiles":  map[string]any{"dynamicRegistration": true},
	}}})
	var registrations struct {
		Registrations []struct{ ID, Method string }
	}
	if err := json.Unmarshal([]byte(receive(t, registered)), &registrations); err != nil || len(registrations.Registrations) != 2 {
		t.Errorf("registered %+v, %v; want configuration and watched files", registrations, err)
	}
	shown := awaitMessage(e)
	if want := "Settings: vaultLsp.proxy is not a setting"; shown != want {
		t.Errorf("shown %q, want %q", shown, want)
	}
	answer <- `{"environment":9}`
	e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": nil})
	e.Await("second message", func(m lsptest.Message) bool {
		return m.Method == "window/showMessage" && string(m.Params) != "" && contains(m.Params, "environment must be a string")
	})
}

// A client that cannot be asked pushes its settings.
func TestSettingsArePushed(t *testing.T) {
	t.Parallel()
	e := start(t, Deps{}, nil)
	e.Initialize(map[string]any{"initializationOptions": map[string]any{"vaultLsp": map[string]any{"a": 1}}})
	e.Await("message about the options", func(m lsptest.Message) bool { return contains(m.Params, "vaultLsp.a is not") })
	e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"vaultLsp": map[string]any{"b": 1}}})
	e.Await("message about the change", func(m lsptest.Message) bool { return contains(m.Params, "vaultLsp.b is not") })
}
