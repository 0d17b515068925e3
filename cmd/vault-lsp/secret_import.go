package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"github.com/tailscale/hujson"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/secret"
)

// importFlags are the flags of `secret import`.
type importFlags struct {
	vault       secretFlags
	conflict    conflictFlags
	environment string
	prefix      string
	only        []string
	rewrite     bool
}

func (a *app) secretImport() *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use: "import FILE [--env ENV]", Short: "Move the values of a .env or environment file into the built-in vault", Args: takes("FILE"),
		Long: "Stores the values of a .env file, or of one environment of an http-client environment file, in the\n" +
			"built-in vault, all of them or none, and prints the reference that stands for each. Values that are\n" +
			"empty, or hold references or variables, are left out. --rewrite puts the references into the file in\n" +
			"place of the values.",
		Example: "  vault-lsp secret import .env --prefix shop/\n" +
			"  vault-lsp secret import http-client.private.env.json --env dev --only apiKey --rewrite",
		RunE: func(cmd *cobra.Command, args []string) error { return a.importSecrets(cmd.Context(), args[0], f) },
	}
	f.vault.register(a, cmd, secret.Local)
	f.conflict.register(cmd)
	cmd.Flags().StringVar(&f.environment, "env", "", "environment of the file; not needed if it has one")
	cmd.Flags().StringVar(&f.prefix, "prefix", "", "what the names in the vault begin with")
	cmd.Flags().StringArrayVar(&f.only, "only", nil, "only this variable (repeatable)")
	cmd.Flags().BoolVar(&f.rewrite, "rewrite", false, "put the references into the environment file")
	return cmd
}

// imported is one variable that becomes a secret.
type imported struct {
	variable string
	pointer  string // of the value in a JSON file; "" in a .env file
	ref      secret.Ref
	value    string
}

func (a *app) importSecrets(ctx context.Context, path string, f importFlags) error {
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	text, err := readRegular(path, 4<<20)
	if err != nil {
		return err
	}
	if local.IsBackup(text) {
		return usage(&hintedError{error: fmt.Errorf("%s is a backup of a local vault", path), hint: "read it with vault-lsp secret restore"})
	}
	found, err := a.readVariables(path, text, f)
	if err != nil {
		return err
	}
	values := map[string]secret.Value{}
	for _, i := range found {
		p.redact.Add([]byte(i.value))
		values[f.prefix+i.variable] = secret.NewValue([]byte(i.value))
	}
	stored, err := withVault(ctx, a, p, f.vault.credential, func(v *local.Vault) (local.Stored, error) {
		return v.SetAll(ctx, values, f.conflict.conflict())
	})
	if err != nil {
		return err
	}
	a.warnf("%s\n", storedInWords(stored))
	w := tabwriter.NewWriter(harmless{a.out}, 0, 0, 2, ' ', 0)
	for _, i := range found {
		_, _ = fmt.Fprintf(w, "%s\t%s\n", i.variable, i.ref)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !f.rewrite && a.terminal && found[0].pointer != "" {
		if f.rewrite, err = a.confirm(ctx, "Put the references into "+path+"?", false); err != nil {
			return err
		}
	}
	if f.rewrite {
		return a.rewriteVariables(path, text, found, stored.Kept, f.prefix)
	}
	a.warnf("%s still holds the values: write the references instead, and replace what was ever shared\n", path)
	return nil
}

// isDotenv tells a .env file by its name, or by its first character.
func isDotenv(path string, text []byte) bool {
	name := filepath.Base(path)
	if name == ".env" || strings.HasPrefix(name, ".env.") || strings.HasSuffix(name, ".env") {
		return true
	}
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\ufeff")))
	return len(trimmed) == 0 || !strings.ContainsRune("{/", rune(trimmed[0]))
}

// readVariables reads the variables to import, sorted by name.
func (a *app) readVariables(path string, text []byte, f importFlags) ([]imported, error) {
	// The reader of environments finds files by their names.
	name := "http-client.private.env.json"
	if isDotenv(path, text) {
		if name = ".env"; f.rewrite {
			return nil, usage(errors.New("--rewrite: a .env file takes no references; write them into the request file, such as @name = {{$local secret=name}}"))
		}
	}
	envs := env.Load(oneFile{name, text}, ".")
	for _, problem := range envs.Problems() {
		if !problem.Hint {
			return nil, usage(fmt.Errorf("%s:%d:%d: %s", path, problem.Line, problem.Column, problem.Message))
		}
	}
	environment, err := chooseEnvironment(path, f.environment, envs.Names())
	if err != nil {
		return nil, err
	}
	var found []imported
	for _, d := range env.NewScope(nil, envs, environment, nil).Names() {
		if len(f.only) > 0 && !slices.Contains(f.only, d.Name) {
			continue
		}
		if reason := notImported(d); reason != "" {
			a.warnf("left out: %s (%s)\n", d.Name, reason)
			continue
		}
		i, err := newImported(d, environment, f)
		if err != nil {
			return nil, err
		}
		found = append(found, i)
	}
	for _, name := range f.only {
		if !slices.ContainsFunc(found, func(i imported) bool { return i.variable == name }) {
			return nil, usage(fmt.Errorf("--only %s: %s has no such value to import", name, path))
		}
	}
	if len(found) == 0 {
		return nil, usage(fmt.Errorf("%s has no values to import", path))
	}
	return found, nil
}

func newImported(d env.Definition, environment string, f importFlags) (imported, error) {
	ref, err := localReference(f.prefix+d.Name, f.vault.credential)
	if err != nil {
		return imported{}, usage(err)
	}
	i := imported{variable: d.Name, ref: ref, value: d.Text()}
	switch d.Source {
	case env.SourceDotenv:
	case env.SourceShared:
		i.pointer = pointerOf("$shared", d.Name)
	default:
		i.pointer = pointerOf(environment, d.Name)
	}
	return i, nil
}

// pointerOf is a JSON Pointer (RFC 6901).
func pointerOf(names ...string) string {
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	var b strings.Builder
	for _, name := range names {
		b.WriteString("/" + escape.Replace(name))
	}
	return b.String()
}

// notImported says why a variable is left out; "" if it is not.
func notImported(d env.Definition) string {
	switch {
	case d.Problem != "":
		return "its value cannot be used"
	case d.Ref != nil:
		return "it is a reference"
	case d.Object != "":
		return "it is an object"
	case d.Text() == "":
		return "it is empty"
	case d.Source != env.SourceDotenv && strings.Contains(d.Text(), "{{"):
		return "it holds a reference or a variable"
	}
	return ""
}

// chooseEnvironment is the environment that is named, or the only one.
func chooseEnvironment(path, name string, names []string) (string, error) {
	switch {
	case name != "" && !slices.Contains(names, name):
		return "", usage(fmt.Errorf("--env %s: %s has no such environment; there are: %s", name, path, orAny(strings.Join(names, ", "), "none")))
	case name != "" || len(names) == 0:
		return name, nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", usage(fmt.Errorf("%s has several environments: choose one with --env: %s", path, strings.Join(names, ", ")))
}

// rewriteVariables puts references in place of the values of a JSON file, but
// those that the vault has another value for. Comments and layout stay.
func (a *app) rewriteVariables(path string, text []byte, found []imported, kept []string, prefix string) error {
	root, err := hujson.Parse(text)
	if err != nil {
		return usage(fmt.Errorf("rewrite %s: it is not valid JSON", path))
	}
	count := 0
	for _, i := range found {
		value := root.Find(i.pointer)
		if value == nil || slices.Contains(kept, prefix+i.variable) {
			continue
		}
		value.Value = hujson.String(i.ref.String())
		count++
	}
	if err := replaceFile(path, string(root.Pack())); err != nil {
		return usage(fmt.Errorf("rewrite %s: %w; the secrets are stored", path, err))
	}
	a.warnf("%s: %s in place of values; older copies of the file still hold them\n", path, counted(count, "reference"))
	return nil
}
