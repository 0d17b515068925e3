package testtools

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// KeyringSession is a session bus with an unlocked, empty Secret Service.
type KeyringSession struct {
	// Address is the bus address, the value of DBUS_SESSION_BUS_ADDRESS.
	Address string
	// Environment is what a child process needs beside os.Environ to use this
	// keyring and nothing of the person who runs the test.
	Environment []string
}

// Keyring starts a session bus and GNOME Keyring for the test and makes both
// the environment of this process, so the test must not be parallel. Programs
// started with os.Environ use it too.
//
// A process that talked to another session bus before may have kept that
// connection: give such a test a package of its own or a child process.
func Keyring(tb testing.TB) KeyringSession {
	tb.Helper()
	bus := command(tb, "dbus-daemon", "dbus")
	daemon := command(tb, "gnome-keyring-daemon", "gnome-keyring")
	send := command(tb, "dbus-send", "dbus")

	// The name of a socket may have 108 bytes, and a test's TempDir is longer.
	folder, err := os.MkdirTemp("", "keyring")
	if err != nil {
		tb.Fatalf("keyring: %v", err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(folder) })
	set := map[string]string{"HOME": folder}
	for name, sub := range map[string]string{
		"XDG_RUNTIME_DIR": "run", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache",
	} {
		set[name] = filepath.Join(folder, sub)
		if err := os.Mkdir(set[name], 0o700); err != nil {
			tb.Fatalf("keyring: %v", err)
		}
	}
	environment := func() []string {
		pairs := make([]string, 0, len(set))
		for name, value := range set {
			pairs = append(pairs, name+"="+value)
		}
		return pairs
	}

	busCommand := exec.Command(bus, "--session", "--nofork", "--print-address=1", "--address=unix:dir="+folder)
	busCommand.Env = append(os.Environ(), environment()...)
	set["DBUS_SESSION_BUS_ADDRESS"] = start(tb, busCommand).awaitLine(tb, "")

	keyring := exec.Command(daemon, "--foreground", "--unlock", "--components=secrets")
	keyring.Env = append(os.Environ(), environment()...)
	unlock(tb, start(tb, keyring))
	awaitName(tb, send, append(os.Environ(), environment()...))

	// The caches of Go and of this package stay where they are: only what
	// belongs to the session changes in this process.
	for _, name := range []string{"DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"} {
		tb.Setenv(name, set[name])
	}
	return KeyringSession{Address: set["DBUS_SESSION_BUS_ADDRESS"], Environment: environment()}
}

// unlock gives the daemon an empty password, which creates the login keyring.
func unlock(tb testing.TB, daemon *process) {
	tb.Helper()
	if _, err := daemon.stdin.Write([]byte("\n")); err != nil {
		tb.Fatalf("keyring: unlock: %v", err)
	}
	if err := daemon.stdin.Close(); err != nil {
		tb.Fatalf("keyring: unlock: %v", err)
	}
}

// awaitName returns when the Secret Service has its name on the bus.
func awaitName(tb testing.TB, send string, environment []string) {
	tb.Helper()
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ask := exec.Command(send, "--session", "--print-reply", "--dest=org.freedesktop.DBus",
			"/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets")
		ask.Env = environment
		// An error is a bus that is not up yet; the deadline ends that too.
		answer, _ := ask.Output()
		if strings.Contains(string(answer), "boolean true") {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			tb.Fatalf("keyring: no Secret Service on the bus within %v", startTimeout)
		}
	}
}
