package credentials

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/childenv"
	"github.com/vault-lsp/vault-lsp/secret"
)

// maxMaterial bounds what is read from a file or a command, in bytes.
const maxMaterial = 1 << 20

// defaultCommandTimeout leaves a person the time to touch a fingerprint reader.
const defaultCommandTimeout = 30 * time.Second

// MaterialError is the error of a secret field that cannot be had.
type MaterialError struct {
	Credential string // Profile.Title
	Field      string
	Source     string // Source.String
	Message    string // what is wrong with the source; safe to show
	Hint       string // what to do
	Err        error  // the cause for errors.Is; never shown
}

// Error is a sentence with the credential, the field and the source.
func (e MaterialError) Error() string {
	return fmt.Sprintf("%s: %s from %s: %s", e.Credential, e.Field, e.Source, e.Message)
}

// Unwrap returns the cause, for errors.Is.
func (e MaterialError) Unwrap() error { return e.Err }

// Format prints the text of Error for every verb, so that the cause stays out.
func (e MaterialError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// MarshalJSON gives message and hint.
func (e MaterialError) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, `{"message":%s,"hint":%s}`, quote(e.Error()), quote(e.Hint)), nil
}

// ErrNoSource is the cause of a MaterialError where the profile has no source
// for the field.
var ErrNoSource = errors.New("the profile has no source for this field")

// Material fetches the material of a secret field of a profile from where the
// profile says it is; the copy is the caller's. The error is a *MaterialError,
// or that of ctx; it never shows material or a command's output.
func (s *Store) Material(ctx context.Context, profile Profile, field string) (secret.Value, error) {
	if given, ok := s.given(profile, field); ok {
		return given, nil
	}
	source, ok := profile.Secrets[field]
	failure := MaterialError{Credential: profile.Title(), Field: field, Source: source.String()}
	if !ok || source.IsZero() {
		failure.Message = "nothing says where it is"
		failure.Hint = fmt.Sprintf(`give the profile "%s": {"keyring": true}, {"env": …}, {"file": …} or {"command": …}`, field)
		failure.Err = ErrNoSource
		return secret.Value{}, &failure
	}
	material, err := s.read(ctx, profile, field, source)
	if err == nil && len(material) == 0 {
		err = explain("it is empty", "store the "+field+" there", nil)
	}
	if err == nil {
		return secret.NewValue(material), nil
	}
	if ctx.Err() != nil {
		return secret.Value{}, ctx.Err()
	}
	failure.Message, failure.Hint, failure.Err = "it cannot be read", "", err
	var told *sourceError
	if errors.As(err, &told) {
		failure.Message, failure.Hint, failure.Err = told.message, told.hint, told.err
	}
	return secret.Value{}, &failure
}

// sourceError carries the safe words for a failed source.
type sourceError struct {
	message, hint string
	err           error
}

func (e *sourceError) Error() string { return e.message }

func explain(message, hint string, err error) error { return &sourceError{message, hint, err} }

func (s *Store) read(ctx context.Context, profile Profile, field string, source Source) ([]byte, error) {
	switch {
	case source.Keyring:
		return s.readKeyring(ctx, profile, field)
	case source.Env != "":
		value, ok := s.options.LookupEnv(source.Env)
		if !ok {
			return nil, explain("it is not set", "set "+source.Env+" where the editor or the command is started", nil)
		}
		return []byte(value), nil
	case source.File != "":
		return readMaterialFile(s.expand(source.File))
	}
	return s.run(ctx, source.Command)
}

func (s *Store) readKeyring(ctx context.Context, profile Profile, field string) ([]byte, error) {
	type answer struct {
		value []byte
		err   error
	}
	// The keyring may wait for a person without end, and its interface takes no
	// context: the call is left behind when ctx ends.
	answers := make(chan answer, 1)
	go func() {
		value, err := s.options.Keyring.Get(s.account(profile.Name, field))
		answers <- answer{value, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-answers:
		return a.value, explainKeyring(a.err, profile.Name, field)
	}
}

// explainKeyring says what to do about a keyring that does not give a value.
func explainKeyring(err error, name, field string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrNotInKeyring):
		return explain("it has no such entry", fmt.Sprintf("store it: `vault-lsp credential add %s`", name), err)
	case errors.Is(err, ErrNoKeyring):
		return explain("there is no OS keyring here (no D-Bus session)",
			fmt.Sprintf(`use another place for %s in the configuration: {"env": "NAME"}, {"file": "path"} or {"command": ["…"]}`, field), err)
	case errors.Is(err, errTooBig):
		return explain("this is more than the OS keyring holds",
			fmt.Sprintf(`keep it in a file and write {"file": "path"} for %s in the configuration`, field), err)
	}
	return explain("the OS keyring does not answer or is locked",
		fmt.Sprintf(`unlock it, or use {"env": "NAME"}, {"file": "path"} or {"command": ["…"]} for %s in the configuration`, field), err)
}

// expand makes a path of the configuration absolute.
func (s *Store) expand(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := s.home(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	if !filepath.IsAbs(path) {
		return filepath.Join(filepath.Dir(s.path), path)
	}
	return path
}

func (s *Store) home() (string, error) {
	if home, ok := s.options.LookupEnv("HOME"); ok && home != "" {
		return home, nil
	}
	return os.UserHomeDir()
}

func readMaterialFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, explain("there is no such file", "create it, readable by you only, or correct the path", err)
	case err != nil:
		return nil, explain("it cannot be read", "check the permissions of the file and its folder", err)
	case !info.Mode().IsRegular():
		// A FIFO or device could block or never end.
		return nil, explain("it is not a regular file", "use a command source for anything that is not a file", nil)
	case info.Size() > maxMaterial:
		return nil, explain("it is larger than 1 MiB", "name the file that holds only this secret", nil)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, explain("it cannot be read", "check the permissions of the file", err)
	}
	return trimLineBreak(content), nil
}

// trimLineBreak drops the one line break that editors and commands end with.
func trimLineBreak(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
}

// run starts a command source: the arguments as they are, no shell, no input,
// and its error output thrown away, since it may repeat what the command read.
func (s *Store) run(ctx context.Context, argv []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.CommandTimeout)
	defer cancel()
	var out limitedBuffer
	program := argv[0]
	if filepath.Base(program) == program {
		var err error
		if program, err = childenv.Find(program, nil); err != nil {
			return nil, explain("there is no such program", "install it or write its full path", nil)
		}
	}
	command := exec.CommandContext(ctx, program, argv[1:]...)
	command.Dir = filepath.Dir(s.path)
	if _, err := os.Stat(command.Dir); err != nil {
		command.Dir = childenv.Folder()
	}
	command.Env = childenv.Environ()
	command.Stdout = &out
	// A grandchild may hold the output open after the command has been killed.
	command.WaitDelay = time.Second
	err := command.Run()
	var exit *exec.ExitError
	switch {
	case out.exceeded:
		clear(out.data)
		return nil, explain("it wrote more than 1 MiB", "let it write the secret only", nil)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		clear(out.data)
		return nil, explain(fmt.Sprintf("it took longer than %s", s.options.CommandTimeout), "run it in a terminal to see what it waits for", nil)
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist):
		return nil, explain("there is no such program", "install it or write its full path", nil)
	case errors.As(err, &exit):
		clear(out.data)
		return nil, explain(fmt.Sprintf("it failed with exit status %d", exit.ExitCode()), "run it in a terminal to see why; its output is not shown here because it may hold the secret", nil)
	case err != nil:
		clear(out.data)
		return nil, explain("it could not be run", "run it in a terminal to see why", nil)
	}
	return trimLineBreak(out.data), nil
}

// limitedBuffer keeps at most maxMaterial bytes.
type limitedBuffer struct {
	data     []byte
	exceeded bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > maxMaterial {
		b.exceeded = true
		return 0, io.ErrShortWrite
	}
	b.data = append(b.data, p...)
	return len(p), nil
}
