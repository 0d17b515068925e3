package lsp

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/request"
)

// maxEnvironmentFile is the longest environment file that is read, in bytes.
const maxEnvironmentFile = 16 << 20

// environmentPattern matches the files that env.Load reads, for watching them.
const environmentPattern = "**/{http-client.env.json,http-client.private.env.json,http-client.env.json.user,rest-client.env.json,rest-client.private.env.json,.env.*,*.env,*.code-workspace,.vscode/settings.json}"

// environments keeps the environment files of the folders that open documents
// lie in. A folder's files are read again when one of them has changed on disk,
// which is looked at on every use; a client that watches files only makes the
// diagnostics follow sooner.
type environments struct {
	mu      sync.Mutex
	folders map[string]folderEnvironments
}

type folderEnvironments struct {
	stamp  string
	loaded *env.Environments
	// with is loaded with the environments of the editor's settings.
	editor string
	with   *env.Environments
}

func newEnvironments() *environments {
	return &environments{folders: make(map[string]folderEnvironments)}
}

// load returns the environments that apply in dir, with the files of its
// parents up to root, and those of the editor's settings. Both are paths of the
// operating system, or "".
func (e *environments) load(root, dir, editor string) *env.Environments {
	key := root + "\x00" + dir
	e.mu.Lock()
	defer e.mu.Unlock()
	loaded, stamp := e.read(root, dir, e.folders[key])
	known := e.folders[key]
	if known.loaded != loaded || known.editor != editor || known.with == nil {
		known = folderEnvironments{stamp: stamp, loaded: loaded, editor: editor, with: loaded}
		if editor != "" {
			known.with = loaded.WithEditor(editor)
		}
		e.folders[key] = known
	}
	return known.with
}

// read reads the environment files, unless what is known of them still holds.
func (e *environments) read(root, dir string, known folderEnvironments) (loaded *env.Environments, stamp string) {
	if root == "" {
		if known.loaded != nil {
			return known.loaded, ""
		}
		return env.Load(nil, "."), ""
	}
	rel, err := filepath.Rel(root, dir)
	if err != nil {
		return env.Load(nil, "."), ""
	}
	rel = filepath.ToSlash(rel)
	opened, err := os.OpenRoot(root)
	if err != nil {
		return env.Load(nil, "."), ""
	}
	defer opened.Close()
	files := regularFiles{opened}
	if known.loaded != nil && known.stamp == files.stamp(known.loaded) {
		return known.loaded, known.stamp
	}
	loaded = env.Load(request.WithoutPersonal(root, files), rel)
	return loaded, files.stamp(loaded)
}

// forget makes the next use read every file again: the client says that
// something has changed, and clocks of file systems are coarse.
func (e *environments) forget() {
	e.mu.Lock()
	defer e.mu.Unlock()
	clear(e.folders)
}

// regularFiles is a folder of which only regular files of a sensible size can
// be read, and no link leads out of it: a cloned repository may hold pipes,
// devices and links to the user's own files.
type regularFiles struct{ root *os.Root }

// Open implements fs.FS.
func (f regularFiles) Open(name string) (fs.File, error) {
	info, err := f.root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() && (!info.Mode().IsRegular() || info.Size() > maxEnvironmentFile) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	return f.root.Open(name)
}

// stamp changes when one of the loaded files does, or when a file is added to
// one of the folders that were looked into, or removed there.
func (f regularFiles) stamp(loaded *env.Environments) string {
	var b strings.Builder
	for _, name := range slices.Concat(loaded.Files(), loaded.Folders()) {
		if info, err := f.root.Stat(name); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", name, info.ModTime().UnixNano(), info.Size())
		}
	}
	return b.String()
}

// environmentsOf returns the environments that apply to a document; one that is
// in no file system has those of the editor's settings only.
func (s *session) environmentsOf(snap *Snapshot, doc *Document) *env.Environments {
	root, dir := snap.Folders(doc)
	editor, known := snap.editor[root]
	if !known {
		editor = snap.editor[""]
	}
	return s.environments.load(root, dir, editor)
}

// scope returns what the names in the document mean.
func (s *session) scope(snap *Snapshot, doc *Document, envs *env.Environments, environment string) *env.Scope {
	key := scopeKey{envs, environment, snap.Settings.Dialect}
	return doc.scopes.get(key, func() *env.Scope {
		return env.NewScope(doc.File, envs, environment, nil, env.WithDialect(env.Dialect(snap.Settings.Dialect)))
	})
}

type scopeKey struct {
	envs        *env.Environments
	environment string
	dialect     string
}

// scopeMemo keeps the scope that was made last: one keystroke asks for the same
// scope several times.
type scopeMemo struct {
	mu    sync.Mutex
	key   scopeKey
	scope *env.Scope
}

func (m *scopeMemo) get(key scopeKey, make func() *env.Scope) *env.Scope {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.scope == nil || m.key != key {
		m.key, m.scope = key, make()
	}
	return m.scope
}

// input is what analysis may know of a document.
func (s *session) input(snap *Snapshot, doc *Document) analysis.Input {
	envs := s.environmentsOf(snap, doc)
	environment := snap.Environment(doc)
	in := analysis.Input{
		File: doc.File, Scope: s.scope(snap, doc, envs, environment), Environments: envs,
		Environment: environment, Snippets: s.caps.snippets, Literals: doc.Literals,
	}
	if doc.Path() != "" {
		sources := request.Sources{}
		sources.Workspace, sources.Dir = snap.Folders(doc)
		in.NamesTwo = sources.NamesTwo
	}
	if store := s.deps.Credentials; store != nil {
		in.Credentials, in.CredentialsKnown = knownCredentials(store)
	}
	return in
}

// knownCredentials lists the user's profiles, and says whether that is all of
// them.
func knownCredentials(store *credentials.Store) (known []analysis.Credential, complete bool) {
	defaults := store.Config().Defaults
	for _, profile := range store.List() {
		known = append(known, analysis.Credential{
			Name: profile.Name, Provider: profile.Provider, IsDefault: defaults[profile.Provider] == profile.Name,
		})
	}
	for _, problem := range store.Problems() {
		if problem.Severity == credentials.SeverityError {
			return known, false
		}
	}
	return known, true
}

// didChangeWatchedFiles diagnoses again what an environment file may concern.
func (s *session) didChangeWatchedFiles(_ context.Context, p *protocol.DidChangeWatchedFilesParams) error {
	if s.configurationChanged(p.Changes) {
		s.background("configuration", s.readConfiguration)
	}
	s.environments.forget()
	snap := s.snapshot()
	for _, doc := range snap.Documents() {
		if concerns(p.Changes, doc.Path()) {
			s.diagnostics.schedule(doc.URI, diagnosticsDelay)
			if s.caps.pull {
				s.diagnostics.schedule(allPulled, diagnosticsDelay)
			}
		}
	}
	return nil
}

// concerns reports whether one of the changed files lies in the folder of path
// or in one of its parents.
func concerns(changes []protocol.FileEvent, file string) bool {
	for _, change := range changes {
		if changed := filePath(uri.URI(change.URI)); file != "" && changed != "" && within(filepath.Dir(changed), file) {
			return true
		}
	}
	return false
}
