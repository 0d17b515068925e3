package request

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"
)

// errTimeout is the cause of a hop's context that ran out of time.
var errTimeout = errors.New("time limit")

func cancelled(ctx context.Context) *Error {
	return &Error{Code: CodeCancelled, Message: "The send was cancelled.", Exit: ExitSend, err: ctx.Err()}
}

// failure says why a hop to an origin brought no response. outer is the
// caller's context, hop the hop's own with its time limit.
func (s *Sender) failure(outer, hop context.Context, d destination, limit time.Duration, err error) *Error {
	origin := s.shown(d)
	if outer.Err() != nil {
		return cancelled(outer)
	}
	if outOfTime(hop) {
		return &Error{
			Code: CodeTimeout, Exit: ExitSend, err: context.DeadlineExceeded,
			Message: fmt.Sprintf("%s gave no complete response within %s.", origin, limit),
			Hint:    "check the address, or raise the limit with # @timeout or the setting request.timeout",
		}
	}
	if e := tlsFailure(origin, err); e != nil {
		return e
	}
	var dns *net.DNSError
	var slow net.Error
	switch {
	case errors.As(err, &dns):
		return &Error{Code: CodeHostNotFound, Message: "The host of " + origin + " was not found.", Hint: "check the name and the network", Exit: ExitSend, err: err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Code: CodeRefused, Message: "Nothing accepts connections at " + origin + ".", Hint: "is the server running, and the port right?", Exit: ExitSend, err: err}
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return &Error{Code: CodeRefused, Message: origin + " cannot be reached from here.", Hint: "check the network", Exit: ExitSend, err: err}
	case errors.As(err, &slow) && slow.Timeout():
		return &Error{Code: CodeTimeout, Message: fmt.Sprintf("%s gave no connection within %s.", origin, dialTimeout), Hint: "check the address and the network", Exit: ExitSend, err: err}
	}
	return &Error{Code: CodeNotSent, Message: s.opts.Redact.Mask("The exchange with " + origin + " failed: " + err.Error()), Exit: ExitSend, err: err}
}

// outOfTime reports whether the time limit of a hop is over. The deadline of a
// connection, which is the same, may be noticed before the end of the context.
func outOfTime(hop context.Context) bool {
	deadline, limited := hop.Deadline()
	return errors.Is(context.Cause(hop), errTimeout) || limited && !time.Now().Before(deadline)
}

// tlsFailure explains what was wrong with a certificate or a handshake.
func tlsFailure(origin string, err error) *Error {
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var alert tls.AlertError
	made := func(message, hint string) *Error {
		return &Error{Code: CodeTLS, Message: message, Hint: hint, Exit: ExitSend, err: err}
	}
	switch {
	case errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return made(origin+" does not speak TLS.", "is it meant to be http://?")
	case errors.As(err, &authority):
		return made("The certificate of "+origin+" is signed by an authority that this machine does not trust.", "add the authority to the system, or name the host under tls in your configuration file")
	case errors.As(err, &name):
		return made("The certificate of "+origin+" is for another name.", "check the host name")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return made("The certificate of "+origin+" has expired or is not valid yet.", "check the server, and this machine's clock")
	case errors.As(err, &verification), errors.As(err, &invalid):
		return made("The certificate of "+origin+" is not valid.", "check the server")
	case errors.As(err, &alert):
		return made("The TLS handshake with "+origin+" failed: "+alert.Error()+".", "")
	}
	return nil
}
