package hcp

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

// explainConnection explains why there was no answer, or none of HCP's.
func explainConnection(title string, err error) fault {
	switch {
	case errors.Is(err, errNotLoopback):
		return fault{
			kind: providers.Unauthenticated, message: title + ": a URL is plain http and leads to another machine",
			hint: fmt.Sprintf("use https in %s and %s", fieldAuthURL, fieldAPIURL),
		}
	case errors.Is(err, errNotHCP):
		return fault{
			kind: providers.Unavailable, message: "the answer is not one of HCP Vault Secrets",
			hint: "check " + fieldAPIURL + " of " + title,
		}
	case errors.Is(err, errAnswerTooLarge):
		return fault{kind: providers.Unavailable, message: errAnswerTooLarge.Error(), hint: "check " + fieldAPIURL + " of " + title}
	}
	host := hostOf(err)
	if isPublic("https://"+host) && noSuchHost(err) {
		return fault{kind: providers.Unavailable, message: endOfLife, hint: whereToGo}
	}
	if f, ok := explainTLS(title, host, err); ok {
		return f
	}
	f := explainNetwork(title, host, err)
	if isPublic("https://" + host) {
		f.hint = "HCP Vault Secrets ended on 2026-07-01: " + whereToGo
	}
	return f
}

// noSuchHost reports whether a name is not in the DNS any more.
func noSuchHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// explainTLS explains a handshake that failed.
func explainTLS(title, host string, err error) (fault, bool) {
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	f := fault{kind: providers.Unavailable}
	switch {
	case errors.As(err, &unknown):
		f.message = "the certificate of " + host + " is signed by an unknown authority"
		f.hint = fmt.Sprintf("name the file with the authority's certificate in %s of %s", fieldCACert, title)
	case errors.As(err, &hostname):
		f.message = "the certificate of " + host + " is for another name"
		f.hint = fmt.Sprintf("check %s and %s of %s", fieldAuthURL, fieldAPIURL, title)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		f.message = "the certificate of " + host + " has expired or is not valid yet"
		f.hint = "check the clock of this machine; whoever runs the service must renew it"
	case errors.As(err, &verification), errors.As(err, &invalid):
		f.message = "the certificate of " + host + " cannot be verified"
		f.hint = fmt.Sprintf("check %s of %s", fieldCACert, title)
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		f.message = host + " does not speak https"
		f.hint = fmt.Sprintf("check %s and %s of %s", fieldAuthURL, fieldAPIURL, title)
	default:
		return fault{}, false
	}
	return f, true
}

// explainNetwork explains a connection that failed.
func explainNetwork(title, host string, err error) fault {
	var dns *net.DNSError
	var timeout net.Error
	f := fault{
		kind: providers.Unavailable,
		hint: fmt.Sprintf("check %s and %s of %s, and the network, VPN or proxy", fieldAuthURL, fieldAPIURL, title),
	}
	switch {
	case errors.As(err, &dns) && !dns.IsTimeout:
		f.message = "the name " + host + " cannot be resolved"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		f.kind, f.message = providers.Timeout, host+" did not answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.message = host + " refuses the connection"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.message = host + " closed the connection without an answer"
	default:
		f.message = "the connection to " + host + " failed"
	}
	return f
}

// hostOf names the host that an error of the HTTP client is about.
func hostOf(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		if u, err := url.Parse(failed.URL); err == nil && u.Host != "" {
			return u.Host
		}
	}
	return "the service"
}
