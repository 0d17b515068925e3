package azure_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// program puts a stand-in for a program on an otherwise empty path. The script
// is for sh; its arguments end up, one a line, in the file that is returned.
func program(t *testing.T, name, script string) (arguments string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("left out: the stand-ins are shell scripts")
	}
	folder := os.Getenv("VAULT_LSP_TEST_PATH")
	if folder == "" {
		folder = t.TempDir()
		t.Setenv("VAULT_LSP_TEST_PATH", folder)
		t.Setenv("PATH", folder)
	}
	arguments = filepath.Join(t.TempDir(), "arguments")
	text := "#!/bin/sh\nprintf '%s\\n' \"$@\" >>" + arguments + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return arguments
}

// prints is a script that prints a token as one of the programs does.
func prints(format, token string) string {
	return "echo '" + fmt.Sprintf(format, token) + "'"
}

const azFormat = `{"accessToken": "%s", "expiresOn": "2099-01-01 00:00:00.000000", "expires_on": 4070908800, "tenant": "t", "tokenType": "Bearer"}`

func TestAzureCLI(t *testing.T) {
	cloud := newCloud(t)
	token := cloud.Issue("the-cli", azurefake.Tenant, "https://vault.azure.net")
	arguments := program(t, "az", prints(azFormat, token))
	p := newProvider(cloud)
	c := credential("cli", nil, nil)
	var told announced
	c.Announce = told.add
	for range 3 {
		if got := get(t, p, c, inVault(t, "present")); got != "the-value" {
			t.Errorf("got %q", got)
		}
	}
	if !told.has(token) {
		t.Error("the token was not announced")
	}
	lines, err := os.ReadFile(arguments)
	if err != nil {
		t.Fatal(err)
	}
	want := "account get-access-token --output json --resource https://vault.azure.net --tenant " + azurefake.Tenant
	if got := strings.ReplaceAll(strings.TrimSpace(string(lines)), "\n", " "); got != want {
		t.Errorf("az was started with %q (once: its token is kept), want %q", got, want)
	}
	identity, err := p.Check(t.Context(), c)
	if err != nil || identity.Name != "application the-cli" {
		t.Errorf("identity %+v, %v", identity, err)
	}
	if !identity.Expires.Equal(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("expires %s", identity.Expires)
	}
}

// TestAzureCLIArguments: a subscription goes in place of the tenant, and a
// machine's own identity takes none.
func TestAzureCLIArguments(t *testing.T) {
	for name, test := range map[string]struct {
		more   fields
		script string
		want   []string // the last argument of each start
	}{
		"subscription": {fields{"subscription": "My Subscription"}, "", []string{"My Subscription"}},
		"machine": {nil, `for a; do if [ "$a" = --tenant ]; then echo "ERROR: Tenant shouldn't be specified for managed identity account" >&2; exit 1; fi; done`,
			[]string{azurefake.Tenant, "https://vault.azure.net"}},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newCloud(t)
			token := cloud.Issue("the-cli", azurefake.Tenant, "https://vault.azure.net")
			arguments := program(t, "az", test.script+"\n"+prints(azFormat, token))
			get(t, newProvider(cloud), credential("cli", test.more, nil), inVault(t, "present"))
			lines, err := os.ReadFile(arguments)
			if err != nil {
				t.Fatal(err)
			}
			var last []string
			for start := range strings.SplitSeq(strings.TrimSpace(string(lines)), "account\n") {
				if start != "" {
					all := strings.Split(strings.TrimSpace(start), "\n")
					last = append(last, all[len(all)-1])
				}
			}
			if !slices.Equal(last, test.want) {
				t.Errorf("started with %q at the end, want %q", last, test.want)
			}
		})
	}
}

// TestThreatToolInheritsPassphrases: az has no use for the passphrases of this
// program.
func TestThreatToolInheritsPassphrases(t *testing.T) {
	cloud := newCloud(t)
	token := cloud.Issue("the-cli", azurefake.Tenant, "https://vault.azure.net")
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "first")
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "second")
	program(t, "az", `[ -z "$VAULT_LSP_LOCAL_PASSPHRASE$VAULT_LSP_SIGN_INS_PASSPHRASE" ] || exit 1`+"\n"+prints(azFormat, token))
	get(t, newProvider(cloud), credential("cli", nil, nil), inVault(t, "present"))
}

// TestAzureCLIFails: the complaint of the program is understood and not shown.
func TestAzureCLIFails(t *testing.T) {
	const private = "private-complaint-51"
	tests := []struct{ name, script, message, hint string }{
		{"not signed in", "echo 'ERROR: Please run '\"'az login'\"' to setup account. " + private + "' >&2; exit 1", "nobody has signed in with it", "az login"},
		{"expired", "echo 'ERROR: AADSTS700082: The refresh token has expired due to inactivity. " + private + "' >&2; exit 1", "was not used for long", "az login"},
		{"conditional access", "echo 'AADSTS53003: Access has been blocked " + private + "' >&2; exit 1", "blocks the sign-in", ""},
		{"subscription", "echo \"ERROR: The subscription of 'x' doesn't exist in cloud 'AzureCloud'. " + private + "\" >&2; exit 1", "does not know the subscription", "subscription"},
		{"unknown", "echo 'Traceback " + private + "' >&2; exit 1", "could not give a token", "az login"},
		{"no JSON", "echo '" + private + "'", "its answer cannot be read", ""},
		{"no token", "echo '{\"expires_on\": 4070908800}'", "its answer cannot be read", ""},
		{"no time", "echo '{\"accessToken\": \"" + private + "\"}'", "its answer cannot be read", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cloud := newCloud(t)
			program(t, "az", test.script)
			err := getError(t, newProvider(cloud), credential("cli", nil, nil), inVault(t, "present"))
			got := providertest.WantError(t, err, providers.Unauthenticated, private)
			if !strings.Contains(got.Message, test.message) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("message %q, hint %q; want %q, %q", got.Message, got.Hint, test.message, test.hint)
			}
		})
	}
	t.Run("not installed", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		cloud := newCloud(t)
		err := getError(t, newProvider(cloud), credential("cli", nil, nil), inVault(t, "present"))
		got := providertest.WantError(t, err, providers.Unauthenticated)
		if !strings.Contains(got.Message, "the Azure CLI: it is not installed") {
			t.Errorf("message %q", got.Message)
		}
	})
	t.Run("in the working folder", func(t *testing.T) {
		program(t, "az", "exit 1")
		t.Chdir(os.Getenv("VAULT_LSP_TEST_PATH"))
		t.Setenv("PATH", ".")
		cloud := newCloud(t)
		got := providertest.WantError(t, getError(t, newProvider(cloud), credential("cli", nil, nil), inVault(t, "present")), providers.Unauthenticated)
		if !strings.Contains(got.Message, "not installed") {
			t.Errorf("message %q", got.Message)
		}
	})
}

// clearAzure leaves nothing of Azure in the environment, so that the default
// chain finds what the test puts there.
func clearAzure(t *testing.T) {
	t.Helper()
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		for _, prefix := range []string{"AZURE_", "IDENTITY_", "MSI_", "IMDS_"} {
			if strings.HasPrefix(name, prefix) {
				t.Setenv(name, "")
				if err := os.Unsetenv(name); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestDefaultChain: the sources in the order of DefaultAzureCredential, chosen
// by its variable.
func TestDefaultChain(t *testing.T) {
	const azd = `{"token": "%s", "expiresOn": "2099-01-01T00:00:00Z"}`
	tests := []struct {
		name        string
		environment map[string]string
		programs    map[string]string // format by name
		want        string            // client of the token
	}{
		{"environment first", map[string]string{"AZURE_TENANT_ID": azurefake.Tenant, "AZURE_CLIENT_ID": clientID, "AZURE_CLIENT_SECRET": clientSecret}, map[string]string{"az": azFormat}, clientID},
		{"az", nil, map[string]string{"az": azFormat, "azd": azd}, "az"},
		{"azd", nil, map[string]string{"azd": azd, "pwsh": azFormat}, "azd"},
		{"pwsh", nil, map[string]string{"pwsh": azFormat}, "pwsh"},
		{"dev", map[string]string{"AZURE_TOKEN_CREDENTIALS": "dev", "AZURE_TENANT_ID": azurefake.Tenant, "AZURE_CLIENT_ID": clientID, "AZURE_CLIENT_SECRET": clientSecret}, map[string]string{"az": azFormat}, "az"},
		{"one", map[string]string{"AZURE_TOKEN_CREDENTIALS": "azuredeveloperclicredential"}, map[string]string{"az": azFormat, "azd": azd}, "azd"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			clearAzure(t)
			cloud := newCloud(t)
			t.Setenv("PATH", t.TempDir())
			for name, format := range test.programs {
				program(t, name, prints(format, cloud.Issue(name, azurefake.Tenant, "https://vault.azure.net")))
			}
			for name, value := range test.environment {
				t.Setenv(name, value)
			}
			p := newProvider(cloud)
			c := credential("default", nil, nil)
			if got := get(t, p, c, inVault(t, "present")); got != "the-value" {
				t.Errorf("got %q", got)
			}
			identity, err := p.Check(t.Context(), c)
			if err != nil || identity.Name != "application "+test.want {
				t.Errorf("identity %+v, %v; want %s", identity, err, test.want)
			}
		})
	}
}

// TestDefaultChainFindsNothing: what was tried is listed.
func TestDefaultChainFindsNothing(t *testing.T) {
	clearAzure(t)
	t.Setenv("PATH", t.TempDir())
	cloud := newCloud(t)
	got := providertest.WantError(t, getError(t, newProvider(cloud), credential("default", nil, nil), inVault(t, "present")), providers.Unauthenticated)
	for _, part := range []string{"az login", "AZURE_TENANT_ID is not set", "managed identity", "the Azure CLI: it is not installed", "PowerShell"} {
		if !strings.Contains(got.Hint, part) {
			t.Errorf("hint %q, want %q in it", got.Hint, part)
		}
	}
	t.Setenv("AZURE_TOKEN_CREDENTIALS", "nonsense")
	got = providertest.WantError(t, getError(t, newProvider(cloud), credential("default", nil, nil), inVault(t, "present")), providers.Unauthenticated)
	if !strings.Contains(got.Message, "AZURE_TOKEN_CREDENTIALS") {
		t.Errorf("message %q", got.Message)
	}
	// An application whose secret is wrong ends the chain: going on would sign
	// in as somebody else.
	for name, value := range map[string]string{"AZURE_TOKEN_CREDENTIALS": "", "AZURE_TENANT_ID": azurefake.Tenant, "AZURE_CLIENT_ID": clientID, "AZURE_CLIENT_SECRET": "wrong-secret-of-environment"} {
		t.Setenv(name, value)
	}
	if err := os.Unsetenv("AZURE_TOKEN_CREDENTIALS"); err != nil {
		t.Fatal(err)
	}
	got = providertest.WantError(t, getError(t, newProvider(cloud), credential("default", nil, nil), inVault(t, "present")), providers.Unauthenticated, "wrong-secret-of-environment")
	if !strings.Contains(got.Message, "AADSTS7000215") {
		t.Errorf("message %q", got.Message)
	}
}
