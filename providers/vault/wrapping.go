package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Paths of response wrapping
// (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping).
const (
	pathWrappingLookup = "sys/wrapping/lookup"
	pathUnwrap         = "sys/wrapping/unwrap"
)

// wrappedSecretID exchanges a wrapping token for the secret id in it. Since the
// token opens once, the secret id is kept in the credential's Session.
type wrappedSecretID struct {
	c       *client
	session providers.Session
	mount   string

	mu     sync.Mutex
	opened opened
}

// opened is a secret id and, hashed, the wrapping token it came from.
type opened struct {
	Wrapping string `json:"wrapping"`
	SecretID string `json:"secretId"`
}

// open returns the secret id of a wrapping token.
func (w *wrappedSecretID) open(ctx context.Context, token string) (string, error) {
	sum := sha256.Sum256([]byte(token))
	hash := hex.EncodeToString(sum[:])
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.opened.Wrapping == hash {
		return w.opened.SecretID, nil
	}
	if kept, err := w.load(ctx); err != nil {
		return "", err
	} else if kept.Wrapping == hash {
		w.opened = kept
		return kept.SecretID, nil
	}
	if err := w.inspect(ctx, token); err != nil {
		return "", err
	}
	secretID, err := w.unwrap(ctx, token)
	if err != nil {
		return "", err
	}
	w.opened = opened{Wrapping: hash, SecretID: secretID}
	// Where it cannot be kept, it serves until the program ends.
	_ = w.keep(ctx)
	return secretID, nil
}

// load reads what an earlier run of the program has opened.
func (w *wrappedSecretID) load(ctx context.Context) (opened, error) {
	state, err := w.session.Load(ctx)
	if err != nil {
		return opened{}, err
	}
	defer state.Wipe()
	var kept opened
	if state.Len() == 0 || json.Unmarshal(state.Reveal(), &kept) != nil {
		return opened{}, nil
	}
	w.c.announce(secret.NewValue([]byte(kept.SecretID)))
	return kept, nil
}

func (w *wrappedSecretID) keep(ctx context.Context) error {
	state, err := json.Marshal(w.opened)
	if err != nil {
		return fmt.Errorf("encode the session: %w", err)
	}
	defer clear(state)
	return w.session.Save(ctx, state)
}

// inspect asks what a wrapping token was made for. Somebody who has stolen it
// can open it and wrap something else in its place, and the new one then says
// where it was made.
func (w *wrappedSecretID) inspect(ctx context.Context, token string) error {
	a, err := w.c.send(ctx, "", request{
		namespace: w.c.settings.authNamespace, path: pathWrappingLookup, body: map[string]string{"token": token},
	})
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusForbidden) {
		return w.usedUp(err)
	}
	if err != nil {
		return err
	}
	var data struct {
		Path string `json:"creation_path"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return errNotVault
	}
	// On a server with namespaces the path may begin with one.
	isSecretID := strings.HasSuffix(data.Path, "/secret-id") || strings.HasSuffix(data.Path, "/custom-secret-id")
	if !isSecretID || !strings.Contains("/"+data.Path, "/auth/"+w.mount+"/role/") {
		return &loginError{
			method: authAppRole, text: "the wrapping token was not made for a secret id of auth/" + w.mount,
			hint: "wrap the answer of auth/" + w.mount + "/role/NAME/secret-id; if it was wrapped like that, somebody has opened it on the way and put another in its place: tell whoever issued it",
		}
	}
	return nil
}

// unwrap exchanges the token, which works once.
func (w *wrappedSecretID) unwrap(ctx context.Context, token string) (string, error) {
	a, err := w.c.send(ctx, token, request{
		namespace: w.c.settings.authNamespace, path: pathUnwrap, body: map[string]string{},
	})
	if hasStatus(err, http.StatusBadRequest) || hasStatus(err, http.StatusForbidden) {
		return "", w.usedUp(err)
	}
	if err != nil {
		return "", err
	}
	defer clear(a.Data)
	var data struct {
		SecretID string `json:"secret_id"`
	}
	if err := json.Unmarshal(a.Data, &data); err != nil || data.SecretID == "" {
		return "", &loginError{
			method: authAppRole, text: "what the wrapping token holds is not a secret id",
			hint: "wrap the answer of auth/" + w.mount + "/role/NAME/secret-id",
		}
	}
	w.c.announce(secret.NewValue([]byte(data.SecretID)))
	return data.SecretID, nil
}

func (w *wrappedSecretID) usedUp(err error) error {
	return &loginError{
		method: authAppRole, err: err, text: "the wrapped secret id has expired or was opened before",
		hint: "a wrapped secret id opens once; if it was not this program that opened it, somebody else did: tell whoever issued it. Have a new one issued for " + w.c.title,
	}
}
