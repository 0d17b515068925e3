package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
)

// The values of these tests. Nothing that a user sees may hold one.
const (
	faultValue      = "fault-marker-0f5e77"
	faultToken      = "hvs.fault-token-marker-3c19"
	faultPassphrase = "fault passphrase marker 88"
	faultWrong      = "mistyped passphrase marker 99"
)

// fault is a request that cannot be answered as it should be, and what its user
// is told by the command line as well as in the editor.
type fault struct {
	name string
	// text is the request file; {{good}} and so on are of faultWorld.vars.
	text string
	// exit is the exit status of `send`.
	exit int
	// code is that of the failure in the editor and in `send --json`; "" where
	// an answer comes.
	code string
	// want are words of the message and its hint.
	want []string
}

// faults are the requests of a file that go wrong. Each TARGET is a server that
// answers, each SECRET a secret that is there.
var faults = []fault{
	{"wrong token", "GET TARGET\nA: {{$vault path=app/db key=password credential=mistyped}}\n", exitReference, "unauthenticated",
		[]string{`"mistyped"`, "does not accept the token", "sign in again"}},
	{"sealed Vault", "GET TARGET\nA: {{$vault path=app/db key=password credential=sealed}}\n", exitReference, "sealed",
		[]string{"sealed", "unseal"}},
	{"403", "GET TARGET\nA: {{$vault path=app/other key=password credential=narrow}}\n", exitReference, "denied",
		[]string{`"narrow"`, "app/other", "ask for the permission"}},
	{"missing path", "GET TARGET\nA: {{$vault path=app/nowhere key=password credential=good}}\n", exitReference, "not-found",
		[]string{"app/nowhere"}},
	{"missing mount", "GET TARGET\nA: {{$vault mount=nomount path=a key=b credential=good}}\n", exitReference, "not-found",
		[]string{"nomount"}},
	{"wrong key", "GET TARGET\nA: {{$vault path=app/db key=pasword credential=good}}\n", exitReference, "key-not-found",
		[]string{`no key "pasword"`, "password"}},
	{"deleted version", "GET TARGET\nA: {{$vault path=app/old key=password credential=good}}\n", exitReference, "deleted",
		[]string{"app/old", "deleted"}},
	{"version that never was", "GET TARGET\nA: {{$vault path=app/db version=9 key=password credential=good}}\n", exitReference, "not-found",
		[]string{"version 9"}},
	{"unreachable Vault", "GET TARGET\nA: {{$vault path=app/db key=password credential=closed}}\n", exitReference, "unavailable",
		[]string{"CLOSED", `"closed"`}},
	{"TLS failure of Vault", "GET TARGET\nA: {{$vault path=app/db key=password credential=untrusted}}\n", exitReference, "unavailable",
		[]string{"certificate", "caCert"}},
	{"no such credential", "GET TARGET\nA: {{$vault path=app/db credential=nobody}}\n", exitReference, "unknown-credential",
		[]string{"nobody", "good"}},
	{"wrong passphrase", "GET TARGET\nA: {{$local secret=there credential=forgotten}}\n", exitReference, "locked",
		[]string{"passphrase", "wrong", "FAULT_FORGOTTEN"}},
	{"damaged vault file", "GET TARGET\nA: {{$local secret=there credential=damaged}}\n", exitReference, "damaged",
		[]string{"damaged.age", "damaged"}},
	{"no such local secret", "GET TARGET\nA: {{$local secret=their credential=kept}}\n", exitReference, "not-found",
		[]string{`"their"`, "there"}},
	{"unknown provider", "GET TARGET\nA: {{$vualt path=x}}\n", exitReference, "unknown-provider",
		[]string{"$vualt", "$vault"}},
	{"unknown field", "GET TARGET\nA: {{$vault path=x kye=password}}\n", exitReference, "unknown-field",
		[]string{"kye", "key"}},
	{"missing field", "GET TARGET\nA: {{$vault key=password}}\n", exitReference, "missing-field",
		[]string{"path"}},
	{"unresolved variable", "GET TARGET/{{nowhere}}\n", exitReference, "undefined-variable",
		[]string{"nowhere", "@nowhere = "}},
	{"unclosed expression", "GET TARGET\nA: {{nowhere\n", exitReference, "unclosed-expression",
		[]string{"}}"}},
	{"header without colon", "GET TARGET\nContent-Type text/plain\n", exitSend, "header-without-colon",
		[]string{"no colon", "Name: value"}},
	{"refused destination", "GET https://api.example.test/\nA: SECRET\n", exitReference, "destination-denied",
		[]string{"{{$vault", "https://api.example.test", "allow"}},
	{"secret over plain http", "GET http://api.example.test/\nA: SECRET\n", exitReference, "plain-http",
		[]string{"http://api.example.test", "https"}},
	{"unreachable address", "GET http://CLOSED/\n", exitSend, "connection-refused",
		[]string{"CLOSED"}},
	{"unknown host", "GET http://no-such-host.invalid/\n", exitSend, "host-not-found",
		[]string{"no-such-host.invalid"}},
	{"TLS failure", "GET TLSTARGET/\nA: SECRET\n", exitSend, "tls-failed",
		[]string{"certificate"}},
	{"body file that is not there", "POST TARGET\n\n< ./none.json\n", exitSend, "body-file",
		[]string{"none.json"}},
	{"response over the limit", "GET TARGET/long\nA: SECRET\n", exitOK, "",
		[]string{"responses/response-"}},
}

// faultWorld is a user with vaults in every state.
type faultWorld struct {
	*user
	replace *strings.Replacer
	// fine is a request that works.
	fine string
	// held gets the requests for /held, which are answered when they are
	// cancelled; gone says that one was.
	held, gone chan struct{}
}

func newFaultWorld(t *testing.T) *faultWorld {
	t.Helper()
	w := &faultWorld{user: newUser(t), held: make(chan struct{}, 1), gone: make(chan struct{}, 1)}
	good, sealed, untrusted := testtools.Vault(t), testtools.Vault(t), testtools.VaultTLS(t)
	good.PutKV2("app/db", map[string]any{"password": faultValue, "user": "app"})
	good.PutKV2("app/other", map[string]any{"password": faultValue})
	good.PutKV2("app/old", map[string]any{"password": faultValue})
	good.Delete("secret/data/app/old")
	good.Policy("narrow", `path "secret/data/app/db" { capabilities = ["read"] }`)
	sealed.Seal()
	closed := testtools.ClosedAddress(t)
	t.Setenv("FAULT_ROOT_TOKEN", good.RootToken)
	t.Setenv("FAULT_NARROW_TOKEN", good.Token(0, 0, "narrow"))
	t.Setenv("FAULT_WRONG_TOKEN", faultToken)
	t.Setenv("FAULT_PASSPHRASE", faultPassphrase)
	t.Setenv("FAULT_FORGOTTEN", faultPassphrase)
	vault := func(name, address, token string) string {
		return `"` + name + `": {"provider": "vault", "auth": "token", "address": "` + address + `", "token": {"env": "` + token + `"}},` + "\n"
	}
	local := func(name, variable string) string {
		return `"` + name + `": {"provider": "local", "auth": "passphrase", "vault": "` + name + `", "passphrase": {"env": "` + variable + `"}},` + "\n"
	}
	w.configure("{ \"credentials\": {\n" +
		vault("good", good.Address, "FAULT_ROOT_TOKEN") + vault("narrow", good.Address, "FAULT_NARROW_TOKEN") +
		vault("mistyped", good.Address, "FAULT_WRONG_TOKEN") + vault("sealed", sealed.Address, "FAULT_ROOT_TOKEN") +
		vault("closed", "http://"+closed, "FAULT_ROOT_TOKEN") + vault("untrusted", untrusted.Address, "FAULT_ROOT_TOKEN") +
		local("kept", "FAULT_PASSPHRASE") + local("forgotten", "FAULT_FORGOTTEN") + local("damaged", "FAULT_PASSPHRASE") +
		profilesText(t, w.faultProfiles(closed)) +
		"}, \"defaults\": {\"vault\": \"good\", \"local\": \"kept\"}, \"timeouts\": {\"ssm\": \"1s\"} }\n")
	for _, name := range []string{"kept", "forgotten", "damaged"} {
		w.pipe(faultValue, "secret", "set", "there", "--credential", name).want(t, exitOK)
	}
	t.Setenv("FAULT_FORGOTTEN", faultWrong)
	w.truncate(filepath.Join(w.home, ".data", "vault-lsp", "damaged.age"))

	plain, secure := httptest.NewServer(w), httptest.NewUnstartedServer(w)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	const secret = "{{$vault path=app/db key=password}}"
	w.replace = strings.NewReplacer("TLSTARGET", secure.URL, "TARGET", plain.URL, "CLOSED", closed,
		"VAULTHOST", "localhost"+closed[strings.LastIndexByte(closed, ':'):], "SECRET", secret)
	w.fine = w.replace.Replace("GET TARGET/\nA: SECRET\n")
	return w
}

func (w *faultWorld) readFile(path string) string {
	w.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// truncate cuts the end off a file.
func (w *faultWorld) truncate(path string) {
	w.t.Helper()
	content := w.readFile(path)
	if err := os.WriteFile(path, []byte(content[:len(content)-7]), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// ServeHTTP is the server that requests go to.
func (w *faultWorld) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/held":
		w.held <- struct{}{}
		<-r.Context().Done()
		w.gone <- struct{}{}
	case "/long":
		for range 11 << 10 {
			_, _ = rw.Write([]byte(strings.Repeat("x", 1<<10)))
		}
	default:
		_, _ = rw.Write([]byte("all is well " + r.Header.Get("A")))
	}
}

// tells fails the test if text lacks a word or holds a value, in whatever form.
func (w *faultWorld) tells(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		if word = w.replace.Replace(word); !strings.Contains(text, word) {
			t.Errorf("it does not say %q: %s", word, text)
		}
	}
	for _, value := range []string{faultValue, faultToken, faultPassphrase, faultWrong, faultKey, faultPrincipal} {
		for _, form := range encodedForms(value) {
			if strings.Contains(text, form) {
				t.Errorf("it shows %q: %s", form, text)
			}
		}
	}
}
