package lsp

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
	"github.com/vault-lsp/vault-lsp/request"
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

// An answer that comes late does not undo one that was asked for later.
func TestLateSettingsDoNotWin(t *testing.T) {
	t.Parallel()
	made := make(chan *session, 1)
	e := start(t, Deps{}, func(s *session) { made <- s })
	// Each answer holds a mistake, which is shown once the answer was applied.
	answers := map[int32]string{
		1: `{"first": 1}`,
		2: `{"environment": "old", "late": 1}`,
		3: `{"environment": "new", "quick": 1}`,
	}
	var asked atomic.Int32
	second, late := make(chan struct{}), make(chan struct{})
	e.Handle("workspace/configuration", func(json.RawMessage) (any, *lsptest.ResponseError) {
		n := asked.Add(1)
		if n == 2 {
			close(second)
			<-late
		}
		return []any{json.RawMessage(answers[n])}, nil
	})
	shown := func(setting string) {
		t.Helper()
		e.Await("message about "+setting, func(m lsptest.Message) bool { return contains(m.Params, setting+" is not a setting") })
	}
	e.Initialize(map[string]any{"capabilities": map[string]any{"workspace": map[string]any{"configuration": true}}})
	shown("first")
	change := func() { e.Notify("workspace/didChangeConfiguration", map[string]any{"settings": nil}) }
	change()
	receive(t, second)
	change()
	shown("quick")
	close(late)
	shown("late")
	if got := receive(t, made).snapshot().Settings.Environment; got != "new" {
		t.Errorf("environment %q, want new", got)
	}
}

// Settings of the session reach the sends.
func TestRequestSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(w *world) {
		w.respond = func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				<-r.Context().Done()
				return
			}
			http.Redirect(rw, r, "/two", http.StatusFound)
		}
	})
	w.initialize()
	const src = "# @name redirect\nGET https://api.example.com/\n\n###\n# @name slow\nGET https://api.example.com/slow\n"
	uri := w.open(t, "a.http", src)
	// The number of minutes that the cache keeps a secret says which settings
	// have arrived.
	set := func(minutes int, request map[string]any) {
		t.Helper()
		w.Notify("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"vaultLsp": map[string]any{
			"request": request, "cache.ttl": minutes,
		}}})
		deadline := time.Now().Add(10 * time.Second)
		for {
			var status cacheStatusResult
			if err := w.Command("vault-lsp.cacheStatus", nil, &status); err != nil {
				t.Fatal(err)
			}
			if status.TTLSeconds == int64(60*minutes) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("the setting cache.ttl has not arrived: %+v", status)
			}
		}
	}
	set(2, map[string]any{"followRedirects": false})
	var response request.Response
	if err := w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "redirect"}, &response); err != nil {
		t.Fatal(err)
	}
	if response.Status != http.StatusFound {
		t.Errorf("status %d, want the redirect itself", response.Status)
	}
	set(3, map[string]any{"timeout": "50ms"})
	if f := failure(t, w.Command("vault-lsp.sendRequest", map[string]any{"uri": uri, "name": "slow"}, nil)); f.Code != "timeout" {
		t.Errorf("code %q, want timeout", f.Code)
	}
}
