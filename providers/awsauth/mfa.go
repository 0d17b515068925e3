package awsauth

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"

	"github.com/vault-lsp/vault-lsp/providers"
)

// errCodeNeeded is the error of a role that wants an MFA code where nobody may
// be asked for one.
var errCodeNeeded = errors.New("an MFA code is needed")

// askForCode makes an assumed role ask for the code of its MFA device.
func (l *loader) askForCode(o *stscreds.AssumeRoleOptions) {
	o.TokenProvider = func() (string, error) {
		if l.ask == nil {
			return "", errCodeNeeded
		}
		return l.ask(aws.ToString(o.SerialNumber))
	}
}

// withMFA keeps what a sign-in with an MFA code brought in the credential's
// session, so that the code is asked for once and not at every start. identity
// names what was signed in to; where it is empty no code is needed.
func (l *loader) withMFA(inner aws.CredentialsProvider, identity string) aws.CredentialsProvider {
	if identity == "" {
		return inner
	}
	l.personal = true
	return &kept{inner: inner, identity: identity, loader: l}
}

// kept are credentials that a person helped to get.
type kept struct {
	inner    aws.CredentialsProvider
	identity string
	loader   *loader
}

// keptState is what the session holds.
type keptState struct {
	Identity        string    `json:"identity"`
	AccessKeyID     string    `json:"accessKeyId"`
	SecretAccessKey string    `json:"secretAccessKey"`
	SessionToken    string    `json:"sessionToken"`
	Expires         time.Time `json:"expires"`
}

// Retrieve returns what the last sign-in left or, during a sign-in, gets it.
func (k *kept) Retrieve(ctx context.Context) (aws.Credentials, error) {
	if k.loader.ask != nil {
		return k.signIn(ctx)
	}
	credential := k.loader.credential
	stored, err := credential.Session.Load(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	defer stored.Wipe()
	var state keptState
	reason := "its role needs an MFA code"
	if json.Unmarshal(stored.Reveal(), &state) == nil && state.Identity == k.identity {
		if k.loader.accounts.options.Clock().Before(state.Expires.Add(-expiryWindow)) {
			return aws.Credentials{
				AccessKeyID: state.AccessKeyID, SecretAccessKey: state.SecretAccessKey, SessionToken: state.SessionToken,
				CanExpire: true, Expires: state.Expires, Source: "session",
			}, nil
		}
		reason = "the role's session has expired, and a new one needs an MFA code"
	}
	return aws.Credentials{}, k.loader.needsSignIn(reason, errCodeNeeded)
}

func (k *kept) signIn(ctx context.Context) (aws.Credentials, error) {
	got, err := k.inner.Retrieve(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	state, err := json.Marshal(keptState{
		Identity: k.identity, AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey,
		SessionToken: got.SessionToken, Expires: got.Expires,
	})
	if err != nil {
		return aws.Credentials{}, err
	}
	defer clear(state)
	announceKeys(k.loader.credential.Announce, got)
	return got, k.loader.credential.Session.Save(ctx, state)
}

// needsSignIn is the error of a credential that waits for a person. The ambient
// identity has no name to sign in with.
func (l *loader) needsSignIn(reason string, cause error) *providers.Error {
	err := providers.NeedsSignIn(l.credential.Profile, reason, cause)
	if l.credential.Profile.Ambient {
		err.Hint = "sign in with the AWS CLI (`aws sso login`), or add the AWS profile as a credential with `vault-lsp credential add` and sign in with that"
	}
	return err
}
