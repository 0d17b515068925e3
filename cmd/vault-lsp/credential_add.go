package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
)

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
		Use: "add [NAME] [--provider P --auth A] [--set field=value]… [--from field=SOURCE]…", Short: "Add a profile",
		Args: cobra.MaximumNArgs(1),
		Long: "Adds a credential profile to the configuration file. On a terminal it asks for what the flags do\n" +
			"not say. Plain fields come from --set. Secret fields are never arguments: each is asked for (or piped\n" +
			"in) and kept in the OS keyring, or read from the place that --from names:\n" +
			"--from token=env:VAULT_TOKEN, --from secretId=file:~/.secret-id. `credential methods` lists the ways\n" +
			"to sign in and their fields.",
		Example: "  vault-lsp credential add\n" +
			"  vault-lsp credential add infra --provider vault --auth approle --set address=https://vault.example.com --set roleId=reader",
		RunE: func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) > 0 {
				name = args[0]
			} else if !a.terminal {
				return takes("NAME")(cmd, args)
			}
			return a.addCredential(cmd.Context(), name, n)
		},
	}
	cmd.Flags().StringVar(&n.provider, "provider", "", "provider: "+strings.Join(credentials.MethodProviders(), ", "))
	cmd.Flags().StringVar(&n.auth, "auth", "", "way to sign in; see vault-lsp credential methods")
	cmd.Flags().StringArrayVar(&n.set, "set", nil, "plain field, name=value (repeatable)")
	cmd.Flags().StringArrayVar(&n.from, "from", nil, "source of a secret field, name=env:NAME, name=file:PATH or name=keyring (repeatable)")
	cmd.Flags().BoolVar(&n.makeDefault, "default", false, "use it where a reference of the provider names none")
	completeFlags(cmd, func(*cobra.Command, []string) (string, string) { return n.provider, n.auth })
	return cmd
}

func (a *app) addCredential(ctx context.Context, name string, n newCredential) error {
	a.newConfig = true
	p, err := a.open()
	if err != nil {
		return err
	}
	if _, err := p.store.Profile(name); err == nil {
		return usage(existsAlready(name))
	}
	profile, values, err := a.newProfile(ctx, p.store, name, &n)
	if err != nil {
		return usage(err)
	}
	defer wipe(values)
	if err := p.store.Add(ctx, profile); err != nil {
		return usage(err)
	}
	if err := a.storeSecrets(ctx, p.store, profile.Name, values); err != nil {
		// Where the keyring is missing there is nothing in it to remove.
		if undo := p.store.Remove(ctx, profile.Name); undo != nil && !errors.Is(undo, credentials.ErrNoKeyring) {
			err = errors.Join(err, undo)
		}
		return usage(err)
	}
	now := p.store.Config().Defaults[profile.Provider]
	if n.makeDefault {
		if err := p.store.SetDefault(ctx, profile.Name); err != nil {
			return usage(err)
		}
	} else if now != "" && now != profile.Name {
		a.warnf("references to $%s that name no credential use %q; change that with `vault-lsp credential edit %s --default`\n", profile.Provider, now, profile.Name)
	}
	a.printf("added credential %q; try it: vault-lsp credential test %s\n", profile.Name, profile.Name)
	return a.offerSignIn(ctx, p, profile)
}

// existsAlready says what to do with a name that is taken.
func existsAlready(name string) error {
	return &hintedError{error: fmt.Errorf("add credential %q: %w", name, credentials.ErrExists),
		hint: fmt.Sprintf("change it with `vault-lsp credential edit %s`, remove it first, or choose another name", name)}
}

// newProfile makes a profile of the flags and, on a terminal, of what a person
// answers, and gathers the secrets for the keyring. Nothing is written yet.
func (a *app) newProfile(ctx context.Context, store *credentials.Store, name string, n *newCredential) (credentials.Profile, map[string][]byte, error) {
	if a.terminal && n.incomplete(name) {
		return a.askProfile(ctx, store, name, n)
	}
	if n.provider == "" || n.auth == "" {
		return credentials.Profile{}, nil, &hintedError{error: errors.New("credential add: --provider and --auth are missing"), hint: "`vault-lsp credential methods` lists both"}
	}
	profile, toAsk, err := n.profile(name)
	if err != nil {
		return profile, nil, err
	}
	// Nobody types a secret for a profile that cannot be added.
	if problems := credentials.Check(profile); len(problems) > 0 {
		return profile, nil, &credentials.ProfileError{Name: name, Problems: problems}
	}
	values, err := a.askFields(ctx, &profile, toAsk)
	return profile, values, err
}

// incomplete reports whether a person has to be asked for more than secrets.
func (n *newCredential) incomplete(name string) bool {
	method, ok := credentials.LookupMethod(n.provider, n.auth)
	if name == "" || n.provider == "" || n.auth == "" {
		return true
	}
	return ok && slices.ContainsFunc(method.Fields, func(f credentials.MethodField) bool {
		return f.Required && !f.Secret && !slices.ContainsFunc(n.set, func(s string) bool { return strings.HasPrefix(s, f.Name+"=") })
	})
}

// storeSecrets puts secrets into the keyring.
func (a *app) storeSecrets(ctx context.Context, store *credentials.Store, name string, values map[string][]byte) error {
	for field, value := range values {
		if err := store.SetSecret(ctx, name, field, value); err != nil {
			return withSource(err, field)
		}
	}
	return nil
}

func wipe(values map[string][]byte) {
	for _, value := range values {
		clear(value)
	}
}

// offerSignIn asks whether to sign in with a profile that needs a person.
func (a *app) offerSignIn(ctx context.Context, p *parts, profile credentials.Profile) error {
	if !a.terminal || !profile.NeedsPerson() {
		return nil
	}
	yes, err := a.confirm(ctx, "Sign in now?", true)
	if err != nil || !yes {
		return nil // the profile is there either way
	}
	identity, err := a.signIn(ctx, p, profile.Name)
	if err != nil {
		return err
	}
	a.printIdentity(identity)
	return nil
}

// askFields asks for secret fields. One that the profile may do without is asked
// for too: an empty answer leaves it out.
func (a *app) askFields(ctx context.Context, profile *credentials.Profile, fields []credentials.MethodField) (map[string][]byte, error) {
	values := map[string][]byte{}
	if !a.terminal {
		fields = forPipe(fields)
	}
	if len(fields) > 1 && !a.terminal {
		return nil, errors.New("several secret fields, but standard input holds one: name the source of the others with --from")
	}
	for _, f := range fields {
		prompt := f.Prompt
		if !f.Required {
			prompt += " (empty for none)"
		}
		value, err := a.askSecret(ctx, prompt)
		switch {
		case !f.Required && (errors.Is(err, errEmptySecret) || err == nil && len(value) == 0):
		case err != nil:
			wipe(values)
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
	if err := applyFlags(&profile, method, n.set, n.from); err != nil {
		return profile, nil, err
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

// applyFlags puts the values of --set and --from into a profile.
func applyFlags(profile *credentials.Profile, method credentials.Method, set, from []string) error {
	for _, s := range set {
		field, value, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("--set: write it as name=value")
		}
		if f, known := method.Field(field); known && f.Secret {
			return fmt.Errorf("%s is secret: leave it out to be asked, or use --from", field)
		}
		profile.Fields[field] = value
	}
	for _, s := range from {
		field, source, err := parseSource(s)
		if err != nil {
			return err
		}
		profile.Secrets[field] = source
	}
	return nil
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
		return "", source, fmt.Errorf("--from %s=…: write env:NAME, file:PATH or keyring; a command goes into the configuration file", field)
	}
	return field, source, nil
}

// withSource says how to add a profile whose secret the keyring cannot take.
func withSource(err error, field string) error {
	return &hintedError{error: err, hint: fmt.Sprintf("keep it elsewhere: --from %s=env:NAME or --from %s=file:PATH", field, field)}
}
