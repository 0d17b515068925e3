package main

import (
	"context"
	"crypto/rand"
	"sync"

	dbplugin "github.com/hashicorp/vault/sdk/database/dbplugin/v5"
)

// memory is a database plugin without a database: it makes up users and
// remembers them until Vault's own lease machinery deletes them. Tests get real
// leases of Vault's database engine from it.
type memory struct {
	mu    sync.Mutex
	users map[string]bool
}

func newMemoryDatabase() (any, error) {
	return &memory{users: map[string]bool{}}, nil
}

// Initialize takes any configuration.
func (*memory) Initialize(_ context.Context, request dbplugin.InitializeRequest) (dbplugin.InitializeResponse, error) {
	return dbplugin.InitializeResponse{Config: request.Config}, nil
}

// NewUser makes up a user name; Vault chose the password.
func (m *memory) NewUser(context.Context, dbplugin.NewUserRequest) (dbplugin.NewUserResponse, error) {
	name := "v-" + rand.Text()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.users[name] = true
	return dbplugin.NewUserResponse{Username: name}, nil
}

// UpdateUser changes nothing that is kept here.
func (*memory) UpdateUser(context.Context, dbplugin.UpdateUserRequest) (dbplugin.UpdateUserResponse, error) {
	return dbplugin.UpdateUserResponse{}, nil
}

// DeleteUser is called when a lease ends or is revoked.
func (m *memory) DeleteUser(_ context.Context, request dbplugin.DeleteUserRequest) (dbplugin.DeleteUserResponse, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.users, request.Username)
	return dbplugin.DeleteUserResponse{}, nil
}

// Type names the kind of database.
func (*memory) Type() (string, error) { return "memory", nil }

// Close has nothing to close.
func (*memory) Close() error { return nil }
