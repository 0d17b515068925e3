package awsauth

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/vault-lsp/vault-lsp/providers"
)

// profile is a profile of the shared files.
func (l *loader) profile(ctx context.Context, name string) (aws.Config, error) {
	shared, err := l.shared(ctx, name)
	if err != nil {
		return aws.Config{}, err
	}
	return l.fromShared(ctx, shared, config.WithSharedConfigProfile(name))
}

// shared reads a profile of the shared files and those it builds on.
func (l *loader) shared(ctx context.Context, name string) (config.SharedConfig, error) {
	files := l.sharedFiles()
	shared, err := config.LoadSharedConfigProfile(ctx, name, func(o *config.LoadSharedConfigOptions) {
		o.ConfigFiles, o.CredentialsFiles = files[:1], files[1:]
	})
	if err != nil {
		return config.SharedConfig{}, fmt.Errorf("read the AWS profile: %w", err)
	}
	return shared, nil
}

// fromShared is the configuration of a profile of the shared files. The SDK
// does it all but for SSO, whose tokens it could neither fetch nor announce,
// programs, which it would give this one's standard input, and roles that need
// an MFA code.
func (l *loader) fromShared(ctx context.Context, shared config.SharedConfig, more ...func(*config.LoadOptions) error) (aws.Config, error) {
	chain := chainOf(&shared)
	base := chain[len(chain)-1]
	if !isOurs(base) {
		loaded, err := l.sdk(ctx, more...)
		if err == nil && base.LoginSession != "" {
			loaded.Credentials = &loginSession{inner: loaded.Credentials, profile: base.Profile}
		}
		if err == nil {
			loaded.Credentials = l.withMFA(loaded.Credentials, mfaOf(chain))
		}
		return loaded, err
	}
	// This keeps the SDK from making credentials of its own.
	loaded, err := l.sdk(ctx, append(more, config.WithCredentialsProvider(aws.AnonymousCredentials{}))...)
	if err != nil {
		return aws.Config{}, err
	}
	if loaded.Credentials, err = l.base(loaded, base); err != nil {
		return aws.Config{}, err
	}
	for i := len(chain) - 1; i >= 0; i-- {
		if chain[i].RoleARN != "" {
			loaded.Credentials = cached(l.assume(loaded, roleOf(chain[i])))
		}
	}
	loaded.Credentials = l.withMFA(loaded.Credentials, mfaOf(chain))
	return loaded, nil
}

// loginSession are the credentials of a profile that `aws login` signs in,
// whose errors have no type to tell them by.
type loginSession struct {
	inner   aws.CredentialsProvider
	profile string
}

// Retrieve gets the credentials of the session.
func (s *loginSession) Retrieve(ctx context.Context) (aws.Credentials, error) {
	got, err := s.inner.Retrieve(ctx)
	if err == nil || ctx.Err() != nil {
		return got, err
	}
	if _, ok := networkFault(err); ok {
		return got, err
	}
	return aws.Credentials{}, &providers.Error{
		Kind: providers.Unauthenticated, Op: "sign in", Err: err,
		Message: fmt.Sprintf("the AWS profile %q is not signed in, or its session has expired", s.profile),
		Hint:    fmt.Sprintf("sign in with `aws login --profile %s`", s.profile),
	}
}

// isOurs reports whether a profile's identity comes from SSO or from a
// program, in the order in which the SDK looks for it.
func isOurs(shared *config.SharedConfig) bool {
	switch {
	case shared.Credentials.HasKeys(), shared.CredentialSource != "", shared.WebIdentityTokenFile != "":
		return false
	case shared.SSOSession != nil, shared.SSOStartURL != "":
		return true
	}
	return shared.LoginSession == "" && shared.CredentialProcess != ""
}

// base are the credentials of a profile that isOurs.
func (l *loader) base(loaded aws.Config, shared *config.SharedConfig) (aws.CredentialsProvider, error) {
	if shared.SSOSession == nil && shared.SSOStartURL == "" {
		return l.process(shared.CredentialProcess)
	}
	portal, err := newPortal(shared)
	if err != nil {
		return nil, err
	}
	return l.fromPortal(loaded, portal), nil
}

// chainOf is a profile and those it builds on, the last having the identity.
func chainOf(shared *config.SharedConfig) []*config.SharedConfig {
	var chain []*config.SharedConfig
	for ; shared != nil; shared = shared.Source {
		chain = append(chain, shared)
	}
	return chain
}

// mfaOf names the roles and MFA devices of a chain; "" where no role needs a
// code. What was kept of a sign-in is for this name only.
func mfaOf(chain []*config.SharedConfig) string {
	needed := false
	var parts []string
	for _, shared := range chain {
		needed = needed || shared.MFASerial != ""
		parts = append(parts, shared.RoleARN, shared.MFASerial)
	}
	if !needed {
		return ""
	}
	return strings.Join(parts, " ")
}

// roleOf is the role of a profile of the shared files.
func roleOf(shared *config.SharedConfig) role {
	r := role{arn: shared.RoleARN, externalID: shared.ExternalID, sessionName: shared.RoleSessionName, mfaSerial: shared.MFASerial}
	if d := shared.RoleDurationSeconds; d != nil {
		r.duration = *d
	}
	return r
}
