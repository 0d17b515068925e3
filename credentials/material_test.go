package credentials

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary stand in for the programs of command sources,
// and for
// another process that signs in, so that the tests need no shell.
func TestMain(m *testing.M) {
	switch os.Getenv("CREDENTIALS_TEST_PROGRAM") {
	case "":
		os.Exit(m.Run())
	case "sign in":
		if err := writer(os.Args[1], os.Args[2], os.Args[3]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	case "print":
		fmt.Println(os.Args[1])
	case "fail":
		fmt.Println(marker)
		fmt.Fprintln(os.Stderr, marker)
		os.Exit(3)
	case "hang":
		fmt.Println(marker)
		time.Sleep(time.Hour)
	case "flood":
		chunk := strings.Repeat(marker, 1000)
		for {
			if _, err := fmt.Print(chunk); err != nil {
				os.Exit(1)
			}
		}
	}
}

func material(t *testing.T, s *Store, ctx context.Context, source Source) (string, error) {
	t.Helper()
	p := Profile{Name: "infra", Provider: "vault", Auth: "token", Secrets: map[string]Source{"token": source}}
	value, err := s.Material(ctx, p, "token")
	return string(value.Reveal()), err
}

func TestMaterialSources(t *testing.T) {
	s, ring := open(t, twoVaults+"}", map[string]string{"TOKEN": "from env\n"})
	ring.entries[s.account("infra", "token")] = "from keyring"
	file := filepath.Join(filepath.Dir(s.Path()), "token")
	if err := os.WriteFile(file, []byte("from file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CREDENTIALS_TEST_PROGRAM", "print")
	tests := map[string]struct {
		source Source
		want   string
	}{
		"keyring":              {Source{Keyring: true}, "from keyring"},
		"env stays as it is":   {Source{Env: "TOKEN"}, "from env\n"},
		"file":                 {Source{File: file}, "from file"},
		"relative file":        {Source{File: "token"}, "from file"},
		"command":              {Source{Command: []string{self, "from command"}}, "from command"},
		"command has no shell": {Source{Command: []string{self, "$(id) `id` * ; id"}}, "$(id) `id` * ; id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := material(t, s, t.Context(), test.source)
			if err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// Every failure names the credential, the field and the source, says what to do
// and repeats nothing that could be material, however it is printed.
func TestMaterialErrors(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fifo := filepath.Join(dir, "fifo")
	if err := makeFIFO(fifo); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		source  Source
		program string
		ring    error
		words   []string
		cause   error
	}{
		"variable not set":   {source: Source{Env: "ABSENT"}, words: []string{"environment variable ABSENT", "is not set"}},
		"variable empty":     {source: Source{Env: "EMPTY"}, words: []string{"environment variable EMPTY", "empty"}},
		"file absent":        {source: Source{File: filepath.Join(dir, "absent")}, words: []string{"absent", "no such file"}},
		"file empty":         {source: Source{File: write("empty", "\n")}, words: []string{"empty"}},
		"file too large":     {source: Source{File: write("large", strings.Repeat(marker, 1<<16))}, words: []string{"1 MiB"}},
		"fifo":               {source: Source{File: fifo}, words: []string{"not a regular file"}},
		"folder":             {source: Source{File: dir}, words: []string{"not a regular file"}},
		"program absent":     {source: Source{Command: []string{"vault-lsp-no-such-program", marker}}, words: []string{"command vault-lsp-no-such-program", "no such program"}},
		"program fails":      {source: Source{Command: []string{self, marker}}, program: "fail", words: []string{"exit status 3", "run it in a terminal"}},
		"program hangs":      {source: Source{Command: []string{self}}, program: "hang", words: []string{"longer than 300ms"}},
		"program floods":     {source: Source{Command: []string{self}}, program: "flood", words: []string{"1 MiB"}},
		"keyring entry":      {source: Source{Keyring: true}, words: []string{"OS keyring", "vault-lsp credential add infra"}, cause: ErrNotInKeyring},
		"no keyring":         {source: Source{Keyring: true}, ring: ErrNoKeyring, words: []string{"no OS keyring here", `{"env": "NAME"}`, `{"file": "path"}`, `{"command": ["…"]}`}, cause: ErrNoKeyring},
		"keyring fails":      {source: Source{Keyring: true}, ring: errors.New(marker), words: []string{"does not answer or is locked"}},
		"keyring too small":  {source: Source{Keyring: true}, ring: errTooBig, words: []string{"more than the OS keyring holds"}},
		"nothing configured": {source: Source{}, words: []string{"nothing says where it is"}, cause: ErrNoSource},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, ring := open(t, "", map[string]string{"EMPTY": ""})
			ring.err = test.ring
			s.options.CommandTimeout = 10 * time.Second
			if test.program == "hang" {
				s.options.CommandTimeout = 300 * time.Millisecond
			}
			t.Setenv("CREDENTIALS_TEST_PROGRAM", test.program)
			_, err := material(t, s, t.Context(), test.source)
			var told *MaterialError
			if !errors.As(err, &told) {
				t.Fatalf("got %v", err)
			}
			all := err.Error() + " " + told.Hint
			for _, word := range append(test.words, `credential "infra"`, "token") {
				if !strings.Contains(all, word) {
					t.Errorf("%q does not say %q", all, word)
				}
			}
			if told.Hint == "" {
				t.Error("no hint")
			}
			if test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("%v is not %v", err, test.cause)
			}
			encoded, _ := json.Marshal(err)
			for _, shown := range []string{all, fmt.Sprintf("%v %+v %#v %s %q", err, err, err, err, err), fmt.Sprintf("%+v %#v", *told, *told), string(encoded)} {
				if strings.Contains(shown, marker) {
					t.Errorf("material is shown: %s", shown)
				}
			}
		})
	}
}

func TestMaterialIsCancelled(t *testing.T) {
	t.Parallel()
	s, _ := open(t, "", nil)
	blocked := &blockedKeyring{release: make(chan struct{})}
	defer close(blocked.release)
	s.options.Keyring = blocked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := material(t, s, ctx, Source{Keyring: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// blockedKeyring waits as one that asks a person who is not there.
type blockedKeyring struct {
	memoryKeyring
	release chan struct{}
}

func (k *blockedKeyring) Get(string) ([]byte, error) {
	<-k.release
	return nil, ErrNotInKeyring
}

func TestSetSecretErrors(t *testing.T) {
	t.Parallel()
	const config = `{"credentials": {
	  "k": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"keyring": true}},
	  "e": {"provider": "vault", "auth": "token", "address": "https://a.example.com", "token": {"env": "E"}}}}`
	tests := map[string]struct {
		name, field, value string
		ring               error
		words              string
	}{
		"unknown credential": {"x", "token", marker, nil, `no credential "x"`},
		"unknown field":      {"k", "secretId", marker, nil, `no secret field "secretId"`},
		"kept elsewhere":     {"e", "token", marker, nil, "environment variable E"},
		"empty":              {"k", "token", "", nil, "empty"},
		"no keyring":         {"k", "token", marker, ErrNoKeyring, "no OS keyring here"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ring := open(t, config, nil)
			ring.err = test.ring
			err := s.SetSecret(t.Context(), test.name, test.field, []byte(test.value))
			if err == nil || !strings.Contains(err.Error(), test.words) || strings.Contains(fmt.Sprintf("%+v", err), marker) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Material of another configuration file is another account's.
func TestKeyringAccountsDifferByFile(t *testing.T) {
	t.Parallel()
	a, _ := open(t, "", nil)
	b, _ := open(t, "", nil)
	if a.account("prod", "token") == b.account("prod", "token") {
		t.Error("two configuration files share keyring entries")
	}
}
