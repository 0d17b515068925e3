package credentials

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// The OS keyring for real: GNOME Keyring over D-Bus.
func TestOSKeyring(t *testing.T) {
	testtools.Keyring(t)
	ring := OSKeyring()
	const account = "credential/test/token"
	if _, err := ring.Get(account); !errors.Is(err, ErrNotInKeyring) {
		t.Fatalf("get of nothing: %v", err)
	}
	for _, value := range []string{marker, "änderung\n\"}{"} {
		if err := ring.Set(account, []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := ring.Get(account); err != nil || string(got) != value {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if err := ring.Delete(account); err != nil {
		t.Fatal(err)
	}
	if err := ring.Delete(account); !errors.Is(err, ErrNotInKeyring) {
		t.Errorf("delete of nothing: %v", err)
	}
}

// A session bus on which nobody keeps secrets is no keyring, told at once: so it
// is on a server that people reach over SSH. It runs in a process of its own
// because the library keeps its connection.
func TestBusWithoutAKeyring(t *testing.T) {
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		testtools.Missing(t, "dbus-daemon")
	}
	if os.Getenv("CREDENTIALS_TEST_NO_SERVICE") == "" {
		folder := t.TempDir()
		config := filepath.Join(folder, "bus.conf")
		write(t, config, `<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>
			<policy context="default"><allow send_destination="*"/><allow own="*"/><allow eavesdrop="true"/></policy></busconfig>`)
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		bus := exec.CommandContext(t.Context(), daemon, "--config-file="+config, "--nofork", "--print-address=1")
		out, err := bus.StdoutPipe()
		if err == nil {
			err = bus.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = bus.Process.Kill(); _ = bus.Wait() }()
		address, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), self, "-test.run=^TestBusWithoutAKeyring$")
		command.Env = append(os.Environ(), "CREDENTIALS_TEST_NO_SERVICE=1", "DBUS_SESSION_BUS_ADDRESS="+strings.TrimSpace(address))
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ring := OSKeyring()
	_, getErr := ring.Get("x")
	for _, err := range []error{getErr, ring.Set("x", []byte(marker)), ring.Delete("x")} {
		if !errors.Is(err, ErrNoKeyring) {
			t.Errorf("got %v", err)
		}
	}
	checkSessionWithoutABus(t)
}

// Without a session bus the error comes at once and no bus is started. It runs
// in a process of its own because the library keeps its connection.
func TestNoKeyring(t *testing.T) {
	if os.Getenv("CREDENTIALS_TEST_NO_KEYRING") == "" {
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), self, "-test.run=^TestNoKeyring$")
		command.Env = append(os.Environ(), "CREDENTIALS_TEST_NO_KEYRING=1", "DBUS_SESSION_BUS_ADDRESS=")
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if keyringReachable() == nil {
		t.Skip("left out: this machine has a session bus at a fixed place")
	}
	ring := OSKeyring()
	_, getErr := ring.Get("x")
	for _, err := range []error{getErr, ring.Set("x", []byte(marker)), ring.Delete("x")} {
		if !errors.Is(err, ErrNoKeyring) {
			t.Errorf("got %v", err)
		}
	}
	checkSessionWithoutABus(t)
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		t.Error("a session bus was started")
	}
}
