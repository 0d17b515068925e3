package outbound

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
)

// Cause is why there was no answer.
type Cause int

// The causes.
const (
	Unknown            Cause = iota
	UnknownAuthority         // of a certificate
	WrongName                // in a certificate
	CertificateExpired       // or not valid yet
	CertificateInvalid       // in another way
	HandshakeEnded           // by the server, with an alert of TLS
	NotTLS                   // is what the server speaks
	ProxyWantsPassword       // see ProxyError
	ProxyRefuses             // see ProxyError
	NameUnresolved           // by the DNS
	TimedOut                 // by the caller or a limit of this package
	ConnectionRefused        // nobody listens
	ConnectionClosed         // before an answer
	NetworkUnreachable       // no route
	ConnectionBroken         // another error of the network
)

// Failure is a connection that failed.
type Failure struct {
	Cause Cause
	// Name is what could not be resolved, or the proxy.
	Name   string
	Status int // of the proxy's answer
}

// Diagnose tells why a connection failed, from the error of an HTTP client.
func Diagnose(err error) Failure {
	if f := diagnoseTLS(err); f.Cause != Unknown {
		return f
	}
	var proxy *ProxyError
	var dns *net.DNSError
	var operation *net.OpError
	switch {
	case errors.As(err, &proxy) && proxy.Status == http.StatusProxyAuthRequired:
		return Failure{Cause: ProxyWantsPassword, Name: proxy.Host, Status: proxy.Status}
	case errors.As(err, &proxy):
		return Failure{Cause: ProxyRefuses, Name: proxy.Host, Status: proxy.Status}
	case errors.As(err, &dns) && !dns.IsTimeout:
		return Failure{Cause: NameUnresolved, Name: dns.Name}
	case errors.Is(err, context.DeadlineExceeded), timedOut(err):
		return Failure{Cause: TimedOut}
	case errors.Is(err, syscall.ECONNREFUSED):
		return Failure{Cause: ConnectionRefused}
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return Failure{Cause: ConnectionClosed}
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return Failure{Cause: NetworkUnreachable}
	case errors.As(err, &operation):
		return Failure{Cause: ConnectionBroken}
	}
	return Failure{}
}

// timedOut reports whether an error in the chain is that of a limit on time: a
// *url.Error asks only the one right below it.
func timedOut(err error) bool {
	var network net.Error
	for errors.As(err, &network) {
		if network.Timeout() {
			return true
		}
		err = errors.Unwrap(network)
	}
	return false
}

func diagnoseTLS(err error) Failure {
	var unknown x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var operation *net.OpError
	switch {
	case errors.As(err, &unknown):
		return Failure{Cause: UnknownAuthority}
	case errors.As(err, &hostname):
		return Failure{Cause: WrongName}
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return Failure{Cause: CertificateExpired}
	case errors.As(err, &verification), errors.As(err, &invalid):
		return Failure{Cause: CertificateInvalid}
	// crypto/tls names the operation so when the other side sends an alert.
	case errors.As(err, &operation) && operation.Op == "remote error":
		return Failure{Cause: HandshakeEnded}
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return Failure{Cause: NotTLS}
	}
	return Failure{}
}

// IsTLS reports whether the failure is one of a certificate or a handshake.
func (f Failure) IsTLS() bool { return f.Cause >= UnknownAuthority && f.Cause <= NotTLS }

// Sentence tells what happened, without a full stop; server is who did not
// answer, such as "the server at vault.example.com".
func (f Failure) Sentence(server string) string {
	switch f.Cause {
	case UnknownAuthority:
		return "the certificate of " + server + " is signed by an unknown authority"
	case WrongName:
		return "the certificate of " + server + " is for another name"
	case CertificateExpired:
		return "the certificate of " + server + " has expired or is not valid yet"
	case CertificateInvalid:
		return "the certificate of " + server + " cannot be verified"
	case HandshakeEnded:
		return server + " ended the TLS handshake"
	case NotTLS:
		return server + " does not speak https"
	case ProxyWantsPassword:
		return "the proxy " + f.Name + " asks for a password"
	case ProxyRefuses:
		return fmt.Sprintf("the proxy %s does not let the connection through (status %d)", f.Name, f.Status)
	case NameUnresolved:
		return "the name " + f.Name + " cannot be resolved"
	case TimedOut:
		return server + " did not answer in time"
	case ConnectionRefused:
		return server + " refuses the connection"
	case ConnectionClosed:
		return server + " closed the connection without an answer"
	case NetworkUnreachable:
		return server + " cannot be reached"
	case Unknown, ConnectionBroken:
	}
	return "the connection to " + server + " failed"
}

// Host is the host and port that an error of an HTTP client is about; "" if it
// names none.
func Host(err error) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		if u, err := url.Parse(failed.URL); err == nil {
			return u.Host
		}
	}
	return ""
}
