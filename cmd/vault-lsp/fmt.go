package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/vault-lsp/vault-lsp/format"
	"github.com/vault-lsp/vault-lsp/internal/text"
	"github.com/vault-lsp/vault-lsp/parser"
)

// formatMode says what becomes of formatted files.
type formatMode struct{ write, check, diff bool }

func (m formatMode) prints() bool { return !m.write && !m.check && !m.diff }

func (a *app) fmtCommand() *cobra.Command {
	var mode formatMode
	cmd := &cobra.Command{
		Use:   "fmt [-w | --check | --diff] FILE…",
		Short: "Lay out request files: blanks, blank lines and JSON bodies",
		Long: "Prints the formatted file. With -w it is written back instead; with --check the files that\n" +
			"would change are listed, with --diff what would change is printed as a unified difference, and\n" +
			"the exit status is 1 if there is one. " + ofFolders + "\n" +
			"The FILE - is standard input.\n\n" +
			"What is sent stays the same but for the white space of JSON; comments and variables stay as they\n" +
			"are. Bodies that are no JSON, or whose bytes a header signs, are left alone, and so are scripts,\n" +
			"curl commands, what stands under # @raw-body, and Markdown and AsciiDoc files.",
		Args: takesSome("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			paths, err := requestFiles(args)
			switch {
			case err != nil:
				return err
			case mode.write && (mode.check || mode.diff):
				return usage(errors.New("fmt: -w and --check or --diff exclude each other"))
			case mode.prints() && len(paths) > 1:
				return usage(errors.New("fmt: several files are printed as one; say -w to write them, --check or --diff to compare"))
			}
			return a.formatFiles(paths, mode)
		},
	}
	cmd.Flags().BoolVarP(&mode.write, "write", "w", false, "write the files instead of printing them")
	cmd.Flags().BoolVar(&mode.check, "check", false, "list the files that would change; exit 1 if there is one")
	cmd.Flags().BoolVarP(&mode.diff, "diff", "d", false, "print what would change; exit 1 if there is something")
	return cmd
}

// formatFiles formats every file; one that cannot be read or written does not
// keep the others from it.
func (a *app) formatFiles(paths []string, mode formatMode) error {
	changed := 0
	var failed []error
	for _, path := range paths {
		would, err := a.formatFile(path, mode)
		if err != nil {
			failed = append(failed, err)
		}
		if would {
			changed++
		}
	}
	if len(failed) > 0 {
		return usage(errors.Join(failed...))
	}
	if changed > 0 && !mode.write && !mode.prints() {
		return withExit(exitFailed, fmt.Errorf("%d of %d files would change; vault-lsp fmt -w formats them", changed, len(paths)))
	}
	return nil
}

// formatFile reports whether the layout of a file differs from what it should be.
func (a *app) formatFile(path string, mode formatMode) (differs bool, err error) {
	src, err := a.readFormatted(path)
	if err != nil {
		return false, err
	}
	parse := func(src string) *parser.File { return parser.ParseAs(parser.LanguageOf(path), src) }
	edits := format.File(parse(src), format.Options{}, parse)
	out, err := text.Apply(src, edits)
	if err != nil {
		return false, fmt.Errorf("format %s: %w", path, err)
	}
	switch {
	case mode.prints(), mode.write && path == stdinName:
		err = a.copyOut(out)
	case out == src:
		return false, nil
	case mode.diff:
		err = a.copyOut(text.Unified(path, src, edits))
	case mode.check:
		a.printf("%s\n", path)
	default:
		if err = replaceFile(path, out); err != nil {
			err = fmt.Errorf("write %s: %w", path, err)
		}
	}
	return out != src, err
}

// copyOut writes text of a file to standard output as it is: it may go to a file
// or a program. Only what a terminal acts on is not shown to one.
func (a *app) copyOut(s string) error {
	to := a.out
	if a.shown {
		to = harmless{a.out}
	}
	if _, err := io.WriteString(to, s); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}

// stdinName stands for standard input.
const stdinName = "-"

func (a *app) readFormatted(path string) (string, error) {
	if path != stdinName {
		return readSource(path)
	}
	return readAll(a.in, "standard input")
}

// replaceFile puts text in a file's place in one step, so that nothing is lost
// if it is interrupted. The file keeps its permissions, and a link stays a link.
// A link out of the workspace is refused: in a cloned folder it may lead to any
// file of the user. A file that may not be written is not replaced either.
func replaceFile(path, text string) error {
	path, err := insideWorkspace(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	// The folder would allow it.
	if info.Mode().Perm()&0o200 == 0 {
		return errors.New("the file is read-only")
	}
	writable, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if err := writable.Close(); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.WriteString(text)
	if err == nil {
		err = temp.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = temp.Sync()
	}
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// insideWorkspace is the path without links, of a file in the workspace of the
// folder that it is named in.
func insideWorkspace(path string) (string, error) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	if resolved, err = filepath.Abs(resolved); err != nil {
		return "", err
	}
	dir, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(workspaceRoot(dir))
	if err != nil {
		return "", err
	}
	rest, err := filepath.Rel(root, resolved)
	if err != nil || !filepath.IsLocal(rest) {
		return "", fmt.Errorf("it is a link to %s, outside the workspace; name that file if you mean it", resolved)
	}
	return resolved, nil
}
