package hcp

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// location is what a reference names, for messages.
type location struct{ app, secret, version string }

func (l location) String() string {
	text := fmt.Sprintf("secret %q of application %q", l.secret, l.app)
	if l.version != "" {
		text = fmt.Sprintf("version %s of %s", l.version, text)
	}
	return text
}

// locatedError is an error at a location.
type locatedError struct {
	at  location
	err error
}

func (e *locatedError) Error() string { return e.at.String() + ": " + e.err.Error() }

func (e *locatedError) Unwrap() error { return e.err }

// revokedError is a version whose values are no longer good.
type revokedError struct{ since time.Time }

func (e *revokedError) Error() string { return "revoked" }

// opened is the answer to an :open call of a secret; that of a version has its
// members at the top.
type opened struct {
	StaticVersion   *openedVersion `json:"static_version"`
	RotatingVersion *openedVersion `json:"rotating_version"`
	DynamicInstance *openedVersion `json:"dynamic_instance"`
}

// openedVersion is one version of a secret with what it holds.
type openedVersion struct {
	Version   number          `json:"version"`
	Value     jsonText        `json:"value"`  // of a static secret
	Values    json.RawMessage `json:"values"` // of the others
	ExpiresAt string          `json:"expires_at"`
	RevokedAt string          `json:"revoked_at"`
	TTL       string          `json:"ttl"` // Go syntax, "3600s"
}

// jsonText is a JSON text as bytes, which can be wiped.
type jsonText []byte

// UnmarshalJSON decodes the text.
func (t *jsonText) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*t = []byte(text)
	return nil
}

// read opens the secret that a reference names.
func (c *client) read(ctx context.Context, ref secret.Ref) (providers.Payload, error) {
	at := location{app: ref.Get(fieldApp), secret: ref.Get(fieldSecret), version: ref.Get(fieldVersion)}
	where, err := c.scope(ctx, ref.Get)
	if err != nil {
		return providers.Payload{}, err
	}
	asked := c.now()
	found, err := c.open(ctx, where, at)
	if err != nil {
		if hasStatus(err, http.StatusForbidden) || hasStatus(err, http.StatusNotFound) {
			// A name may stand for another id by now.
			c.scopes.forget()
		}
		return providers.Payload{}, &locatedError{at: at, err: err}
	}
	payload, err := found.payload(asked)
	if err != nil {
		return providers.Payload{}, &locatedError{at: at, err: err}
	}
	return payload, nil
}

// open asks for the newest version or for the one that is named.
func (c *client) open(ctx context.Context, where scope, at location) (opened, error) {
	path := where.below(at.app, "secrets", at.secret)
	if at.version != "" {
		var answer opened
		err := c.get(ctx, call{path: append(path, "versions", at.version), verb: "open"}, &answer)
		return answer, err
	}
	var answer struct {
		Secret opened `json:"secret"`
	}
	err := c.get(ctx, call{path: path, verb: "open"}, &answer)
	return answer.Secret, err
}

// payload is what was opened, at a time.
func (o opened) payload(now time.Time) (providers.Payload, error) {
	switch {
	case o.StaticVersion != nil:
		// proto3 leaves an empty text out of its JSON.
		return providers.Payload{
			Value: secret.NewValue(o.StaticVersion.Value), Kind: providers.Text, Version: o.StaticVersion.Version.String(),
		}, nil
	case o.RotatingVersion != nil:
		return o.RotatingVersion.object(now)
	case o.DynamicInstance != nil:
		return o.DynamicInstance.object(now)
	}
	return providers.Payload{}, errNotHCP
}

// object is the payload of a version with several values, which ends when the
// service says.
func (v *openedVersion) object(now time.Time) (providers.Payload, error) {
	if revoked := moment(v.RevokedAt); !revoked.IsZero() && !revoked.After(now) {
		return providers.Payload{}, &revokedError{since: revoked}
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(v.Values, &members); err != nil || members == nil {
		return providers.Payload{}, errNotHCP
	}
	payload := providers.Payload{
		Value: secret.NewValue(v.Values), Kind: providers.Object, Version: v.Version.String(), Expires: moment(v.ExpiresAt),
	}
	if life, err := time.ParseDuration(v.TTL); err == nil && life > 0 && payload.Expires.IsZero() {
		payload.Expires = now.Add(life)
	}
	return payload, nil
}
