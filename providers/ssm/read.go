package ssm

import (
	"context"
	"fmt"
	"strconv"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Fields of a reference.
const (
	fieldName    = "name"
	fieldVersion = "version"
	fieldRegion  = "region"
)

// location is where a version of a parameter is.
type location struct{ region, name, version string }

// selector is the name with the version or label behind a colon
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
func (l location) selector() string {
	if l.version == "" {
		return l.name
	}
	return l.name + ":" + l.version
}

// locate reads the fields of a reference. Nothing has left the machine when it
// returns an error.
func locate(account *awsauth.Account, field func(string) string) (location, error) {
	l := location{name: field(fieldName), version: field(fieldVersion)}
	var err error
	l.region, err = account.Region(secret.SSM, l.name, awsauth.ServiceSSM, field(fieldRegion))
	return l, err
}

// clientIn is the account's client for a region.
func clientIn(account *awsauth.Account, region string) *ssm.Client {
	return awsauth.Client(account, awsauth.ServiceSSM, region, func(c sdk.Config, endpoint string) *ssm.Client {
		return ssm.NewFromConfig(c, func(o *ssm.Options) {
			if endpoint != "" {
				o.BaseEndpoint = &endpoint
			}
		})
	})
}

// read fetches one version of a parameter. A StringList is given as it is
// stored, its items separated by commas.
func read(ctx context.Context, account *awsauth.Account, at location) (providers.Payload, error) {
	out, err := clientIn(account, at.region).GetParameter(ctx, &ssm.GetParameterInput{
		Name: sdk.String(at.selector()), WithDecryption: sdk.Bool(true),
	})
	if err != nil {
		return providers.Payload{}, err
	}
	if out.Parameter == nil {
		return providers.Payload{}, fmt.Errorf("get parameter: the answer holds none")
	}
	return payloadOf(*out.Parameter), nil
}

func payloadOf(p types.Parameter) providers.Payload {
	return providers.Payload{
		Value:   secret.NewValue([]byte(sdk.ToString(p.Value))),
		Kind:    providers.Text,
		Version: strconv.FormatInt(p.Version, 10),
	}
}
