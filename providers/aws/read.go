package aws

import (
	"context"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Fields of a reference.
const (
	fieldSecret  = "secret"
	fieldVersion = "version"
	fieldStage   = "stage"
	fieldRegion  = "region"
)

// stageCurrent is the label of the version that applications use.
const stageCurrent = "AWSCURRENT"

// location is where a version of a secret is.
type location struct {
	region, secret, version, stage string
}

// current reports whether the current version is meant, the only one that
// several secrets can be fetched with in one call.
func (l location) current() bool {
	return l.version == "" && (l.stage == "" || l.stage == stageCurrent)
}

// locate reads the fields of a reference. Nothing has left the machine when it
// returns an error.
func locate(account *awsauth.Account, field func(string) string) (location, error) {
	l := location{secret: field(fieldSecret), version: field(fieldVersion), stage: field(fieldStage)}
	var err error
	l.region, err = account.Region(secret.AWS, l.secret, awsauth.ServiceSecretsManager, field(fieldRegion))
	return l, err
}

// clientIn is the account's client for a region.
func clientIn(account *awsauth.Account, region string) *secretsmanager.Client {
	return awsauth.Client(account, awsauth.ServiceSecretsManager, region, func(c sdk.Config, endpoint string) *secretsmanager.Client {
		return secretsmanager.NewFromConfig(c, func(o *secretsmanager.Options) {
			if endpoint != "" {
				o.BaseEndpoint = &endpoint
			}
		})
	})
}

// reader reads secrets with one account.
type reader struct {
	provider    *Provider
	account     *awsauth.Account
	fingerprint string
}

// read fetches one version of a secret.
func (r reader) read(ctx context.Context, at location) (providers.Payload, error) {
	out, err := clientIn(r.account, at.region).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &at.secret, VersionId: optional(at.version), VersionStage: optional(at.stage),
	})
	if err != nil {
		return providers.Payload{}, err
	}
	return payloadOf(out.SecretString, out.SecretBinary, out.VersionId), nil
}

// payloadOf is the payload of a version, which has either text or bytes.
func payloadOf(text *string, data []byte, version *string) providers.Payload {
	p := providers.Payload{Version: sdk.ToString(version)}
	if text == nil && data != nil {
		p.Kind, p.Value = providers.Binary, secret.NewValue(data)
		return p
	}
	p.Kind, p.Value = providers.Text, secret.NewValue([]byte(sdk.ToString(text)))
	return p
}

// optional is nil for an empty text, which AWS would take for a value.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// day is a date for display.
func day(t *time.Time) string {
	if t == nil {
		return "unknown"
	}
	return t.UTC().Format(time.DateOnly)
}
