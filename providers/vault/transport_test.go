package vault

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// roundTripFunc is a transport of one function.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestGuardKeepsTheOrigin(t *testing.T) {
	t.Parallel()
	sent := 0
	g := &guard{scheme: "https", host: "vault.example.com", base: roundTripFunc(func(*http.Request) (*http.Response, error) {
		sent++
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})}
	for text, want := range map[string]bool{
		"https://vault.example.com/v1/x": true, "http://vault.example.com/v1/x": false,
		"https://vault.example.com:8200/": false, "https://evil.example.com/": false,
	} {
		address, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		before := sent
		_, err = g.RoundTrip(&http.Request{URL: address})
		if got := err == nil && sent == before+1; got != want {
			t.Errorf("%s: sent %v, want %v (%v)", text, got, want, err)
		}
	}
}

func TestSplitPath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a": "a", "/a/b/": "a/b", "a b": "a b", "caf\u00e9": "caf\u00e9", "a?b#c%2f": "a?b#c%2f", "a...b": "a...b", "..a": "..a",
		"": "", "/": "", "//": "", "a//b": "", "../a": "", "a/..": "", "./a": "", "a\nb": "", "a\x00": "", "a\xff": "", "//a": "",
	} {
		got, err := cleanPath(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
		if err != nil && strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("%q: the error is not fit to print: %q", text, err)
		}
	}
}
