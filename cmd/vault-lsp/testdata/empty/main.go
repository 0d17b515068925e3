// Command empty links the libraries of vault-lsp and does nothing: the time it
// takes to start and end is the floor under the server's start.
package main

import (
	_ "filippo.io/age"
	_ "github.com/gofrs/flock"
	_ "github.com/hashicorp/vault/api"
	_ "github.com/joho/godotenv"
	_ "github.com/spf13/cobra"
	_ "github.com/tailscale/hujson"
	_ "github.com/theory/jsonpath"
	_ "github.com/zalando/go-keyring"
	_ "go.lsp.dev/jsonrpc2"
	_ "go.lsp.dev/protocol"
	_ "go.uber.org/zap"
)

func main() {}
