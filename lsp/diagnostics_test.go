package lsp

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/internal/lsptest"
)

// published returns the versions of the diagnostics that were published, -1 for
// those without one.
func published(e *lsptest.Editor) []int {
	var versions []int
	for _, m := range e.Received() {
		if m.Method != "textDocument/publishDiagnostics" {
			continue
		}
		var d lsptest.Diagnostics
		if err := json.Unmarshal(m.Params, &d); err != nil || d.Diagnostics == nil {
			versions = append(versions, -2)
			continue
		}
		if d.Version == nil {
			versions = append(versions, -1)
			continue
		}
		versions = append(versions, *d.Version)
	}
	return versions
}

// A session that opens many files in a day keeps nothing of the closed ones.
func TestFiredTimersAreForgotten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &publisher{
			publish: func(uri.URI) {},
			spawn:   func(work func()) bool { go work(); return true },
		}
		for _, u := range []uri.URI{"file:///a.http", "file:///b.http", "file:///a.http"} {
			p.schedule(u, time.Second)
		}
		timers := func() int {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.timers)
		}
		if got := timers(); got != 2 {
			t.Errorf("%d timers, want 2", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := timers(); got != 0 {
			t.Errorf("%d timers are kept after they have fired", got)
		}
	})
}

func TestDiagnosticsWaitForTheTextToRest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := start(t, Deps{}, nil)
		e.Initialize(nil)
		e.Open(testURI, "GET http://localhost/\n")
		synctest.Wait()
		check := func(when string, want ...int) {
			t.Helper()
			got := published(e)
			if len(got) < len(want) {
				t.Fatalf("%s: published %v, want %v", when, got, want)
			}
			// Applying the settings publishes too: what counts is the last.
			if got[len(got)-1] != want[len(want)-1] {
				t.Fatalf("%s: published %v, want %v at the end", when, got, want)
			}
		}
		check("after open", 1)
		before := len(published(e))
		for version := 2; version < 20; version++ {
			e.Change(testURI, version, lsptest.Change{Text: "x"})
			time.Sleep(diagnosticsDelay / 2)
		}
		synctest.Wait()
		if got := len(published(e)); got != before {
			t.Errorf("%d publications while typing, want none", got-before)
		}
		time.Sleep(diagnosticsDelay)
		synctest.Wait()
		check("after typing", 19)
		if got := len(published(e)) - before; got != 1 {
			t.Errorf("%d publications after typing, want 1", got)
		}
		e.Change(testURI, 20, lsptest.Change{Text: "y"})
		e.Close(testURI)
		time.Sleep(time.Minute)
		synctest.Wait()
		check("after close", -1)
		if status := e.Shutdown(); status != 0 {
			t.Errorf("exit status %d", status)
		}
	})
}
