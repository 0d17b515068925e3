// Command empty links the libraries of vault-lsp and does nothing: the time it
// takes to start and end is the floor under the server's start.
package main

import (
	_ "cloud.google.com/go/auth/credentials"
	_ "cloud.google.com/go/secretmanager/apiv1"
	_ "filippo.io/age"
	_ "github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	_ "github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	_ "github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	_ "github.com/aws/aws-sdk-go-v2/config"
	_ "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	_ "github.com/aws/aws-sdk-go-v2/service/ssm"
	_ "github.com/aws/aws-sdk-go-v2/service/sso"
	_ "github.com/aws/aws-sdk-go-v2/service/ssooidc"
	_ "github.com/aws/aws-sdk-go-v2/service/sts"
	_ "github.com/brianvoe/gofakeit/v7"
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
	_ "google.golang.org/grpc"
	_ "software.sslmate.com/src/go-pkcs12"
)

func main() {}
