package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestThreatEnvironmentLinkLeavesWorkspace: git keeps symbolic links, so a
// cloned folder may hold a .env that is one to the user's own file.
func TestThreatEnvironmentLinkLeavesWorkspace(t *testing.T) {
	const marker = "OutsideMarker-4711"
	for link, tt := range map[string]struct{ content, use string }{
		".env":                         {"TOKEN=" + marker, "{{$dotenv TOKEN}}"},
		"http-client.env.json":         {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
		"http-client.private.env.json": {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
		"http-client.env.json.user":    {`{"$shared":{"token":"` + marker + `"}}`, "{{token}}"},
	} {
		t.Run(link, func(t *testing.T) {
			u := newUser(t)
			outside := filepath.Join(u.home, "mine")
			if err := os.WriteFile(outside, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(outside, filepath.Join(u.work, link)); err != nil {
				t.Skip("this system makes no symbolic links:", err)
			}
			target := newEchoTarget(t)
			path := u.write("a.http", "GET "+target.URL+"/\nAuthorization: "+tt.use+"\n")
			r := u.run("send", path)
			if r.code != exitReference || len(target.authorization) > 0 {
				t.Errorf("exit status %d, server saw %q\n%s%s", r.code, target.authorization, r.out, r.err)
			}
			for _, command := range []string{"send", "check"} {
				if r := u.run(command, path); strings.Contains(r.out+r.err, marker) {
					t.Errorf("%s shows it:\n%s%s", command, r.out, r.err)
				}
			}
		})
	}
}

// TestThreatEnvironmentLinkInsideWorkspace: links that stay inside are fine.
func TestThreatEnvironmentLinkInsideWorkspace(t *testing.T) {
	u := newUser(t)
	u.write("team.json", `{"$shared":{"token":"abc"}}`)
	if err := os.Symlink("team.json", filepath.Join(u.work, "http-client.env.json")); err != nil {
		t.Skip("this system makes no symbolic links:", err)
	}
	target := newEchoTarget(t)
	u.run("send", u.write("a.http", "GET "+target.URL+"/\nAuthorization: {{token}}\n")).want(t, exitOK)
	if len(target.authorization) != 1 || target.authorization[0] != "abc" {
		t.Errorf("server saw %q", target.authorization)
	}
}
