package lsp

import (
	"context"
	"fmt"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// codeLocked is the code of a failure because a vault needs a passphrase.
const codeLocked = "locked"

// inputWithin is how long an announced input is waited for.
const inputWithin = 10 * time.Minute

// passphraseField is the secret field that unlocks a local vault.
const passphraseField = "passphrase"

// expect announces the input of a secret field and returns the command that
// gives it: it reads the secret from its standard input and brings it to store
// over a socket that only this user can open.
func (s *session) expect(store func(ctx context.Context, value []byte) error) ([]string, error) {
	if s.deps.Input == nil {
		return nil, &Failure{
			Code: "no-input", Message: "this server cannot receive secrets",
			Hint: "use the command line: vault-lsp credential add",
		}
	}
	id, _ := s.deps.Input.Expect(inputWithin, func(ctx context.Context, value []byte) error {
		defer clear(value)
		return store(ctx, value)
	})
	return []string{s.deps.Executable, "credential", "input", "--socket", s.deps.Input.Socket(), "--id", id}, nil
}

// expectUnlock adds to a failure the command that unlocks a vault.
func (s *session) expectUnlock(failure *Failure, provider, credential string) {
	if s.deps.Vaults == nil {
		return
	}
	found, err := s.deps.Vaults.Credential(provider, credential)
	if err != nil {
		return
	}
	input, err := s.expect(func(ctx context.Context, value []byte) error {
		return s.unlock(ctx, found.Profile, value)
	})
	if err == nil {
		failure.Needs, failure.Input = []string{passphraseField}, [][]string{input}
	}
}

// unlock gives a passphrase to the vault that asked for it.
func (s *session) unlock(ctx context.Context, profile credentials.Profile, value []byte) error {
	if s.deps.Unlock != nil {
		return s.deps.Unlock(ctx, profile, passphraseField, value)
	}
	if s.deps.Credentials == nil || profile.Name == "" {
		return fmt.Errorf("unlocking %s: this server keeps no passphrases", profile.Title())
	}
	return s.deps.Credentials.SetSecret(ctx, profile.Name, passphraseField, value)
}
