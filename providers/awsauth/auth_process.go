package awsauth

import (
	"context"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"

	"github.com/vault-lsp/vault-lsp/internal/childenv"
)

// processTimeout bounds one run of a credential_process, which may open a
// browser.
const processTimeout = time.Minute

// processDelay is how long a program that was ended may keep its output open.
const processDelay = time.Second

// process are the credentials that a program prints
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html).
// The command is split as the AWS CLI does and run without a shell. Unlike with
// the SDK's own way it has neither this program's standard input, over which
// the language server's client talks, nor its standard error, which would show
// what it says unmasked.
func (l *loader) process(command string) (aws.CredentialsProvider, error) {
	argv, ok := splitCommand(command, runtime.GOOS == "windows")
	if !ok || len(argv) == 0 {
		return nil, &settingError{field: "credential_process", text: "has a quote that is not closed, or is empty"}
	}
	build := processcreds.NewCommandBuilderFunc(func(ctx context.Context) (*exec.Cmd, error) {
		path := argv[0]
		if filepath.Base(path) == path {
			found, err := childenv.Find(path, nil)
			if err != nil {
				return nil, err
			}
			path = found
		}
		cmd := exec.CommandContext(ctx, path, argv[1:]...)
		cmd.Env, cmd.Dir = childenv.Environ(), childenv.Folder()
		cmd.WaitDelay = processDelay
		return cmd, nil
	})
	return cached(processcreds.NewProviderCommand(build, func(o *processcreds.Options) { o.Timeout = processTimeout })), nil
}

// splitCommand splits a command line into a program and its arguments by the
// rules of a POSIX shell for blanks and quotes; nothing is expanded. Where
// backslash separates folders it is no escape.
func splitCommand(line string, windows bool) (argv []string, ok bool) {
	var word strings.Builder
	var quote byte
	inWord := false
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == 0 && (c == ' ' || c == '\t'):
			if inWord {
				argv = append(argv, word.String())
				word.Reset()
				inWord = false
			}
		case quote == 0 && (c == '"' || c == '\'' && !windows):
			quote, inWord = c, true
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && !windows && quote != '\'' && i+1 < len(line) && (quote == 0 || line[i+1] == '"' || line[i+1] == '\\'):
			i++
			word.WriteByte(line[i])
			inWord = true
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		argv = append(argv, word.String())
	}
	return argv, quote == 0
}
