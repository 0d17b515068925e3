package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"sync"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/secret"
)

func (a *app) permissionCommand() *cobra.Command {
	return group(&cobra.Command{Use: "permission", Short: "Which secret may go where"},
		a.permissionList(), a.permissionAllow(), a.permissionRevoke())
}

func (a *app) permissionList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what you have allowed", Args: takes(),
		RunE: func(*cobra.Command, []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			rules, err := p.permissions.List()
			if err != nil {
				return usage(err)
			}
			if len(rules) == 0 {
				a.warnf("no permissions; a secret goes only where you say so when you are asked\n")
			}
			w := tabwriter.NewWriter(harmless{a.out}, 0, 0, 2, ' ', 0)
			for _, r := range rules {
				_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Reference, orAny(r.Credential, "any credential"), r.Origin,
					orAny(r.In, "any place"), orAny(r.Workspace, "any workspace"))
			}
			return w.Flush()
		},
	}
}

func orAny(value, any string) string {
	if value == "" {
		return any
	}
	return value
}

func (a *app) permissionAllow() *cobra.Command {
	var rule permission.Rule
	cmd := &cobra.Command{
		Use: "allow --reference R --origin O", Short: "Allow a secret to go to an origin", Args: takes(),
		Example: `  vault-lsp permission allow --reference '{{$vault path=app/stripe key=api_key}}' --origin https://api.stripe.com`,
		RunE: func(*cobra.Command, []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			if err := checkReference(rule.Reference); err != nil {
				return usage(err)
			}
			if rule.Workspace != "" {
				if rule.Workspace, err = filepath.Abs(rule.Workspace); err != nil {
					return usage(err)
				}
			}
			rules, err := p.permissions.Allow(rule)
			if err != nil {
				return usage(err)
			}
			for _, r := range rules {
				a.printf("%s: %s may go to %s\n", r.ID, r.Reference, r.Origin)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&rule.Reference, "reference", "", "the reference as it stands in the file")
	flags.StringVar(&rule.Origin, "origin", "", "scheme://host[:port]")
	flags.StringVar(&rule.In, "in", "", "only there: header:NAME, query, path, body or url (default: anywhere)")
	flags.StringVar(&rule.Credential, "credential", "", "only with this credential (default: any)")
	flags.StringVar(&rule.Workspace, "workspace", "", "only from files below this folder (default: any)")
	_ = cmd.MarkFlagRequired("reference")
	_ = cmd.MarkFlagRequired("origin")
	return cmd
}

// environmentReference is the other thing that a permission can be about.
var environmentReference = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\{\{\$processEnv [^\s{}]+\}\}$`) })

// checkReference refuses what no request could match.
func checkReference(text string) error {
	if environmentReference().MatchString(text) {
		return nil
	}
	if _, err := secret.Parse(text); err != nil {
		return fmt.Errorf("--reference: %w", err)
	}
	return nil
}

func (a *app) permissionRevoke() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "Take a permission back", Args: takes("ID"), ValidArgsFunction: a.completePermissions,
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.open()
			if err != nil {
				return err
			}
			rule, found, err := p.permissions.Revoke(args[0])
			if err != nil {
				return usage(err)
			}
			if !found {
				return usage(errors.New("permission revoke: no permission has the id " + args[0] + "; see vault-lsp permission list"))
			}
			a.printf("revoked: %s may no longer go to %s\n", rule.Reference, rule.Origin)
			return nil
		},
	}
}
