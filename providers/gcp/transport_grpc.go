package gcp

import (
	"context"
	"net"
	"net/url"
	"time"

	secretmanager "cloud.google.com/go/secretmanager/apiv1"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

// newGRPC makes a client over gRPC. The connection is ours, so that neither the
// environment nor a proxy of gRPC's own choice has a say in where it leads.
func newGRPC(ctx context.Context, origin *url.URL, s settings, options Options, failures *connectionFailures) (*secretmanager.Client, error) {
	var security credentials.TransportCredentials = &notingCredentials{
		TransportCredentials: credentials.NewTLS(s.tls()), failures: failures,
	}
	port := "443"
	if origin.Scheme == "http" {
		security, port = insecure.NewCredentials(), "80"
	}
	if own := origin.Port(); own != "" {
		port = own
	}
	dial := options.dial(origin.Scheme)
	// passthrough leaves the name to the dialer, as HTTP does.
	connection, err := grpc.NewClient("passthrough:///"+net.JoinHostPort(origin.Hostname(), port),
		grpc.WithTransportCredentials(security),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			made, err := dial(ctx, "tcp", address)
			if err != nil || origin.Scheme == "http" {
				// What went wrong with the last handshake stays until one succeeds.
				failures.set(err)
			}
			return made, err
		}),
		grpc.WithNoProxy(),
		grpc.WithUserAgent(options.UserAgent),
		grpc.WithDisableServiceConfig(),
		grpc.WithUnaryInterceptor(authorize),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstWait / 2, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 2 * time.Second},
			MinConnectTimeout: 10 * time.Second,
		}),
		// A connection that a sleep or a change of network has cut is noticed.
		grpc.WithIdleTimeout(5*time.Minute),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: 5 * time.Second}),
	)
	if err != nil {
		return nil, err
	}
	return secretmanager.NewClient(ctx, option.WithGRPCConn(connection), option.WithLogger(silent()))
}

// authorize puts the token beside a call.
func authorize(ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
	auth := authorizationOf(ctx)
	if auth.token != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+auth.token)
	}
	if auth.quotaProject != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, headerQuotaProject, auth.quotaProject)
	}
	return invoke(ctx, method, request, reply, connection, options...)
}

// notingCredentials remember why a handshake failed.
type notingCredentials struct {
	credentials.TransportCredentials
	failures *connectionFailures
}

// ClientHandshake does the handshake.
func (c *notingCredentials) ClientHandshake(ctx context.Context, authority string, raw net.Conn) (net.Conn, credentials.AuthInfo, error) {
	made, info, err := c.TransportCredentials.ClientHandshake(ctx, authority, raw)
	c.failures.set(err)
	return made, info, err
}

// Clone returns a copy that notes to the same place.
func (c *notingCredentials) Clone() credentials.TransportCredentials {
	return &notingCredentials{TransportCredentials: c.TransportCredentials.Clone(), failures: c.failures}
}
