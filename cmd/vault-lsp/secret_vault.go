package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/agefile"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/secret"
)

func (a *app) secretPassphrase() *cobra.Command {
	var f secretFlags
	var keyring bool
	cmd := &cobra.Command{
		Use: "passphrase [--keyring]", Aliases: []string{"rekey"}, Short: "Change what opens the built-in vault", Args: takes(),
		Long: "Gives the built-in vault a new key under a new passphrase, or with --keyring in the OS keyring. Old\n" +
			"copies of the vault still open with what opened them. The new passphrase is asked for, or piped in.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.protectVault(cmd.Context(), f.credential, keyring)
		},
	}
	f.register(a, cmd, secret.Local)
	cmd.Flags().BoolVar(&keyring, "keyring", false, "keep the key in the OS keyring instead")
	return cmd
}

func (a *app) protectVault(ctx context.Context, credential string, keyring bool) error {
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	// Open it first: nobody types a new passphrase for a vault that stays shut.
	_, err = withVault(ctx, a, p, credential, func(v *local.Vault) ([]string, error) { return v.Names(ctx) })
	if err != nil {
		return err
	}
	var protection local.Protection
	if !keyring {
		if protection.Passphrase, err = a.askNew(ctx, "new passphrase of the local vault"); err != nil {
			return usage(err)
		}
		defer clear(protection.Passphrase)
	}
	profile, err := p.store.Select(secret.Local, credential)
	if err != nil {
		return usage(err)
	}
	_, err = withVault(ctx, a, p, credential, func(v *local.Vault) (struct{}, error) {
		return struct{}{}, v.Protect(ctx, protection)
	})
	if err != nil {
		return err
	}
	if keyring {
		a.printf("the key of the vault is in the OS keyring now\n")
	} else {
		a.printf("the vault has its new passphrase\n")
	}
	return a.followProtection(ctx, p.store, profile, protection)
}

// followProtection brings the profile of a vault up to what opens it now: its
// auth, and the passphrase where we keep it.
func (a *app) followProtection(ctx context.Context, store *credentials.Store, profile credentials.Profile, protection local.Protection) error {
	source, has := profile.Secrets["passphrase"]
	if profile.Ambient {
		if has {
			a.warnf("  %s\n", staleSource(source, protection))
		}
		return nil
	}
	changed := profile
	changed.Auth, changed.Secrets = "keyring", nil
	if protection.Passphrase != nil {
		changed.Auth, changed.Secrets = "passphrase", profile.Secrets
	}
	if changed.Auth != profile.Auth {
		if err := store.Update(ctx, changed); err != nil {
			return usage(err)
		}
	}
	switch {
	case has && source.Keyring && protection.Passphrase != nil:
		if err := store.SetSecret(ctx, profile.Name, "passphrase", protection.Passphrase); err != nil {
			return usage(err)
		}
	case has && protection.Passphrase != nil:
		a.warnf("  %s\n", staleSource(source, protection))
	}
	return nil
}

func staleSource(source credentials.Source, protection local.Protection) string {
	if protection.Passphrase == nil {
		return source.String() + " is not needed any more"
	}
	return source.String() + " still has the old passphrase: change it there"
}

func (a *app) secretExport() *cobra.Command {
	var f secretFlags
	var out string
	cmd := &cobra.Command{
		Use: "export --out FILE", Short: "Write an encrypted backup of the built-in vault", Args: takes(),
		Long: "Writes all secrets of the built-in vault to a new file, encrypted under a passphrase of its own that\n" +
			"is asked for or piped in. `secret restore` reads it, and so does the age tool.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.exportVault(cmd.Context(), f.credential, out) },
	}
	f.register(a, cmd, secret.Local)
	cmd.Flags().StringVar(&out, "out", "", "file to write; it must not exist")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

func (a *app) exportVault(ctx context.Context, credential, out string) error {
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	if _, err := os.Lstat(out); err == nil {
		return usage(fmt.Errorf("--out %s: there is such a file already; name another", out))
	}
	names, err := withVault(ctx, a, p, credential, func(v *local.Vault) ([]string, error) { return v.Names(ctx) })
	if err != nil {
		return err
	}
	passphrase, err := a.askNew(ctx, "passphrase of the backup")
	if err != nil {
		return usage(err)
	}
	defer clear(passphrase)
	backup, err := withVault(ctx, a, p, credential, func(v *local.Vault) ([]byte, error) { return v.Export(ctx, passphrase) })
	if err != nil {
		return err
	}
	if err := agefile.Write(out, backup); err != nil {
		return usage(fmt.Errorf("write the backup: %w", err))
	}
	a.printf("%s: %s, encrypted; read it back with vault-lsp secret restore\n", out, counted(len(names), "secret"))
	return nil
}

// conflictFlags say what to do about names that have another value.
type conflictFlags struct{ replace, keep bool }

func (c *conflictFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.replace, "replace", false, "take the new value of a name that has another")
	cmd.Flags().BoolVar(&c.keep, "keep", false, "leave a name that has another value as it is")
	cmd.MarkFlagsMutuallyExclusive("replace", "keep")
}

func (c conflictFlags) conflict() local.Conflict {
	switch {
	case c.replace:
		return local.Replace
	case c.keep:
		return local.Keep
	}
	return local.Refuse
}

func (a *app) secretRestore() *cobra.Command {
	var f secretFlags
	var c conflictFlags
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Read a backup into the built-in vault", Args: takes("FILE"),
		Long: "Stores the secrets of a backup of `secret export`, all of them or none. Others in the vault stay. The\n" +
			"passphrase of the backup is asked for, or piped in.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.restoreVault(cmd.Context(), f.credential, args[0], c.conflict())
		},
	}
	f.register(a, cmd, secret.Local)
	c.register(cmd)
	return cmd
}

// maxBackup is more than any vault a person fills has.
const maxBackup = 256 << 20

func (a *app) restoreVault(ctx context.Context, credential, path string, conflict local.Conflict) error {
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	text, err := readRegular(path, maxBackup)
	if err != nil {
		return err
	}
	if !local.IsBackup(text) {
		return usage(&hintedError{error: fmt.Errorf("%s is no backup of a local vault", path), hint: "a .env or environment file is read with vault-lsp secret import"})
	}
	passphrase, err := a.askSecret(ctx, "passphrase of the backup")
	if err != nil {
		return usage(err)
	}
	defer clear(passphrase)
	backup, err := local.OpenBackup(text, passphrase)
	if err != nil {
		return withExit(exitReference, hinted(err))
	}
	stored, err := withVault(ctx, a, p, credential, func(v *local.Vault) (local.Stored, error) { return v.Restore(ctx, backup, conflict) })
	if err != nil {
		return err
	}
	a.printf("backup of the vault %q, made %s: %s\n", backup.Vault, backup.Exported.Local().Format("2006-01-02 15:04"), storedInWords(stored))
	return nil
}

// storedInWords counts what happened to many secrets.
func storedInWords(stored local.Stored) string {
	var parts []string
	for _, part := range []struct {
		names []string
		word  string
	}{{stored.Added, "added"}, {stored.Replaced, "replaced"}, {stored.Same, "as they were"}, {stored.Kept, "kept with another value"}} {
		if len(part.names) > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", len(part.names), part.word))
		}
	}
	return orAny(strings.Join(parts, ", "), "nothing in it")
}

// readRegular reads a file that must be one.
func readRegular(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, usage(err)
	}
	if !info.Mode().IsRegular() || info.Size() > most {
		return nil, usage(fmt.Errorf("read %s: it is no file of at most %d MiB", filepath.Clean(path), most>>20))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, usage(errors.Unwrap(err))
	}
	return text, nil
}
