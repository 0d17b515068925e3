package awsauth

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/vault-lsp/vault-lsp/providers"
)

// Identity asks AWS who the account's credentials are.
func (a *Account) Identity(ctx context.Context) (providers.Identity, error) {
	keys, err := a.config.Credentials.Retrieve(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	region := a.config.Region
	client := Client(a, ServiceSTS, cmp.Or(region, mainRegion("aws")), func(c aws.Config, endpoint string) *sts.Client {
		return sts.NewFromConfig(c, func(o *sts.Options) {
			if endpoint != "" {
				o.BaseEndpoint = &endpoint
			}
		})
	})
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return providers.Identity{}, err
	}
	identity := providers.Identity{Name: nameOf(aws.ToString(out.Arn))}
	identity.Details = []providers.Detail{
		{Name: "account", Value: aws.ToString(out.Account)},
		{Name: "arn", Value: aws.ToString(out.Arn)},
		{Name: "region", Value: cmp.Or(region, "none: references must name one")},
	}
	identity.Expires = a.endOf(keys)
	return identity, nil
}

// endOf is when a person has to sign in again; zero where credentials renew
// themselves, as most that expire do.
func (a *Account) endOf(keys aws.Credentials) time.Time {
	if a.personal && keys.CanExpire {
		return keys.Expires
	}
	if a.tokens == nil {
		return time.Time{}
	}
	path, err := a.tokens.path()
	if err != nil {
		return time.Time{}
	}
	token, err := readToken(path)
	if err != nil || token.refreshable(token.ExpiresAt) {
		return time.Time{}
	}
	return token.ExpiresAt
}

// DefaultRegion is the account's own region; "" if nothing names one.
func (a *Account) DefaultRegion() string { return a.config.Region }

// nameOf is the part of an identity's ARN that says who it is: "user/jo",
// "assumed-role/reader/jo", "root".
func nameOf(arn string) string {
	if i := strings.LastIndexByte(arn, ':'); i >= 0 && i+1 < len(arn) {
		return arn[i+1:]
	}
	return arn
}
