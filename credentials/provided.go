package credentials

import "github.com/vault-lsp/vault-lsp/secret"

// providedKey names a secret field of a profile, the ambient ones included.
type providedKey struct{ provider, profile, field string }

func keyOf(profile Profile, field string) providedKey {
	return providedKey{provider: profile.Provider, profile: profile.Name, field: field}
}

// Provide keeps material that a person gave to this process, such as a
// passphrase typed at a prompt, in memory only. Material prefers it to the
// profile's source, and the profile's Fingerprint changes. It copies material.
func (s *Store) Provide(profile Profile, field string, material []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := keyOf(profile, field)
	if old, ok := s.provided[key]; ok {
		old.Wipe()
	}
	s.provided[key] = secret.NewValue(append([]byte(nil), material...))
	s.generations[profile.Name]++
}

// given returns a copy of what Provide was given for the field.
func (s *Store) given(profile Profile, field string) (secret.Value, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	value, ok := s.provided[keyOf(profile, field)]
	return value.Clone(), ok
}

// forgetProfile wipes what Provide was given for a profile.
func (s *Store) forgetProfile(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, value := range s.provided {
		if key.profile == name {
			value.Wipe()
			delete(s.provided, key)
		}
	}
}

// Forget wipes everything that is in memory only: what Provide was given, the
// sign-ins that are not kept, and the keys of those that are.
func (s *Store) Forget() {
	s.forgetKeys()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, value := range s.provided {
		value.Wipe()
		delete(s.provided, key)
	}
	for id, record := range s.sessions {
		clear(record.State)
		delete(s.sessions, id)
	}
}
