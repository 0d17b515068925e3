package providers

import (
	"sync"

	"github.com/vault-lsp/vault-lsp/credentials"
)

// Clients keeps what a provider has for each credential: a connection with its
// login. The zero value keeps none. Its methods may be called at the same time.
type Clients[C any] struct {
	mu   sync.Mutex
	kept map[string]client[C] // by the profile's name
}

type client[C any] struct {
	profile     credentials.Profile
	fingerprint string
	is          *C
}

// Of returns the client of a credential, which create makes where there is none
// or where the profile or what it builds on has changed since. In the latter
// case replaced is the old one, which is kept no longer: the caller ends it.
// The error is that of create, which must send nothing.
func (k *Clients[C]) Of(credential Credential, create func() (*C, error)) (current, replaced *C, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	name := credential.Profile.Name
	old := k.kept[name]
	if old.is != nil && old.fingerprint == credential.Fingerprint {
		return old.is, nil, nil
	}
	if current, err = create(); err != nil {
		return nil, nil, err
	}
	if k.kept == nil {
		k.kept = map[string]client[C]{}
	}
	k.kept[name] = client[C]{profile: credential.Profile, fingerprint: credential.Fingerprint, is: current}
	return current, old.is, nil
}

// Matching returns the clients of the profiles that match.
func (k *Clients[C]) Matching(match func(credentials.Profile) bool) []*C {
	k.mu.Lock()
	defer k.mu.Unlock()
	var found []*C
	for _, c := range k.kept {
		if match(c.profile) {
			found = append(found, c.is)
		}
	}
	return found
}

// Take returns the clients of the profiles that match, which are kept no
// longer: the caller ends them.
func (k *Clients[C]) Take(match func(credentials.Profile) bool) []*C {
	k.mu.Lock()
	defer k.mu.Unlock()
	var taken []*C
	for name, c := range k.kept {
		if match(c.profile) {
			taken = append(taken, c.is)
			delete(k.kept, name)
		}
	}
	return taken
}
