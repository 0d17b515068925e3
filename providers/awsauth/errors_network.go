package awsauth

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"

	"github.com/vault-lsp/vault-lsp/providers"
)

// refusedHere explains what this program itself has refused.
func refusedHere(err error) (Fault, bool) {
	var redirect *redirectError
	var plain *plainHTTPError
	var proxy *proxyError
	switch {
	case errors.As(err, &proxy) && proxy.status == http.StatusProxyAuthRequired:
		return Fault{providers.Unavailable, "the proxy " + proxy.host + " asks for a password", "set proxy in the configuration with user and password, or HTTPS_PROXY"}, true
	case errors.As(err, &proxy):
		return Fault{providers.Unavailable, fmt.Sprintf("the proxy %s does not let the connection through (status %d)", proxy.host, proxy.status), "check the proxy's rules for the hosts of AWS, or NO_PROXY"}, true
	case errors.As(err, &redirect):
		return Fault{providers.Unavailable, "the endpoint redirects to " + redirect.target + ", which is not followed", "check the endpoint; something between here and AWS may want a sign-in"}, true
	case errors.As(err, &plain):
		return Fault{providers.Unauthenticated, "the endpoint " + plain.host + " is plain http and leads to another machine", "use https, or a credential with this endpoint and " + fieldAllowHTTP + " set to true"}, true
	case errors.Is(err, errResponseTooLarge):
		return Fault{providers.Unavailable, errResponseTooLarge.Error(), "check the endpoint"}, true
	}
	return Fault{}, false
}

// networkFault explains a connection that failed, or was made to something else
// than AWS.
func networkFault(err error) (Fault, bool) {
	if f, ok := tlsFault(err); ok {
		return f, true
	}
	return connectionFault(err)
}

func tlsFault(err error) (Fault, bool) {
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	f := Fault{Kind: providers.Unavailable}
	switch {
	case errors.As(err, &unknown):
		f.Message = "the certificate of " + server(err) + " is signed by an unknown authority"
		f.Hint = "behind a proxy that opens TLS, name the file with its authority in AWS_CA_BUNDLE"
	case errors.As(err, &hostname):
		f.Message = "the certificate of " + server(err) + " is for another name"
		f.Hint = "check the endpoint"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.Message = "the certificate of " + server(err) + " has expired or is not valid yet"
		f.Hint = "check the clock of this machine"
	case errors.As(err, &verification), errors.As(err, &invalid):
		f.Message = "the certificate of " + server(err) + " cannot be verified"
		f.Hint = "check the endpoint and AWS_CA_BUNDLE"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		f.Message = server(err) + " does not speak https"
		f.Hint = "check the endpoint; an emulator on this machine has one that begins with http://"
	default:
		return Fault{}, false
	}
	return f, true
}

func connectionFault(err error) (Fault, bool) {
	var dns *net.DNSError
	var timeout net.Error
	f := Fault{Kind: providers.Unavailable, Hint: "check the network or VPN, the region and the endpoint"}
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		f.Message = "the name " + dns.Name + " cannot be resolved"
		f.Hint = "check that the region exists, and the network or VPN"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		f.Kind, f.Message = providers.Timeout, server(err)+" did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Message = server(err) + " refuses the connection"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.Message = server(err) + " closed the connection without an answer"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		f.Message = server(err) + " cannot be reached"
	default:
		var operation *net.OpError
		if !errors.As(err, &operation) {
			return Fault{}, false
		}
		f.Message = "the connection to " + server(err) + " failed"
	}
	return f, true
}

// server names the server that an error of the HTTP client is about.
func server(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		if u, err := url.Parse(failed.URL); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return "the server"
}
