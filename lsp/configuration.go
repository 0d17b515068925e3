package lsp

import (
	"context"
	"path/filepath"
	"slices"
	"sync"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// reported are the problems of the user's configuration file that were shown
// last, so that nothing is shown twice.
type reported struct {
	mu       sync.Mutex
	problems []string
}

// news returns the problems that were not there before.
func (r *reported) news(problems []string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.problems
	r.problems = problems
	return slices.DeleteFunc(slices.Clone(problems), func(problem string) bool { return slices.Contains(before, problem) })
}

// reportConfiguration shows what is newly wrong with the user's configuration
// file.
func (s *session) reportConfiguration(ctx context.Context) {
	if s.deps.Credentials == nil {
		return
	}
	var problems []string
	for _, problem := range s.deps.Credentials.Problems() {
		problems = append(problems, problem.String())
	}
	for _, problem := range s.reported.news(problems) {
		s.warn(ctx, problem)
	}
}

// watchers are the files that the client shall tell of.
func (s *session) watchers() []protocol.FileSystemWatcher {
	watchers := []protocol.FileSystemWatcher{{GlobPattern: protocol.Pattern(environmentPattern)}}
	if s.deps.Credentials == nil || !s.caps.relativePatterns {
		return watchers
	}
	// The configuration lies outside the workspace.
	folder, name := filepath.Split(s.deps.Credentials.Path())
	return append(watchers, protocol.FileSystemWatcher{GlobPattern: &protocol.RelativePattern{
		BaseURI: protocol.URI(uri.File(filepath.Clean(folder))), Pattern: protocol.Pattern(name),
	}})
}

// configurationChanged reports whether one of the changed files is the user's
// configuration.
func (s *session) configurationChanged(changes []protocol.FileEvent) bool {
	return s.deps.Credentials != nil && slices.ContainsFunc(changes, func(change protocol.FileEvent) bool {
		return filePath(uri.URI(change.URI)) == s.deps.Credentials.Path()
	})
}

// readConfiguration reads the configuration again where it has changed: what a
// profile fetched is dropped by those who listen to the store.
func (s *session) readConfiguration(ctx context.Context) {
	s.deps.Credentials.Config()
	s.reportConfiguration(ctx)
	s.live.reset()
	s.diagnoseAll(0)
}
