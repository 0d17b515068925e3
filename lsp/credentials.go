package lsp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
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
}

func (s *session) listCredentials(_ context.Context, _ invocation, _ noArgs) ([]credentialInfo, error) {
	list := []credentialInfo{}
	defaults := s.deps.Credentials.Config().Defaults
	for _, profile := range s.deps.Credentials.List() {
		info := credentialInfo{
			Name: profile.Name, Provider: profile.Provider, Auth: profile.Auth,
			IsDefault: defaults[profile.Provider] == profile.Name,
		}
		if identity, ok := s.identities.of(profile.Name); ok {
			info.Identity, info.Expires = s.mask(identity.Name), timestamp(identity.Expires)
		}
		list = append(list, info)
	}
	return list, nil
}

// timestamp writes a time as RFC 3339, and no time as "".
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// credentialNeeds is the result of addCredential.
type credentialNeeds struct {
	Needs []string   `json:"needs"`
	Input [][]string `json:"input"`
}

// addCredential writes a profile whose secret fields lie in the keyring, and
// says how to bring them there.
func (s *session) addCredential(ctx context.Context, _ invocation, args addCredentialArgs) (*credentialNeeds, error) {
	method, ok := credentials.LookupMethod(args.Provider, args.Auth)
	if !ok {
		return nil, &Failure{
			Code: "unknown-auth", Message: fmt.Sprintf("there is no way %q to sign in to %q", args.Auth, args.Provider),
			Hint: "the ways are: " + strings.Join(authsOf(args.Provider), ", "),
		}
	}
	for _, name := range slices.Sorted(maps.Keys(args.Fields)) {
		if field, ok := method.Field(name); ok && field.Secret {
			return nil, &Failure{
				Code: "secret-in-argument", Message: fmt.Sprintf("%q is a secret and must not cross the protocol", name),
				Hint: "leave it out: the answer says which command takes it",
			}
		}
	}
	profile := credentials.Profile{
		Name: args.Name, Provider: args.Provider, Auth: args.Auth,
		Fields: args.Fields, Secrets: map[string]credentials.Source{},
	}
	result := &credentialNeeds{Needs: neededSecrets(method, args.Fields), Input: [][]string{}}
	for _, field := range result.Needs {
		profile.Secrets[field] = credentials.Source{Keyring: true}
	}
	if err := s.deps.Credentials.Add(ctx, profile); err != nil {
		return nil, credentialFailure(err)
	}
	for _, field := range result.Needs {
		input, err := s.expect(func(ctx context.Context, value []byte) error {
			return s.keepSecret(ctx, args.Name, field, value)
		})
		if err != nil {
			return nil, err
		}
		result.Input = append(result.Input, input)
	}
	s.diagnoseAll(0)
	return result, nil
}

// keepSecret puts a secret of a new profile into the keyring. Where there is no
// keyring the profile is of no use: it is taken back, and the error says how to
// add it with another source.
func (s *session) keepSecret(ctx context.Context, name, field string, value []byte) error {
	err := s.deps.Credentials.SetSecret(ctx, name, field, value)
	if !errors.Is(err, credentials.ErrNoKeyring) {
		return err
	}
	if undo := s.deps.Credentials.Remove(ctx, name); undo != nil && !errors.Is(undo, credentials.ErrNoKeyring) {
		return errors.Join(err, undo)
	}
	return fmt.Errorf("%w; nothing was added: run vault-lsp credential add %s with --from %s=env:NAME or --from %s=file:PATH",
		err, name, field, field)
}

func authsOf(provider string) []string {
	var auths []string
	for _, method := range credentials.MethodsOf(provider) {
		auths = append(auths, method.Auth)
	}
	return auths
}

// neededSecrets are the secret fields that a profile cannot do without: the
// required ones, and those of the first alternative where none is complete.
func neededSecrets(method credentials.Method, given map[string]string) []string {
	needs := []string{}
	for _, field := range method.SecretFields() {
		if field.Required {
			needs = append(needs, field.Name)
		}
	}
	if len(method.OneOf) == 0 {
		return needs
	}
	complete := func(set []string) bool {
		return !slices.ContainsFunc(set, func(name string) bool { return given[name] == "" && !slices.Contains(needs, name) })
	}
	if slices.ContainsFunc(method.OneOf, complete) {
		return needs
	}
	for _, name := range method.OneOf[0] {
		if field, ok := method.Field(name); ok && field.Secret && !slices.Contains(needs, name) {
			needs = append(needs, name)
		}
	}
	return needs
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
	ctx, _, end := s.beginProgress(ctx, inv.token, "Signing in with "+profile.Title())
	defer end()
	identity, err := s.deps.Vaults.Check(ctx, args.Name)
	if err != nil {
		s.identities.forget(args.Name)
		return nil, s.vaultFailure(err, profile.Provider, args.Name)
	}
	s.identities.set(args.Name, identity)
	info := &identityInfo{
		Name: profile.Name, Provider: profile.Provider, Identity: s.mask(identity.Name),
		Details: []identityDetail{}, Expires: timestamp(identity.Expires),
	}
	for _, detail := range identity.Details {
		info.Details = append(info.Details, identityDetail{Name: detail.Name, Value: s.mask(detail.Value)})
	}
	return info, nil
}

// loginCredential forgets earlier logins first, so that it really signs in.
func (s *session) loginCredential(ctx context.Context, inv invocation, args credentialArgs) (*identityInfo, error) {
	if _, err := s.deps.Credentials.Profile(args.Name); err != nil {
		return nil, credentialFailure(err)
	}
	if _, err := s.deps.Vaults.Reset(ctx, providers.Scope{Credential: args.Name}); err != nil {
		return nil, s.vaultFailure(err, "", "")
	}
	return s.testCredential(ctx, inv, args)
}

func (s *session) removeCredential(ctx context.Context, _ invocation, args credentialArgs) (credentialArgs, error) {
	if _, err := s.deps.Credentials.Profile(args.Name); err != nil {
		return args, credentialFailure(err)
	}
	if err := s.deps.Credentials.Remove(ctx, args.Name); err != nil {
		return args, credentialFailure(err)
	}
	s.identities.forget(args.Name)
	s.live.reset()
	s.diagnoseAll(0)
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
	if failed.Kind == providers.Locked {
		s.expectUnlock(failure, provider, credential)
	}
	return failure
}
