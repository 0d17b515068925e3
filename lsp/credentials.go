package lsp

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// identities holds who the profiles were when they were tested last.
type identities struct {
	mu    sync.Mutex
	known map[string]providers.Identity
}

func (i *identities) set(name string, identity providers.Identity) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil {
		i.known = make(map[string]providers.Identity)
	}
	i.known[name] = identity
}

func (i *identities) of(name string) (providers.Identity, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	identity, ok := i.known[name]
	return identity, ok
}

func (i *identities) forget(name string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.known, name)
}

// credentialInfo is one row of listCredentials.
type credentialInfo struct {
	Name      string `json:"name"`
	Provider  string `json:"provider"`
	Auth      string `json:"auth"`
	Identity  string `json:"identity,omitempty"`
	Expires   string `json:"expires,omitempty"`
	IsDefault bool   `json:"isDefault"`
	// SignIn is set if a person signs in with the profile.
	SignIn bool `json:"signIn"`
}

func (s *session) listCredentials(ctx context.Context, _ invocation, _ noArgs) ([]credentialInfo, error) {
	list := []credentialInfo{}
	for _, profile := range s.deps.Credentials.List() {
		list = append(list, s.credentialInfo(ctx, profile))
	}
	return list, nil
}

// credentialInfo says what is known of a profile without asking its vault.
func (s *session) credentialInfo(ctx context.Context, profile credentials.Profile) credentialInfo {
	info := credentialInfo{
		Name: profile.Name, Provider: profile.Provider, Auth: profile.Auth,
		IsDefault: s.deps.Credentials.Config().Defaults[profile.Provider] == profile.Name,
	}
	info.SignIn = profile.NeedsPerson()
	if identity, ok := s.identities.of(profile.Name); ok {
		info.Identity, info.Expires = s.mask(identity.Name), timestamp(identity.Expires)
	} else if account, ok := s.deps.Credentials.Session(profile).Account(ctx); ok && info.SignIn {
		info.Identity, info.Expires = s.mask(account.Identity), timestamp(account.Expires)
	}
	return info
}

// timestamp writes a time as RFC 3339, and no time as "".
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// identityInfo is the result of testCredential and loginCredential.
type identityInfo struct {
	Name     string           `json:"name"`
	Provider string           `json:"provider"`
	Identity string           `json:"identity"`
	Details  []identityDetail `json:"details"`
	Expires  string           `json:"expires,omitempty"`
}

type identityDetail struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (s *session) testCredential(ctx context.Context, inv invocation, args credentialArgs) (*identityInfo, error) {
	profile, err := s.deps.Credentials.Profile(args.Name)
	if err != nil {
		return nil, credentialFailure(err)
	}
	ctx, _, end := s.beginProgress(ctx, inv.token, "Testing "+profile.Title())
	defer end()
	identity, err := s.deps.Vaults.Check(ctx, args.Name)
	if err != nil {
		s.identities.forget(args.Name)
		return nil, s.vaultFailure(err, profile.Provider, args.Name)
	}
	s.identities.set(args.Name, identity)
	return s.identityInfo(profile, identity), nil
}

// identityInfo describes who a profile is.
func (s *session) identityInfo(profile credentials.Profile, identity providers.Identity) *identityInfo {
	info := &identityInfo{
		Name: profile.Name, Provider: profile.Provider, Identity: s.mask(identity.Name),
		Details: []identityDetail{}, Expires: timestamp(identity.Expires),
	}
	for _, detail := range identity.Details {
		info.Details = append(info.Details, identityDetail{Name: detail.Name, Value: s.mask(detail.Value)})
	}
	return info
}

func (s *session) removeCredential(ctx context.Context, _ invocation, args credentialArgs) (credentialArgs, error) {
	if _, err := s.deps.Credentials.Profile(args.Name); err != nil {
		return args, credentialFailure(err)
	}
	if err := s.deps.Credentials.Remove(ctx, args.Name); err != nil {
		return args, credentialFailure(err)
	}
	s.credentialChanged(args.Name)
	return args, nil
}

// credentialFailure is an error of the user's configuration.
func credentialFailure(err error) error {
	var config *credentials.ConfigError
	if errors.As(err, &config) && len(config.Problems) > 0 {
		return &Failure{Code: "bad-credential", Message: err.Error(), Hint: config.Problems[0].Hint}
	}
	return &Failure{Code: "bad-credential", Message: err.Error()}
}

// vaultFailure turns an error of a provider into the one for the client.
// provider and credential say which vault can be unlocked, where it is locked.
func (s *session) vaultFailure(err error, provider, credential string) error {
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	var failed *providers.Error
	if !errors.As(err, &failed) {
		return &Failure{Code: "failed", Message: s.mask(err.Error())}
	}
	failure := &Failure{Code: string(failed.Kind), Message: s.mask(failed.Message), Hint: s.mask(failed.Hint)}
	switch failed.Kind {
	case providers.Locked:
		s.expectUnlock(failure, provider, credential)
	case providers.SignInNeeded:
		if found, err := s.deps.Vaults.Credential(provider, credential); err == nil {
			failure.Action = signInAction(found.Profile.Name)
		}
	}
	return failure
}
