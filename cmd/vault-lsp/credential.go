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
		a.credentialAdd(), a.credentialEdit(), a.credentialList(), a.credentialMethods(),
		a.credentialTest(), a.credentialLogin(), a.credentialLogout(), a.credentialRemove(), a.credentialInput())
}

func (a *app) credentialList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the profiles of the configuration file", Args: takes(),
		Long: "Lists the profiles, which of them are defaults, and who signed in with those that a person\n" +
			"signs in with. No vault is asked. What is wrong with the configuration is shown, and the exit\n" +
			"status is 2 then.",
		RunE: func(cmd *cobra.Command, _ []string) error {
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
				var marks []string
				if defaults[profile.Provider] == profile.Name {
					marks = append(marks, "default")
				}
				if state := signedIn(cmd.Context(), p.store, profile); state != "" {
					marks = append(marks, state)
				}
				line := profile.Name + "\t" + profile.Provider + "\t" + profile.Auth
				if len(marks) > 0 {
					line += "\t" + strings.Join(marks, ", ")
				}
				_, _ = fmt.Fprintln(w, line)
			}
			if err := w.Flush(); err != nil {
				return err
			}
			// The list is shown all the same: it helps to find the mistake.
			if slices.ContainsFunc(p.store.Problems(), func(problem credentials.Problem) bool { return problem.Severity == credentials.SeverityError }) {
				return usage(nil)
			}
			return nil
		},
	}
}

// signedIn says who is signed in with a profile, as far as that is kept; "" for
// one that signs in by itself.
func signedIn(ctx context.Context, store *credentials.Store, profile credentials.Profile) string {
	session := store.Session(profile)
	account, known := session.Account(ctx)
	switch {
	case !session.Exists() && (!profile.NeedsPerson() || profile.KeptElsewhere()):
		return "" // it signs in by itself, or another program may have signed in
	case !session.Exists():
		return "not signed in"
	case !known:
		return "signed in (kept under a passphrase or keyring that is locked)"
	}
	text := "signed in"
	if account.Identity != "" {
		text += " as " + account.Identity
	}
	if account.Expires.IsZero() {
		return text
	}
	if account.Expires.Before(time.Now()) {
		return text + ", " + expiryInWords(account.Expires, time.Now())
	}
	return text + ", ends " + expiryInWords(account.Expires, time.Now())
}

func (a *app) credentialTest() *cobra.Command {
	return &cobra.Command{
		Use: "test NAME", Short: "Sign in and say who you are", Args: takes("NAME"), ValidArgsFunction: a.completeCredentials(""),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			identity, err := withPerson(cmd.Context(), a, p, args[0], func() (providers.Identity, error) {
				return p.resolver.Check(cmd.Context(), args[0])
			})
			if err != nil {
				return err
			}
			a.printIdentity(identity)
			return nil
		},
	}
}

func (a *app) credentialLogin() *cobra.Command {
	return &cobra.Command{
		Use: "login NAME", Short: "Sign in: in the browser, with a code, or anew", Args: takes("NAME"), ValidArgsFunction: a.completeCredentials(""),
		Long: "Forgets the present login and signs in again. A profile that a person signs in with opens the\n" +
			"browser or shows a code; the sign-in is kept, encrypted, until it ends or `credential logout`.\n" +
			"Running editors use it at once.",
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.openChecked()
			if err != nil {
				return err
			}
			if _, err := p.store.Profile(args[0]); err != nil {
				return withExit(exitReference, err)
			}
			identity, err := withPerson(cmd.Context(), a, p, args[0], func() (providers.Identity, error) {
				return a.signIn(cmd.Context(), p, args[0])
			})
			if err != nil {
				return err
			}
			a.printIdentity(identity)
			return nil
		},
	}
}

func (a *app) credentialLogout() *cobra.Command {
	return &cobra.Command{
		Use: "logout NAME", Short: "Forget the kept sign-in of a profile", Args: takes("NAME"), ValidArgsFunction: a.completeCredentials(""),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			profile, err := p.store.Profile(args[0])
			if err != nil {
				return usage(err)
			}
			if !p.store.Session(profile).Exists() && !profile.KeptElsewhere() {
				a.printf("nobody is signed in with %q\n", args[0])
				return nil
			}
			if err := p.resolver.SignOut(cmd.Context(), args[0]); err != nil {
				return usage(err)
			}
			a.printf("the sign-in of %q is forgotten here; the vault ends it in its own time\n", args[0])
			return nil
		},
	}
}

// printIdentity says who somebody is.
func (a *app) printIdentity(identity providers.Identity) {
	a.printf("%s\n", a.mask(identity.Name))
	for _, d := range identity.Details {
		a.printf("  %s: %s\n", d.Name, a.mask(d.Value))
	}
	if !identity.Expires.IsZero() {
		a.printf("  ends: %s\n", expiryInWords(identity.Expires, time.Now()))
	}
}

func (a *app) credentialRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Remove a profile, its secrets in the keyring and its sign-in", Args: takes("NAME"), ValidArgsFunction: a.completeCredentials(""),
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
			value, err := a.askSecret(cmd.Context(), "secret")
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

func (a *app) credentialMethods() *cobra.Command {
	return &cobra.Command{
		Use: "methods [PROVIDER [AUTH]]", Short: "List the ways to sign in and their fields", Args: cobra.MaximumNArgs(2),
		ValidArgsFunction: completeMethods,
		RunE: func(_ *cobra.Command, args []string) error {
			var chosen []credentials.Method
			for _, m := range credentials.Methods() {
				if (len(args) < 1 || m.Provider == args[0]) && (len(args) < 2 || m.Auth == args[1]) {
					chosen = append(chosen, m)
				}
			}
			if len(chosen) == 0 {
				return usage(errors.New("there is no such way to sign in; `vault-lsp credential methods` lists all"))
			}
			if len(args) == 0 {
				return a.printMethods(chosen)
			}
			return a.printFields(chosen)
		},
	}
}

// printMethods prints one line a method.
func (a *app) printMethods(methods []credentials.Method) error {
	w := tabwriter.NewWriter(harmless{a.out}, 0, 0, 2, ' ', 0)
	for _, m := range methods {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", m.Provider, m.Auth, m.Doc)
	}
	_, _ = fmt.Fprintln(w, "\nIts fields: vault-lsp credential methods PROVIDER AUTH")
	return w.Flush()
}

// printFields prints the fields of methods.
func (a *app) printFields(methods []credentials.Method) error {
	w := tabwriter.NewWriter(harmless{a.out}, 0, 0, 2, ' ', 0)
	for i, m := range methods {
		if i > 0 {
			_, _ = fmt.Fprintln(w)
		}
		_, _ = fmt.Fprintf(w, "%s %s: %s\n", m.Provider, m.Auth, m.Doc)
		for _, f := range m.Fields {
			_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\n", f.Name, fieldKind(f), fieldHelp(f))
		}
		for i, set := range m.OneOf {
			_, _ = fmt.Fprintf(w, "  %s: %s\n", []string{"one of these is needed", "or"}[min(i, 1)], strings.Join(set, " and "))
		}
	}
	return w.Flush()
}

// fieldKind says what a field takes.
func fieldKind(f credentials.MethodField) string {
	kind := string(f.Type)
	switch {
	case f.Secret:
		kind = "secret"
	case len(f.Values) > 0:
		kind = strings.Join(f.Values, "|")
	}
	if f.Required {
		kind += ", required"
	}
	return kind
}

// fieldHelp is what a field is for, with its default or an example.
func fieldHelp(f credentials.MethodField) string {
	help := f.Doc
	switch {
	case f.Default != "":
		help += "; default " + f.Default
	case f.Example != "":
		help += "; such as " + f.Example
	}
	return help
}
