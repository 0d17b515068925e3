package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
)

// encodedForms are forms in which a value could show.
func encodedForms(value string) []string {
	return []string{
		value, url.QueryEscape(value), hex.EncodeToString([]byte(value)),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
}

// TestNoCommandShowsOrKeepsAValue runs a session through every command with
// marker values, against a server that reflects them in every form, then
// searches everything that was printed and every file that was written.
func TestNoCommandShowsOrKeepsAValue(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase-marker-55aa")
	const value = "s3cr&t+marker/7741=="
	reflector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, form := range encodedForms(value) {
			w.Header().Set("X-Form-"+string(rune('a'+i)), form)
			_, _ = w.Write([]byte(form + "\n"))
		}
		_, _ = w.Write([]byte(r.URL.String()))
	}))
	defer reflector.Close()
	u.pipe(value, "secret", "set", "m").want(t, exitOK)
	file := u.write("s.http", "# @name s\nPOST "+reflector.URL+"/{{$local secret=m}}?q={{$local secret=m}}\n"+
		"Authorization: Basic user {{$local secret=m}}\nContent-Type: application/json\n\n{\"a\": \"{{$local secret=m encode=json}}\"}\n")
	for _, args := range [][]string{
		{"send", file}, {"send", file, "--json"}, {"send", file, "-v"}, {"send", file, "--report", "junit=" + u.home + "/r.xml"},
		{"check", file, "--online"}, {"parse", file, "--json"}, {"secret", "list"}, {"secret", "get", "m"},
		{"permission", "list"}, {"credential", "list"}, {"send", file, "--var", "x=y", "--all"},
	} {
		r := u.run(args...).want(t, exitOK)
		u.hides(r, value)
		u.hides(r, "passphrase-marker-55aa")
	}
	u.eachFile(func(path string, _ []byte) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 && path != u.home+"/r.xml" {
			t.Errorf("%s has mode %o: others can read it", path, mode)
		}
	})
}
