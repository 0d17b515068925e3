package aws

import (
	"context"
	"slices"
	"strings"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
)

// maxBatch is how many secrets BatchGetSecretValue takes
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html).
const maxBatch = 20

// batched fetches a secret together with the others that are asked for at the
// same time. done is false where the secret has to be fetched alone: it is the
// only one, not a current version, the identity may not fetch several, or the
// service reports an error of this secret, which only a call for it tells
// apart.
func (r reader) batched(ctx context.Context, at location) (payload providers.Payload, done bool, err error) {
	together := providers.TogetherIn(ctx)
	if together == nil || !at.current() || r.provider.mayNotBatch(r.fingerprint) {
		return providers.Payload{}, false, nil
	}
	ids := awsauth.Chunk(r.companions(together, at), at.secret, maxBatch)
	payload, done, err = providers.Gather(ctx, together, at.region, ids, at.secret,
		func(ctx context.Context, ids []string) (map[string]providers.Payload, error) {
			out, err := clientIn(r.account, at.region).BatchGetSecretValue(ctx, &secretsmanager.BatchGetSecretValueInput{SecretIdList: ids})
			if err != nil {
				return nil, err
			}
			return match(ids, out.SecretValues), nil
		})
	if isDenied(err) {
		r.provider.noBatch(r.fingerprint)
	}
	return payload, done && !awsauth.BatchRefused(err, secretsmanager.ServiceID), err
}

// companions are the secrets of the set that may go into the same call as at,
// at among them.
func (r reader) companions(together *providers.Together, at location) []string {
	var ids []string
	for _, ref := range together.Refs() {
		other, err := locate(r.account, ref.Get)
		if err == nil && other.region == at.region && other.current() {
			ids = append(ids, other.secret)
		}
	}
	return ids
}

// match finds which answer belongs to which secret that was asked for: by its
// name, its ARN, or its ARN without the random end. A name that several answers
// could belong to is asked for alone.
func match(ids []string, values []types.SecretValueEntry) map[string]providers.Payload {
	found := map[string]providers.Payload{}
	for _, id := range ids {
		var matching []types.SecretValueEntry
		for _, value := range values {
			if isNamed(id, sdk.ToString(value.Name), sdk.ToString(value.ARN)) {
				matching = append(matching, value)
			}
		}
		if len(matching) == 1 && slices.Contains(matching[0].VersionStages, stageCurrent) {
			found[id] = payloadOf(matching[0].SecretString, slices.Clone(matching[0].SecretBinary), matching[0].VersionId)
		}
	}
	return found
}

// isNamed reports whether a secret of that name and ARN is the one an id
// means.
func isNamed(id, name, arn string) bool {
	if !strings.HasPrefix(id, "arn:") {
		return id == name
	}
	// A whole ARN ends in a hyphen and six characters that AWS chose.
	rest, ok := strings.CutPrefix(arn, id)
	return ok && (rest == "" || len(rest) == 7 && rest[0] == '-')
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
