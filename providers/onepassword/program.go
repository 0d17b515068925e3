package onepassword

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/childenv"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Fields of a profile and of a reference that this package reads.
const (
	fieldID      = "id"
	fieldProgram = "program"
	fieldAccount = "account"
	fieldToken   = "token"
)

const (
	programName = "op"
	// timeLimit bounds one run. It leaves time to confirm a prompt of the
	// desktop app.
	timeLimit = time.Minute
	// exitDelay is how long a program that was ended may keep its pipes open.
	exitDelay = 2 * time.Second
	// maxOutput bounds what is read of either stream.
	maxOutput = 16 << 20
	maxErrors = 64 << 10
	// tokenVariable is how op takes the token of a service account
	// (https://developer.1password.com/docs/service-accounts/use-with-1password-cli).
	tokenVariable = "OP_SERVICE_ACCOUNT_TOKEN"
)

// programError is an op that cannot be started. Text and hint are safe to show.
type programError struct {
	text, hint string
	err        error
}

func (e *programError) Error() string { return e.text }

func (e *programError) Unwrap() error { return e.err }

// exitError is an op that failed. Its standard error is in lower case, and never
// shown.
type exitError struct {
	status int
	stderr string
}

func (e *exitError) Error() string { return fmt.Sprintf("op ended with status %d", e.status) }

// is reports whether op said one of the phrases.
func (e *exitError) is(phrases []string) bool {
	return slices.ContainsFunc(phrases, func(phrase string) bool { return strings.Contains(e.stderr, phrase) })
}

// command is one run of op.
type command struct {
	path      string
	arguments []string
	env       []string
}

// command makes the run of op for a credential.
func (p *Provider) command(ctx context.Context, credential providers.Credential, arguments []string) (*command, error) {
	path, err := p.program(credential.Profile.Fields[fieldProgram])
	if err != nil {
		return nil, err
	}
	c := &command{path: path, env: childenv.Environ()}
	if account := credential.Profile.Fields[fieldAccount]; account != "" {
		// One argument, so that no account is taken for a flag.
		c.arguments = append(c.arguments, "--"+fieldAccount+"="+account)
	}
	c.arguments = append(c.arguments, arguments...)
	token, err := credential.Material(ctx, fieldToken)
	switch {
	case errors.Is(err, credentials.ErrNoSource):
		return c, nil
	case err != nil:
		return nil, err
	}
	defer token.Wipe()
	c.env = slices.DeleteFunc(c.env, func(variable string) bool { return strings.HasPrefix(variable, tokenVariable+"=") })
	c.env = append(c.env, tokenVariable+"="+string(token.Reveal()))
	return c, nil
}

// program finds op: where the profile says, else on the PATH. Folders that are
// relative or belong to a workspace are passed over.
func (p *Provider) program(configured string) (string, error) {
	if configured != "" {
		return p.configured(configured)
	}
	if path, err := childenv.Find(programName, p.workspaces()); err == nil {
		return path, nil
	}
	return "", &programError{
		text: "the program op is not on the PATH", err: exec.ErrNotFound,
		hint: "install the 1Password CLI (https://developer.1password.com/docs/cli/get-started), or name it in " + fieldProgram + " of a credential",
	}
}

// configured checks the path in a profile; ~/ is the home folder.
func (p *Provider) configured(path string) (string, error) {
	fail := func(text string, err error) (string, error) {
		return "", &programError{text: fieldProgram + " " + text, hint: "name the 1Password CLI by its absolute path", err: err}
	}
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return fail("begins with ~/ and there is no home folder", err)
		}
		path = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(path) {
		return fail("is a relative path", nil)
	}
	found, err := exec.LookPath(path)
	switch {
	case err != nil:
		return fail("cannot be started", err)
	case childenv.InWorkspace(found, p.workspaces()):
		return fail("lies in the workspace, whose files are not the user's", nil)
	}
	return found, nil
}

// workspaces are the folders whose programs are not the user's.
func (p *Provider) workspaces() []string {
	if p.options.Workspaces == nil {
		return nil
	}
	return p.options.Workspaces()
}

// output runs the command and returns what it prints.
func (c *command) output(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	run := exec.CommandContext(ctx, c.path, c.arguments...)
	run.Env, run.WaitDelay = c.env, exitDelay
	run.Dir = childenv.Folder()
	stdout, stderr := &limited{left: maxOutput}, &limited{left: maxErrors}
	run.Stdout, run.Stderr = stdout, stderr
	err := run.Run()
	defer clear(stderr.Bytes())
	var exited *exec.ExitError
	switch {
	case err == nil && stdout.cut:
		stdout.wipe()
		return nil, errTooLarge
	case err == nil:
		return stdout.Bytes(), nil
	case ctx.Err() != nil:
		stdout.wipe()
		return nil, ctx.Err()
	case errors.As(err, &exited):
		stdout.wipe()
		return nil, &exitError{status: exited.ExitCode(), stderr: strings.ToLower(stderr.String())}
	}
	stdout.wipe()
	return nil, &programError{text: "op cannot be started", hint: "run op --version in a terminal", err: err}
}

// limited keeps the beginning of what is written.
type limited struct {
	bytes.Buffer
	left int
	cut  bool
}

// Write keeps what there is room for and takes the rest, so that the program is
// not stopped by a full pipe.
func (l *limited) Write(p []byte) (int, error) {
	kept := p[:min(len(p), l.left)]
	l.left -= len(kept)
	l.cut = l.cut || len(kept) < len(p)
	_, _ = l.Buffer.Write(kept)
	return len(p), nil
}

func (l *limited) wipe() { clear(l.Bytes()) }
