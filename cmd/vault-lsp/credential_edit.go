package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// credentialChange are the flags of `credential edit`.
type credentialChange struct {
	set, unset, from []string
	makeDefault      bool
}

func (c credentialChange) empty() bool {
	return len(c.set)+len(c.unset)+len(c.from) == 0 && !c.makeDefault
}

func (a *app) credentialEdit() *cobra.Command {
	var c credentialChange
	cmd := &cobra.Command{
		Use: "edit NAME [--set field=value]… [--unset field]… [--from field=SOURCE]…", Short: "Change fields of a profile",
		Args: takes("NAME"), ValidArgsFunction: a.completeCredentials(""),
		Long: "Changes the named fields of a profile and keeps the others; comments in the file stay. Without flags,\n" +
			"on a terminal, it goes through the fields: Enter keeps one, - removes one. --from token=keyring asks for\n" +
			"a new secret. What was fetched with the old profile is forgotten, and so is its sign-in.",
		RunE: func(cmd *cobra.Command, args []string) error { return a.editCredential(cmd.Context(), args[0], c) },
	}
	cmd.Flags().StringArrayVar(&c.set, "set", nil, "plain field, name=value (repeatable)")
	cmd.Flags().StringArrayVar(&c.unset, "unset", nil, "field to remove (repeatable)")
	cmd.Flags().StringArrayVar(&c.from, "from", nil, "source of a secret field, name=env:NAME, name=file:PATH or name=keyring (repeatable)")
	cmd.Flags().BoolVar(&c.makeDefault, "default", false, "use it where a reference of the provider names none")
	completeFlags(cmd, func(_ *cobra.Command, args []string) (provider, auth string) {
		if p, err := a.open(); err == nil && len(args) > 0 {
			if profile, err := p.store.Profile(args[0]); err == nil {
				return profile.Provider, profile.Auth
			}
		}
		return "", ""
	})
	return cmd
}

func (a *app) editCredential(ctx context.Context, name string, c credentialChange) error {
	p, err := a.open()
	if err != nil {
		return err
	}
	old, err := p.store.Profile(name)
	if err != nil {
		return usage(err)
	}
	if c.empty() && !a.terminal {
		return usage(&hintedError{error: errors.New("credential edit: nothing to change"), hint: "name the change: --set field=value, --unset field, --from field=SOURCE or --default"})
	}
	method, ok := credentials.LookupMethod(old.Provider, old.Auth)
	if !ok {
		return usage(&credentials.ProfileError{Name: name, Problems: credentials.Check(old)})
	}
	profile := old
	profile.Fields, profile.Secrets = maps.Clone(old.Fields), maps.Clone(old.Secrets)
	f := &form{app: a, ctx: ctx, method: method, profile: profile, values: map[string][]byte{}, keyring: p.store.Keyring()}
	defer wipe(f.values)
	if c.empty() {
		err = f.editAll()
	} else {
		err = f.apply(c)
	}
	if err != nil {
		return usage(err)
	}
	if err := a.writeEdited(ctx, p.store, old, f); err != nil {
		return usage(err)
	}
	if c.makeDefault {
		if err := p.store.SetDefault(ctx, name); err != nil {
			return usage(err)
		}
	}
	a.printf("changed credential %q; try it: vault-lsp credential test %s\n", name, name)
	return a.offerSignIn(ctx, p, f.profile)
}

// writeEdited writes the profile and its new secrets, or leaves the old one.
func (a *app) writeEdited(ctx context.Context, store *credentials.Store, old credentials.Profile, f *form) error {
	if problems := credentials.Check(f.profile); len(problems) > 0 {
		return &credentials.ProfileError{Name: old.Name, Problems: problems}
	}
	if err := store.Update(ctx, f.profile); err != nil {
		return err
	}
	if err := a.storeSecrets(ctx, store, old.Name, f.values); err != nil {
		return errors.Join(err, store.Update(ctx, old))
	}
	return nil
}

// apply makes the changes that flags name.
func (f *form) apply(c credentialChange) error {
	if err := applyFlags(&f.profile, f.method, c.set, c.from); err != nil {
		return err
	}
	for _, name := range c.unset {
		_, plain := f.profile.Fields[name]
		_, sourced := f.profile.Secrets[name]
		if !plain && !sourced {
			return fmt.Errorf("--unset: credential %q has no field %q", f.profile.Name, name)
		}
		delete(f.profile.Fields, name)
		delete(f.profile.Secrets, name)
	}
	if problems := credentials.Check(f.profile); len(problems) > 0 {
		return &credentials.ProfileError{Name: f.profile.Name, Problems: problems}
	}
	for _, s := range c.from {
		name, _, _ := strings.Cut(s, "=")
		field, _ := f.method.Field(name)
		if field.Required = true; f.profile.Secrets[name].Keyring {
			if err := f.askValue(field); err != nil {
				return err
			}
		}
	}
	return nil
}

// editAll goes through the fields of a profile.
func (f *form) editAll() error {
	for _, field := range f.method.Fields {
		if !field.Secret {
			if err := f.askPlain(field); err != nil {
				return err
			}
			continue
		}
		source, has := f.profile.Secrets[field.Name]
		present := "none"
		if has {
			present = source.String()
		}
		change, err := f.confirm(f.ctx, field.Prompt+" ("+present+"): change it?", false)
		if err == nil && change {
			err = f.askSource(field)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
