package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// missingError is a secret that is not there. Text and hint are safe to show.
type missingError struct{ text, hint string }

func (e *missingError) Error() string { return e.text }

// deletedError is a version whose data is gone.
type deletedError struct{ text, hint string }

func (e *deletedError) Error() string { return e.text }

// errOtherEngine is an answer another version of the engine gives.
var errOtherEngine = errors.New("the mount has another engine")

// errOwnToken is an answer that holds the token of the request.
var errOwnToken = errors.New("the answer describes the login itself")

// errApproval is a secret that somebody has to approve of first.
var errApproval = errors.New("the read wants an approval")

// errNotObject is a secret whose data is not a JSON object.
var errNotObject = errors.New("the secret is not a JSON object")

// read fetches the secret at a location.
func (c *client) read(ctx context.Context, at location) (providers.Payload, error) {
	kind := at.engine
	if kind == engineUnknown {
		known, err := c.engineOf(ctx, at.mountKey)
		if err != nil {
			return providers.Payload{}, err
		}
		kind = known.engine
	}
	var payload providers.Payload
	var err error
	switch kind {
	case engineV2:
		payload, err = c.readV2(ctx, at)
	case engineV1, engineOther, enginePlain:
		payload, err = c.readPlain(ctx, at, kind)
	default:
		return c.readEither(ctx, at)
	}
	if hasStatus(err, http.StatusNotFound) || errors.Is(err, errOtherEngine) {
		c.mounts.forget(at.mountKey)
		return providers.Payload{}, missing(at, kind, err)
	}
	return payload, err
}

// readEither reads where the server does not say which engine it has: version
// 2 first, since its path cannot be mistaken for a secret of version 1.
func (c *client) readEither(ctx context.Context, at location) (providers.Payload, error) {
	payload, errV2 := c.readV2(ctx, at)
	if errV2 == nil {
		c.mounts.set(at.mountKey, mountKind{engine: engineV2})
		return payload, nil
	}
	if !isRefusal(errV2) {
		return providers.Payload{}, errV2
	}
	if at.version != 0 {
		// Version 1 has no versions: the first answer stands.
		return providers.Payload{}, asMissing(at, errV2)
	}
	payload, errV1 := c.readPlain(ctx, at, engineUnknown)
	if errV1 == nil {
		c.mounts.set(at.mountKey, mountKind{engine: enginePlain})
		return payload, nil
	}
	if !isRefusal(errV1) {
		return providers.Payload{}, errV1
	}
	// One engine refuses the paths of the other, by policy (403) or because
	// they lead nowhere (404); what the right engine says is not known, so a
	// path that is denied at both is denied and any other is missing.
	if hasStatus(errV2, http.StatusForbidden) {
		return providers.Payload{}, errV2
	}
	return providers.Payload{}, asMissing(at, errV2)
}

// isRefusal reports whether an error may come from asking the wrong engine.
func isRefusal(err error) bool {
	return hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusNotFound) || errors.Is(err, errOtherEngine)
}

// asMissing turns a 404 into a sentence and leaves other errors alone.
func asMissing(at location, err error) error {
	if hasStatus(err, http.StatusNotFound) || errors.Is(err, errOtherEngine) {
		return missing(at, engineUnknown, err)
	}
	return err
}

// missing says what is not there, with the mistake that is most likely.
func missing(at location, kind engine, err error) error {
	if hasMessage(err, "no handler for route") {
		return &missingError{
			text: fmt.Sprintf("no secrets engine is mounted at %q", at.mount),
			hint: "check mount and namespace",
		}
	}
	e := &missingError{text: fmt.Sprintf("there is no secret at %s (%s)", at, kind)}
	if at.version != 0 {
		e.text = fmt.Sprintf("there is no version %d of %s, or no such secret (%s)", at.version, at, kind)
	}
	first, rest, _ := strings.Cut(at.path, "/")
	switch {
	case kind == engineOther:
		e.text = fmt.Sprintf("there is nothing at %s (%s)", at, kind)
		e.hint = "check the name of the role or of the path; Vault's names are case-sensitive"
	case rest != "" && (kind == engineV2 || kind == engineUnknown) && (first == "data" || first == "metadata"):
		e.hint = fmt.Sprintf("leave %s/ out of path: it is added for KV version 2", first)
	case strings.HasPrefix(at.path, at.mount+"/"):
		e.hint = fmt.Sprintf("path begins below the mount: write path=%s", strings.TrimPrefix(at.path, at.mount+"/"))
	default:
		e.hint = "check path, mount and namespace; Vault's names are case-sensitive"
	}
	return e
}

// versionInfo is the metadata of one version.
type versionInfo struct {
	Version      int    `json:"version"`
	CreatedTime  string `json:"created_time"`
	DeletionTime string `json:"deletion_time"`
	Destroyed    bool   `json:"destroyed"`
}

// readV2 reads from the key/value engine with versions.
func (c *client) readV2(ctx context.Context, at location) (providers.Payload, error) {
	params := url.Values{}
	if at.version != 0 {
		params.Set("version", strconv.Itoa(at.version))
	}
	a, err := c.call(ctx, request{namespace: at.namespace, path: at.mount + "/data/" + at.path, params: params})
	if err != nil && !hasStatus(err, http.StatusNotFound) {
		return providers.Payload{}, err
	}
	defer clear(a.Data)
	if a.Wrapped != nil {
		return providers.Payload{}, errApproval
	}
	var data struct {
		Data     json.RawMessage `json:"data"`
		Metadata *versionInfo    `json:"metadata"`
	}
	if jsonErr := json.Unmarshal(a.Data, &data); jsonErr != nil || data.Metadata == nil || data.Metadata.Version == 0 {
		if err != nil {
			return providers.Payload{}, err
		}
		return providers.Payload{}, errOtherEngine
	}
	defer clear(data.Data)
	if isNull(data.Data) {
		return providers.Payload{}, deleted(at, *data.Metadata)
	}
	payload, err := object(data.Data)
	if err != nil {
		return providers.Payload{}, err
	}
	payload.Version = strconv.Itoa(data.Metadata.Version)
	// A version may be set to delete itself later.
	if ends, err := time.Parse(time.RFC3339Nano, data.Metadata.DeletionTime); err == nil {
		payload.Expires = ends
	}
	return payload, nil
}

// deleted says which version is gone, since when and whether it can come back.
func deleted(at location, info versionInfo) error {
	if info.Destroyed {
		return &deletedError{
			text: fmt.Sprintf("version %d of %s, created %s, was destroyed", info.Version, at, shortTime(info.CreatedTime)),
			hint: "its data cannot come back: name another version, or write a new one",
		}
	}
	return &deletedError{
		text: fmt.Sprintf("version %d of %s was deleted at %s", info.Version, at, shortTime(info.DeletionTime)),
		hint: fmt.Sprintf("name another version, or restore it: vault kv undelete -mount=%s -versions=%d %s", at.mount, info.Version, at.path),
	}
}

// readPlain reads from the key/value engine without versions or from another
// engine, whose paths are read as they are. What an engine issues for this read
// ends with its lease. kind is what the server or the reference says.
func (c *client) readPlain(ctx context.Context, at location, kind engine) (providers.Payload, error) {
	if at.version != 0 {
		return providers.Payload{}, &fieldError{field: fieldVersion, text: fmt.Sprintf("the mount %q keeps no versions (%s)", at.mount, kind)}
	}
	r := request{namespace: at.namespace, path: at.mount + "/" + at.path}
	var a leasedAnswer
	var err error
	switch {
	case kind != engineV1:
		a, err = c.callLeased(withoutRetries(ctx), at.locator, r)
	case at.engine == engineV1:
		// The reference may say so of any engine that is read like this.
		a, err = c.callLeased(ctx, at.locator, r)
	default:
		a.answer, err = c.call(ctx, r)
	}
	if err != nil {
		return providers.Payload{}, err
	}
	payload, err := c.payload(a)
	if a.lease != nil {
		ctx := context.WithoutCancel(ctx)
		payload.Release = func() { go c.giveBack(ctx, a.lease) }
		if err != nil {
			payload.Release()
			return providers.Payload{}, err
		}
	}
	return payload, err
}

// payload checks what a plain read gave.
func (c *client) payload(a leasedAnswer) (providers.Payload, error) {
	if a.Wrapped != nil {
		return providers.Payload{}, errApproval
	}
	defer clear(a.Data)
	if isNull(a.Data) {
		return providers.Payload{}, errNotObject
	}
	var shape struct {
		// What a read of data/… on an engine of version 2 looks like.
		Data     json.RawMessage `json:"data"`
		Metadata *versionInfo    `json:"metadata"`
		// What a token's description of itself looks like.
		ID       string `json:"id"`
		Accessor string `json:"accessor"`
		// What a static role of a database gives: seconds until its password is
		// replaced.
		Rotated string `json:"last_vault_rotation"`
		TTL     int64  `json:"ttl"`
	}
	// Secrets whose members have other types are neither.
	_ = json.Unmarshal(a.Data, &shape)
	defer clear(shape.Data)
	if shape.Metadata != nil && shape.Metadata.Version > 0 && shape.Metadata.CreatedTime != "" && shape.Data != nil {
		return providers.Payload{}, errOtherEngine
	}
	if shape.Accessor != "" && c.login.holds(shape.ID) {
		return providers.Payload{}, errOwnToken
	}
	payload, err := object(a.Data)
	if a.LeaseDuration > 0 {
		payload.Expires = c.now().Add(time.Duration(a.LeaseDuration) * time.Second)
	} else if shape.Rotated != "" && shape.TTL > 0 {
		payload.Expires = c.now().Add(time.Duration(shape.TTL) * time.Second)
	}
	return payload, err
}

// object makes a payload of the bytes of a JSON object, numbers as the server
// wrote them.
func object(data json.RawMessage) (providers.Payload, error) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '{' {
		return providers.Payload{}, errNotObject
	}
	var compact bytes.Buffer
	// As large as it can get, so that no smaller buffer with a part of the
	// secret is left behind.
	compact.Grow(len(data))
	if err := json.Compact(&compact, data); err != nil {
		return providers.Payload{}, errNotObject
	}
	return providers.Payload{Value: secret.NewValue(compact.Bytes()), Kind: providers.Object}, nil
}

func isNull(data json.RawMessage) bool {
	return len(data) == 0 || string(data) == "null"
}

// shortTime shows a time of Vault to the second, and what is no time as
// unknown.
func shortTime(text string) string {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return "an unknown time"
	}
	return t.UTC().Format(time.RFC3339)
}
