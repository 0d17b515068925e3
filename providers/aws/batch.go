package aws

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
)

// maxBatch is how many secrets BatchGetSecretValue takes
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html).
const maxBatch = 20

// batch is one BatchGetSecretValue for several calls of Get. The first of them
// makes it, the others take their part of the answer.
type batch struct {
	ids  []string
	done chan struct{} // closed when it is over
	// cancel ends it when nobody waits for it any more.
	cancel context.CancelFunc

	mu      sync.Mutex
	started bool
	ended   bool // nobody will take the rest
	waiting int
	err     error
	found   map[string]providers.Payload
}

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
	ids := r.companions(together, at)
	if len(ids) < 2 {
		return providers.Payload{}, false, nil
	}
	b, ok := providers.Keep(together, at.region+" "+ids[0], func() *batch {
		return &batch{ids: ids, done: make(chan struct{})}
	}, (*batch).end)
	if !ok {
		return providers.Payload{}, false, nil
	}
	b.join(ctx, r, at.region)
	defer b.leave()
	select {
	case <-b.done:
	case <-ctx.Done():
		return providers.Payload{}, true, ctx.Err()
	}
	if b.err != nil {
		return providers.Payload{}, !r.alone(b.err), b.err
	}
	payload, found := b.take(at.secret)
	return payload, found, nil
}

// alone reports whether, after the error of a batch, its secrets should be
// fetched one by one: the identity may not fetch several, the service has
// something against the batch, such as one name in it, or those who asked for
// it have gone.
func (r reader) alone(err error) bool {
	if isDenied(err) {
		r.provider.noBatch(r.fingerprint)
		return true
	}
	if errors.Is(err, context.Canceled) {
		return true
	}
	f, answered := awsauth.FailureOf(err)
	return answered && f.Service == secretsmanager.ServiceID && !f.Throttled() && f.Status < 500
}

// companions are the secrets of the set that go into the same call as at, at
// among them; always the same ones for each of them.
func (r reader) companions(together *providers.Together, at location) []string {
	var ids []string
	for _, ref := range together.Refs() {
		other, err := locate(r.account, ref.Get)
		if err == nil && other.region == at.region && other.current() {
			ids = append(ids, other.secret)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	i := slices.Index(ids, at.secret)
	if i < 0 {
		return nil
	}
	from := i / maxBatch * maxBatch
	return ids[from:min(from+maxBatch, len(ids))]
}

// join counts a caller in and starts the call with the first one.
func (b *batch) join(ctx context.Context, r reader, region string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting++
	if b.started {
		return
	}
	b.started = true
	// The call goes on when the caller that began it is gone, within that one's
	// time.
	own := context.WithoutCancel(ctx)
	if deadline, ok := ctx.Deadline(); ok {
		own, b.cancel = context.WithDeadline(own, deadline)
	} else {
		own, b.cancel = context.WithCancel(own)
	}
	go b.run(own, r, region)
}

// leave counts a caller out.
func (b *batch) leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting--; b.waiting == 0 {
		b.cancel()
	}
}

func (b *batch) run(ctx context.Context, r reader, region string) {
	defer close(b.done)
	out, err := clientIn(r.account, region).BatchGetSecretValue(ctx, &secretsmanager.BatchGetSecretValueInput{SecretIdList: b.ids})
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.err = err
		return
	}
	b.found = b.match(out.SecretValues)
	if b.ended {
		b.wipe()
	}
}

// match finds which answer belongs to which secret that was asked for: by its
// name, its ARN, or its ARN without the random end. A name that several answers
// could belong to is asked for alone.
func (b *batch) match(values []types.SecretValueEntry) map[string]providers.Payload {
	found := map[string]providers.Payload{}
	for _, id := range b.ids {
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

// take gives the payload of a secret to its caller.
func (b *batch) take(id string) (providers.Payload, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	payload, ok := b.found[id]
	if !ok {
		return providers.Payload{}, false
	}
	// A copy: a caller of another set may come for it too.
	payload.Value = payload.Value.Clone()
	return payload, true
}

// end wipes what came.
func (b *batch) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.wipe()
}

func (b *batch) wipe() {
	for _, payload := range b.found {
		payload.Value.Wipe()
	}
	b.found = nil
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
