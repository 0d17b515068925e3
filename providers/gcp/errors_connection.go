package gcp

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// explainConnection explains why there was no answer, or none of Google's.
func explainConnection(tried attempt, err error) (fault, bool) {
	server := serverOf(err)
	var redirect *outbound.RedirectError
	var plain *outbound.PlainHTTPError
	var large *outbound.TooLargeError
	switch {
	case errors.As(err, &redirect):
		return fault{
			kind: providers.Unavailable, message: server + " redirects to " + redirect.Target + ", which is not followed because the token would go along",
			hint: "check the network (a sign-in page of a Wi-Fi does this) and the endpoint of " + tried.title,
		}, true
	case errors.As(err, &plain):
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": " + plain.Error(),
			hint: "correct the credential: tokens and secrets go over https only",
		}, true
	case errors.Is(err, errNoPayload):
		return fault{kind: providers.Unavailable, message: "the answer is not one of Secret Manager", hint: "check the endpoint of " + tried.title}, true
	case errors.As(err, &large):
		return fault{kind: providers.Unavailable, message: "the answer of " + server + " is too large", hint: "check the endpoint and the proxy"}, true
	}
	f := explainFailure(server, err)
	var failed *callError
	if errors.As(err, &failed) && errors.Is(err, syscall.ECONNREFUSED) && failed.origin != nil && outbound.MayBeLoopback(failed.origin.Hostname()) {
		f.hint = "check the endpoint of " + tried.title + ", and that the emulator or tunnel runs"
	}
	if errors.As(err, &failed) && failed.transport == transportGRPC && isCut(err) {
		f.hint += "; some networks pass no gRPC: set " + fieldTransport + " of the credential to rest"
	}
	return f, true
}

// isCut reports whether a connection was made and then ended by the other side
// or by what stands between.
func isCut(err error) bool {
	var operation *net.OpError
	// gRPC and HTTP/2 give what happens after the handshake as text only.
	text := ""
	var failed *url.Error
	if api := apiError(err); api != nil {
		text = api.Message()
	} else if errors.As(err, &failed) {
		text = failed.Err.Error()
	}
	for _, words := range []string{
		"server preface", "reading from server", "broken pipe", "connection reset", "forcibly closed",
		"http2: client conn could not be established", "http2: client connection lost",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return errors.As(err, &operation) && operation.Op == "remote error" ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// serverOf names the server that an error is about.
func serverOf(err error) string {
	var failed *callError
	var token *tokenError
	switch {
	case errors.As(err, &token) && token.fault != nil:
		return "the server " + token.fault.host
	case errors.As(err, &failed):
		return "the server " + failed.origin.Host
	}
	return "the server"
}

// explainFailure explains a connection that failed. What gRPC gives as text or
// as a code is made one of the causes first.
func explainFailure(server string, err error) fault {
	const check = "check the network, VPN and proxy"
	var answer *googleapi.Error
	failed := outbound.Diagnose(err)
	switch {
	case errors.As(err, &answer) && answer.Code == http.StatusProxyAuthRequired:
		return fault{kind: providers.Unavailable, message: "the proxy asks for a password", hint: proxyPassword}
	case failed.Cause == outbound.Unknown && codeOf(err) == codes.DeadlineExceeded:
		failed.Cause = outbound.TimedOut
	case (failed.Cause == outbound.Unknown || failed.Cause == outbound.ConnectionBroken) && isCut(err):
		failed.Cause = outbound.ConnectionClosed
	case failed.Cause == outbound.Unknown && codeOf(err) == codes.Unavailable:
		return fault{
			kind: providers.Unavailable, message: server + " is not available at the moment",
			hint: "try again; https://status.cloud.google.com shows known troubles",
		}
	}
	f := fault{kind: providers.Unavailable, message: failed.Sentence(server), hint: check}
	switch failed.Cause {
	case outbound.UnknownAuthority:
		f.hint = "a proxy that looks into connections does this: name the file with its authority's certificate in " + fieldCACert + " of the credential"
	case outbound.WrongName:
		f.hint = "check the endpoint of the credential, and the proxy"
	case outbound.CertificateExpired:
		f.hint = "check the clock of this machine"
	case outbound.CertificateInvalid:
		f.hint = "check the endpoint and " + fieldCACert + " of the credential"
	case outbound.HandshakeEnded, outbound.NotTLS:
		f.hint = "check the endpoint and the proxy"
	case outbound.ProxyWantsPassword:
		f.hint = proxyPassword
	case outbound.ProxyRefuses:
		f.hint = "have the proxy let " + server + " through"
	case outbound.NameUnresolved:
		f.hint = check + "; a location that does not exist has no server"
	case outbound.TimedOut:
		f.kind = providers.Timeout
	}
	return f
}

// proxyPassword is what to do where a proxy asks for a password.
const proxyPassword = "write it into the proxy's URL: http://user:password@host:port"
