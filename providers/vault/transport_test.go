package vault

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOnlyLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:8200": true, "127.8.9.1:80": true, "[::1]:8200": true, "[::ffff:127.0.0.1]:80": true,
		"192.0.2.1:8200": false, "[2001:db8::1]:80": false, "10.0.0.1:80": false, "0.0.0.0:80": false, "": false,
	} {
		if got := onlyLoopback(t.Context(), "tcp", address, nil) == nil; got != want {
			t.Errorf("%q: allowed %v, want %v", address, got, want)
		}
	}
}

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

func TestLimitedBody(t *testing.T) {
	t.Parallel()
	for length, tooLong := range map[int]bool{0: false, 9: false, 10: false, 11: true, 500: true} {
		body := &limitedBody{ReadCloser: io.NopCloser(strings.NewReader(strings.Repeat("x", length))), left: 10}
		got, err := io.ReadAll(body)
		if errors.Is(err, errResponseTooLarge) != tooLong {
			t.Errorf("%d bytes: error %v", length, err)
		}
		if len(got) != min(length, 10) {
			t.Errorf("%d bytes: read %d", length, len(got))
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
