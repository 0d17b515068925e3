package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/secret"
)

//go:embed tour/demo.http
var demoFile string

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "A tour that needs no account", Args: takes(),
		Long: "Makes a built-in encrypted vault in a temporary place, starts an echo server on this machine,\n" +
			"and sends a .http file whose secrets are references into that vault. Nothing is left behind.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context()) },
	}
}

// demo does the main job once, on real parts, in a temporary folder.
func (a *app) demo(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "vault-lsp-demo-")
	if err != nil {
		return withExit(exitSend, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "demo.http")
	if err := os.WriteFile(file, []byte(demoFile), 0o600); err != nil {
		return withExit(exitSend, err)
	}
	a.printf("1. A built-in encrypted vault, in %s\n", dir)
	apiKey, err := a.demoVault(ctx, dir)
	if err != nil {
		return withExit(exitSend, err)
	}
	a.printf("   stored demo/stripe with the keys api_key and webhook_secret\n\n")
	echo, err := startEcho(ctx)
	if err != nil {
		return withExit(exitSend, err)
	}
	defer echo.stop()
	a.printf("2. An echo server at %s, which sends back what it gets\n\n", echo.url)
	a.printf("3. A request file; it holds references, no secret:\n\n%s\n", indent(fromFirstRequest(demoFile)))
	a.printf("4. vault-lsp send demo.http --var host=%s --verbose\n\n", echo.url)
	flags := sendFlags{vars: map[string]string{"host": echo.url}, verbose: true}
	if err := a.send(ctx, file, flags); err != nil {
		return err
	}
	if got := <-echo.received; got != "Bearer "+apiKey {
		return withExit(exitSend, errors.New("demo: the server did not get the secret"))
	}
	a.printf("\nThe server got the real key; you saw %s. Next: vault-lsp --help\n", secret.Mask)
	return nil
}

// demoVault makes a.parts around a new local vault below dir and stores two
// random secrets in it. It returns one of them, to compare with what the server
// gets.
func (a *app) demoVault(ctx context.Context, dir string) (apiKey string, err error) {
	apiKey = "sk_demo_" + rand.Text()
	webhook := "whsec_demo_" + rand.Text()
	env := map[string]string{"VAULT_LSP_LOCAL_PASSPHRASE": rand.Text()}
	store, err := credentials.Open(filepath.Join(dir, "config.json"), credentials.Options{
		LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
	if err != nil {
		return "", err
	}
	// The passphrase is random and thrown away, so a cheap key derivation does.
	const workFactor = 10
	a.parts = newParts(store, filepath.Join(dir, "state"), local.Options{Dir: filepath.Join(dir, "vault"), WorkFactor: workFactor})
	v, err := a.localVault(a.parts, "")
	if err != nil {
		return "", err
	}
	value := fmt.Sprintf(`{"api_key": %q, "webhook_secret": %q}`, apiKey, webhook)
	return apiKey, v.Set(ctx, "demo/stripe", secret.NewValue([]byte(value)))
}

// fromFirstRequest is the part of the file from its first separator on.
func fromFirstRequest(file string) string {
	_, rest, _ := strings.Cut(file, "\n###")
	return "###" + rest
}

func indent(s string) string {
	return "   " + strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "\n   ") + "\n"
}
