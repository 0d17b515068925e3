package onepassword

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// script is an op that reads files. It takes the commands, flags and variables
// of the documentation (https://developer.1password.com/docs/cli/reference) and
// fails with texts that users of op 2.30 quote. Accounts of certain names are
// those that may not, and every run leaves a line in the log.
const script = `#!/bin/sh
dir='DIR'
account=
case "$1" in --account=*) account=${1#--account=}; shift ;; esac
printf '%s\n' "$*" >> "$dir/log"
fail() { printf '[ERROR] 2026/11/23 12:00:00 %s\n' "$1" >&2; exit 1; }
if [ -n "$OP_SERVICE_ACCOUNT_TOKEN" ] && ! grep -qxF -e "$OP_SERVICE_ACCOUNT_TOKEN" "$dir/tokens"; then
  fail "error initializing client: Authentication: (401) (Unauthorized), invalid token $OP_SERVICE_ACCOUNT_TOKEN"
fi
case "$account" in
silent) exec sleep 600 ;;
nobody) fail "You are not currently signed in. Please run 'op signin --help' for instructions" ;;
throttled) fail "Too many requests. Your client has been rate-limited. Try again in a few seconds" ;;
text:*) fail "${account#text:}" ;;
esac
case "$1 $2" in
"read --no-newline")
  [ "$3" = -- ] || fail "unknown flag"
  id=${4%%\?*}
  rest=${id#op://}
  vault=${rest%%/*}; rest=${rest#*/}
  item=${rest%%/*}; field=${rest#*/}
  [ -d "$dir/vaults/$vault" ] || fail "could not read secret '$4': error getting value: could not get item $vault/$item: \"$vault\" isn't a vault in this account. Specify the vault with its ID or name."
  [ -d "$dir/vaults/$vault/$item" ] || fail "could not read secret '$4': error getting value: could not get item $vault/$item: \"$item\" isn't an item in the \"$vault\" vault. Specify the item with its UUID, name, or domain."
  [ -f "$dir/vaults/$vault/$item/$field" ] || fail "could not read secret '$4': error getting value: item '$vault/$item' does not have a field '$field'"
  if [ "$account" = stranger ]; then fail "could not read secret '$4': [ItemsRequest] \"get\": (403) (Forbidden), You do not have permission to perform this action"; fi
  mkdir "$dir/running.$$"
  ls -d "$dir"/running.* | wc -l >> "$dir/counts"
  if [ -f "$dir/slow" ]; then sleep 0.1; fi
  rmdir "$dir/running.$$"
  echo end >> "$dir/counts"
  exec cat "$dir/vaults/$vault/$item/$field" ;;
"item list")
  [ "$3 $4" = "--format json" ] || fail "unknown flag"
  sep=
  printf '['
  for path in "$dir"/vaults/*/*; do
    item=${path##*/}; vault=${path%/*}; vault=${vault##*/}
    printf '%s{"id":"id-of-%s","title":"%s","category":"API_CREDENTIAL","vault":{"id":"v1","name":"%s"}}' "$sep" "${#item}" "$item" "$vault"
    sep=,
  done
  printf ']' ;;
"whoami --format")
  if [ -n "$OP_SERVICE_ACCOUNT_TOKEN" ]; then
    printf '{"url":"https://example.1password.com","user_uuid":"U","account_uuid":"A","user_type":"SERVICE_ACCOUNT"}'
  else
    printf '{"url":"https://example.1password.com","email":"jo@example.com","user_uuid":"U","account_uuid":"A"}'
  fi ;;
*) fail "unknown command \"$1\" for \"op\"" ;;
esac
`

// goodToken is the token that the fake knows.
const goodToken = "ops_eyJzaWduSW5BZGRyZXNzIjoi"

// fake is a folder with the script and what it reads.
type fake struct{ dir, program string }

func newFake(t testing.TB) *fake {
	t.Helper()
	if _, err := os.Stat("/bin/sh"); err != nil {
		t.Skip("left out: there is no /bin/sh")
	}
	f := &fake{dir: t.TempDir()}
	f.program = filepath.Join(f.dir, "bin", "op")
	f.write(t, "tokens", goodToken+"\n")
	// Another process writes it: a descriptor of this one, inherited by a test
	// that starts a program at the same moment, would keep it from being run.
	write := exec.Command("/bin/sh", "-c", `mkdir "${1%/*}" && cat > "$1" && chmod 700 "$1"`, "sh", f.program)
	write.Stdin = strings.NewReader(strings.ReplaceAll(script, "DIR", f.dir))
	if err := write.Run(); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fake) write(t testing.TB, path, text string) {
	t.Helper()
	path = filepath.Join(f.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// read returns a file's lines.
func (f *fake) read(path string) []string {
	text, _ := os.ReadFile(filepath.Join(f.dir, path))
	return strings.Fields(string(text))
}

// put stores a field of an item.
func (f *fake) put(t testing.TB, vault, item, field, text string) {
	t.Helper()
	f.write(t, filepath.Join("vaults", vault, item, field), text)
}

// credential is one of an account of the fake; the account's name says how the
// fake treats it.
func (f *fake) credential(account string) providers.Credential {
	fields := map[string]string{fieldProgram: f.program}
	if account != "" {
		fields[fieldAccount] = account
	}
	return providertest.Credential(credentials.Profile{Name: "mine" + account, Provider: secret.Op, Auth: "default", Fields: fields}, nil)
}

// service is the credential of a service account.
func (f *fake) service(token string) providers.Credential {
	return providertest.Credential(credentials.Profile{
		Name: "robot", Provider: secret.Op, Auth: "service-account", Fields: map[string]string{fieldProgram: f.program},
	}, map[string]string{fieldToken: token})
}

func reference(t testing.TB, id string) secret.Ref {
	t.Helper()
	return providertest.MustRef(t, secret.Op, secret.FieldValue{Name: fieldID, Value: id})
}
