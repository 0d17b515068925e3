package ssm

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
)

// maxBatch is how many parameters GetParameters takes
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html).
const maxBatch = 10

// batched fetches a parameter together with the others that are asked for at
// the same time: an account has 40 calls a second unless it pays for more. done
// is false where the parameter has to be fetched alone: it is the only one, the
// identity may not fetch several, or the answer does not hold it.
func (p *Provider) batched(ctx context.Context, account *awsauth.Account, fingerprint string, at location) (payload providers.Payload, done bool, err error) {
	together := providers.TogetherIn(ctx)
	if together == nil || p.mayNotBatch(fingerprint) {
		return providers.Payload{}, false, nil
	}
	var all []string
	for _, ref := range together.Refs() {
		if other, err := locate(account, ref.Get); err == nil && other.region == at.region {
			all = append(all, other.selector())
		}
	}
	id := at.selector()
	payload, done, err = providers.Gather(ctx, together, at.region, awsauth.Chunk(all, id, maxBatch), id,
		func(ctx context.Context, ids []string) (map[string]providers.Payload, error) {
			out, err := clientIn(account, at.region).GetParameters(ctx, &ssm.GetParametersInput{Names: ids, WithDecryption: sdk.Bool(true)})
			if err != nil {
				return nil, err
			}
			return match(ids, out), nil
		})
	if f, ok := awsauth.FailureOf(err); ok && f.Service == ssm.ServiceID && f.Denied() {
		p.noBatch(fingerprint)
	}
	return payload, done && !awsauth.BatchRefused(err, ssm.ServiceID), err
}

// match finds which answer belongs to which parameter that was asked for, by
// its name or ARN and the version or label behind it.
func match(ids []string, out *ssm.GetParametersOutput) map[string]providers.Payload {
	found := map[string]providers.Payload{}
	for _, id := range ids {
		for _, parameter := range out.Parameters {
			selector := sdk.ToString(parameter.Selector)
			if id == sdk.ToString(parameter.Name)+selector || id == sdk.ToString(parameter.ARN)+selector {
				found[id] = payloadOf(parameter)
			}
		}
	}
	return found
}

func (p *Provider) mayNotBatch(fingerprint string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.unbatched[fingerprint]
}

func (p *Provider) noBatch(fingerprint string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unbatched[fingerprint] = true
}
