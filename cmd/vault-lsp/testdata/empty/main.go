// Command empty links the libraries of vault-lsp and does nothing: the time it
// takes to start and end is the floor under the server's start.
package main

import (
	_ "filippo.io/age"
	_ "github.com/go-json-experiment/json/jsontext"
	_ "github.com/gofrs/flock"
	_ "github.com/google/uuid"
	_ "github.com/hashicorp/vault/api"
	_ "github.com/spf13/cobra"
	_ "github.com/tailscale/hujson"
	_ "github.com/theory/jsonpath"
	_ "github.com/zalando/go-keyring"
	_ "go.lsp.dev/jsonrpc2"
	_ "go.lsp.dev/protocol"
	_ "go.lsp.dev/uri"
	_ "go.uber.org/zap"
	_ "go.uber.org/zap/zapcore"
	_ "golang.org/x/net/idna"
	_ "golang.org/x/sync/singleflight"
	_ "golang.org/x/term"
)

func main() {}
