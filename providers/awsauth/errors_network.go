package awsauth

import (
	"cmp"
	"errors"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// refusedHere explains what this program itself has refused.
func refusedHere(err error) (Fault, bool) {
	var redirect *outbound.RedirectError
	var proxy *outbound.ProxyError
	var plain *outbound.PlainHTTPError
	var large *outbound.TooLargeError
	switch {
	case errors.As(err, &proxy):
		return networkFault(err)
	case errors.As(err, &redirect):
		return Fault{providers.Unavailable, "the endpoint redirects to " + redirect.Target + ", which is not followed", "check the endpoint; something between here and AWS may want a sign-in"}, true
	case errors.As(err, &plain):
		return Fault{providers.Unauthenticated, "the endpoint " + plain.Address + " is plain http and leads to another machine", "use https, or a credential with this endpoint and " + fieldAllowHTTP + " set to true"}, true
	case errors.As(err, &large):
		return Fault{providers.Unavailable, large.Error(), "check the endpoint"}, true
	}
	return Fault{}, false
}

// networkFault explains a connection that failed, or was made to something else
// than AWS.
func networkFault(err error) (Fault, bool) {
	failed := outbound.Diagnose(err)
	f := Fault{providers.Unavailable, failed.Sentence(cmp.Or(outbound.Host(err), "the server")), "check the network or VPN, the region and the endpoint"}
	switch failed.Cause {
	case outbound.Unknown:
		return Fault{}, false
	case outbound.UnknownAuthority:
		f.Hint = "behind a proxy that opens TLS, name the file with its authority in AWS_CA_BUNDLE"
	case outbound.WrongName, outbound.HandshakeEnded:
		f.Hint = "check the endpoint"
	case outbound.CertificateExpired:
		f.Hint = "check the clock of this machine"
	case outbound.CertificateInvalid:
		f.Hint = "check the endpoint and AWS_CA_BUNDLE"
	case outbound.NotTLS:
		f.Hint = "check the endpoint; an emulator on this machine has one that begins with http://"
	case outbound.ProxyWantsPassword:
		f.Hint = "set proxy in the configuration with user and password, or HTTPS_PROXY"
	case outbound.ProxyRefuses:
		f.Hint = "check the proxy's rules for the hosts of AWS, or NO_PROXY"
	case outbound.NameUnresolved:
		f.Hint = "check that the region exists, and the network or VPN"
	case outbound.TimedOut:
		f.Kind = providers.Timeout
	}
	return f, true
}
