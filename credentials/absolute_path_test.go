package credentials

import (
	"testing"
)

func TestAbsolutePath(t *testing.T) {
	t.Setenv("HOME", "/home/jo")
	for text, want := range map[string]string{"": "", "/etc/ca.pem": "/etc/ca.pem", "~/ca.pem": "/home/jo/ca.pem"} {
		profile := Profile{Fields: map[string]string{"caCert": text}}
		if got, err := profile.AbsolutePath("caCert"); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"ca.pem", "./ca.pem", "../ca.pem", "~jo/ca.pem", "~"} {
		profile := Profile{Fields: map[string]string{"caCert": text}}
		if got, err := profile.AbsolutePath("caCert"); got != "" || err == nil {
			t.Errorf("%q: %q", text, got)
		}
	}
	t.Setenv("HOME", "")
	profile := Profile{Fields: map[string]string{"caCert": "~/ca.pem"}}
	if got, err := profile.AbsolutePath("caCert"); got != "" || err == nil {
		t.Errorf("without a home folder: %q", got)
	}
}
