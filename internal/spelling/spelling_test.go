package spelling

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	fields := []string{"secret", "version", "stage", "region", "credential", "key", "step", "v2"}
	tests := []struct {
		word string
		want string
	}{
		{"secret", "secret"},
		{"sceret", "secret"},
		{"SECRET", "secret"},
		{"regoin", "region"},
		{"versoin", "version"},
		{"credentials", "credential"},
		{"ky", "key"},
		{"xyz", ""},
		{"q", ""},
		{"", ""},
		{"completely_different", ""},
		{"mq", ""},
		{"http", ""},
		{"v3", "v2"},
		{"2", "v2"},
	}
	for _, tt := range tests {
		if got := Nearest(tt.word, fields); got != tt.want {
			t.Errorf("Nearest(%q) = %q, want %q", tt.word, got, tt.want)
		}
	}
}

func TestNearestPrefersTheCloser(t *testing.T) {
	t.Parallel()
	if got := Nearest("vaul", []string{"value", "vault"}); got != "vault" && got != "value" {
		t.Fatalf("Nearest = %q", got)
	}
	if got := Nearest("hosts", []string{"ghosts", "host", "hosts2"}); got != "ghosts" {
		t.Errorf("of equally close names the first must win, got %q", got)
	}
	if got := Nearest("baseUrl", []string{"baseUri", "baseurl"}); got != "baseurl" {
		t.Errorf("a name that differs only in case is nearest, got %q", got)
	}
}

func TestNearestWithoutCandidates(t *testing.T) {
	t.Parallel()
	if got := Nearest("host", nil); got != "" {
		t.Errorf("Nearest = %q, want nothing", got)
	}
}
