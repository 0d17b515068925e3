package awsauth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// maxResponse is far above what the services answer, a secret being at most
// 64 KiB and a batch of them 20 times that.
const maxResponse = 16 << 20

// newHTTPClient returns the client of one account, of the SDK's own type, to
// which the SDK adds the certificate bundle of the user's environment.
func newHTTPClient(allowHTTP bool, proxy func(*http.Request) (*url.URL, error)) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = outbound.DialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = outbound.MaxIdlePerHost
			t.MaxResponseHeaderBytes = outbound.MaxHeaderBytes
			t.Proxy = guard(allowHTTP, proxy)
			t.OnProxyConnectResponse = outbound.CheckProxy
			plain := t.DialContext
			t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				if host, port, err := net.SplitHostPort(address); err == nil && outbound.IsLocalName(host) {
					// Names below localhost are this machine whatever the resolver
					// knows (RFC 6761, section 6.3).
					return outbound.NewLoopbackDialer().DialContext(ctx, network, net.JoinHostPort("localhost", port))
				}
				return plain(ctx, network, address)
			}
		})
}

// guard chooses the proxy of a request. It is asked for every request before
// anything is sent, the following of a redirect included, which makes it the
// place to refuse: no redirect is followed, and plain http stays on this machine
// or goes to the metadata services of the platform, which speak nothing else.
func guard(allowHTTP bool, proxy func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(request *http.Request) (*url.URL, error) {
		if request.Response != nil {
			return nil, &outbound.RedirectError{Target: request.URL.Scheme + "://" + request.URL.Host}
		}
		host := request.URL.Hostname()
		if outbound.MayBeLoopback(host) || isMetadata(host) {
			return nil, nil
		}
		if request.URL.Scheme != "https" && !allowHTTP {
			return nil, &outbound.PlainHTTPError{Address: request.URL.Host}
		}
		return proxy(request)
	}
}

// isMetadata reports whether a host is the metadata service of EC2, ECS or EKS
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
func isMetadata(host string) bool {
	switch host {
	case "169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23":
		return true
	}
	return false
}

// isMetadataSilent reports whether a failure is that nothing answers where the
// metadata service of a machine would be. It is beside the machine or not there
// at all, so that who is not on a machine of AWS must not wait for more tries.
func isMetadataSilent(err error) bool {
	var failed *url.Error
	if !errors.As(err, &failed) {
		return false
	}
	at, err := url.Parse(failed.URL)
	if err != nil {
		return false
	}
	// https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html
	chosen, err := url.Parse(os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"))
	return isMetadata(at.Hostname()) || err == nil && at.Host == chosen.Host
}

// apiOptions are what every client adds to its calls: who is calling, and a
// bound on the answer.
func apiOptions(userAgent string) []func(*middleware.Stack) error {
	options := []func(*middleware.Stack) error{limitResponse}
	if name, version, ok := strings.Cut(userAgent, "/"); ok {
		options = append(options, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
	return options
}

// limitResponse bounds what a server can make this program read.
func limitResponse(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("limitResponse", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if response, ok := out.RawResponse.(*smithyhttp.Response); ok && response.Body != nil {
			response.Body = outbound.LimitBody(response.Body, maxResponse)
		}
		return out, metadata, err
	}), middleware.After)
}
