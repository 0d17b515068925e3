package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/internal/text"
)

// fileProblems are the problems of environment files by the files' paths.
type fileProblems map[string][]env.FileProblem

// environmentProblems collects what is wrong with the environment files that
// apply to the open documents.
func (s *session) environmentProblems(snap *Snapshot) fileProblems {
	problems := fileProblems{}
	for _, doc := range snap.Documents() {
		root, _ := snap.Folders(doc)
		if root == "" {
			continue
		}
		for _, problem := range s.environmentsOf(snap, doc).Problems() {
			path := filepath.Join(root, filepath.FromSlash(problem.Path))
			// The same file seen from another root has another relative path.
			problem.Path = ""
			if !slices.Contains(problems[path], problem) {
				problems[path] = append(problems[path], problem)
			}
		}
	}
	return problems
}

// publishEnvironments sends the diagnostics of environment files that have
// changed since they were sent last. It runs under publisher.sending.
func (s *session) publishEnvironments(snap *Snapshot) {
	now := s.environmentProblems(snap)
	paths := slices.Collect(maps.Keys(now))
	for path := range s.publishedFiles {
		if _, still := now[path]; !still {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		if slices.Equal(now[path], s.publishedFiles[path]) {
			continue
		}
		params := &protocol.PublishDiagnosticsParams{URI: uri.File(path), Diagnostics: s.fileDiagnostics(path, now[path])}
		if err := s.client.PublishDiagnostics(s.base, params); err != nil {
			s.log.Debug("publishing diagnostics", zap.Error(err))
		}
	}
	s.publishedFiles = now
}

// fileDiagnostics converts the problems of a file. Each reaches from its place
// to the end of the line.
func (s *session) fileDiagnostics(path string, problems []env.FileProblem) []protocol.Diagnostic {
	diagnostics := make([]protocol.Diagnostic, 0, len(problems))
	if len(problems) == 0 {
		return diagnostics
	}
	m := text.NewMapper(problemSource(path, problems))
	for _, problem := range problems {
		var r protocol.Range
		if start, err := m.Offset(text.Position{Line: problem.Line - 1, Character: problem.Column - 1}, text.UTF8); err == nil {
			_, line := m.Line(start)
			r = protocol.Range{Start: s.toPosition(m, start), End: s.toPosition(m, max(start, line.End))}
		}
		severity := protocol.DiagnosticSeverityError
		switch {
		case problem.Hint:
			severity = protocol.DiagnosticSeverityHint
		case problem.Warning:
			severity = protocol.DiagnosticSeverityWarning
		}
		diagnostics = append(diagnostics, protocol.Diagnostic{
			Range: r, Severity: severity, Code: protocol.String(problem.Code), CodeDescription: s.codeDescription(problem.Code),
			Source: protocol.NewOptional(diagnosticsSource), Message: protocol.String(s.mask(problem.Message)),
		})
	}
	return diagnostics
}

// problemSource returns the text that problems stand in. Of a file that is gone,
// or could not be read, every position is the beginning: it may be a link to a
// device, which never ends.
func problemSource(path string, problems []env.FileProblem) string {
	isUnreadable := func(p env.FileProblem) bool { return p.Code == env.CodeUnreadable }
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxEnvironmentFile || slices.ContainsFunc(problems, isUnreadable) {
		return ""
	}
	src, _ := os.ReadFile(path)
	return string(src)
}
