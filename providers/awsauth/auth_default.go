package awsauth

import (
	"cmp"
	"context"
	"errors"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	vaultcredentials "github.com/vault-lsp/vault-lsp/credentials"
)

// defaultChain is what every AWS tool uses: environment, shared files with SSO
// and roles, web identity, container, instance. Only where the environment
// names no keys does the profile of the shared files count, which may need a
// person.
func (l *loader) defaultChain(ctx context.Context) (aws.Config, error) {
	if os.Getenv("AWS_ACCESS_KEY_ID") != "" || os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "" {
		return l.sdk(ctx)
	}
	name := cmp.Or(os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE"), config.DefaultSharedConfigProfile)
	shared, err := l.shared(ctx, name)
	var absent config.SharedConfigProfileNotExistError
	if errors.As(err, &absent) {
		return l.sdk(ctx)
	}
	if err != nil {
		return aws.Config{}, err
	}
	return l.fromShared(ctx, shared)
}

// keys is an access key of the profile.
func (l *loader) keys(ctx context.Context) (aws.Config, error) {
	secretKey, err := l.credential.Material(ctx, fieldSecretAccessKey)
	if err != nil {
		return aws.Config{}, err
	}
	token, err := l.credential.Material(ctx, fieldSessionToken)
	if err != nil && !errors.Is(err, vaultcredentials.ErrNoSource) {
		return aws.Config{}, err
	}
	static := credentials.NewStaticCredentialsProvider(
		l.credential.Profile.Fields[fieldAccessKeyID], string(secretKey.Reveal()), string(token.Reveal()))
	secretKey.Wipe()
	token.Wipe()
	return l.sdk(ctx, config.WithCredentialsProvider(static))
}
