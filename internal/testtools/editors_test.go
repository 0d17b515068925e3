package testtools

import (
	"fmt"
	"io"
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
	address := ClosedAddress(t)
	start(t, exec.Command(parts.CodeServer, "--config", "/dev/null", "--auth", "none", "--bind-addr", address,
		"--user-data-dir", filepath.Join(folder, "data"), "--extensions-dir", filepath.Join(folder, "extensions"),
		"--disable-telemetry", "--disable-update-check"))
	body := awaitAnswer(t, fmt.Sprintf("http://%s/healthz", address))
	if body == "" {
		t.Error("code-server's health page is empty")
	}
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
