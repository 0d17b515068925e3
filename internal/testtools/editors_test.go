package testtools

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestVSCodeAnswers(t *testing.T) {
	t.Parallel()
	parts := VSCode(t)
	folder := t.TempDir()
	address := freeAddress(t)
	start(t, exec.Command(parts.CodeServer, "--config", "/dev/null", "--auth", "none", "--bind-addr", address,
		"--user-data-dir", filepath.Join(folder, "data"), "--extensions-dir", filepath.Join(folder, "extensions"),
		"--disable-telemetry", "--disable-update-check"))
	body := awaitAnswer(t, fmt.Sprintf("http://%s/healthz", address))
	if body == "" {
		t.Error("code-server's health page is empty")
	}
}

// freeAddress returns a local address nobody listened on a moment ago.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// awaitAnswer returns the body of the first answer with status 200.
func awaitAnswer(t *testing.T, address string) string {
	t.Helper()
	deadline := time.NewTimer(startTimeout)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		response, err := http.Get(address)
		if err == nil {
			body, readErr := io.ReadAll(response.Body)
			response.Body.Close()
			if readErr == nil && response.StatusCode == http.StatusOK {
				return string(body)
			}
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s did not answer within %v", address, startTimeout)
		}
	}
}
