package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/template"
)

// source is a request file with the variables it sees.
type source struct {
	path      string // as the user wrote it
	dir       string // absolute
	workspace string // absolute
	file      *parser.File
	envs      *env.Environments
	scope     *env.Scope
}

// unknownEnvironmentError says that no file around a request file has an
// environment.
type unknownEnvironmentError struct {
	name, path string
	known      []string
}

func (e *unknownEnvironmentError) Error() string {
	return fmt.Sprintf("--env %s: no environment of that name around %s; there are: %s", e.name, e.path, orAny(strings.Join(e.known, ", "), "none"))
}

// openSource reads and parses a request file and the environment files around
// it, up to the root of its workspace. An environment that no file has is an
// error, so that a misspelled --env sends nothing.
func openSource(path, environment string, overrides map[string]string, read dialect) (*source, error) {
	text, err := readSource(path)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, usage(err)
	}
	s := &source{path: path, dir: filepath.Dir(abs), file: parser.ParseAs(parser.LanguageOf(path), text)}
	s.workspace = workspaceRoot(s.dir)
	rel, err := filepath.Rel(s.workspace, s.dir)
	if err != nil {
		return nil, usage(err)
	}
	// os.Root follows no link out of the workspace: a cloned folder may hold a
	// .env that is a link to the user's own file.
	root, err := os.OpenRoot(s.workspace)
	if err != nil {
		return nil, usage(fmt.Errorf("open the workspace folder: %w", err))
	}
	defer func() { _ = root.Close() }()
	s.envs = env.Load(request.WithoutPersonal(s.workspace, root.FS()), filepath.ToSlash(rel))
	if environment != "" && !s.envs.Has(environment) {
		return nil, usage(&unknownEnvironmentError{name: environment, path: path, known: s.envs.Names()})
	}
	s.scope = env.NewScope(s.file, s.envs, environment, overrides, env.WithDialect(env.Dialect(read)))
	return s, nil
}

// inWorkspace returns the path of another file of the workspace as the user would
// write it: relative where the request file's is.
func (s *source) inWorkspace(path string) string {
	rel, err := filepath.Rel(s.dir, filepath.Join(s.workspace, filepath.FromSlash(path)))
	if err != nil {
		return path
	}
	return filepath.Join(filepath.Dir(s.path), rel)
}

// workspaceRoot returns the nearest folder, from dir upwards, that holds a
// repository, else dir itself.
func workspaceRoot(dir string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

// requests returns the requests of the file in order.
func (s *source) requests() []*parser.Request {
	var all []*parser.Request
	for _, b := range s.file.Blocks {
		if b.Request != nil {
			all = append(all, b.Request)
		}
	}
	return all
}

// line returns the 1-based line of a byte offset.
func (s *source) line(offset int) int { return strings.Count(s.file.Src[:offset], "\n") + 1 }

// column returns the 1-based column of a byte offset, in bytes.
func (s *source) column(offset int) int {
	return offset - strings.LastIndexByte(s.file.Src[:offset], '\n')
}

// at prints a place of the file: path:line:column.
func (s *source) at(offset int) string {
	return fmt.Sprintf("%s:%d:%d", s.path, s.line(offset), s.column(offset))
}

// plan makes the plan of a request, with the answers to its prompts.
func (s *source) plan(r *parser.Request, answer func(env.Prompt) (string, bool)) (*request.Plan, []request.Problem) {
	return request.Build(s.file, r, s.scope, request.Sources{Workspace: s.workspace, Dir: s.dir, Answer: answer})
}

// templates returns every text of a request that may hold expressions.
func templates(r *parser.Request) []template.Template {
	all := []template.Template{r.Target}
	for _, h := range r.Headers {
		all = append(all, h.Value)
	}
	if r.Body != nil {
		all = append(all, r.Body.Content)
		for _, f := range r.Body.Files {
			all = append(all, f.Path)
		}
	}
	return all
}
