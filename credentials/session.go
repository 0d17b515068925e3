package credentials

import (
	"context"

	"github.com/vault-lsp/vault-lsp/secret"
)

// LoadSession returns what the last sign-in of a person with the profile left;
// a zero Value if there is nothing. The copy is the caller's.
func (s *Store) LoadSession(ctx context.Context, profile Profile) (secret.Value, error) {
	if err := checkContext(ctx, "read the session"); err != nil {
		return secret.Value{}, err
	}
	state, _ := s.given(profile, sessionField)
	return state, nil
}

// SaveSession keeps state, which it copies, for LoadSession.
func (s *Store) SaveSession(ctx context.Context, profile Profile, state []byte) error {
	if err := checkContext(ctx, "keep the session"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(profile, sessionField)
	if old, ok := s.provided[key]; ok {
		old.Wipe()
	}
	s.provided[key] = secret.NewValue(append([]byte(nil), state...))
	return nil
}

// DeleteSession forgets the session of a profile.
func (s *Store) DeleteSession(ctx context.Context, profile Profile) error {
	if err := checkContext(ctx, "forget the session"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(profile, sessionField)
	if old, ok := s.provided[key]; ok {
		old.Wipe()
		delete(s.provided, key)
	}
	return nil
}

// sessionField stands for a session among the material; no field has such a
// name.
const sessionField = "(session)"
