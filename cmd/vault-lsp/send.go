package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// sendFlags are the flags of `send`.
type sendFlags struct {
	name        string
	line        int
	all         bool
	environment string
	asJSON      bool
	vars        assignments
	dialect     dialect
	allowHosts  []string
	report      string
	verbose     bool
}

func (a *app) sendCommand() *cobra.Command {
	f := sendFlags{vars: assignments{}}
	cmd := &cobra.Command{
		Use:   "send FILE [--name NAME | --line N | --all]",
		Short: "Send a request and print the masked response",
		Long: "Sends a request of the file: the named one, the one at a line, all in order, or without a\n" +
			"selector the only one. Secrets go only where you have allowed them to go: see\n" +
			"vault-lsp permission, or name the origin with --allow-host for this call.",
		Args: takes("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(cmd.Flags()); err != nil {
				return usage(seeHelp(cmd, err))
			}
			return a.send(cmd.Context(), args[0], f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "name or title of the request")
	flags.IntVar(&f.line, "line", 0, "line of the request, from 1")
	flags.BoolVar(&f.all, "all", false, "every request in order")
	flags.StringVar(&f.environment, "env", "", "environment")
	flags.BoolVar(&f.asJSON, "json", false, "print one JSON object a request, a line each")
	flags.Var(f.vars, "var", "variable (repeatable)")
	flags.StringArrayVar(&f.allowHosts, "allow-host", nil, "origin that secrets may go to, scheme://host[:port] (repeatable)")
	flags.StringVar(&f.report, "report", "", "also write a report: junit=FILE")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "also print the request as it was sent, masked")
	cmd.MarkFlagsMutuallyExclusive("name", "line", "all")
	completeOfFile(cmd, "name", requestNames)
	completeOfFile(cmd, "env", environmentNames)
	dialectFlag(cmd, &f.dialect)
	return cmd
}

// check refuses flags that could not do what they say, before anything is sent.
func (f *sendFlags) check(given *pflag.FlagSet) error {
	if given.Changed("name") && f.name == "" {
		return errors.New("--name: the name is empty")
	}
	if given.Changed("line") && f.line < 1 {
		return errors.New("--line: lines count from 1")
	}
	for _, origin := range f.allowHosts {
		if _, err := permission.ParseOrigin(origin); err != nil {
			return fmt.Errorf("--allow-host: %w", err)
		}
	}
	if given.Changed("report") {
		_, err := reportPath(f.report)
		return err
	}
	return nil
}

// send is the command: every request is tried, and the worst status wins.
func (a *app) send(ctx context.Context, path string, f sendFlags) error {
	src, err := openSource(path, f.environment, f.vars, f.dialect)
	if err != nil {
		return err
	}
	requests, err := src.choose(f)
	if err != nil {
		return err
	}
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	p.workspaces.add(src.workspace)
	options, err := p.requestOptions()
	if err != nil {
		return err
	}
	sender := request.NewSender(options)
	defer sender.Close()
	run := &sendRun{app: a, parts: p, sender: sender, src: src, flags: f, grants: request.NewGrants()}
	code := exitOK
	var report junitReport
	for _, r := range requests {
		response, err := run.one(ctx, r)
		code = worse(code, run.print(r, response, err))
		report.add(src, r, response, err)
	}
	if f.report != "" {
		if err := report.write(f.report, src.path); err != nil {
			return err
		}
	}
	if code != exitOK {
		return withExit(code, nil)
	}
	return nil
}

// choose returns the requests that the flags select.
func (s *source) choose(f sendFlags) ([]*parser.Request, error) {
	all := s.requests()
	if len(all) == 0 {
		return nil, usage(fmt.Errorf("%s: no request in this file", s.path))
	}
	var chosen []*parser.Request
	switch {
	case f.all:
		// One that cannot be sent as it stands is among them and fails: to
		// leave it out would call a broken file a success.
		chosen = all
	case f.name != "":
		for _, r := range all {
			if r.Name == f.name {
				chosen = append(chosen, r)
			}
		}
		switch {
		case len(chosen) == 0:
			return nil, usage(fmt.Errorf("%s: no request is named %q; there are:\n%s", s.path, f.name, s.overview(all)))
		case len(chosen) > 1:
			return nil, usage(fmt.Errorf("%s: %d requests are named %q: choose with --line; there are:\n%s", s.path, len(chosen), f.name, s.overview(all)))
		}
	case f.line > 0:
		if b := s.blockAt(f.line); b != nil && b.Request != nil {
			chosen = append(chosen, b.Request)
		} else {
			return nil, usage(fmt.Errorf("%s:%d: no request at this line; there are:\n%s", s.path, f.line, s.overview(all)))
		}
	case len(all) == 1:
		chosen = all
	default:
		return nil, usage(fmt.Errorf("%s has %d requests: choose with --name, --line or --all:\n%s", s.path, len(all), s.overview(all)))
	}
	return chosen, nil
}

func (s *source) blockAt(line int) *parser.Block {
	for _, b := range s.file.Blocks {
		if line >= s.line(b.Span.Start) && line <= s.line(max(b.Span.Start, b.Span.End-1)) {
			return b
		}
	}
	return nil
}

// overview lists the requests, one a line.
func (s *source) overview(all []*parser.Request) string {
	var b strings.Builder
	for _, r := range all {
		fmt.Fprintf(&b, "  line %d: %s %s\n", s.line(r.LineSpan.Start), s.title(r), r.Method)
	}
	return strings.TrimRight(b.String(), "\n")
}

// title is a request's name, or its request line.
func (s *source) title(r *parser.Request) string {
	if r.Name != "" {
		return r.Name
	}
	return r.LineSpan.Of(s.file.Src)
}

// sendRun is one run of `send` over the chosen requests.
type sendRun struct {
	*app
	parts   *parts
	sender  *request.Sender
	src     *source
	flags   sendFlags
	grants  *request.Grants
	answers answers
}

// one sends a single request; what a person at the terminal can make possible,
// by a passphrase or by signing in, is asked for and the request tried again.
func (s *sendRun) one(ctx context.Context, r *parser.Request) (*request.Response, error) {
	plan, err := s.build(ctx, r)
	if err != nil {
		return nil, err
	}
	call := request.Call{Workspace: s.src.workspace, AllowOrigins: s.flags.allowHosts, Grants: s.grants}
	if s.terminal {
		call.Ask = s.question
	}
	for range maxMends {
		response, err := s.sender.Send(ctx, plan, call)
		mended, mendErr := s.mend(ctx, s.parts, localCredential(plan), err)
		if mendErr != nil {
			return nil, mendErr
		}
		if !mended {
			return response, err
		}
	}
	return s.sender.Send(ctx, plan, call)
}

// localCredential is the credential of the first local secret of a plan.
func localCredential(plan *request.Plan) string {
	for _, use := range plan.Uses {
		if use.Ref != nil && use.Ref.Provider() == secret.Local {
			return use.Ref.Get("credential")
		}
	}
	return ""
}

// question asks on the terminal whether secrets may go to an origin.
func (s *sendRun) question(ctx context.Context, q request.Question) (request.Answer, error) {
	s.warnf("%s sends to %s:\n", s.src.path, q.Origin)
	if q.RedirectFrom != "" {
		s.warnf("  (redirected there by %s)\n", q.RedirectFrom)
	}
	for _, item := range q.Items {
		s.warnf("  %s  in %s, credential %s\n", item.Reference, item.In, orAny(item.Credential, "none"))
	}
	answer, err := s.ask(ctx, "Allow? [o]nce, [a]lways, [N]o")
	if err != nil {
		return request.Deny, err
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "o", "once", "y", "yes":
		return request.AllowOnce, nil
	case "a", "always":
		return request.Always, nil
	}
	return request.Deny, nil
}

// writeFile writes a report for the user.
func writeFile(path string, content []byte) error {
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return usage(err)
	}
	return nil
}
