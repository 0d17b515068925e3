package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// completeCredentials completes the name of a profile, of one provider unless
// that is "".
func (a *app) completeCredentials(provider string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		p, err := a.open()
		if err != nil || len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var found []string
		for _, profile := range p.store.List() {
			if (provider == "" || profile.Provider == provider) && strings.HasPrefix(profile.Name, prefix) {
				found = append(found, cobra.CompletionWithDesc(profile.Name, profile.Provider+" "+profile.Auth))
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// completePermissions completes the id of a permission.
func (a *app) completePermissions(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	p, err := a.open()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	rules, _ := p.permissions.List()
	var found []string
	for _, r := range rules {
		if strings.HasPrefix(r.ID, prefix) {
			found = append(found, cobra.CompletionWithDesc(r.ID, sanitize(r.Reference+" to "+r.Origin)))
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// completeFlagCredentials is completeCredentials for a flag, whatever arguments
// there are.
func (a *app) completeFlagCredentials(cmd *cobra.Command, provider string) {
	complete := a.completeCredentials(provider)
	registerCompletion(cmd, "credential", func(cmd *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return complete(cmd, nil, prefix)
	})
}

// registerCompletion completes the values of a flag, where the command has it.
func registerCompletion(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if cmd.Flags().Lookup(flag) != nil {
		_ = cmd.RegisterFlagCompletionFunc(flag, complete)
	}
}

// completeFlags completes the flags that describe a profile; which says whose
// fields they are.
func completeFlags(cmd *cobra.Command, which func(*cobra.Command, []string) (provider, auth string)) {
	registerCompletion(cmd, "provider", func(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		return completeProviders(prefix), cobra.ShellCompDirectiveNoFileComp
	})
	registerCompletion(cmd, "auth", func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		provider, _ := which(cmd, args)
		return completeAuths(provider, prefix), cobra.ShellCompDirectiveNoFileComp
	})
	fields := func(isSecret bool, values func(credentials.MethodField) []string) cobra.CompletionFunc {
		return func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
			method, _ := credentials.LookupMethod(which(cmd, args))
			return completeFields(method, isSecret, values, prefix)
		}
	}
	registerCompletion(cmd, "set", fields(false, plainValues))
	registerCompletion(cmd, "from", fields(true, func(credentials.MethodField) []string { return []string{"keyring", "env:", "file:"} }))
	registerCompletion(cmd, "unset", func(cmd *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		var found []string
		method, _ := credentials.LookupMethod(which(cmd, args))
		for _, f := range method.Fields {
			if strings.HasPrefix(f.Name, prefix) && !f.Required {
				found = append(found, cobra.CompletionWithDesc(f.Name, f.Doc))
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
}

func completeProviders(prefix string) []string {
	var found []string
	for _, name := range credentials.MethodProviders() {
		if spec, _ := secret.Lookup(name); strings.HasPrefix(name, prefix) {
			found = append(found, cobra.CompletionWithDesc(name, spec.Label))
		}
	}
	return found
}

func completeAuths(provider, prefix string) []string {
	var found []string
	for _, m := range credentials.MethodsOf(provider) {
		if strings.HasPrefix(m.Auth, prefix) {
			found = append(found, cobra.CompletionWithDesc(m.Auth, m.Label))
		}
	}
	return found
}

// completeMethods completes the arguments of `credential methods`.
func completeMethods(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return completeProviders(prefix), cobra.ShellCompDirectiveNoFileComp
	case 1:
		return completeAuths(args[0], prefix), cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func plainValues(f credentials.MethodField) []string {
	if f.Type == credentials.TypeBool {
		return []string{"true", "false"}
	}
	return f.Values
}

// completeFields completes name=value: the name first, then the values there
// are.
func completeFields(method credentials.Method, isSecret bool, values func(credentials.MethodField) []string, prefix string) ([]string, cobra.ShellCompDirective) {
	name, value, hasName := strings.Cut(prefix, "=")
	var found []string
	for _, f := range method.Fields {
		switch {
		case f.Secret != isSecret:
		case !hasName && strings.HasPrefix(f.Name, name):
			found = append(found, cobra.CompletionWithDesc(f.Name+"=", f.Doc))
		case hasName && f.Name == name:
			for _, v := range values(f) {
				if strings.HasPrefix(v, value) {
					found = append(found, name+"="+v)
				}
			}
		}
	}
	directive := cobra.ShellCompDirectiveNoFileComp
	if !hasName || slices.ContainsFunc(found, func(s string) bool { return strings.HasSuffix(s, ":") }) {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return found, directive
}
