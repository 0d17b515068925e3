package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/secret"
)

func (a *app) secretCommand() *cobra.Command {
	return group(&cobra.Command{Use: "secret", Short: "Browse vaults; maintain the built-in one"},
		a.secretList(), a.secretGet(), a.secretSet(), a.secretRemove(),
		a.secretImport(), a.secretExport(), a.secretRestore(), a.secretPassphrase())
}

// secretFlags name a vault.
type secretFlags struct{ provider, credential string }

func (f *secretFlags) register(a *app, cmd *cobra.Command, provider string) {
	cmd.Flags().StringVar(&f.credential, "credential", "", "credential profile (default: the provider's)")
	a.completeFlagCredentials(cmd, provider)
}

func (a *app) secretList() *cobra.Command {
	var f secretFlags
	var prefix string
	known := assignments{}
	var field string
	cmd := &cobra.Command{
		Use: "list", Short: "List names, never values", Args: takes(),
		Example: "  vault-lsp secret list\n" +
			"  vault-lsp secret list --provider vault --field path --set mount=kv\n" +
			"  vault-lsp secret list --provider vault --field key --set path=app/db",
		RunE: func(cmd *cobra.Command, _ []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			items, err := a.listItems(cmd.Context(), p, f, providers.Query{Field: field, Known: known, Prefix: prefix, Ambient: true})
			if err != nil {
				return err
			}
			for _, item := range items {
				a.printf("%s\n", item.Value)
			}
			if len(items) == 0 {
				return needsField(f.provider, field, known)
			}
			return nil
		},
	}
	f.register(a, cmd, "")
	cmd.Flags().StringVar(&f.provider, "provider", secret.Local, "provider")
	cmd.Flags().StringVar(&field, "field", "", "field of a reference whose values to list (default: the secret's name)")
	cmd.Flags().Var(known, "set", "another field of the reference (repeatable)")
	cmd.Flags().StringVar(&prefix, "prefix", "", "only what begins with this")
	registerCompletion(cmd, "provider", cobra.FixedCompletions(providerNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// needsField is the error where nothing could be listed because a field that
// says where to look is missing, such as the vault of $azure; nil where nothing
// is missing.
func needsField(provider, field string, known assignments) error {
	spec, _ := secret.Lookup(provider)
	form := spec.Forms[len(spec.Forms)-1]
	before := form
	if field == "" {
		before = form[:len(form)-1]
	} else if i := slices.Index(form, field); i >= 0 {
		before = form[:i]
	}
	for _, name := range before {
		if known[name] == "" {
			return usage(&hintedError{error: fmt.Errorf("secret list: $%s lists what belongs to one %s", provider, name),
				hint: fmt.Sprintf("name it: --set %s=…", name)})
		}
	}
	return nil
}

func (a *app) listItems(ctx context.Context, p *parts, f secretFlags, query providers.Query) ([]providers.Item, error) {
	spec, ok := secret.Lookup(f.provider)
	if !ok {
		return nil, usage(fmt.Errorf("secret list: there is no provider %q; there are: %s", f.provider, strings.Join(providerNames(), ", ")))
	}
	if query.Field == "" {
		forms := spec.Forms
		query.Field = forms[len(forms)-1][len(forms[len(forms)-1])-1]
	}
	for _, name := range append(slices.Sorted(maps.Keys(query.Known)), query.Field) {
		if _, known := spec.Field(name); !known {
			return nil, usage(fmt.Errorf("secret list: $%s has no field %q", f.provider, name))
		}
	}
	if f.provider == secret.Local && f.credential == "" {
		names, err := withVault(ctx, a, p, f.credential, func(v *local.Vault) ([]string, error) { return v.Names(ctx) })
		var items []providers.Item
		for _, n := range names {
			if strings.HasPrefix(n, query.Prefix) {
				items = append(items, providers.Item{Value: n})
			}
		}
		return items, err
	}
	return withPerson(ctx, a, p, f.credential, func() ([]providers.Item, error) {
		return p.resolver.List(ctx, f.provider, f.credential, query)
	})
}

func providerNames() []string {
	var names []string
	for _, spec := range secret.Providers() {
		names = append(names, spec.Name)
	}
	return names
}

func (a *app) secretGet() *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use: "get REFERENCE", Short: "Fetch a secret; print it only with --reveal", Args: takes("REFERENCE"),
		Long: "REFERENCE is a reference as in a file, or the name of a secret of the built-in vault.\n" +
			"Without --reveal it only says whether the secret is there.",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			ref, err := parseReference(args[0])
			if err != nil {
				return withExit(exitReference, err)
			}
			value, err := withPerson(cmd.Context(), a, p, ref.Get("credential"), func() (secret.Value, error) {
				resolved := p.resolver.Resolve(cmd.Context(), []secret.Ref{ref})[0]
				return resolved.Value, resolved.Err
			})
			if err != nil {
				return err
			}
			defer value.Wipe()
			if reveal {
				_, err = a.out.Write(append(value.Reveal(), '\n'))
				return err
			}
			a.printf("%s is there: %s (%d bytes; --reveal prints it)\n", ref, value, value.Len())
			return nil
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print the value")
	return cmd
}

// parseReference reads a reference, or the bare name of a local secret.
func parseReference(text string) (secret.Ref, error) {
	ref, err := secret.Parse(text)
	if err == nil || len(text) > 0 && (text[0] == '{' || text[0] == '$') {
		return ref, err
	}
	return localReference(text, "")
}

// localReference is how a file refers to a secret of the built-in vault.
func localReference(name, credential string) (secret.Ref, error) {
	fields := []secret.FieldValue{{Name: "secret", Value: name}}
	if credential != "" {
		fields = append(fields, secret.FieldValue{Name: "credential", Value: credential})
	}
	return secret.New(secret.Local, fields)
}

// storedReference reads the argument of `secret set` and `secret remove`: the
// name of a secret of the built-in vault, or a reference to one.
func storedReference(text, credential string) (secret.Ref, error) {
	ref, err := parseReference(text)
	switch {
	case err != nil:
		return ref, usage(err)
	case ref.Provider() != secret.Local:
		spec, _ := secret.Lookup(ref.Provider())
		return ref, usage(&hintedError{error: fmt.Errorf("%s: vault-lsp reads %s and never writes to it", ref, spec.Label),
			hint: "use the vault's own tool; a name without {{…}} is a secret of the built-in vault"})
	case ref.Get("credential") != "" || credential == "":
		return ref, nil
	}
	return localReference(ref.Get("secret"), credential)
}

func (a *app) secretSet() *cobra.Command {
	var f secretFlags
	cmd := &cobra.Command{
		Use: "set NAME", Short: "Store a secret in the built-in vault; its value comes from standard input", Args: takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			ref, err := storedReference(args[0], f.credential)
			if err != nil {
				return err
			}
			name := ref.Get("secret")
			value, err := a.askSecret(cmd.Context(), "value of "+name)
			if err != nil {
				return usage(err)
			}
			p.redact.Add(value)
			_, err = withVault(cmd.Context(), a, p, ref.Get("credential"), func(v *local.Vault) (struct{}, error) {
				return struct{}{}, v.Set(cmd.Context(), name, secret.NewValue(value).Clone())
			})
			clear(value)
			if err != nil {
				return err
			}
			a.printf("stored; use it as %s\n", ref)
			return nil
		},
	}
	f.register(a, cmd, secret.Local)
	return cmd
}

func (a *app) secretRemove() *cobra.Command {
	var f secretFlags
	cmd := &cobra.Command{
		Use: "remove NAME", Short: "Remove a secret from the built-in vault", Args: takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			ref, err := storedReference(args[0], f.credential)
			if err != nil {
				return err
			}
			_, err = withVault(cmd.Context(), a, p, ref.Get("credential"), func(v *local.Vault) (struct{}, error) {
				return struct{}{}, v.Remove(cmd.Context(), ref.Get("secret"))
			})
			if err != nil {
				return err
			}
			a.printf("removed %s\n", ref.Get("secret"))
			return nil
		},
	}
	f.register(a, cmd, secret.Local)
	return cmd
}

// localVault returns the built-in vault that a credential names.
func (a *app) localVault(p *parts, credential string) (*local.Vault, error) {
	c, err := p.resolver.Credential(secret.Local, credential)
	if err != nil {
		return nil, usage(hinted(err))
	}
	v, err := p.local.Vault(c)
	if err != nil {
		return nil, usage(hinted(err))
	}
	return v, nil
}

// withVault is withPerson for what is done with a local vault itself. The
// vault is looked up at each try: with a new passphrase its profile is another.
func withVault[T any](ctx context.Context, a *app, p *parts, credential string, do func(*local.Vault) (T, error)) (T, error) {
	return withPerson(ctx, a, p, credential, func() (T, error) {
		v, err := a.localVault(p, credential)
		if err != nil {
			var none T
			return none, err
		}
		return do(v)
	})
}

// unlock asks for the passphrase of a local vault and opens it. A vault that
// does not exist yet gets the passphrase, typed twice, when it is made.
func (a *app) unlock(ctx context.Context, p *parts, credential string) error {
	v, err := a.localVault(p, credential)
	if err != nil {
		return err
	}
	profile, err := p.store.Select(secret.Local, credential)
	if err != nil {
		return usage(err)
	}
	if v.Exists() {
		passphrase, err := a.askSecret(ctx, "passphrase of the local vault")
		if err != nil {
			return usage(err)
		}
		defer clear(passphrase)
		if err := p.local.Unlock(ctx, profile, passphrase); err != nil {
			return withExit(exitReference, hinted(err))
		}
		return nil
	}
	passphrase, err := a.askNew(ctx, "passphrase for the new local vault")
	if err != nil {
		return usage(err)
	}
	defer clear(passphrase)
	p.store.Provide(profile, "passphrase", passphrase)
	return nil
}
