package main

import (
	"strings"
	"unicode"

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
			if strings.HasPrefix(name, prefix) && isHarmlessWord(name) {
				found = append(found, name)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
}

// isHarmlessWord reports whether no shell does anything with a name of a request
// file, quoted or not. Shells put what several names begin with into the command
// line as it is, and run that when the next word is completed: a cloned file must
// not give it a $(command), nor a flag.
func isHarmlessWord(name string) bool {
	for i, r := range name {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsDigit(r), strings.ContainsRune("_.,:/@+", r):
		case r == ' ' && i > 0, r == '-' && i > 0 && name[i-1] != ' ':
		default:
			return false
		}
	}
	return name != ""
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
