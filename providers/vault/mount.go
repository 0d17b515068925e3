package vault

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/flight"
)

// pathMounts lists the mounts a token can see, and below it describes one.
// Unlike sys/mounts it needs no policy of its own; it is what Vault's own
// command and web interface ask.
const pathMounts = "sys/internal/ui/mounts"

// mountTimeout bounds the question about a mount, which goes on for others when
// the one that asked it is gone.
const mountTimeout = 30 * time.Second

// engine is how the secrets of a mount are read.
type engine int

const (
	// engineUnknown is a mount the server does not describe to this token.
	engineUnknown engine = iota
	// engineV1 is the key/value engine without versions.
	engineV1
	// engineV2 is the key/value engine with versions.
	engineV2
	// engineOther is any engine but key/value: database, aws, totp and so on. Its
	// paths are read as they are, and what it issues may have a lease.
	engineOther
	// enginePlain is a mount that answered to a plain read where the server does
	// not say what it is: engineV1 or engineOther.
	enginePlain
)

// String is the engine as messages name it.
func (e engine) String() string {
	switch e {
	case engineV1:
		return "KV version 1"
	case engineV2:
		return "KV version 2"
	case engineOther:
		return "not a key/value engine"
	case enginePlain:
		return "KV version 1 or not a key/value engine"
	}
	return "engine unknown"
}

// mountKey is a mount in a namespace.
type mountKey struct{ namespace, mount string }

// mountKind is what is known about a mount.
type mountKind struct {
	engine engine
	name   string // of the engine's type, such as "database"; "" if unknown
}

// mountTable remembers the kinds of the mounts that were used.
type mountTable struct {
	flights flight.Group[mountKind]
	mu      sync.Mutex
	kinds   map[mountKey]mountKind
	// epoch counts the resets: who comes after one does not wait for a question
	// from before it.
	epoch int
}

func (t *mountTable) get(key mountKey) (mountKind, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.kinds[key]
	return k, ok
}

func (t *mountTable) set(key mountKey, k mountKind) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds == nil {
		t.kinds = make(map[mountKey]mountKind)
	}
	t.kinds[key] = k
}

// forget drops one mount, so that the next use asks the server again: the
// engine may have been replaced or upgraded.
func (t *mountTable) forget(key mountKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.kinds, key)
}

func (t *mountTable) forgetAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.kinds)
	t.epoch++
}

// flight names the question about a mount that callers of this moment share.
func (t *mountTable) flight(key mountKey) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprint(t.epoch, "\x00", key.namespace, "\x00", key.mount)
}

// mountInfo is what the server says about a mount.
type mountInfo struct {
	Path        string         `json:"path"`
	Type        string         `json:"type"`
	Description string         `json:"description"`
	Options     map[string]any `json:"options"`
}

// engine returns how a mount of this kind is read.
func (m mountInfo) engine() engine {
	switch {
	case m.Type != "kv" && m.Type != "generic":
		return engineOther
	case m.Options["version"] == "2":
		return engineV2
	}
	return engineV1
}

func (m mountInfo) kind() mountKind { return mountKind{engine: m.engine(), name: m.Type} }

// mountError is a mount that is not what a reference takes it for. Text and
// hint are safe to show.
type mountError struct{ text, hint string }

func (e *mountError) Error() string { return e.text }

// engineOf returns the engine of a mount, asking the server the first time: once,
// however many references wait for it. It is engineUnknown where the server does
// not tell, which it refuses with status 403 to narrow policies and for mounts
// that do not exist alike.
func (c *client) engineOf(ctx context.Context, key mountKey) (mountKind, error) {
	if known, ok := c.mounts.get(key); ok {
		return known, nil
	}
	return c.mounts.flights.Do(ctx, c.mounts.flight(key), mountTimeout, func(ctx context.Context) (mountKind, error) {
		if known, ok := c.mounts.get(key); ok {
			return known, nil // since the caller looked
		}
		return c.askEngine(ctx, key)
	})
}

// askEngine asks the server about a mount.
func (c *client) askEngine(ctx context.Context, key mountKey) (mountKind, error) {
	a, err := c.call(ctx, request{namespace: key.namespace, path: pathMounts + "/" + key.mount})
	switch {
	case hasStatus(err, http.StatusForbidden), hasStatus(err, http.StatusNotFound),
		hasStatus(err, http.StatusBadRequest), hasStatus(err, http.StatusMethodNotAllowed):
		// The last two are gateways that let only some paths through.
		return mountKind{}, nil
	case err != nil:
		return mountKind{}, err
	}
	var info mountInfo
	if err := json.Unmarshal(a.Data, &info); err != nil {
		return mountKind{}, errNotVault
	}
	if err := checkMount(key.mount, info); err != nil {
		return mountKind{}, err
	}
	c.mounts.set(key, info.kind())
	return info.kind(), nil
}

// checkMount compares the mount of a reference with the one the server found
// for it: a longer text still leads to a mount, and with an engine of version 2
// the rest would end up in front of data/.
func checkMount(wanted string, info mountInfo) error {
	found := strings.Trim(info.Path, "/")
	if found == "" || found == wanted {
		return nil
	}
	err := &mountError{text: fmt.Sprintf("%q is not a mount; the server has one at %q", wanted, found)}
	switch {
	case strings.HasPrefix(wanted, found+"/"):
		err.hint = fmt.Sprintf("write mount=%s and begin path with %s/", found, strings.TrimPrefix(wanted, found+"/"))
	case strings.HasSuffix(wanted, "/"+found):
		err.hint = fmt.Sprintf("write mount=%s namespace=%s", found, strings.TrimSuffix(wanted, "/"+found))
	}
	return err
}
