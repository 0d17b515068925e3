package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/vault/helper/namespace"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// Limits of Vault's own listener defaults.
const (
	maxRequestSize     = 32 << 20
	maxRequestDuration = 90 * time.Second
)

// server is one unsealed Vault core.
type server struct {
	core      *vault.Core
	unsealKey []byte
	rootToken string
}

// newServer initialises and unseals a core in memory, gives it a root token
// with a known id and mounts the engines tests start from.
func newServer(ctx context.Context, logger hclog.Logger, rootToken string) (*server, error) {
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, fmt.Errorf("storage: %w", err)
	}
	core, err := vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		BuiltinRegistry:    builtins{},
		LogicalBackends:    secretEngines(),
		CredentialBackends: authMethods(),
	})
	if err != nil {
		return nil, fmt.Errorf("core: %w", err)
	}
	// One key share, so that a test can unseal with a single call.
	init, err := core.Initialize(namespace.RootContext(ctx), &vault.InitParams{
		BarrierConfig:  &vault.SealConfig{SecretShares: 1, SecretThreshold: 1},
		RecoveryConfig: &vault.SealConfig{},
	})
	if err != nil {
		return nil, fmt.Errorf("initialize: %w", err)
	}
	if _, err := core.Unseal(init.SecretShares[0]); err != nil {
		return nil, fmt.Errorf("unseal: %w", err)
	}
	s := &server{core: core, unsealKey: init.SecretShares[0], rootToken: init.RootToken}
	if err := s.useRootToken(ctx, rootToken); err != nil {
		return nil, err
	}
	return s, s.mountDefaults(ctx)
}

// handler is Vault's HTTP API over the core.
func (s *server) handler(addr string) http.Handler {
	return vaulthttp.Handler.Handler(&vault.HandlerProperties{
		Core: s.core,
		ListenerConfig: &configutil.Listener{
			Address:            addr,
			MaxRequestSize:     maxRequestSize,
			MaxRequestDuration: maxRequestDuration,
		},
	})
}

// useRootToken creates the root token whose id the caller chose and uses it
// from here on; the random one of the initialisation is dropped.
func (s *server) useRootToken(ctx context.Context, id string) error {
	err := s.write(ctx, "auth/token/create", map[string]any{
		"id":                id,
		"policies":          []string{"root"},
		"no_parent":         true,
		"no_default_policy": true,
	})
	if err != nil {
		return fmt.Errorf("root token: %w", err)
	}
	s.rootToken = id
	return nil
}

// mountDefaults mounts the engines and methods named in the package comment.
func (s *server) mountDefaults(ctx context.Context) error {
	mounts := []struct {
		path string
		data map[string]any
	}{
		{"sys/mounts/secret", map[string]any{"type": "kv", "options": map[string]any{"version": "2"}}},
		{"sys/mounts/kv1", map[string]any{"type": "kv", "options": map[string]any{"version": "1"}}},
		{"sys/auth/approle", map[string]any{"type": "approle"}},
		{"sys/auth/userpass", map[string]any{"type": "userpass"}},
	}
	for _, m := range mounts {
		if err := s.write(ctx, m.path, m.data); err != nil {
			return fmt.Errorf("mount %s: %w", m.path, err)
		}
	}
	return s.waitForKV2(ctx, "secret/config")
}

// waitForKV2 returns once the KV version 2 engine behind configPath answers:
// it prepares its storage after the mount and refuses requests until then.
func (s *server) waitForKV2(ctx context.Context, configPath string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.handle(ctx, logical.ReadOperation, configPath, nil)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", configPath, errors.Join(ctx.Err(), err))
		case <-tick.C:
		}
	}
}

func (s *server) write(ctx context.Context, path string, data map[string]any) error {
	return s.handle(ctx, logical.UpdateOperation, path, data)
}

// handle sends one request to the core as root, without HTTP.
func (s *server) handle(ctx context.Context, op logical.Operation, path string, data map[string]any) error {
	response, err := s.core.HandleRequest(namespace.RootContext(ctx), &logical.Request{
		ID:          rand.Text(),
		Operation:   op,
		ClientToken: s.rootToken,
		Path:        path,
		Data:        data,
	})
	if err != nil {
		return err
	}
	return response.Error()
}
