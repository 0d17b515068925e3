package providertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
)

func testRefused(t *testing.T, h Harness) {
	h.Put(t, "refused", marker)
	credential, secrets := h.Refused(t)
	secrets = append(secrets, marker)
	kind := h.Refusal
	if kind == "" {
		kind = providers.Unauthenticated
	}
	_, err := h.Provider.Get(t.Context(), credential, h.Ref(t, "refused"))
	WantError(t, err, kind, secrets...)
	_, err = h.Provider.Check(t.Context(), credential)
	WantError(t, err, kind, secrets...)
	// The refusal of one credential does not touch another.
	wantText(t, get(t, h, "refused"), marker)
}

func testDenied(t *testing.T, h Harness) {
	if h.Denied == nil {
		t.Skip("left out: the vault has no rights to deny")
	}
	h.Put(t, "denied", marker)
	_, err := h.Provider.Get(t.Context(), h.Denied(t, "denied"), h.Ref(t, "denied"))
	WantError(t, err, providers.Denied, marker)
}

func testCancelledBefore(t *testing.T, h Harness) {
	h.Put(t, "cancelled", marker)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Provider.Get(ctx, h.Credential, h.Ref(t, "cancelled")); !errors.Is(err, context.Canceled) {
		t.Errorf("get after cancel: %v, want context.Canceled", err)
	}
	// The cancel of one caller leaves nothing behind for the next.
	wantText(t, get(t, h, "cancelled"), marker)
}

func testCancelledMeanwhile(t *testing.T, h Harness) {
	if h.Silent == nil {
		t.Skip("left out: the vault is not remote")
	}
	credential := h.Silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := h.Provider.Get(ctx, credential, h.Ref(t, "silent"))
		done <- err
	}()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("get cancelled meanwhile: %v, want context.Canceled", err)
	}
}

func testTimeout(t *testing.T, h Harness) {
	if h.Silent == nil {
		t.Skip("left out: the vault is not remote")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := h.Provider.Get(ctx, h.Silent(t), h.Ref(t, "silent"))
	WantError(t, err, providers.Timeout)
}

func testConcurrent(t *testing.T, h Harness) {
	h.Put(t, "shared", marker)
	ref := h.Ref(t, "shared")
	payloads := make([]providers.Payload, 24)
	errs := make([]error, len(payloads))
	var group sync.WaitGroup
	for i := range payloads {
		group.Go(func() { payloads[i], errs[i] = h.Provider.Get(t.Context(), h.Credential, ref) })
	}
	group.Wait()
	for i, payload := range payloads {
		if errs[i] != nil {
			t.Fatalf("get by several callers: %v", errs[i])
		}
		wantText(t, h.Text(t, payload), marker)
		// The next payload must not suffer from this.
		payload.Value.Wipe()
	}
	wantText(t, get(t, h, "shared"), marker)
}

func testAfterReset(t *testing.T, h Harness) {
	h.Put(t, "reset", marker)
	wantText(t, get(t, h, "reset"), marker)
	resetter, ok := h.Provider.(providers.Resetter)
	if !ok {
		t.Skip("left out: the provider keeps no logins")
	}
	resetter.ResetLogins(t.Context(), matchAll)
	wantText(t, get(t, h, "reset"), marker)
	if again := resetter.ResetLogins(t.Context(), matchNone); again != 0 {
		t.Errorf("a reset that matches no profile dropped %d logins", again)
	}
}
