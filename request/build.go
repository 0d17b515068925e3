package request

import (
	"time"

	"github.com/vault-lsp/vault-lsp/env"
	"github.com/vault-lsp/vault-lsp/parser"
)

// Sources are what Build reads besides the file's text.
type Sources struct {
	// Workspace is the absolute path of the workspace's root folder: body files
	// must lie in it. Empty is Dir.
	Workspace string
	// Dir is the absolute path of the request file's folder.
	Dir string
	// LookupEnv reads the process's environment; nil for os.LookupEnv.
	LookupEnv func(name string) (value string, found bool)
	// Now is the clock; nil for time.Now.
	Now func() time.Time
	// Random returns a number in [0, n); nil for math/rand.
	Random func(n int64) int64
}

// Build expands a request of the file into a plan. The plan is nil if one of
// the problems is an error. Secrets are not fetched; environment variables of
// the process are read.
func Build(file *parser.File, req *parser.Request, scope *env.Scope, src Sources) (*Plan, []Problem) {
	return nil, nil
}
