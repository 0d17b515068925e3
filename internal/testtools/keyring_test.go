package testtools

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestKeyringKeepsASecret(t *testing.T) {
	secretTool := command(t, "secret-tool", "libsecret-tools")
	session := Keyring(t)
	run := func(input string, arguments ...string) string {
		t.Helper()
		cmd := exec.Command(secretTool, arguments...)
		cmd.Env = append(os.Environ(), session.Environment...)
		cmd.Stdin = strings.NewReader(input)
		output, err := cmd.Output()
		if err != nil {
			t.Fatalf("secret-tool %s: %v", arguments[0], err)
		}
		return string(output)
	}
	run("kept", "store", "--label=test", "service", "vault-lsp-test")
	if got := run("", "lookup", "service", "vault-lsp-test"); got != "kept" {
		t.Errorf("looked up %q, want kept", got)
	}
	if got := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); got != session.Address {
		t.Errorf("this process uses bus %q, want %q", got, session.Address)
	}
}
