package gcp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"

	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
)

// explainConnection explains why there was no answer, or none of Google's.
func explainConnection(tried attempt, err error) (fault, bool) {
	server := serverOf(err)
	var redirect *redirectError
	var plain *plainHTTPError
	switch {
	case errors.As(err, &redirect):
		return fault{
			kind: providers.Unavailable, message: server + " redirects to " + redirect.target + ", which is not followed because the token would go along",
			hint: "check the network (a sign-in page of a Wi-Fi does this) and the endpoint of " + tried.title,
		}, true
	case errors.As(err, &plain):
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": " + plain.Error(),
			hint: "correct the credential: tokens and secrets go over https only",
		}, true
	case errors.Is(err, errNoPayload):
		return fault{kind: providers.Unavailable, message: "the answer is not one of Secret Manager", hint: "check the endpoint of " + tried.title}, true
	case errors.Is(err, errAnswerTooLarge), errors.Is(err, errTokenResponseTooLarge):
		return fault{kind: providers.Unavailable, message: "the answer of " + server + " is too large", hint: "check the endpoint and the proxy"}, true
	}
	f, ok := explainTLS(server, err)
	if !ok {
		f = explainNetwork(server, err)
	}
	var failed *callError
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

// explainTLS explains a handshake that failed.
func explainTLS(server string, err error) (fault, bool) {
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var operation *net.OpError
	f := fault{kind: providers.Unavailable}
	switch {
	case errors.As(err, &unknown):
		f.message = "the certificate of " + server + " is signed by an unknown authority"
		f.hint = "a proxy that looks into connections does this: name the file with its authority's certificate in " + fieldCACert + " of the credential"
	case errors.As(err, &hostname):
		f.message = "the certificate of " + server + " is for another name"
		f.hint = "check the endpoint of the credential, and the proxy"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.message = "the certificate of " + server + " has expired or is not valid yet"
		f.hint = "check the clock of this machine"
	case errors.As(err, &verification), errors.As(err, &invalid):
		f.message = "the certificate of " + server + " cannot be verified"
		f.hint = "check the endpoint and " + fieldCACert + " of the credential"
	case errors.As(err, &operation) && operation.Op == "remote error":
		f.message = server + " ended the TLS handshake"
		f.hint = "check the endpoint and the proxy"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		f.message = server + " does not speak TLS"
		f.hint = "check the endpoint and the proxy"
	default:
		return fault{}, false
	}
	return f, true
}

// explainNetwork explains a connection that failed.
func explainNetwork(server string, err error) fault {
	var dns *net.DNSError
	var timeout net.Error
	var answer *googleapi.Error
	const check = "check the network, VPN and proxy"
	f := fault{kind: providers.Unavailable, hint: check}
	switch {
	case errors.As(err, &answer) && answer.Code == http.StatusProxyAuthRequired,
		wantsProxyPassword(err):
		f.message = "the proxy wants a password"
		f.hint = "write it into the proxy's URL: http://user:password@host:port"
	case errors.As(err, &dns) && !dns.IsTimeout:
		f.message = server + " cannot be found: its name cannot be resolved"
		f.hint = check + "; a location that does not exist has no server"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout(), codeOf(err) == codes.DeadlineExceeded:
		f.kind, f.message = providers.Timeout, server+" did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.message = server + " refuses the connection"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		f.message = server + " cannot be reached"
	case isCut(err):
		f.message = server + " closed the connection without an answer"
	case codeOf(err) == codes.Unavailable:
		f.message = server + " is not available at the moment"
		f.hint = "try again; https://status.cloud.google.com shows known troubles"
	default:
		f.message = "the connection to " + server + " failed"
	}
	return f
}

// wantsProxyPassword finds the answer of a proxy to CONNECT, of which net/http
// gives the words only.
func wantsProxyPassword(err error) bool {
	var failed *url.Error
	for errors.As(err, &failed) {
		if strings.Contains(failed.Err.Error(), http.StatusText(http.StatusProxyAuthRequired)) {
			return true
		}
		err = failed.Err
	}
	var token *tokenError
	return errors.As(err, &token) && token.fault != nil && token.fault.err != nil &&
		strings.Contains(token.fault.err.Error(), http.StatusText(http.StatusProxyAuthRequired))
}
