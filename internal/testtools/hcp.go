package testtools

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// HCPEndpoint is where HCPClient asks and as whom.
type HCPEndpoint struct {
	// URL is that of the identity service and of the interface, over TLS.
	URL string
	// CAFile is the certificate to trust.
	CAFile                     string
	ClientID, ClientSecret     string
	Organization, Project, App string
}

// HCPAnswer is the answer to one operation.
type HCPAnswer struct {
	Operation string          `json:"operation"`
	Result    json.RawMessage `json:"result"`
	Error     string          `json:"error"`
}

// HCPClient runs operations with HashiCorp's own client of HCP Vault Secrets,
// github.com/hashicorp/hcp-sdk-go, against an endpoint; the program in
// internal/testtools/hcpclient lists the operations. The second result is false
// if the client could not sign in. It gets a HOME of its own, because the
// client keeps tokens there and takes them for any secret.
func HCPClient(tb testing.TB, at HCPEndpoint, operations ...string) ([]HCPAnswer, bool) {
	tb.Helper()
	binary := installed(tb, "HashiCorp's client of HCP", "hcpclient", "hcpclient")
	command := exec.CommandContext(tb.Context(), binary, append([]string{
		"-url", at.URL, "-ca", at.CAFile, "-organization", at.Organization, "-project", at.Project, "-app", at.App,
	}, operations...)...)
	command.Env = []string{
		"HOME=" + tb.TempDir(), "PATH=" + os.Getenv("PATH"),
		"HCP_CLIENT_ID=" + at.ClientID, "HCP_CLIENT_SECRET=" + at.ClientSecret,
	}
	output, err := command.Output()
	var answers []HCPAnswer
	for line := range strings.Lines(string(output)) {
		var answer HCPAnswer
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			tb.Fatalf("answer of HashiCorp's client: %v", err)
		}
		answers = append(answers, answer)
	}
	return answers, err == nil
}
