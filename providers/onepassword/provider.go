package onepassword

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// Options are what a Provider takes from outside; the zero value is what the
// program uses.
type Options struct {
	// Workspaces returns the folders whose programs are not started, beside the
	// folder the process runs in.
	Workspaces func() []string
}

// maxProcesses bounds how many op programs run at once: each is a process of
// its own, with tens of megabytes.
const maxProcesses = 16

// Provider is the provider of $op.
type Provider struct {
	options Options
	slots   chan struct{}

	// first has one slot, for a call that finds out whether op may read at all,
	// so that the desktop app asks its user once and not once a secret.
	first  chan struct{}
	proven sync.Map // fingerprints of which a call has succeeded
}

var _ providers.Provider = (*Provider)(nil)

// New returns a Provider. It starts nothing until it is asked.
func New(options Options) *Provider {
	return &Provider{options: options, slots: make(chan struct{}, maxProcesses), first: make(chan struct{}, 1)}
}

// Name returns "op".
func (p *Provider) Name() string { return secret.Op }

// Get reads the field that the reference names.
func (p *Provider) Get(ctx context.Context, credential providers.Credential, ref secret.Ref) (providers.Payload, error) {
	id := ref.Get(fieldID)
	// --no-newline and the query of the reference:
	// https://developer.1password.com/docs/cli/reference/commands/read
	output, err := p.run(ctx, credential, "read", "--no-newline", "--", id)
	if err != nil {
		return providers.Payload{}, explain(ctx, opGet, credential, id, err)
	}
	payload := providers.Payload{Value: secret.NewValue(output), Kind: providers.Text}
	if !utf8.Valid(output) {
		payload.Kind = providers.Binary
	}
	return payload, nil
}

// List returns the items that the account sees, as the beginning of a
// reference. Their fields are not listed: op gives them with their values.
func (p *Provider) List(ctx context.Context, credential providers.Credential, query providers.Query) ([]providers.Item, error) {
	if query.Field != fieldID {
		return nil, nil
	}
	output, err := p.run(ctx, credential, "item", "list", "--format", "json")
	if err != nil {
		return nil, explain(ctx, opList, credential, "the list of items", err)
	}
	var list []struct {
		ID, Title, Category string
		Vault               struct{ ID, Name string }
	}
	if json.Unmarshal(output, &list) != nil {
		return nil, explain(ctx, opList, credential, "the list of items", errNotOp)
	}
	var items []providers.Item
	for _, item := range list {
		value := "op://" + nameOrID(item.Vault.Name, item.Vault.ID) + "/" + nameOrID(item.Title, item.ID) + "/"
		if strings.HasPrefix(value, query.Prefix) {
			detail := strings.ToLower(strings.ReplaceAll(item.Category, "_", " "))
			items = append(items, providers.Item{Value: value, Detail: detail + " " + item.Title})
		}
	}
	return items, nil
}

// nameOrID is the name where a reference can hold it
// (https://developer.1password.com/docs/cli/secret-reference-syntax).
func nameOrID(name, id string) string {
	if _, err := secret.New(secret.Op, []secret.FieldValue{{Name: fieldID, Value: "op://" + name + "/x/x"}}); err != nil {
		return id
	}
	return name
}

// Check asks op who is signed in.
func (p *Provider) Check(ctx context.Context, credential providers.Credential) (providers.Identity, error) {
	// https://developer.1password.com/docs/cli/reference/commands/whoami
	output, err := p.run(ctx, credential, "whoami", "--format", "json")
	var who struct {
		URL         string `json:"url"`
		Email       string `json:"email"`
		AccountUUID string `json:"account_uuid"`
		UserType    string `json:"user_type"`
	}
	if err == nil && json.Unmarshal(output, &who) != nil {
		err = errNotOp
	}
	if err != nil {
		return providers.Identity{}, explain(ctx, opCheck, credential, "the account", err)
	}
	identity := providers.Identity{Name: who.Email}
	if identity.Name == "" {
		identity.Name = "service account"
	}
	for _, detail := range []providers.Detail{{Name: "account", Value: who.URL}, {Name: "type", Value: strings.ToLower(strings.ReplaceAll(who.UserType, "_", " "))}} {
		if detail.Value != "" {
			identity.Details = append(identity.Details, detail)
		}
	}
	return identity, nil
}

// run starts op with arguments for a credential and returns what it prints. Of
// a credential that has not succeeded yet one call runs at a time.
func (p *Provider) run(ctx context.Context, credential providers.Credential, arguments ...string) ([]byte, error) {
	command, err := p.command(ctx, credential, arguments)
	if err != nil {
		return nil, err
	}
	if _, ok := p.proven.Load(credential.Fingerprint); !ok {
		if err := enter(ctx, p.first); err != nil {
			return nil, err
		}
		if _, ok := p.proven.Load(credential.Fingerprint); ok {
			<-p.first
		} else {
			defer func() { <-p.first }()
		}
	}
	if err := enter(ctx, p.slots); err != nil {
		return nil, err
	}
	defer func() { <-p.slots }()
	output, err := command.output(ctx)
	var failed *exitError
	if err == nil || errors.As(err, &failed) && !failed.is(signInPhrases) {
		p.proven.Store(credential.Fingerprint, true)
	}
	return output, err
}

// enter waits for a slot.
func enter(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
