package lsp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// credentialNeeds is the result of addCredential and updateCredential.
type credentialNeeds struct {
	Needs []string   `json:"needs"`
	Input [][]string `json:"input"`
	// SignIn is set if a person signs in with the profile, once what it needs is
	// there.
	SignIn bool `json:"signIn"`
}

// addCredential writes a profile and says how to bring its secrets to the
// keyring.
func (s *session) addCredential(ctx context.Context, _ invocation, args addCredentialArgs) (*credentialNeeds, error) {
	method, err := lookupMethod(args.Provider, args.Auth)
	if err != nil {
		return nil, err
	}
	edit := profileEdit{fields: args.Fields, enter: args.Secrets, sources: args.Sources}
	profile := credentials.Profile{Name: args.Name, Provider: args.Provider, Auth: args.Auth}
	needs, err := edit.apply(method, &profile)
	if err != nil {
		return nil, err
	}
	if err := s.deps.Credentials.Add(ctx, profile); err != nil {
		return nil, credentialFailure(err)
	}
	return s.edited(profile, needs, func(ctx context.Context) error {
		return s.deps.Credentials.Remove(ctx, args.Name)
	})
}

// updateCredential changes a profile. Secret fields that are not named stay as
// they are.
func (s *session) updateCredential(ctx context.Context, _ invocation, args updateCredentialArgs) (*credentialNeeds, error) {
	old, err := s.deps.Credentials.Profile(args.Name)
	if err != nil {
		return nil, credentialFailure(err)
	}
	method, err := lookupMethod(old.Provider, old.Auth)
	if err != nil {
		return nil, err
	}
	edit := profileEdit{fields: args.Fields, enter: args.Secrets, sources: args.Sources, forget: args.Forget}
	profile := old
	profile.Secrets = maps.Clone(old.Secrets)
	needs, err := edit.apply(method, &profile)
	if err != nil {
		return nil, err
	}
	if err := s.deps.Credentials.Update(ctx, profile); err != nil {
		return nil, credentialFailure(err)
	}
	if _, err := s.deps.Vaults.Reset(ctx, providers.Scope{Credential: args.Name}); err != nil {
		return nil, s.vaultFailure(err, "", "")
	}
	return s.edited(profile, needs, func(ctx context.Context) error {
		return s.deps.Credentials.Update(ctx, old)
	})
}

// edited announces the secrets that a written profile needs, and forgets what
// was known of it. undo takes the profile back where they cannot be kept.
func (s *session) edited(profile credentials.Profile, needs []string, undo func(context.Context) error) (*credentialNeeds, error) {
	result := &credentialNeeds{Needs: needs, Input: [][]string{}, SignIn: profile.NeedsPerson()}
	for _, field := range needs {
		input, err := s.expect(func(ctx context.Context, value []byte) error {
			return s.keepSecret(ctx, profile.Name, field, value, undo)
		})
		if err != nil {
			return nil, err
		}
		result.Input = append(result.Input, input)
	}
	s.credentialChanged(profile.Name)
	return result, nil
}

// credentialChanged forgets what was known of a profile and checks the open
// documents anew.
func (s *session) credentialChanged(name string) {
	s.identities.forget(name)
	s.live.reset()
	s.diagnoseAll(0)
}

// keepSecret puts a secret of a profile into the keyring. Where there is no
// keyring the profile is of no use as it was written: it is taken back, and the
// error says how to add it with another source.
func (s *session) keepSecret(ctx context.Context, name, field string, value []byte, undo func(context.Context) error) error {
	err := s.deps.Credentials.SetSecret(ctx, name, field, value)
	if !errors.Is(err, credentials.ErrNoKeyring) {
		return err
	}
	if failed := undo(ctx); failed != nil && !errors.Is(failed, credentials.ErrNoKeyring) {
		return errors.Join(err, failed)
	}
	s.credentialChanged(name)
	return fmt.Errorf("%w; nothing was changed: run vault-lsp credential add %s with --from %s=env:NAME or --from %s=file:PATH",
		err, name, field, field)
}

// lookupMethod finds a row of the table of ways to sign in.
func lookupMethod(provider, auth string) (credentials.Method, error) {
	method, ok := credentials.LookupMethod(provider, auth)
	if ok {
		return method, nil
	}
	var auths []string
	for _, method := range credentials.MethodsOf(provider) {
		auths = append(auths, method.Auth)
	}
	return method, &Failure{
		Code: "unknown-auth", Message: fmt.Sprintf("there is no way %q to sign in to %q", auth, provider),
		Hint: "the ways are: " + strings.Join(auths, ", "),
	}
}

// profileEdit is what a form says about a profile.
type profileEdit struct {
	// fields are all plain fields; an empty value is none.
	fields map[string]string
	// enter are the secret fields that the user wants to enter, beside those that
	// the profile cannot do without.
	enter []string
	// sources say where other secret fields lie.
	sources map[string]secretSource
	// forget are secret fields that the profile shall not have.
	forget []string
}

// secretSource is a place of a secret that a client may name. It has no command:
// what is run stands in the configuration file by the user's own hand.
type secretSource struct {
	Env  string `json:"env,omitempty"`
	File string `json:"file,omitempty"`
}

// apply changes profile and returns the secret fields that have to be entered.
func (e profileEdit) apply(method credentials.Method, profile *credentials.Profile) (needs []string, err error) {
	profile.Fields = map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(e.fields)) {
		if field, ok := method.Field(name); ok && field.Secret {
			return nil, &Failure{
				Code: "secret-in-argument", Message: fmt.Sprintf("%q is a secret and must not cross the protocol", name),
				Hint: "leave it out: the answer says which command takes it",
			}
		}
		if e.fields[name] != "" {
			profile.Fields[name] = e.fields[name]
		}
	}
	if profile.Secrets == nil {
		profile.Secrets = map[string]credentials.Source{}
	}
	for _, name := range e.forget {
		delete(profile.Secrets, name)
	}
	for name, source := range e.sources {
		profile.Secrets[name] = credentials.Source{Env: source.Env, File: source.File}
	}
	given := map[string]bool{}
	for name := range profile.Fields {
		given[name] = true
	}
	for name := range profile.Secrets {
		given[name] = true
	}
	needs = neededSecrets(method, given, e.enter)
	for _, name := range needs {
		profile.Secrets[name] = credentials.Source{Keyring: true}
	}
	return needs, nil
}

// neededSecrets are the secret fields to enter, in the order of the method: those
// that the user wants to, and those that the profile cannot do without and has
// not got: required ones, and those of the first alternative where none is
// complete.
func neededSecrets(method credentials.Method, given map[string]bool, wanted []string) []string {
	enter := map[string]bool{}
	for _, name := range wanted {
		enter[name] = true
	}
	for _, field := range method.SecretFields() {
		if field.Required && !given[field.Name] {
			enter[field.Name] = true
		}
	}
	complete := func(set []string) bool {
		return !slices.ContainsFunc(set, func(name string) bool { return !given[name] && !enter[name] })
	}
	if len(method.OneOf) > 0 && !slices.ContainsFunc(method.OneOf, complete) {
		for _, name := range method.OneOf[0] {
			if field, ok := method.Field(name); ok && field.Secret && !given[name] {
				enter[name] = true
			}
		}
	}
	needs := []string{}
	for _, field := range method.SecretFields() {
		if enter[field.Name] {
			needs = append(needs, field.Name)
			delete(enter, field.Name)
		}
	}
	// What is no secret field of the method is refused by the check of the profile.
	return slices.AppendSeq(needs, slices.Values(slices.Sorted(maps.Keys(enter))))
}

// credentialDetails is the result of describeCredential.
type credentialDetails struct {
	credentialInfo
	Fields  map[string]string `json:"fields"`
	Secrets []secretPlace     `json:"secrets"`
}

// secretPlace says where a secret field lies, never what it is.
type secretPlace struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

// describeCredential gives what a form for an existing profile is filled with.
func (s *session) describeCredential(ctx context.Context, _ invocation, args credentialArgs) (*credentialDetails, error) {
	profile, err := s.deps.Credentials.Profile(args.Name)
	if err != nil {
		return nil, credentialFailure(err)
	}
	details := &credentialDetails{
		credentialInfo: s.credentialInfo(ctx, profile), Fields: map[string]string{}, Secrets: []secretPlace{},
	}
	maps.Copy(details.Fields, profile.Fields)
	for _, name := range slices.Sorted(maps.Keys(profile.Secrets)) {
		details.Secrets = append(details.Secrets, secretPlace{Name: name, Source: profile.Secrets[name].String()})
	}
	return details, nil
}

// setDefaultCredential makes a profile the one that references of its provider
// use which name none.
func (s *session) setDefaultCredential(ctx context.Context, _ invocation, args credentialArgs) (credentialArgs, error) {
	if err := s.deps.Credentials.SetDefault(ctx, args.Name); err != nil {
		return args, credentialFailure(err)
	}
	s.live.reset()
	s.diagnoseAll(0)
	return args, nil
}
