package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	unformatted = "###Title\nget  https://x.test\nA:b\n\n{\"a\":{{x}}}"
	laidOut     = "### Title\nGET https://x.test\nA: b\n\n{ \"a\": {{x}} }\n"
)

func TestFmtPrints(t *testing.T) {
	u := newUser(t)
	file := u.write("a.http", unformatted)
	if got := u.run("fmt", file).want(t, exitOK); got.out != laidOut {
		t.Errorf("%q", got.out)
	}
	if got := u.pipe(unformatted, "fmt", "-").want(t, exitOK); got.out != laidOut {
		t.Errorf("standard input: %q", got.out)
	}
	if data, _ := os.ReadFile(file); string(data) != unformatted {
		t.Error("the file was written without -w")
	}
	// Bytes that a terminal would act on are copied too.
	odd := u.write("odd.http", "# \x1b[31m\nGET https://x.test\n")
	if got := u.run("fmt", odd).want(t, exitOK); !strings.Contains(got.out, "\x1b[31m") {
		t.Errorf("%q", got.out)
	}
}

func TestFmtCheck(t *testing.T) {
	u := newUser(t)
	bad, good := u.write("bad.http", unformatted), u.write("good.http", laidOut)
	got := u.run("fmt", "--check", good, bad).want(t, exitFailed)
	if got.out != bad+"\n" || !strings.Contains(got.err, "1 of 2") {
		t.Errorf("%q, %q", got.out, got.err)
	}
	u.run("fmt", "--check", good).want(t, exitOK)
}

func TestFmtDiff(t *testing.T) {
	u := newUser(t)
	bad, good := u.write("bad.http", unformatted), u.write("good.http", laidOut)
	got := u.run("fmt", "--diff", good, bad).want(t, exitFailed)
	want := "--- " + bad + "\n+++ " + bad + `
@@ -1,5 +1,5 @@
-###Title
-get  https://x.test
-A:b
+### Title
+GET https://x.test
+A: b
 
-{"a":{{x}}}
\ No newline at end of file
+{ "a": {{x}} }
`
	if got.out != want || !strings.Contains(got.err, "1 of 2") {
		t.Errorf("%s, %s", got.out, got.err)
	}
	u.run("fmt", "-w", "--diff", bad).want(t, exitUsage)
}

// TestFmtFolder: a folder stands for its request files, and every file is done
// even if one of them cannot be.
func TestFmtFolder(t *testing.T) {
	u := newUser(t)
	files := map[string]string{}
	for _, name := range []string{"a.http", "b/c.REST", ".hidden/d.http", "b/node_modules/e.http", "f.json", "read-only.http"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(u.work, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		files[name] = u.write(name, unformatted)
	}
	if got := u.run("fmt", "--check", u.work).want(t, exitFailed); got.out != files["a.http"]+"\n"+files["b/c.REST"]+"\n"+files["read-only.http"]+"\n" {
		t.Errorf("%q", got.out)
	}
	u.run("fmt", u.work).want(t, exitUsage, "-w")
	if err := os.Chmod(files["read-only.http"], 0o400); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(u.work, "missing.http")
	u.run("fmt", "-w", missing, files["read-only.http"], u.work).want(t, exitUsage, "missing.http", "read-only")
	for name, file := range files {
		want := unformatted
		if name == "a.http" || name == "b/c.REST" {
			want = laidOut
		}
		if data, err := os.ReadFile(file); err != nil || string(data) != want {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	empty := t.TempDir()
	u.run("fmt", "-w", empty).want(t, exitUsage, empty, "no .http or .rest file")
}

// TestFmtWrites: the file keeps its permissions, a link stays a link, and nothing
// else is left in the folder.
func TestFmtWrites(t *testing.T) {
	u := newUser(t)
	file := u.write("a.http", unformatted)
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(u.work, "link.http")
	if err := os.Symlink(file, link); err != nil {
		t.Skip("left out: no links here")
	}
	u.run("fmt", "-w", link).want(t, exitOK)
	data, err := os.ReadFile(file)
	if err != nil || string(data) != laidOut {
		t.Errorf("%q, %v", data, err)
	}
	if info, _ := os.Stat(file); info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v", info.Mode())
	}
	if info, _ := os.Lstat(link); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if entries, _ := os.ReadDir(u.work); len(entries) != 2 {
		t.Errorf("left over: %v", entries)
	}
}

// TestThreatFmtThroughLink: in a cloned folder a link may lead to any file of
// the user, which fmt -w leaves as it is.
func TestThreatFmtThroughLink(t *testing.T) {
	u := newUser(t)
	outside := filepath.Join(u.home, "notes")
	if err := os.WriteFile(outside, []byte(unformatted), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(u.work, "folder")
	for link, to := range map[string]string{filepath.Join(u.work, "a.http"): outside, folder: u.home} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip("this system makes no symbolic links:", err)
		}
	}
	if err := os.Mkdir(filepath.Join(u.work, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(u.work, "a.http"), filepath.Join(folder, "notes")} {
		u.run("fmt", "-w", path).want(t, exitUsage, "outside the workspace", outside)
		if data, err := os.ReadFile(outside); err != nil || string(data) != unformatted {
			t.Errorf("%s: the file is now %q, %v", path, data, err)
		}
	}
}

// TestThreatImportThroughLink: references are not written into a file outside
// the workspace that an environment file is a link to.
func TestThreatImportThroughLink(t *testing.T) {
	u := newUser(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "passphrase")
	const content = `{"dev": {"token": "token-marker"}}`
	outside := filepath.Join(u.home, "mine.json")
	if err := os.WriteFile(outside, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(u.work, "http-client.env.json")
	if err := os.Symlink(outside, link); err != nil {
		t.Skip("this system makes no symbolic links:", err)
	}
	if err := os.Mkdir(filepath.Join(u.work, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	u.run("secret", "import", link, "--env", "dev", "--rewrite").want(t, exitUsage, "outside the workspace", "the secrets are stored")
	if data, err := os.ReadFile(outside); err != nil || string(data) != content {
		t.Errorf("the file is now %q, %v", data, err)
	}
}
