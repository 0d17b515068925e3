package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/input"
	"github.com/vault-lsp/vault-lsp/providers"
)

func (a *app) credentialCommand() *cobra.Command {
	return group(&cobra.Command{Use: "credential", Short: "Manage credential profiles"},
		a.credentialAdd(), a.credentialList(), a.credentialTest(), a.credentialLogin(), a.credentialRemove(), a.credentialInput())
}

func (a *app) credentialList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the profiles of the configuration file", Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			for _, problem := range p.store.Problems() {
				a.warnf("vault-lsp: %s\n", problem)
			}
			if len(p.store.List()) == 0 && len(p.store.Problems()) == 0 {
				a.warnf("no profiles; references use the identity of this machine, such as VAULT_ADDR and VAULT_TOKEN\n")
			}
			defaults := p.store.Config().Defaults
			w := tabwriter.NewWriter(harmless{a.out}, 0, 0, 2, ' ', 0)
			for _, profile := range p.store.List() {
				mark := ""
				if defaults[profile.Provider] == profile.Name {
					mark = "\tdefault"
				}
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s%s\n", profile.Name, profile.Provider, profile.Auth, mark)
			}
			return w.Flush()
		},
	}
}

func (a *app) credentialTest() *cobra.Command {
	return &cobra.Command{
		Use: "test NAME", Short: "Sign in and say who you are", Args: takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.checkCredential(cmd.Context(), args[0], false) },
	}
}

func (a *app) credentialLogin() *cobra.Command {
	return &cobra.Command{
		Use: "login NAME", Short: "Forget the present login and sign in again", Args: takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.checkCredential(cmd.Context(), args[0], true) },
	}
}

func (a *app) checkCredential(ctx context.Context, name string, again bool) error {
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	if again {
		if _, err := p.resolver.Reset(ctx, providers.Scope{Credential: name}); err != nil {
			return withExit(exitReference, err)
		}
	}
	identity, err := p.resolver.Check(ctx, name)
	if err != nil {
		return withExit(exitReference, hinted(err))
	}
	a.printf("%s\n", identity.Name)
	for _, d := range identity.Details {
		a.printf("  %s: %s\n", d.Name, d.Value)
	}
	if !identity.Expires.IsZero() {
		a.printf("  expires: %s\n", identity.Expires.Format(time.RFC3339))
	}
	return nil
}

func (a *app) credentialRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a profile and its secrets in the keyring", Args: takes("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			if err := p.store.Remove(cmd.Context(), args[0]); err != nil {
				return usage(err)
			}
			a.printf("removed credential %q\n", args[0])
			return nil
		},
	}
}

// credentialInput is what editors run to give the server a secret; see
// docs/adr/0006-secret-input.md.
func (a *app) credentialInput() *cobra.Command {
	var socket, id string
	cmd := &cobra.Command{
		Use: "input --socket PATH --id ID", Short: "Give a running server the secret it waits for", Args: takes(),
		Long: "Reads a secret (from the terminal without echo, or all of standard input) and gives it to\n" +
			"the language server that asked for it. The server names the socket and the id.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			value, err := a.askSecret("secret")
			if err != nil {
				return usage(err)
			}
			defer clear(value)
			if err := input.Send(cmd.Context(), socket, id, strings.NewReader(string(value))); err != nil {
				return withExit(exitReference, err)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&socket, "socket", "", "socket that the server named")
	cmd.Flags().StringVar(&id, "id", "", "id that the server named")
	_ = cmd.MarkFlagRequired("socket")
	_ = cmd.MarkFlagRequired("id")
	return cmd
}

// newCredential are the flags of `credential add`.
type newCredential struct {
	provider, auth string
	set            []string
	from           []string
	makeDefault    bool
}

func (a *app) credentialAdd() *cobra.Command {
	var n newCredential
	cmd := &cobra.Command{
		Use: "add NAME --provider P --auth A [--set field=value]… [--from field=SOURCE]…", Short: "Add a profile",
		Args: takes("NAME"),
		Long: "Adds a credential profile to the configuration file. Plain fields come from --set. Secret fields\n" +
			"are never arguments: each is asked for (or piped in) and kept in the OS keyring, or read from the place that\n" +
			"--from names: --from token=env:VAULT_TOKEN, --from secretId=file:~/.secret-id.",
		RunE: func(cmd *cobra.Command, args []string) error { return a.addCredential(cmd.Context(), args[0], n) },
	}
	cmd.Flags().StringVar(&n.provider, "provider", "", "provider: aws, gcp, vault, hcp, azure, local")
	cmd.Flags().StringVar(&n.auth, "auth", "", "way to sign in; see docs/credentials.md")
	cmd.Flags().StringArrayVar(&n.set, "set", nil, "plain field, name=value (repeatable)")
	cmd.Flags().StringArrayVar(&n.from, "from", nil, "source of a secret field, name=env:NAME, name=file:PATH or name=keyring (repeatable)")
	cmd.Flags().BoolVar(&n.makeDefault, "default", false, "use it where a reference of the provider names none")
	return cmd
}

func (a *app) addCredential(ctx context.Context, name string, n newCredential) error {
	a.newConfig = true
	p, err := a.open()
	if err != nil {
		return err
	}
	profile, toAsk, err := n.profile(name)
	if err != nil {
		return usage(err)
	}
	// Nobody types a secret for a profile that cannot be added.
	if problems := credentials.Check(profile); len(problems) > 0 {
		return usage(&credentials.ProfileError{Name: name, Problems: problems})
	}
	if _, err := p.store.Profile(name); err == nil {
		return usage(fmt.Errorf("add credential %q: %w: choose another name or remove it first", name, credentials.ErrExists))
	}
	values, err := a.askFields(&profile, toAsk)
	if err != nil {
		return usage(err)
	}
	if err := p.store.Add(ctx, profile); err != nil {
		return usage(err)
	}
	for field, value := range values {
		err := p.store.SetSecret(ctx, name, field, value)
		clear(value)
		if err != nil {
			// Where the keyring is missing there is nothing in it to remove.
			if undo := p.store.Remove(ctx, name); undo != nil && !errors.Is(undo, credentials.ErrNoKeyring) {
				err = errors.Join(err, undo)
			}
			return usage(withSource(err, field))
		}
	}
	if n.makeDefault {
		if err := p.store.SetDefault(ctx, name); err != nil {
			return usage(err)
		}
	}
	a.printf("added credential %q; try it: vault-lsp credential test %s\n", name, name)
	return nil
}

// askFields asks for secret fields. One that the profile may do without is asked
// for too: an empty answer leaves it out.
func (a *app) askFields(profile *credentials.Profile, fields []credentials.MethodField) (map[string][]byte, error) {
	values := map[string][]byte{}
	if !a.terminal {
		fields = forPipe(fields)
	}
	if len(fields) > 1 && !a.terminal {
		return nil, errors.New("credential add: several secret fields, but standard input holds one: name the source of the others with --from")
	}
	for _, f := range fields {
		prompt := f.Prompt
		if !f.Required {
			prompt += " (empty for none)"
		}
		value, err := a.askSecret(prompt)
		switch {
		case !f.Required && (errors.Is(err, errEmptySecret) || err == nil && len(value) == 0):
		case err != nil:
			return nil, err
		default:
			profile.Secrets[f.Name] = credentials.Source{Keyring: true}
			values[f.Name] = value
		}
	}
	return values, nil
}

// forPipe are the fields that standard input can be for when it is no terminal:
// the required ones, or else the only other one.
func forPipe(fields []credentials.MethodField) []credentials.MethodField {
	optional := func(f credentials.MethodField) bool { return !f.Required }
	if len(fields) == 1 {
		return fields
	}
	return slices.DeleteFunc(slices.Clone(fields), optional)
}

// profile builds the profile and lists the secret fields without a source, which
// are to be asked for.
func (n newCredential) profile(name string) (credentials.Profile, []credentials.MethodField, error) {
	profile := credentials.Profile{
		Name: name, Provider: n.provider, Auth: n.auth,
		Fields: map[string]string{}, Secrets: map[string]credentials.Source{},
	}
	method, ok := credentials.LookupMethod(n.provider, n.auth)
	if !ok {
		return profile, nil, &credentials.ProfileError{Name: name, Problems: credentials.Check(profile)}
	}
	for _, s := range n.set {
		field, value, ok := strings.Cut(s, "=")
		if !ok {
			return profile, nil, errors.New("credential add: --set: write it as name=value")
		}
		if f, known := method.Field(field); known && f.Secret {
			return profile, nil, fmt.Errorf("credential add: %s is secret: leave it out to be asked, or use --from", field)
		}
		profile.Fields[field] = value
	}
	for _, s := range n.from {
		field, source, err := parseSource(s)
		if err != nil {
			return profile, nil, err
		}
		profile.Secrets[field] = source
	}
	var toAsk []credentials.MethodField
	for _, f := range method.SecretFields() {
		source, given := profile.Secrets[f.Name]
		if given && !source.Keyring {
			continue
		}
		// Whoever says keyring has something to put into it.
		if f.Required = f.Required || given; f.Required {
			profile.Secrets[f.Name] = credentials.Source{Keyring: true}
		}
		toAsk = append(toAsk, f)
	}
	return profile, toAsk, nil
}

func parseSource(s string) (field string, source credentials.Source, err error) {
	field, place, _ := strings.Cut(s, "=")
	kind, rest, _ := strings.Cut(place, ":")
	switch {
	case kind == "keyring" && rest == "":
		source.Keyring = true
	case kind == "env" && rest != "":
		source.Env = rest
	case kind == "file" && rest != "":
		source.File = rest
	default:
		return "", source, fmt.Errorf("credential add: --from %s=…: write env:NAME, file:PATH or keyring; a command goes into the configuration file", field)
	}
	return field, source, nil
}

// withSource says how to add a profile whose secret the keyring cannot take.
func withSource(err error, field string) error {
	return &hintedError{error: err, hint: fmt.Sprintf("keep it elsewhere: --from %s=env:NAME or --from %s=file:PATH", field, field)}
}
