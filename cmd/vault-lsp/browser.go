package main

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/internal/childenv"
)

// errNoBrowser is the error where no program is known that opens a page.
var errNoBrowser = errors.New("no browser can be opened from here")

// openBrowser opens an http or https address in the user's browser and does not
// wait for it. BROWSER names the program where it is set, as xdg-open reads it:
// commands separated by a colon, %s for the address.
func openBrowser(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errNoBrowser
	}
	for _, argv := range browserCommands(u.String(), runtime.GOOS, os.LookupEnv) {
		// The browser outlives this program, so it has no context to end with.
		command := exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...)
		command.Env, command.Dir = childenv.Environ(), childenv.Folder()
		if command.Start() == nil {
			go func() { _ = command.Wait() }()
			return nil
		}
	}
	return errNoBrowser
}

// browserCommands are the commands that may open an address, best first; none
// where there is no display, as over SSH and in containers. No shell is involved.
func browserCommands(address, system string, lookupEnv func(string) (string, bool)) [][]string {
	is := func(name string) bool { value, ok := lookupEnv(name); return ok && value != "" }
	var commands [][]string
	if chosen, ok := lookupEnv("BROWSER"); ok {
		for _, one := range strings.Split(chosen, string(os.PathListSeparator)) {
			if argv := strings.Fields(one); len(argv) > 0 {
				commands = append(commands, withAddress(argv, address))
			}
		}
	}
	switch system {
	case "darwin":
		return append(commands, []string{"open", address})
	case "windows":
		return append(commands, []string{"rundll32", "url.dll,FileProtocolHandler", address})
	}
	if is("WSL_DISTRO_NAME") {
		commands = append(commands, []string{"wslview", address}, []string{"rundll32.exe", "url.dll,FileProtocolHandler", address})
	}
	if is("DISPLAY") || is("WAYLAND_DISPLAY") {
		commands = append(commands, []string{"xdg-open", address})
	}
	return commands
}

// withAddress puts the address in place of %s, or behind the command.
func withAddress(argv []string, address string) []string {
	if !slices.ContainsFunc(argv, func(a string) bool { return strings.Contains(a, "%s") }) {
		return append(slices.Clone(argv), address)
	}
	out := make([]string, len(argv))
	for i, a := range argv {
		out[i] = strings.ReplaceAll(a, "%s", address)
	}
	return out
}
