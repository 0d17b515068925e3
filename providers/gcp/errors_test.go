package gcp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/gcp"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// echo stands in every text of the server, none of which may be shown.
const echo = "ECHO-of-a-secret"

// answers are refusals of the service, with the reasons of
// https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto
func answers() map[string]struct {
	answer error
	kind   providers.Kind
	words  []string
} {
	type row = struct {
		answer error
		kind   providers.Kind
		words  []string
	}
	refuse := func(code codes.Code, reason string, metadata map[string]string) error {
		return gcpfake.Refusal(code, echo, reason, metadata)
	}
	perimeter, _ := status.New(codes.PermissionDenied, echo).WithDetails(&errdetails.PreconditionFailure{
		Violations: []*errdetails.PreconditionFailure_Violation{{Type: "VPC_SERVICE_CONTROLS", Description: "uid-123456"}},
	})
	denied := codes.PermissionDenied
	return map[string]row{
		"permission": {refuse(denied, "IAM_PERMISSION_DENIED", map[string]string{"permission": "secretmanager.versions.access"}), providers.Denied, []string{
			"credential \"work\" (" + reader + ") may not read projects/my-project/secrets/db/versions/latest: the permission secretmanager.versions.access is missing",
			"gcloud secrets add-iam-policy-binding db --project=my-project --member=serviceAccount:" + reader + " --role=roles/secretmanager.secretAccessor",
		}},
		"permission without details": {status.Error(denied, echo), providers.Denied, []string{"secretmanager.versions.access"}},
		"a permission of odd shape":  {refuse(denied, "IAM_PERMISSION_DENIED", map[string]string{"permission": echo}), providers.Denied, []string{"secretmanager.versions.access"}},
		"API disabled": {refuse(denied, "SERVICE_DISABLED", map[string]string{"service": "secretmanager.googleapis.com", "consumer": "projects/123456789012"}), providers.Denied, []string{
			"API is not enabled in the project 123456789012", "gcloud services enable secretmanager.googleapis.com --project=123456789012",
		}},
		"no quota project": {refuse(denied, "SERVICE_DISABLED", map[string]string{"consumer": "projects/764086051850"}), providers.Denied, []string{
			"has no quota project", "gcloud auth application-default set-quota-project my-project",
		}},
		"quota project":     {refuse(denied, "USER_PROJECT_DENIED", nil), providers.Denied, []string{"may not use the quota project", "serviceusage.services.use"}},
		"billing":           {refuse(denied, "BILLING_DISABLED", nil), providers.Denied, []string{"billing is disabled for the project my-project"}},
		"no project":        {refuse(denied, "CONSUMER_INVALID", nil), providers.NotFound, []string{"there is no project my-project"}},
		"suspended":         {refuse(denied, "CONSUMER_SUSPENDED", nil), providers.Denied, []string{"is suspended"}},
		"scope":             {refuse(denied, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", nil), providers.Denied, []string{"lacks the scope"}},
		"organization":      {refuse(denied, "ORG_RESTRICTION_VIOLATION", nil), providers.Denied, []string{"policy of the organization"}},
		"perimeter":         {refuse(denied, "SECURITY_POLICY_VIOLATED", map[string]string{"uid": "abc_DEF-123"}), providers.Denied, []string{"VPC Service Controls", "abc_DEF-123"}},
		"perimeter details": {perimeter.Err(), providers.Denied, []string{"VPC Service Controls", "uid-123456"}},
		"token expired":     {refuse(codes.Unauthenticated, "ACCESS_TOKEN_EXPIRED", nil), providers.Unauthenticated, []string{"has expired"}},
		"account disabled":  {refuse(codes.Unauthenticated, "ACCOUNT_STATE_INVALID", nil), providers.Unauthenticated, []string{"disabled or deleted"}},
		"no token":          {status.Error(codes.Unauthenticated, echo), providers.Unauthenticated, []string{"does not accept the token", "clock"}},
		"invalid":           {status.Error(codes.InvalidArgument, echo), providers.InvalidReference, []string{"refuses the request", "location"}},
		"precondition":      {status.Error(codes.FailedPrecondition, echo), providers.InvalidReference, []string{"refuses the request"}},
		"throttled":         {status.Error(codes.ResourceExhausted, echo), providers.Throttled, []string{"quota"}},
		"unavailable":       {status.Error(codes.Unavailable, echo), providers.Unavailable, []string{"not available at the moment"}},
		"internal":          {status.Error(codes.Internal, echo), providers.Unavailable, []string{"failed (Internal)"}},
		"unimplemented":     {status.Error(codes.Unimplemented, echo), providers.Unavailable, []string{"endpoint"}},
		"deadline":          {status.Error(codes.DeadlineExceeded, echo), providers.Timeout, []string{"in time"}},
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Put(project, "db", []byte(text))
		for name, test := range answers() {
			t.Run(name, func(t *testing.T) {
				server.OnCall(func(context.Context, gcpfake.Call) error { return test.answer })
				p := newProvider(t, server)
				c := withKey(server, reader, fields{"transport": transport})
				err := providertest.WantError(t, getError(t, p, c, "secret=db"), test.kind, echo, text)
				wantWords(t, err, test.words...)
			})
		}
	})
}

// A call is repeated twice at most, and a throttled one never.
func TestRetries(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		server.Put(project, "db", []byte(text))
		for code, want := range map[codes.Code]int{codes.Unavailable: 3, codes.ResourceExhausted: 1, codes.Internal: 1} {
			server.OnCall(func(context.Context, gcpfake.Call) error { return status.Error(code, echo) })
			before := len(server.Calls())
			getError(t, newProvider(t, server), withKey(server, reader, fields{"transport": transport}), "secret=db")
			if calls := len(server.Calls()) - before; calls != want {
				t.Errorf("%s: %d calls, want %d", code, calls, want)
			}
		}
		failures := 2
		server.OnCall(func(context.Context, gcpfake.Call) error {
			if failures--; failures >= 0 {
				return status.Error(codes.Unavailable, echo)
			}
			return nil
		})
		get(t, newProvider(t, server), withKey(server, reader, fields{"transport": transport}), "secret=db")
	})
}

// Why there was no connection is told apart over both transports.
func TestConnection(t *testing.T) {
	t.Parallel()
	otherName := httptest.NewUnstartedServer(http.NotFoundHandler())
	otherName.EnableHTTP2 = true
	otherName.Config.ErrorLog = log.New(io.Discard, "", 0)
	otherName.StartTLS()
	t.Cleanup(otherName.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	free := testtools.ClosedAddress(t)
	to := func(address string) func(context.Context, string, string) (net.Conn, error) {
		return func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}
	}
	fail := func(err error) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) { return nil, err }
	}
	tests := map[string]struct {
		dial  func(context.Context, string, string) (net.Conn, error)
		kind  providers.Kind
		words string
	}{
		"refused":     {to(free), providers.Unavailable, "the server secretmanager.googleapis.com refuses the connection"},
		"authority":   {to(gcpfake.Start(t).Address), providers.Unavailable, "caCert"},
		"cut":         {to(closing(t, nil)), providers.Unavailable, "closed the connection without an answer"},
		"other name":  {to(otherName.Listener.Addr().String()), providers.Unavailable, "for another name"},
		"no TLS":      {to(plain.Listener.Addr().String()), providers.Unavailable, "does not speak https"},
		"name":        {fail(&net.DNSError{Err: "no such host", Name: "x", IsNotFound: true}), providers.Unavailable, "cannot be resolved"},
		"unreachable": {fail(&net.OpError{Op: "dial", Err: syscall.ENETUNREACH}), providers.Unavailable, "cannot be reached"},
		"another":     {fail(errors.New(echo)), providers.Unavailable, "the server secretmanager.googleapis.com"},
	}
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				p := newProvider(t, server, func(o *gcp.Options) { o.Dial = test.dial })
				err := getError(t, p, withKey(server, reader, fields{"transport": transport}), "secret=db")
				wantWords(t, providertest.WantError(t, err, test.kind, echo), test.words)
			})
		}
	})
}

// closing closes every connection: at once, or after the TLS handshake where
// config is not nil, as a firewall may that knows no gRPC.
func closing(t *testing.T, config *tls.Config) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if config != nil {
				_ = tls.Server(connection, config).HandshakeContext(t.Context())
			}
			_ = connection.Close()
		}
	}()
	return listener.Addr().String()
}

// A network that lets no gRPC pass is told from one that is down.
func TestNetworkWithoutGRPC(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, server *gcpfake.Server, transport string) {
		address := closing(t, server.TLS())
		p := newProvider(t, server, func(o *gcp.Options) {
			o.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}
		})
		err := providertest.WantError(t, getError(t, p, withKey(server, reader, fields{"transport": transport}), "secret=db"), providers.Unavailable)
		wantWords(t, err, "closed the connection")
		if hinted := strings.Contains(err.Hint, "transport of the credential to rest"); hinted != (transport == "grpc") {
			t.Errorf("over %s the hint is %q", transport, err.Hint)
		}
	})
}

// A redirect is not followed: the token would go along.
func TestRedirects(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	t.Cleanup(other.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		redirecting := httptest.NewServer(http.RedirectHandler(other.URL+"/stolen", code))
		t.Cleanup(redirecting.Close)
		c := withKey(server, reader, fields{"transport": "rest", "endpoint": redirecting.URL})
		err := getError(t, newProvider(t, server), c, "secret=db")
		wantWords(t, providertest.WantError(t, err, providers.Unavailable, "stolen"), "redirects to "+other.URL)
	}
}

// Fields of a profile that cannot be used.
func TestSettings(t *testing.T) {
	t.Parallel()
	server := gcpfake.Start(t)
	tests := map[string]struct {
		plain fields
		words string
	}{
		"plain http":         {fields{"endpoint": "http://secretmanager.example.com"}, "endpoint is plain http to another machine"},
		"a name like ours":   {fields{"endpoint": "http://localhost.evil.example.com"}, "endpoint is plain http"},
		"no URL":             {fields{"endpoint": "secretmanager.example.com"}, "endpoint is not a URL"},
		"a path":             {fields{"endpoint": "https://example.com/x"}, "endpoint is more than scheme, host and port"},
		"a password":         {fields{"endpoint": "https://u:" + echo + "@example.com"}, "endpoint is more than"},
		"another scheme":     {fields{"endpoint": "ftp://example.com"}, "endpoint has a scheme"},
		"transport":          {fields{"transport": "soap"}, "transport is neither grpc nor rest"},
		"project":            {fields{"project": "../x"}, "project is not the id"},
		"quota project":      {fields{"quotaProject": "a\r\nb"}, "quotaProject is not"},
		"universe":           {fields{"universeDomain": "evil.example.com/x"}, "universeDomain is not a domain"},
		"universe of a word": {fields{"universeDomain": "localhost"}, "universeDomain is not a domain"},
		"authorities":        {fields{"caCert": "ca.pem"}, "caCert is a relative path"},
		"no authorities":     {fields{"caCert": "/nonexistent/ca.pem"}, "caCert cannot be read"},
		"no certificate":     {fields{"caCert": writeFile(t, "hello")}, "caCert holds no certificate"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := withKey(server, reader, test.plain)
			err := providertest.WantError(t, getError(t, newProvider(t, server), c, "secret=db"), providers.Unauthenticated, echo)
			wantWords(t, err, test.words)
		})
	}
	t.Cleanup(func() {
		if hosts := server.Hosts(); len(hosts) > 0 {
			t.Errorf("connected to %v", hosts)
		}
	})
}
