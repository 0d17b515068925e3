package lsp

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"go.lsp.dev/uri"

	"github.com/vault-lsp/vault-lsp/analysis"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Document is one open file as it was at one version. It is immutable; what it
// remembers of answers is safe to share.
type Document struct {
	// URI is spelled as the client spells it, so that the client knows it again
	// in our messages.
	URI     uri.URI
	Version int32
	File    *parser.File
	Mapper  *text.Mapper
	// Literals are the secrets that stand in the text as they are.
	Literals *analysis.Literals

	scopes scopeMemo
}

// newDocument parses src.
// language is what the client calls its language, which says where requests stand
// in a document whose name does not.
func newDocument(u uri.URI, version int32, language, src string) *Document {
	read := parser.LanguageOf(string(u))
	if named, known := parser.LanguageNamed(language); known && read == parser.HTTP {
		read = named
	}
	return &Document{
		URI: u, Version: version,
		File: parser.ParseAs(read, src), Mapper: text.NewMapper(src), Literals: analysis.FindLiterals(src),
	}
}

// Path returns the document's path, or "" for one that is in no file system.
// The URI library reads anything as a file, so the scheme is looked at here.
func (d *Document) Path() string { return filePath(canonical(d.URI)) }

func filePath(u uri.URI) string {
	if !strings.HasPrefix(string(u), "file://") {
		return ""
	}
	return u.FsPath()
}

// Snapshot is everything that an answer may depend on, as it was at one moment.
// It is immutable: an edit makes a new one, and a handler that has taken one
// sees no edit that came later.
type Snapshot struct {
	// ID counts the snapshots of a session, from 1.
	ID uint64
	// Settings are the user's, defaults filled in.
	Settings Settings

	// documents are the open ones by their canonical URI.
	documents map[uri.URI]*Document
	// roots are the paths of the workspace's folders.
	roots []string
	// selected is the environment chosen for a workspace folder by command, by
	// the folder's path.
	selected map[string]string
	// editor are the environments of the editor's settings as JSON, by the
	// workspace folder's path, and under "" for documents in none.
	editor map[string]string
}

// Document returns the open document of that URI, or nil.
func (s *Snapshot) Document(u uri.URI) *Document { return s.documents[canonical(u)] }

// open returns the open document of that URI; that there is none is the
// client's mistake.
func (s *Snapshot) open(u uri.URI) (*Document, error) {
	if doc := s.Document(u); doc != nil {
		return doc, nil
	}
	return nil, invalidParams("the document is not open")
}

// canonical is the one spelling of a URI under which documents are kept: the
// library reads URIs into it wherever they stand in its own types.
func canonical(u uri.URI) uri.URI {
	parsed, err := uri.Parse(string(u))
	if err != nil {
		return u
	}
	return parsed
}

// Documents returns all open documents, ordered by URI.
func (s *Snapshot) Documents() []*Document {
	return slices.SortedFunc(maps.Values(s.documents), func(a, b *Document) int {
		return strings.Compare(string(a.URI), string(b.URI))
	})
}

// Root returns the workspace folder that holds path (the innermost one), or
// path's own directory where none does.
func (s *Snapshot) Root(path string) string {
	best := ""
	for _, root := range s.roots {
		if len(root) > len(best) && within(root, path) {
			best = root
		}
	}
	if best == "" {
		return filepath.Dir(path)
	}
	return best
}

// Folders returns the workspace folder of a document, and the folder that names
// in it are relative to. One that was never saved belongs to the workspace's
// first folder; both are "" for a document that belongs to none.
func (s *Snapshot) Folders(d *Document) (root, dir string) {
	if path := d.Path(); path != "" {
		return s.Root(path), filepath.Dir(path)
	}
	if strings.HasPrefix(string(d.URI), "untitled:") && len(s.roots) > 0 {
		return s.roots[0], s.roots[0]
	}
	return "", ""
}

// within reports whether path is root or below it.
func within(root, path string) bool {
	rel, err := filepath.Rel(root, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// Environment returns the environment selected for the document: by command,
// else by the settings, else none.
func (s *Snapshot) Environment(d *Document) string {
	if root, _ := s.Folders(d); root != "" {
		if name, ok := s.selected[root]; ok {
			return name
		}
	}
	return s.Settings.Environment
}

// clone returns a copy whose maps may be changed.
func (s *Snapshot) clone() *Snapshot {
	next := *s
	next.ID++
	next.documents = maps.Clone(s.documents)
	next.selected = maps.Clone(s.selected)
	next.roots = slices.Clone(s.roots)
	return &next
}
