package awsauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Limits of one connection; the caller's context bounds the whole call.
const (
	dialTimeout  = 10 * time.Second
	maxIdleConns = 64
	// maxResponse is far above what the services answer, a secret being at most
	// 64 KiB and a batch of them 20 times that.
	maxResponse = 16 << 20
)

var errResponseTooLarge = errors.New("the answer is larger than 16 MiB")

// redirectError is a redirect that was not followed.
type redirectError struct{ target string }

func (e *redirectError) Error() string { return "redirected to " + e.target }

// plainHTTPError is a request over plain http that would lead off this machine.
type plainHTTPError struct{ host string }

func (e *plainHTTPError) Error() string { return e.host + " is plain http and not on this machine" }

// proxyError is a proxy that does not let a connection through.
type proxyError struct {
	host   string
	status int
}

func (e *proxyError) Error() string { return fmt.Sprintf("proxy %s: status %d", e.host, e.status) }

// newHTTPClient returns the client of one account, of the SDK's own type, to
// which the SDK adds the certificate bundle of the user's environment.
func newHTTPClient(allowHTTP bool, proxy func(*http.Request) (*url.URL, error)) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConnsPerHost = maxIdleConns
			t.MaxResponseHeaderBytes = 1 << 20
			t.Proxy = guard(allowHTTP, proxy)
			t.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
				if answer.StatusCode != http.StatusOK {
					return &proxyError{host: proxy.Host, status: answer.StatusCode}
				}
				return nil
			}
			plain := t.DialContext
			t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				if host, port, err := net.SplitHostPort(address); err == nil && isLocalName(host) {
					// Names below localhost are this machine whatever the resolver
					// knows (RFC 6761, section 6.3).
					d := &net.Dialer{Timeout: dialTimeout, ControlContext: onlyLoopback}
					return d.DialContext(ctx, network, net.JoinHostPort("localhost", port))
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
			return nil, &redirectError{target: request.URL.Scheme + "://" + request.URL.Host}
		}
		host := request.URL.Hostname()
		if mayBeLoopback(host) || isMetadata(host) {
			return nil, nil
		}
		if request.URL.Scheme != "https" && !allowHTTP {
			return nil, &plainHTTPError{host: request.URL.Host}
		}
		return proxy(request)
	}
}

// isLocalName reports whether a host name should mean this machine.
func isLocalName(host string) bool {
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// mayBeLoopback reports whether a host is this machine or, being localhost,
// should be; the dialer makes sure of the latter.
func mayBeLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return isLocalName(host) || err == nil && ip.Unmap().IsLoopback()
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

// onlyLoopback refuses a connection after its name was resolved and before the
// first byte leaves, so that no name can pretend to be this machine.
func onlyLoopback(_ context.Context, _, address string, _ syscall.RawConn) error {
	resolved, err := netip.ParseAddrPort(address)
	if err != nil || !resolved.Addr().Unmap().IsLoopback() {
		return &plainHTTPError{host: address}
	}
	return nil
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
			response.Body = &limitedBody{ReadCloser: response.Body, left: maxResponse}
		}
		return out, metadata, err
	}), middleware.After)
}

// limitedBody fails, unlike io.LimitReader, when a body is longer than allowed:
// a cut answer must not pass for a whole one.
type limitedBody struct {
	io.ReadCloser
	left int64
}

// Read reads up to the limit.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errResponseTooLarge
	}
	// One byte more than is left shows whether the body goes on.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, errResponseTooLarge
	}
	return n, err
}
