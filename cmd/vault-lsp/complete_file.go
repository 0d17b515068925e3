package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/env"
)

// completeOfFile completes a flag with what the first request file of the
// command line knows, such as the names of its requests.
func completeOfFile(cmd *cobra.Command, flag string, known func(*source) []string) {
	registerCompletion(cmd, flag, func(_ *cobra.Command, args []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		src, err := openSource(args[0], "", nil, dialect(env.RESTClient))
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var found []string
		for _, name := range known(src) {
			if strings.HasPrefix(name, prefix) {
				found = append(found, name)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
}

// requestNames are the names that --name takes.
func requestNames(src *source) []string {
	var names []string
	for _, r := range src.requests() {
		if r.Name != "" {
			names = append(names, r.Name)
		}
	}
	return names
}

// environmentNames are the names that --env takes.
func environmentNames(src *source) []string { return src.envs.Names() }
