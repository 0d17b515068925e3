package request

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// bodyFile is a file inside the workspace that a body is made of.
type bodyFile struct {
	// root is the workspace's folder without symbolic links, name the file's
	// path in it.
	root, name string
	shown      string // as the request file names it
}

// maxExpandedFile limits a file whose variables are expanded; others are
// streamed.
const maxExpandedFile = 16 << 20

// findFile finds the file of a `< path` line: beside the request file first,
// then in the workspace's root (ruling C23). It must lie in the workspace,
// links resolved, be a regular file, and not be the user's own (isPersonal).
func (b *builder) findFile(ref *parser.FileRef) *bodyFile {
	pieces := trimPieces(b.expand(ref.Path))
	name := outline(pieces)
	if hasUse(pieces) || hasControl(name) || name == "" {
		b.fail(CodeBodyFile, "the path of the body file cannot be used", "write a plain path: no secret and no line break", ref.Span)
		for _, p := range pieces {
			if p.use != literal {
				b.plan.Uses[p.use].In = InBody
			}
		}
		return nil
	}
	return b.findNamed(name, ref.Span)
}

// findNamed finds the file of that name, which the request file names at span.
func (b *builder) findNamed(name string, span text.Span) *bodyFile {
	root, err := filepath.EvalSymlinks(b.src.Workspace)
	if err != nil {
		b.fail(CodeBodyFile, "the workspace folder cannot be read", "", span)
		return nil
	}
	found, failure := b.src.named(root, name)
	switch {
	case len(found) == 2:
		b.warn("The body file " + name + " exists beside the request file and in the workspace's root; the first is sent.")
	case len(found) == 0 && failure != nil:
		b.fail(CodeBodyFile, "the body file "+name+" "+failure.Error(), "use a regular file inside the workspace", span)
		return nil
	case len(found) == 0:
		b.fail(CodeBodyFile, "the body file "+name+" does not exist", "the path is relative to the request file, then to the workspace's root", span)
		return nil
	}
	return found[0]
}

// NamesTwo reports whether a path that a request file names is a file both beside
// it and in the workspace's root (ruling C23).
func (s Sources) NamesTwo(path string) bool {
	root, err := filepath.EvalSymlinks(s.Workspace)
	if err != nil {
		return false
	}
	found, _ := s.named(root, path)
	return len(found) == 2
}

// named returns the files of that name, the one that counts first, and why one
// cannot be used. root is the workspace without symbolic links.
func (s Sources) named(root, name string) (found []*bodyFile, failure error) {
	for _, candidate := range s.candidates(name) {
		// Before anything asks the file system: on Windows a path may name a
		// server, which would be told who the user is.
		if !within(s.Workspace, candidate) && !within(root, candidate) {
			failure = errOutside
			continue
		}
		file, err := locate(root, candidate)
		switch {
		case err == nil:
			file.shown = name
			if len(found) == 0 || found[0].name != file.name {
				found = append(found, file)
			}
		case !errors.Is(err, fs.ErrNotExist) && failure == nil:
			failure = err
		}
	}
	return found, failure
}

func (s Sources) candidates(name string) []string {
	name = filepath.FromSlash(name)
	if filepath.IsAbs(name) {
		return []string{name}
	}
	return []string{filepath.Join(s.Dir, name), filepath.Join(s.Workspace, name)}
}

var (
	errOutside    = errors.New("lies outside the workspace")
	errNotRegular = errors.New("is not a regular file")
)

// within reports whether a path lies in a folder by its name alone.
func within(folder, path string) bool {
	name, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(name)
}

func locate(root, path string) (*bodyFile, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	name, err := filepath.Rel(root, resolved)
	if err != nil || name == ".." || strings.HasPrefix(name, ".."+string(filepath.Separator)) {
		return nil, errOutside
	}
	if isPersonal(root, name) {
		return nil, errPersonal
	}
	info, err := os.Lstat(resolved)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return &bodyFile{root: root, name: name}, nil
}

// open opens the file. It goes through os.Root, so that a link put in its
// place since cannot lead out of the workspace.
func (f *bodyFile) open() (*os.File, int64, error) {
	root, err := os.OpenRoot(f.root)
	if err != nil {
		return nil, 0, fmt.Errorf("the workspace folder cannot be opened: %w", err)
	}
	defer func() { _ = root.Close() }()
	// A FIFO would block the open for ever.
	info, err := root.Stat(f.name)
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err != nil {
		return nil, 0, fmt.Errorf("the body file %s cannot be read: %w", f.shown, err)
	}
	file, err := root.Open(f.name)
	if err != nil {
		return nil, 0, fmt.Errorf("the body file %s cannot be read: %w", f.shown, err)
	}
	return file, info.Size(), nil
}

// bytes returns what the file holds; instead says what to do if that is too much.
func (f *bodyFile) bytes(instead string) ([]byte, error) {
	file, size, err := f.open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	if size > maxExpandedFile {
		return nil, fmt.Errorf("the body file %s is too long to be changed (limit 16 MiB); %s", f.shown, instead)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxExpandedFile))
	if err != nil {
		return nil, fmt.Errorf("the body file %s cannot be read: %w", f.shown, err)
	}
	return data, nil
}

// read returns the file's text in UTF-8.
func (f *bodyFile) read(encoding string) (string, error) {
	data, err := f.bytes("write < instead of <@")
	if err != nil {
		return "", err
	}
	switch strings.ReplaceAll(strings.ToLower(encoding), "-", "") {
	case "", "utf8":
		if !utf8.Valid(data) {
			return "", fmt.Errorf("the body file %s is not UTF-8; write <@latin1, or < to send it as it is", f.shown)
		}
		return string(data), nil
	case "latin1", "binary", "iso88591":
		return latin1(data), nil
	case "ascii":
		for _, c := range data {
			if c >= 0x80 {
				return "", fmt.Errorf("the body file %s is not ASCII", f.shown)
			}
		}
		return string(data), nil
	}
	return "", fmt.Errorf("the encoding %s of the body file %s is not supported; use utf8, latin1 or ascii", encoding, f.shown)
}

// latin1 decodes ISO 8859-1, whose bytes are the code points.
func latin1(data []byte) string {
	var out strings.Builder
	for _, c := range data {
		out.WriteRune(rune(c))
	}
	return out.String()
}
