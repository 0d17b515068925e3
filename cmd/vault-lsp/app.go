package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/permission"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/providers/azure"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/hcp"
	"github.com/vault-lsp/vault-lsp/providers/local"
	"github.com/vault-lsp/vault-lsp/providers/onepassword"
	"github.com/vault-lsp/vault-lsp/providers/ssm"
	"github.com/vault-lsp/vault-lsp/providers/vault"
	"github.com/vault-lsp/vault-lsp/request"
	"github.com/vault-lsp/vault-lsp/secret"
)

// app is one run of the program: its streams, its global flags, and the parts
// that commands share, which open makes when the first command needs them.
type app struct {
	streams
	ctx        context.Context
	configPath string
	// local are the options of the built-in vault; tests make it cheap to open.
	local local.Options
	// newConfig is set if the command may make the configuration file.
	newConfig bool
	// browse opens an address in the user's browser; openBrowser where nil.
	browse func(ctx context.Context, address string) error
	// declined are the credentials the user did not want to sign in with.
	declined map[string]bool
	// server is set if the program has to survive an unreadable configuration.
	server bool

	parts *parts
}

// parts are the pieces that every command which touches a secret works with.
type parts struct {
	store       *credentials.Store
	resolver    *providers.Resolver
	local       *local.Provider
	redact      *redact.Set
	permissions *permission.Store
	stateDir    string
	// workspaces are the folders whose files are somebody else's.
	workspaces *folders
}

// folders is a list of folders that changes while others read it.
type folders struct {
	mu   sync.Mutex
	list []string
}

func (f *folders) all() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.list)
}

func (f *folders) add(folder string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, folder)
}

func (f *folders) set(list []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = list
}

// open wires the parts. A configuration file that cannot be read at all is an
// error; one with problems is used as far as it goes, and the problems are told.
func (a *app) open() (*parts, error) {
	if a.parts != nil {
		return a.parts, nil
	}
	path, err := configFile(a.configPath)
	if err != nil {
		return nil, usage(err)
	}
	if a.configPath != "" && !a.newConfig {
		// A misspelled --config must not quietly use another identity.
		if _, err := os.Stat(path); err != nil {
			return nil, usage(fmt.Errorf("--config: %w", err))
		}
	}
	state, err := stateDir()
	if err != nil {
		return nil, usage(err)
	}
	store, err := credentials.Open(path, credentials.Options{KeepUnreadable: a.server, StateDir: state})
	if err != nil {
		return nil, usage(err)
	}
	p := newParts(store, state, a.local)
	a.parts = p
	return p, nil
}

// newParts makes the parts around a credential store.
func newParts(store *credentials.Store, state string, localOptions local.Options) *parts {
	config := store.Config()
	set := redact.NewSet()
	var vaultProxy func(*http.Request) (*url.URL, error)
	if proxy, err := url.Parse(config.Proxy); err == nil && config.Proxy != "" {
		vaultProxy = http.ProxyURL(proxy)
	}
	localVaults := local.New(localOptions)
	workspaces := &folders{}
	return &parts{
		store:       store,
		local:       localVaults,
		redact:      set,
		stateDir:    state,
		workspaces:  workspaces,
		permissions: permission.Open(filepath.Join(state, "permissions.json")),
		resolver: providers.NewResolver(providers.Options{
			Providers:       append(remoteVaults(vaultProxy), onepassword.New(onepassword.Options{Workspaces: workspaces.all}), localVaults),
			Store:           store,
			CacheTTL:        config.Cache.TTL,
			CacheMaxEntries: config.Cache.MaxEntries,
			Timeouts:        config.Timeouts,
			OnValue:         func(v secret.Value) { set.Add(v.Reveal()) },
		}),
	}
}

// remoteVaults are the providers of the vaults that are not on this machine.
// Making one costs nothing: their libraries' clients are made on first use.
func remoteVaults(proxy func(*http.Request) (*url.URL, error)) []providers.Provider {
	agent := appName + "/" + versionText()
	amazon := awsauth.New(awsauth.Options{Proxy: proxy, UserAgent: agent})
	return []providers.Provider{
		aws.New(aws.Options{Accounts: amazon}),
		ssm.New(ssm.Options{Accounts: amazon}),
		gcp.New(gcp.Options{Proxy: proxy, UserAgent: agent}),
		vault.New(vault.Options{Proxy: proxy, UserAgent: agent}),
		hcp.New(hcp.Options{Proxy: proxy, UserAgent: agent}),
		azure.New(azure.Options{Proxy: proxy, UserAgent: agent}),
	}
}

// openChecked is open for commands that must not go on with a configuration
// file that has errors.
func (a *app) openChecked() (*parts, error) {
	p, err := a.open()
	if err != nil {
		return nil, err
	}
	var bad []credentials.Problem
	for _, problem := range p.store.Problems() {
		if problem.Severity == credentials.SeverityError {
			bad = append(bad, problem)
			continue
		}
		a.warnf("vault-lsp: %s\n", problem)
	}
	if len(bad) > 0 {
		return nil, usage(&credentials.ConfigError{Problems: bad})
	}
	return p, nil
}

// requestOptions are those of a sender of requests with the parts' secrets.
func (p *parts) requestOptions() (request.Options, error) {
	config := p.store.Config()
	var proxy *url.URL
	if config.Proxy != "" {
		var err error
		if proxy, err = url.Parse(config.Proxy); err != nil {
			return request.Options{}, usage(errors.New("configuration: proxy is no URL; write it as http://host:port"))
		}
		// A proxy may repeat it in its answer.
		if password, set := proxy.User.Password(); set {
			p.redact.Add([]byte(password))
		}
	}
	return request.Options{
		Resolve:       p.adapt(p.resolver.Resolve),
		Refetch:       p.adapt(p.resolver.Refetch),
		Credential:    p.credentialName,
		Permissions:   p.permissions,
		Redact:        p.redact,
		UserAgent:     appName + "/" + versionText(),
		StateDir:      p.stateDir,
		Proxy:         proxy,
		InsecureHosts: config.TLS.InsecureHosts,
	}, nil
}

// adapt turns the resolver's results into those that package request knows.
func (p *parts) adapt(resolve func(context.Context, []secret.Ref) []providers.Resolved) func(context.Context, []secret.Ref) []request.Secret {
	return func(ctx context.Context, refs []secret.Ref) []request.Secret {
		resolved := resolve(ctx, refs)
		secrets := make([]request.Secret, len(resolved))
		for i, r := range resolved {
			secrets[i] = request.Secret{Ref: r.Ref, Value: r.Value, Credential: r.Credential, Hit: r.Hit, Err: r.Err}
			var failure *providers.Error
			if errors.As(r.Err, &failure) {
				secrets[i].Code, secrets[i].Hint = string(failure.Kind), failure.Hint
			}
		}
		return secrets
	}
}

// credentialName is the name of the profile that fetches a reference, "" for
// the ambient identity; nothing is fetched.
func (p *parts) credentialName(ref secret.Ref) (string, error) {
	profile, err := p.store.Select(ref.Provider(), ref.Get("credential"))
	if err != nil {
		return "", &request.CredentialError{Err: err, Hint: providers.SelectHint(ref.Provider(), err)}
	}
	return profile.Name, nil
}

// mask hides what is known to be secret in a text that is about to be shown.
func (a *app) mask(text string) string {
	if a.parts == nil {
		return text
	}
	return a.parts.redact.Mask(text)
}

// closeTimeout limits what is still done for the vaults when the program ends,
// such as revoking a login.
const closeTimeout = 2 * time.Second

// close wipes the cache and ends logins.
func (a *app) close() {
	if a.parts == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(a.ctx), closeTimeout)
	defer cancel()
	a.parts.store.Forget()
	if err := a.parts.resolver.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		a.warnf("vault-lsp: %s\n", a.mask(err.Error()))
	}
}
