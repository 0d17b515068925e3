package main

import (
	"bufio"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/local"
)

// TestPartsCostNothing: every start makes every provider, whichever are used.
// Their clients, the certificates of the system and files must wait for the
// first secret.
func TestPartsCostNothing(t *testing.T) {
	u := newUser(t)
	store, err := credentials.Open(u.home+"/config.json", credentials.Options{StateDir: u.home})
	if err != nil {
		t.Fatal(err)
	}
	goroutines := runtime.NumGoroutine()
	const most = 128 << 10
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p := newParts(store, u.home, local.Options{})
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > most {
		t.Errorf("making the parts takes %d bytes, %d at the most: what a provider needs is made on first use", got, most)
	}
	if n := runtime.NumGoroutine(); n > goroutines {
		t.Errorf("making the parts leaves %d goroutines running", n-goroutines)
	}
	runtime.KeepAlive(p)
}

// TestInitialisationIsSmall: what runs before main runs for `vault-lsp version`
// too, and is kept for as long as the server runs.
func TestInitialisationIsSmall(t *testing.T) {
	command := exec.Command(testtools.Product(t), "version")
	command.Env = append(command.Environ(), "GODEBUG=inittrace=1")
	var trace strings.Builder
	command.Stderr = &trace
	if err := command.Run(); err != nil {
		t.Fatal(err)
	}
	const mostOurs, mostInAll = 64 << 10, 5 << 20
	var ours, all int
	for lines := bufio.NewScanner(strings.NewReader(trace.String())); lines.Scan(); {
		var name string
		var at, took float64
		var size, count int
		// The form is that of the runtime package's documentation.
		if _, err := fmt.Sscanf(lines.Text(), "init %s @%f ms, %f ms clock, %d bytes, %d allocs", &name, &at, &took, &size, &count); err != nil {
			continue
		}
		all += size
		if name == "main" || strings.HasPrefix(name, "github.com/vault-lsp/") {
			ours += size
		}
	}
	if all == 0 {
		t.Fatalf("no trace in %s", trace.String())
	}
	if ours > mostOurs {
		t.Errorf("our packages allocate %d bytes before main, %d at the most:\n%s", ours, mostOurs, trace.String())
	}
	if all > mostInAll {
		t.Errorf("all packages allocate %d bytes before main, %d at the most: has a library grown?\n%s", all, mostInAll, trace.String())
	}
}
