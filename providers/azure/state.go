package azure

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// stateVersion is that of the envelope around what Microsoft's library keeps.
const stateVersion = 1

// envelope is what stands in a credential's session.
type envelope struct {
	Version int             `json:"version"`
	Cache   json.RawMessage `json:"cache"`
}

// keptState is the state of a sign-in in a credential's session, which is read
// anew for every use: another process may have signed in. It holds refresh
// tokens and the account; access tokens are left out, since they live in memory
// and would be good for an hour to whoever finds them.
type keptState struct {
	session  providers.Session
	announce func(secret.Value)

	mu   sync.Mutex
	seen [sha256.Size]byte // of what was loaded last
	// memory is the state where the session could not take it.
	memory []byte
}

var _ cache.ExportReplace = (*keptState)(nil)

// Replace hands the kept state to Microsoft's library.
func (k *keptState) Replace(ctx context.Context, into cache.Unmarshaler, _ cache.ReplaceHints) error {
	data, err := k.load(ctx)
	if err != nil {
		return err
	}
	defer clear(data)
	if len(data) == 0 {
		data = []byte("{}")
	}
	if err := into.Unmarshal(data); err != nil {
		// The library's error may show a piece of it.
		return errDamagedState
	}
	return nil
}

// Export keeps the state of Microsoft's library. A session that cannot take it
// costs another sign-in after a restart, not this request.
func (k *keptState) Export(ctx context.Context, from cache.Marshaler, _ cache.ExportHints) error {
	data, err := from.Marshal()
	if err != nil {
		return fmt.Errorf("keep the sign-in: %w", err)
	}
	defer clear(data)
	if err := k.save(ctx, data); err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return nil
}

var errDamagedState = fmt.Errorf("what the last sign-in left cannot be read")

// load returns the library's state, which is the caller's to clear; nothing if
// nobody has signed in.
func (k *keptState) load(ctx context.Context) ([]byte, error) {
	k.mu.Lock()
	memory := bytes.Clone(k.memory)
	k.mu.Unlock()
	if memory != nil {
		return memory, nil
	}
	value, err := k.session.Load(ctx)
	if err != nil {
		return nil, err
	}
	defer value.Wipe()
	if value.Len() == 0 {
		return nil, nil
	}
	text := value.Reveal()
	k.mu.Lock()
	k.seen = sha256.Sum256(text)
	k.mu.Unlock()
	var kept envelope
	if err := json.Unmarshal(text, &kept); err != nil || kept.Version != stateVersion {
		return nil, errDamagedState
	}
	k.tell(kept.Cache)
	return kept.Cache, nil
}

// changed reports whether the session holds another state than was loaded last.
func (k *keptState) changed(ctx context.Context) (bool, error) {
	value, err := k.session.Load(ctx)
	if err != nil {
		return false, err
	}
	defer value.Wipe()
	k.mu.Lock()
	defer k.mu.Unlock()
	return value.Len() > 0 && sha256.Sum256(value.Reveal()) != k.seen, nil
}

// save keeps the library's state in the session, or in memory where that fails.
func (k *keptState) save(ctx context.Context, data []byte) error {
	k.tell(data)
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return errDamagedState
	}
	delete(parts, "AccessToken")
	cut, err := json.Marshal(parts)
	if err != nil {
		return errDamagedState
	}
	defer clear(cut)
	text, err := json.Marshal(envelope{Version: stateVersion, Cache: cut})
	if err != nil {
		return errDamagedState
	}
	defer clear(text)
	err = k.session.Save(ctx, text)
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.memory)
	k.memory = nil
	if err != nil {
		k.memory = bytes.Clone(cut)
		return err
	}
	k.seen = sha256.Sum256(text)
	return nil
}

// tell announces the refresh and id tokens in a state of Microsoft's library.
func (k *keptState) tell(data []byte) {
	type entries map[string]struct {
		Secret string `json:"secret"`
	}
	var parts struct {
		Refresh entries `json:"RefreshToken"`
		ID      entries `json:"IdToken"`
	}
	if err := json.Unmarshal(data, &parts); err != nil {
		return
	}
	for _, all := range []entries{parts.Refresh, parts.ID} {
		for _, entry := range all {
			if entry.Secret != "" {
				k.announce(secret.NewValue([]byte(entry.Secret)))
			}
		}
	}
}

// newState is the state of a sign-in that has just begun: nothing of an older
// one is in it.
type newState struct{ data []byte }

var _ cache.ExportReplace = (*newState)(nil)

// Replace hands out what was exported before.
func (n *newState) Replace(_ context.Context, into cache.Unmarshaler, _ cache.ReplaceHints) error {
	if n.data == nil {
		return nil
	}
	return into.Unmarshal(n.data)
}

// Export keeps the state in memory.
func (n *newState) Export(_ context.Context, from cache.Marshaler, _ cache.ExportHints) error {
	data, err := from.Marshal()
	n.data = data
	return err
}
