package gcp

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"github.com/googleapis/gax-go/v2"
	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/grpc/codes"
)

// The transports of the API.
const (
	transportGRPC = "grpc"
	transportREST = "rest"
)

// headerQuotaProject names the project whose quota a call counts against.
// https://cloud.google.com/docs/quotas/set-quota-project
const headerQuotaProject = "X-Goog-User-Project"

// maxMessage bounds an answer of the API, in bytes: a secret has 64 KiB, a page
// of a list much more.
const maxMessage = 16 << 20

// client is a connection to one place of secrets.
type client struct {
	origin    *url.URL
	transport string
	sdk       *secretmanager.Client
	failures  *connectionFailures
	rest      *guard // nil over gRPC
}

// enter gives a call its authorization; leave ends it.
func (c *client) enter(ctx context.Context, auth authorization) (authorized context.Context, leave func()) {
	ctx = context.WithValue(ctx, authorizationKey{}, auth)
	if c.rest != nil {
		return c.rest.enter(ctx)
	}
	return ctx, func() {}
}

// authorization is what a call carries beside its message.
type authorization struct{ token, quotaProject string }

type authorizationKey struct{}

func authorizationOf(ctx context.Context) authorization {
	auth, _ := ctx.Value(authorizationKey{}).(authorization)
	return auth
}

// newClient makes the client of an origin. It connects on first use.
func newClient(ctx context.Context, origin *url.URL, s settings, options Options) (*client, error) {
	proxied := false
	if origin.Scheme == "https" && !isNear(origin.Hostname()) {
		proxy, err := options.Proxy(&http.Request{Method: http.MethodGet, URL: origin, Header: http.Header{}})
		if err != nil {
			// The text of the error may hold the proxy's password.
			return nil, &proxyError{text: "is no URL", err: err}
		}
		proxied = proxy != nil
	}
	if proxied && s.transport == transportGRPC {
		return nil, &settingError{field: fieldTransport, text: "is grpc, which cannot use the proxy that is configured: write rest, or remove the field"}
	}
	c := &client{origin: origin, transport: transportGRPC, failures: &connectionFailures{}}
	if proxied || s.transport == transportREST {
		c.transport = transportREST
	}
	// The client outlives the call that makes it.
	ctx = context.WithoutCancel(ctx)
	var err error
	if c.transport == transportREST {
		c.sdk, c.rest, err = newREST(ctx, origin, s, options)
	} else {
		c.sdk, err = newGRPC(ctx, origin, s, options, c.failures)
	}
	if err != nil {
		return nil, fmt.Errorf("make the client: %w", err)
	}
	return c, nil
}

// proxyError is a proxy that cannot be used.
type proxyError struct {
	text string
	err  error
}

func (e *proxyError) Error() string { return "the proxy " + e.text }

func (e *proxyError) Unwrap() error { return e.err }

func (c *client) close() { _ = c.sdk.Close() }

// connectionFailure is why the last try to connect failed, or nil.
func (c *client) connectionFailure() error { return c.failures.get() }

// connectionFailures remembers the last failure to connect: gRPC gives it as
// text only.
type connectionFailures struct {
	mu   sync.Mutex
	last error
}

func (f *connectionFailures) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last = err
}

func (f *connectionFailures) get() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

// Retries of one call. They bridge a server that moves, no more: a person waits
// for the answer. The library's own would go on for a minute.
const (
	maxRetries   = 2
	firstWait    = 100 * time.Millisecond
	maxRetryWait = 500 * time.Millisecond
)

// bounded are the options of every call.
func bounded() gax.CallOption {
	return gax.WithRetry(func() gax.Retryer { return &retryer{left: maxRetries, wait: firstWait} })
}

type retryer struct {
	left int
	wait time.Duration
}

// Retry tells whether and when to try again. A throttled call is not repeated:
// the caller is told how long to wait.
func (r *retryer) Retry(err error) (time.Duration, bool) {
	if r.left == 0 || codeOf(err) != codes.Unavailable {
		return 0, false
	}
	pause := r.wait/2 + rand.N(r.wait/2)
	r.left--
	r.wait = min(2*r.wait, maxRetryWait)
	return pause, true
}

// codeOf is the status of the API's answer, of either transport; codes.OK for
// an error that is none.
func codeOf(err error) codes.Code {
	api := apiError(err)
	if api == nil {
		return codes.OK
	}
	return statusCode(api)
}

// apiError finds the API's answer in an error, or nil.
func apiError(err error) *apierror.APIError {
	var api *apierror.APIError
	if errors.As(err, &api) {
		return api
	}
	if api, ok := apierror.FromError(err); ok && err != nil {
		return api
	}
	return nil
}
