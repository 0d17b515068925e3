package gcp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"

	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
)

// account is one credential: its settings, its login, and a connection for each
// place its secrets are at.
type account struct {
	credential providers.Credential
	options    Options
	settings   settings
	tokens     *http.Client
	session    *session

	mu      sync.Mutex
	clients map[string]*client // by origin
	closed  bool
}

// newAccount checks a credential. It connects to nothing.
func newAccount(credential providers.Credential, options Options) (*account, error) {
	s, err := newSettings(credential.Profile, options)
	if err != nil {
		return nil, err
	}
	a := &account{
		credential: credential, options: options, settings: s,
		tokens: newTokenClient(s, options), clients: map[string]*client{},
	}
	a.session = &session{signIn: a.signIn, now: options.Clock}
	return a, nil
}

// title names the account in messages: the credential and, where it is known,
// the e-mail address behind it.
func (a *account) title() string {
	title := a.credential.Profile.Title()
	if email := a.session.who().email; email != "" {
		title += " (" + email + ")"
	}
	return title
}

// clientAt returns the client for the secrets of a region, "" being the global
// ones.
func (a *account) clientAt(ctx context.Context, region string) (*client, error) {
	origin, err := a.settings.origin(region)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, errReset
	}
	if c := a.clients[origin.String()]; c != nil {
		return c, nil
	}
	c, err := newClient(ctx, origin, a.settings, a.options)
	if err == nil {
		a.clients[origin.String()] = c
	}
	return c, err
}

// callError is a call of the API that failed.
type callError struct {
	origin    *url.URL
	transport string
	// connection is why no connection came about, if that was it.
	connection error
	err        error
}

func (e *callError) Error() string { return "the call failed" }

func (e *callError) Unwrap() []error {
	if e.connection == nil {
		return []error{e.err}
	}
	return []error{e.err, e.connection}
}

// call signs in where that is needed and runs work with the client of a region.
// A token from before that is not accepted any more is replaced once.
func call[T any](ctx context.Context, a *account, region string, work func(context.Context, *client) (T, error)) (T, error) {
	var none T
	// What is wrong with a region is told before a token is asked for.
	c, err := a.clientAt(ctx, region)
	if err != nil {
		return none, err
	}
	for try := 1; ; try++ {
		l, fresh, err := a.session.use(ctx)
		if err != nil {
			return none, err
		}
		authorized, leave := c.enter(ctx, a.authorization(l))
		result, err := work(authorized, c)
		leave()
		if err == nil {
			return result, nil
		}
		if !fresh && try == 1 && codeOf(err) == codes.Unauthenticated {
			a.session.drop(l)
			continue
		}
		failed := &callError{origin: c.origin, transport: c.transport, err: err}
		if codeOf(err) == codes.Unavailable {
			failed.connection = c.connectionFailure()
		}
		return none, failed
	}
}

// authorization is what every call carries.
func (a *account) authorization(l *login) authorization {
	return authorization{token: l.token, quotaProject: first(a.settings.quotaProject, l.who.quotaProject)}
}

// errNoProject is a reference for which no project is known.
var errNoProject = errors.New("no project is known")

// project is the project of references that name none: that of the profile, of
// the environment, of the credential, or of gcloud's configuration.
func (a *account) project(ctx context.Context) (string, error) {
	if a.settings.project != "" {
		return a.settings.project, nil
	}
	isDefault := a.credential.Profile.Auth == authDefault
	if isDefault {
		for _, name := range []string{envProject, "GCLOUD_PROJECT"} {
			if project, _ := a.options.LookupEnv(name); projectPattern().MatchString(project) {
				return project, nil
			}
		}
	}
	l, _, err := a.session.use(ctx)
	if err != nil {
		return "", err
	}
	if projectPattern().MatchString(l.who.project) {
		return l.who.project, nil
	}
	if isDefault {
		if project := a.gcloudProject(); project != "" {
			return project, nil
		}
	}
	return "", errNoProject
}

// reset forgets the login and reports whether there was one.
func (a *account) reset() bool { return a.session.end() }

// close ends the connections too.
func (a *account) close() {
	a.session.end()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	for _, c := range a.clients {
		c.close()
	}
	clear(a.clients)
	a.tokens.CloseIdleConnections()
}
