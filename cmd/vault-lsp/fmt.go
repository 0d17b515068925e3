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

func (a *app) fmtCommand() *cobra.Command {
	var write, check bool
	cmd := &cobra.Command{
		Use:   "fmt [-w | --check] FILE…",
		Short: "Lay out request files: blanks, blank lines and JSON bodies",
		Long: "Prints the formatted file. With -w it is written back instead; with --check the files that\n" +
			"would change are listed, and the exit status is 1 if there is one. What is sent stays the\n" +
			"same but for the white space of JSON; comments and variables stay as they are. Markdown and\n" +
			"AsciiDoc files are left alone. The FILE - is standard input.",
		Args: takesSome("FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case write && check:
				return usage(errors.New("fmt: -w and --check exclude each other"))
			case !write && !check && len(args) > 1:
				return usage(errors.New("fmt: several files are printed as one; say -w to write them or --check to compare"))
			}
			return a.formatFiles(args, write, check)
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the files instead of printing them")
	cmd.Flags().BoolVar(&check, "check", false, "list the files that would change; exit 1 if there is one")
	return cmd
}

func (a *app) formatFiles(paths []string, write, check bool) error {
	changed := 0
	for _, path := range paths {
		src, err := a.readFormatted(path)
		if err != nil {
			return err
		}
		out, err := formatSource(path, src)
		if err != nil {
			return err
		}
		switch {
		case path == stdinName && !check, !write && !check:
			// Not through the filter of what terminals act on: a file is copied.
			if _, err := io.WriteString(a.out, out); err != nil {
				return fmt.Errorf("write: %w", err)
			}
		case out == src:
		case check:
			changed++
			a.printf("%s\n", path)
		default:
			if err := replaceFile(path, out); err != nil {
				return usage(fmt.Errorf("write %s: %w", path, err))
			}
		}
	}
	if changed > 0 {
		return withExit(exitFailed, fmt.Errorf("%d of %d files would change; vault-lsp fmt -w formats them", changed, len(paths)))
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

func formatSource(path, src string) (string, error) {
	parse := func(src string) *parser.File { return parser.ParseAs(parser.LanguageOf(path), src) }
	out, err := text.Apply(src, format.File(parse(src), format.Options{}, parse))
	if err != nil {
		return "", fmt.Errorf("format %s: %w", path, err)
	}
	return out, nil
}

// replaceFile puts text in a file's place in one step, so that nothing is lost
// if it is interrupted. The file keeps its permissions, and a link stays a link.
// A link out of the workspace is refused: in a cloned folder it may lead to any
// file of the user.
func replaceFile(path, text string) error {
	path, err := insideWorkspace(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
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
