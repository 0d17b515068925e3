package request_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCurl(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, want string }{
		{"plain", "GET http://x.test/a?b=1", "curl 'http://x.test/a?b=1' \\\n  --location"},
		{"references stay", "POST https://x.test/{{$vault path='a b'}}\nAuthorization: Bearer {{$vault path=t}}\n\n{\"it's\": \"{{$processEnv NAME}}\"}",
			"curl --request POST --globoff 'https://x.test/{{$vault path='\\''a b'\\''}}' \\\n  --header 'Authorization: Bearer {{$vault path=t}}' \\\n  --header 'Content-Type:' \\\n  --data-raw '{\"it'\\''s\": \"{{$processEnv NAME}}\"}'"},
		{"head", "HEAD http://x.test", "curl --head http://x.test \\\n  --location"},
		{"asterisk", "OPTIONS *\nHost: x.test", "curl --request OPTIONS --request-target '*' http://x.test \\\n  --header 'Host: x.test' \\\n  --location"},
		{"dots", "GET http://x.test/a/../b", "curl --path-as-is http://x.test/a/../b \\\n  --location"},
		{"a header without a value", "GET http://x.test\nX-A:", "curl http://x.test \\\n  --header 'X-A;' \\\n  --location"},
		{"basic", "# @no-redirect\nGET http://x.test\nAuthorization: Basic user {{$vault path=t}}", "curl http://x.test \\\n  --user 'user:{{$vault path=t}}'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.env["NAME"] = "from-env"
			if diff := cmp.Diff(tt.want, w.plan(tt.src).Curl()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRevealCurl(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.vault.values["{{$vault path=t}}"] = "it's a/value"
	plan := w.plan("GET http://x.test/?k={{$vault path=t}}\nX-A: {{$vault path=t}}")
	got, err := w.sender().RevealCurl(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	want := "curl 'http://x.test/?k=it%27s%20a%2Fvalue' \\\n  --header 'X-A: it'\\''s a/value'"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := w.sender().RevealCurl(t.Context(), w.plan("GET http://x.test/{{$vault path=nosuch}}")); err == nil {
		t.Error("no error")
	}
}

// TestCurlCommandIsOneForTheShell lets a real shell cut the command into words.
func TestCurlCommandIsOneForTheShell(t *testing.T) {
	t.Parallel()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("left out: no sh on this machine")
	}
	w := newWorld(t)
	text := w.plan("POST http://x.test/\nX-A: it's `date` $(id) \"q\" \\\n\nbody $HOME 'x'").Curl()
	out, err := exec.CommandContext(t.Context(), shell, "-c", "curl() { printf '<%s>' \"$@\"; }\n"+text).Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "<--request><POST><http://x.test/><--header><X-A: it's `date` $(id) \"q\" \\><--header><Content-Type:><--data-raw><body $HOME 'x'><--location>"
	if got := strings.TrimSpace(string(out)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
