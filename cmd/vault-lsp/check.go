package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// finding is one line of `check`.
type finding struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Message  string `json:"message"`
}

// findings are in the order of the files and of what stands in them.
type findings []finding

// add adds those of a file that were not seen yet: an environment file belongs to
// several request files.
func (all *findings) add(found []finding, seen map[finding]bool) {
	for _, f := range found {
		if !seen[f] {
			seen[f] = true
			*all = append(*all, f)
		}
	}
}

func (all findings) count(severity parser.Severity) int {
	n := 0
	for _, f := range all {
		if f.Severity == severity.String() {
			n++
		}
	}
	return n
}

// summary counts errors, warnings, and what is neither.
func (all findings) summary() string {
	errors, warnings := all.count(parser.Error), all.count(parser.Warning)
	var counts []string
	for _, kind := range []struct {
		n    int
		name string
	}{{errors, "error"}, {warnings, "warning"}, {len(all) - errors - warnings, "note"}} {
		if kind.n > 0 {
			counts = append(counts, counted(kind.n, kind.name))
		}
	}
	return orAny(strings.Join(counts, ", "), "nothing to report")
}

type checkFlags struct {
	environment string
	online      bool
	format      string
	vars        assignments
	dialect     dialect
}

func (a *app) checkCommand() *cobra.Command {
	f := checkFlags{vars: assignments{}}
	cmd := &cobra.Command{
		Use: "check FILE…", Short: "Report what is wrong in request files", Args: takesSome("FILE"),
		Long: "Prints the diagnostics of the files, and how many there are. " + ofFolders + "\n" +
			"With --online it also asks the vaults whether every reference resolves; no value is printed.\n\n" +
			"Exits with 1 if there is an error, and with 2 if a file cannot be read; the others are checked.",
		RunE: func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), args, f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.environment, "env", "", "environment; files around which no file has it are checked without one")
	flags.BoolVar(&f.online, "online", false, "ask the vaults whether every reference resolves")
	flags.StringVar(&f.format, "format", "text", "text, json or sarif")
	flags.Var(f.vars, "var", "variable (repeatable)")
	completeOfFile(cmd, "env", environmentNames)
	registerCompletion(cmd, "format", cobra.FixedCompletions(formats(), cobra.ShellCompDirectiveNoFileComp))
	dialectFlag(cmd, &f.dialect)
	return cmd
}

// formats are the values of the flag --format, the default first.
func formats() []string { return []string{"text", "json", "sarif"} }

// check checks every file; one that cannot be read does not keep the others
// from it.
func (a *app) check(ctx context.Context, args []string, f checkFlags) error {
	if !slices.Contains(formats(), f.format) {
		return usage(fmt.Errorf("--format %s: it is one of %s", f.format, strings.Join(formats(), ", ")))
	}
	paths, err := requestFiles(args)
	if err != nil {
		return err
	}
	p, err := a.openChecked()
	if err != nil {
		return err
	}
	all, seen := findings{}, map[finding]bool{}
	sources, failed := f.open(paths)
	for _, src := range sources {
		p.workspaces.add(src.workspace)
		all.add(src.diagnose(p), seen)
		if f.online {
			online, err := a.resolveAll(ctx, p, src)
			if err != nil {
				return err
			}
			all.add(online, seen)
		}
	}
	if err := a.printFindings(all, f.format); err != nil {
		return err
	}
	if len(failed) > 0 {
		return usage(errors.Join(failed...))
	}
	if f.format == "text" {
		a.warnf("%s: %s\n", counted(len(paths), "file"), all.summary())
	}
	if all.count(parser.Error) > 0 {
		return withExit(exitFailed, nil)
	}
	return nil
}

// open opens the files in order, and tells of those that cannot be read. A file
// without the environment is read without any where another file has it: not
// every folder of a project needs to.
func (f *checkFlags) open(paths []string) (sources []*source, failed []error) {
	opened, errs := make([]*source, len(paths)), make([]error, len(paths))
	isKnown := false
	for i, path := range paths {
		opened[i], errs[i] = openSource(path, f.environment, f.vars, f.dialect)
		isKnown = isKnown || errs[i] == nil
	}
	for i, path := range paths {
		var unknown *unknownEnvironmentError
		if isKnown && errors.As(errs[i], &unknown) {
			opened[i], errs[i] = openSource(path, "", f.vars, f.dialect)
		}
		if errs[i] != nil {
			failed = append(failed, errs[i])
		} else {
			sources = append(sources, opened[i])
		}
	}
	return sources, failed
}

// diagnose returns what the editor would show for the file and the
// environment files around it.
func (s *source) diagnose(p *parts) []finding {
	var findings []finding
	for _, problem := range s.envs.Problems() {
		severity := parser.Error
		switch {
		case problem.Hint:
			severity = parser.Hint
		case problem.Warning:
			severity = parser.Warning
		}
		findings = append(findings, finding{
			File: s.inWorkspace(problem.Path), Line: problem.Line, Column: problem.Column,
			Severity: severity.String(), Code: problem.Code, Message: problem.Message,
		})
	}
	in := analysis.Input{
		File: s.file, Scope: s.scope, Environments: s.envs, Environment: s.scope.Environment(),
		Credentials: p.credentialList(), CredentialsKnown: len(p.store.Problems()) == 0,
		NamesTwo: request.Sources{Workspace: s.workspace, Dir: s.dir}.NamesTwo,
	}
	for _, d := range analysis.Diagnose(in) {
		findings = append(findings, s.finding(d.Span.Start, d.Severity, d.Code, d.Message))
	}
	return findings
}

func (s *source) finding(offset int, severity parser.Severity, code, message string) finding {
	return finding{
		File: s.path, Line: s.line(offset), Column: s.column(offset),
		Severity: severity.String(), Code: code, Message: message,
	}
}

func (p *parts) credentialList() []analysis.Credential {
	defaults := p.store.Config().Defaults
	var list []analysis.Credential
	for _, c := range p.store.List() {
		list = append(list, analysis.Credential{Name: c.Name, Provider: c.Provider, IsDefault: defaults[c.Provider] == c.Name})
	}
	return list
}

// resolveAll fetches every reference of the file once and reports those that
// do not resolve.
func (a *app) resolveAll(ctx context.Context, p *parts, s *source) ([]finding, error) {
	var refs []secret.Ref
	var offsets []int
	collect := func(piece env.Piece) {
		if piece.Kind == env.Secret && !slices.ContainsFunc(refs, piece.Ref.Equal) {
			refs, offsets = append(refs, piece.Ref), append(offsets, piece.Span.Start)
		}
	}
	for _, r := range s.requests() {
		for _, t := range templates(r) {
			for _, piece := range s.scope.Expand(s.file.Src, t).Pieces {
				collect(piece)
			}
		}
	}
	var findings []finding
	all, err := a.resolveWithPerson(ctx, p, refs)
	if err != nil {
		return nil, err
	}
	for i, resolved := range all {
		resolved.Value.Wipe()
		if resolved.Err == nil {
			continue
		}
		if errors.Is(resolved.Err, context.Canceled) {
			return nil, withExit(exitSend, resolved.Err)
		}
		code, message := "unresolved", resolved.Err.Error()
		var e *providers.Error
		if errors.As(resolved.Err, &e) {
			code = string(e.Kind)
			if e.Hint != "" {
				message += "; " + e.Hint
			}
		}
		findings = append(findings, s.finding(offsets[i], parser.Error, code, p.redact.Mask(message)))
	}
	return findings, nil
}

// resolveWithPerson resolves references, and those that fail again after a person
// at the terminal has made possible what they lack.
func (a *app) resolveWithPerson(ctx context.Context, p *parts, refs []secret.Ref) ([]providers.Resolved, error) {
	all := p.resolver.Resolve(ctx, refs)
	for range maxMends {
		mended := false
		for i := range all {
			var err error
			if mended, err = a.mend(ctx, p, refs[i].Get("credential"), all[i].Err); err != nil {
				return nil, err
			}
			if mended {
				break
			}
		}
		if !mended {
			break
		}
		for i := range all {
			if all[i].Err != nil {
				all[i] = p.resolver.Resolve(ctx, refs[i:i+1])[0]
			}
		}
	}
	return all, nil
}

func (a *app) printFindings(findings findings, format string) error {
	enc := a.jsonOutput()
	switch format {
	case "json":
		enc.SetIndent("", "  ")
		return enc.Encode(findings)
	case "sarif":
		enc.SetIndent("", "  ")
		return enc.Encode(newSarif(findings))
	}
	for _, f := range findings {
		a.printf("%s:%d:%d: %s: %s (%s)\n", f.File, f.Line, f.Column, f.Severity, f.Message, f.Code)
	}
	return nil
}
