package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"github.com/googleapis/gax-go/v2/callctx"
	"google.golang.org/api/option"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// newREST makes a client over HTTP and JSON, which passes proxies.
func newREST(ctx context.Context, origin *url.URL, s settings, options Options) (*secretmanager.Client, *guard, error) {
	g := &guard{base: newTransport(s, options, options.dial(origin.Scheme)), origin: origin, userAgent: options.UserAgent, calls: map[string]context.Context{}}
	made, err := secretmanager.NewRESTClient(ctx,
		option.WithEndpoint(origin.String()),
		option.WithLogger(silent()),
		option.WithHTTPClient(&http.Client{Transport: g, CheckRedirect: outbound.UseRedirect}))
	return made, g, err
}

// headerCall carries the number of a call to the guard, which takes it away.
const headerCall = "X-Vault-Lsp-Call"

// guard sends calls to one origin only, with the token of their context. The
// generated client makes the requests of a list without a context, so that they
// would have no token and could not be cancelled: the guard finds the context
// of a call by its number.
type guard struct {
	base      *http.Transport
	origin    *url.URL
	userAgent string

	mu    sync.Mutex
	last  int
	calls map[string]context.Context
}

// enter gives a call its number; leave ends it.
func (g *guard) enter(ctx context.Context) (numbered context.Context, leave func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.last++
	number := strconv.Itoa(g.last)
	g.calls[number] = ctx
	return callctx.SetHeaders(ctx, headerCall, number), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		delete(g.calls, number)
	}
}

// contextOf is the context of the call that a request belongs to.
func (g *guard) contextOf(request *http.Request) (context.Context, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, number := range request.Header.Values(headerCall) {
		if ctx, ok := g.calls[number]; ok {
			return ctx, true
		}
	}
	return nil, false
}

// errNoCall is a request that belongs to no call.
var errNoCall = errors.New("refused a request that belongs to no call")

// RoundTrip sends one request.
func (g *guard) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.URL.Scheme != g.origin.Scheme || request.URL.Host != g.origin.Host {
		return nil, fmt.Errorf("refused a request to another origin than %s", g.origin)
	}
	ctx, ok := g.contextOf(request)
	if !ok {
		return nil, errNoCall
	}
	auth := authorizationOf(ctx)
	request = request.Clone(ctx)
	request.Header.Del(headerCall)
	if auth.token != "" {
		request.Header.Set("Authorization", "Bearer "+auth.token)
	}
	request.Header.Set("User-Agent", g.userAgent)
	if auth.quotaProject != "" {
		request.Header.Set(headerQuotaProject, auth.quotaProject)
	}
	response, err := g.base.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	if err := outbound.RefuseRedirect(response); err != nil {
		return nil, err
	}
	response.Body = outbound.LimitBody(response.Body, maxMessage)
	return response, nil
}

// CloseIdleConnections is called through http.Client.CloseIdleConnections.
func (g *guard) CloseIdleConnections() { g.base.CloseIdleConnections() }
