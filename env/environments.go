package env

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/internal/text"
)

// Environments are the environment files that apply to the request files of
// one folder. It is immutable after Load.
type Environments struct {
	names    []string
	files    []string
	problems []FileProblem
	// found are the files as they were read, nearest first.
	found []environmentFile
	// ranked are the same files, those first whose definitions win.
	ranked []environmentFile
	// known holds the names, and as false those of .env files that Names leaves out.
	known map[string]bool
	// merged holds the variables of the environments that were asked for, by name,
	// those that apply without one by "".
	merged sync.Map
	// places are where every name is defined.
	places func() map[string][]definedAt
	// size is how much was read, as maxTotal counts it.
	size int64
	// dotenvs are the .env files, the one that wins first.
	dotenvs []dotenvFile
	// folders are those that were looked into.
	folders []string
}

// FileProblem is one thing wrong with an environment file. The message never
// quotes a value.
type FileProblem struct {
	Path string `json:"path"`
	// Line and Column are from 1; the column counts bytes.
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Code    string `json:"code"`
	Message string `json:"message"`
	// Hint is set if nothing fails because of it.
	Hint bool `json:"hint,omitempty"`
	// Warning is set if nothing fails, but something has not the effect that it
	// seems to have.
	Warning bool `json:"warning,omitempty"`
}

// The codes of problems of environment files, besides those of references.
const (
	CodeUnreadable     = "unreadable-file"
	CodeBadJSON        = "bad-json"
	CodeBadEnvironment = "bad-environment"
	CodeBadDotenv      = "bad-dotenv"
	CodeNotExpanded    = "not-expanded"
	CodeDuplicateName  = "duplicate-name"
	CodeForeign        = "foreign-provider"
	CodeDefaultHeaders = "default-headers"
)

// The names of the environment files.
const (
	publicName  = "http-client.env.json"
	privateName = "http-client.private.env.json"
	userName    = "http-client.env.json.user"
	oldName     = "rest-client.env.json" // of older JetBrains clients and resterm
	oldPrivate  = "rest-client.private.env.json"
	dotenvName  = ".env"
	// The settings of a VS Code workspace hold environments of REST Client.
	vscodeFolder    = ".vscode"
	vscodeName      = "settings.json"
	workspaceSuffix = ".code-workspace"
)

// maxFileSize bounds an environment file, and maxTotal all of them: links may
// show one file under many names. Of an empty one leastSize is counted.
const (
	maxFileSize = 4 << 20
	maxTotal    = 32 << 20
	leastSize   = 4 << 10
)

// Load reads the environment files of dir, a slash-separated path in fsys, and
// of its parents up to the root of fsys: http-client.env.json,
// http-client.private.env.json, http-client.env.json.user (Visual Studio),
// rest-client.environmentVariables of .vscode/settings.json and of
// *.code-workspace, and .env in all its forms (dotenv_files.go). It never fails:
// what cannot be read is in Problems. A nil fsys gives no environments.
//
// Of several definitions of a name a private file's wins over a user file's,
// that over a public file's (ruling C17), that over one in VS Code's settings,
// all of them over $shared, that over .env, and among equals the nearest
// folder's.
func Load(fsys fs.FS, dir string) *Environments {
	e := &Environments{}
	if fsys == nil {
		return e
	}
	var found []environmentFile
	for dir = path.Clean(dir); fs.ValidPath(dir); dir = path.Dir(dir) {
		found = append(found, e.loadDir(fsys, dir)...)
		if dir == "." {
			break
		}
	}
	e.found = found
	e.merge()
	return e
}

// WithEditor returns the environments with those of the setting
// rest-client.environmentVariables that only the user's own settings have, where
// no file of the workspace says the same. setting is its value as JSON, as an
// editor gives it: the user's and the workspace's together. What comes from it
// is private, and what is wrong in it is the editor's to report.
func (e *Environments) WithEditor(setting string) *Environments {
	file := parseEnvironmentFile("", SourceEditor, setting)
	known := map[[2]string]bool{}
	for _, other := range e.found {
		for _, environment := range other.environments {
			for _, d := range environment.definitions {
				known[[2]string{environment.name, d.Name}] = known[[2]string{environment.name, d.Name}] || other.source == SourceVSCode
			}
		}
	}
	for i := range file.environments {
		environment := &file.environments[i]
		environment.definitions = slices.DeleteFunc(environment.definitions, func(d *Definition) bool {
			return known[[2]string{environment.name, d.Name}]
		})
		for _, d := range environment.definitions {
			d.Private, d.Line, d.Column, d.Span, d.NameSpan = true, 0, 0, text.Span{}, text.Span{}
		}
	}
	with := &Environments{
		files: e.files, problems: e.problems, dotenvs: e.dotenvs, folders: e.folders, found: append(slices.Clone(e.found), file),
	}
	with.merge()
	return with
}

// loadDir reads the files of one folder.
func (e *Environments) loadDir(fsys fs.FS, dir string) []environmentFile {
	e.folders = append(e.folders, dir)
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		// A folder that does not exist or cannot be listed has no files for us.
		return nil
	}
	e.loadDotenv(fsys, dir, entries)
	var found []environmentFile
	for _, entry := range entries {
		name := entry.Name()
		full := path.Join(dir, name)
		if name == vscodeFolder && entry.IsDir() {
			e.folders = append(e.folders, full)
			full = path.Join(full, vscodeName)
			if _, err := fs.Stat(fsys, full); err == nil {
				found = append(found, e.loadJSON(fsys, full, parseSettings)...)
			}
			continue
		}
		source, isEnvironment := sourceOf(name)
		switch {
		case entry.IsDir():
		case isEnvironment:
			found = append(found, e.loadJSON(fsys, full, func(path, src string) environmentFile {
				return parseEnvironmentFile(path, source, src)
			})...)
		case strings.HasSuffix(name, workspaceSuffix):
			found = append(found, e.loadJSON(fsys, full, parseWorkspace)...)
		}
	}
	return found
}

// loadJSON reads a file of environments.
func (e *Environments) loadJSON(fsys fs.FS, name string, parse func(path, src string) environmentFile) []environmentFile {
	data, ok := e.read(fsys, name)
	if !ok {
		return nil
	}
	file := parse(name, data)
	e.files = append(e.files, name)
	e.problems = append(e.problems, firstProblems(file.problems)...)
	return []environmentFile{file}
}

// firstProblems returns as many problems of a file as somebody may read.
func firstProblems(problems []FileProblem) []FileProblem {
	const most = 100
	return problems[:min(len(problems), most)]
}

// sourceOf says what an environment file's variables are, by its name.
func sourceOf(name string) (Source, bool) {
	switch name {
	case publicName, oldName:
		return SourceEnvironment, true
	case privateName, oldPrivate:
		return SourcePrivate, true
	case userName:
		return SourceUser, true
	}
	return "", false
}

// unreadable is the message about a file that cannot be read. Whoever gives the
// files refuses those that are not of the workspace.
const unreadable = "The file cannot be read: check its permissions, and where it leads if it is a link; what is outside the workspace, of version control or hidden in your home folder is not read."

// read returns a file's text.
func (e *Environments) read(fsys fs.FS, name string) (string, bool) {
	if e.size > maxTotal {
		return "", false
	}
	info, err := fs.Stat(fsys, name)
	message := ""
	if err == nil && info.Mode().IsRegular() {
		e.size += max(info.Size(), leastSize)
	}
	switch {
	case err != nil:
		message = unreadable
	case !info.Mode().IsRegular():
		return "", false
	case info.Size() > maxFileSize:
		message = "The file is larger than 4 MiB and is left out; an environment file holds variables only."
		e.size -= info.Size()
	case e.size > maxTotal:
		message = "This file and those after it are left out: there are more than 32 MiB of environment files."
	}
	var data []byte
	if message == "" {
		if data, err = fs.ReadFile(fsys, name); err != nil {
			message = unreadable
		}
	}
	if message != "" {
		e.problems = append(e.problems, FileProblem{Path: name, Line: 1, Column: 1, Code: CodeUnreadable, Message: message})
		return "", false
	}
	return string(data), true
}

// Names returns the names of the environments in the order of the files, the
// nearest file first; those that only .env files have come last.
func (e *Environments) Names() []string {
	if e == nil {
		return nil
	}
	return slices.Clone(e.names)
}

// Has reports whether there is an environment of that name, be it the one of
// .env.example and its like, which Names leaves out.
func (e *Environments) Has(name string) bool {
	if e == nil {
		return false
	}
	_, ok := e.known[name]
	return ok
}

// Problems returns what is wrong with the files, nearest file first. Of the
// .env files only the plain ones and those of a known environment count.
func (e *Environments) Problems() []FileProblem {
	if e == nil {
		return nil
	}
	problems := slices.Clone(e.problems)
	for _, d := range e.dotenvs {
		if d.environment == "" || e.known[d.environment] {
			problems = append(problems, firstProblems(d.problems)...)
		}
	}
	return problems
}

// Folders returns the paths of the folders that were looked into, nearest first,
// for watching them: a file may be added there.
func (e *Environments) Folders() []string {
	if e == nil {
		return nil
	}
	return slices.Clone(e.folders)
}

// Files returns the paths of the files that were found, nearest first, for
// watching them.
func (e *Environments) Files() []string {
	if e == nil {
		return nil
	}
	return slices.Clone(e.files)
}

// SharedNames returns the winning definition of every variable that applies in
// every environment, by name.
func (e *Environments) SharedNames() []Definition {
	vars := e.variables("")
	names := make([]Definition, 0, len(vars))
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if d := vars[name][0]; d.Source == SourceShared {
			names = append(names, *d)
		}
	}
	return names
}
