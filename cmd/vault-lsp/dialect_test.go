package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestRulingC06OnTheCommandLine: where a name is defined in the file and in the
// environment, --dialect decides.
func TestRulingC06OnTheCommandLine(t *testing.T) {
	u := newUser(t)
	target := newEchoTarget(t)
	u.write("http-client.env.json", `{"dev": {"from": "environment"}}`)
	file := u.write("c6.http", "@from = file\nGET "+target.URL+"/{{from}}\n")
	u.run("send", file, "--env", "dev").want(t, exitOK, "/file")
	u.run("send", file, "--env", "dev", "--dialect", "rest-client").want(t, exitOK, "/file")
	u.run("send", file, "--env", "dev", "--dialect", "jetbrains").want(t, exitOK, "/environment")
}

// TestRulingC13OnTheCommandLine: {{$timestamp}} is in seconds or, in the dialect
// jetbrains, in milliseconds.
func TestRulingC13OnTheCommandLine(t *testing.T) {
	u := newUser(t)
	var got string
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.URL.Query().Get("at") }))
	t.Cleanup(target.Close)
	file := u.write("c13.http", "GET "+target.URL+"/?at={{$timestamp}}\n")
	for dialect, digits := range map[string]int{"rest-client": 10, "jetbrains": 13} {
		u.run("send", file, "--dialect", dialect).want(t, exitOK)
		if len(got) != digits {
			t.Errorf("%s: %s, want %d digits", dialect, got, digits)
		}
	}
}

// TestDialectOfCheck: the hint about escapes is for the dialect that has them.
func TestDialectOfCheck(t *testing.T) {
	u := newUser(t)
	file := u.write("c24.http", "@text = one\\ntwo\nGET https://x.test/\nA: {{text}}\n")
	u.run("check", file).want(t, exitOK, "escape-in-variable")
	if r := u.run("check", file, "--dialect", "jetbrains").want(t, exitOK); strings.Contains(r.out, "escape-in-variable") {
		t.Errorf("got %s", r.out)
	}
	r := u.run("check", file, "--dialect", "postman").want(t, exitUsage, "--dialect", "rest-client, jetbrains")
	if strings.Contains(r.err, "postman") {
		t.Errorf("got %s", r.err)
	}
}
