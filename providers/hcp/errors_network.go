package hcp

import (
	"cmp"
	"errors"
	"fmt"
	"net"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// explainConnection explains why there was no answer, or none of HCP's.
func explainConnection(title string, err error) fault {
	var plain *outbound.PlainHTTPError
	var large *outbound.TooLargeError
	switch {
	case errors.As(err, &plain):
		return fault{
			kind: providers.Unauthenticated, message: title + ": a URL is plain http and leads to another machine",
			hint: fmt.Sprintf("use https in %s and %s", fieldAuthURL, fieldAPIURL),
		}
	case errors.Is(err, errNotHCP):
		return fault{
			kind: providers.Unavailable, message: "the answer is not one of HCP Vault Secrets",
			hint: "check " + fieldAPIURL + " of " + title,
		}
	case errors.As(err, &large):
		return fault{kind: providers.Unavailable, message: large.Error(), hint: "check " + fieldAPIURL + " of " + title}
	}
	return explainFailure(title, err)
}

// explainFailure explains a connection that failed.
func explainFailure(title string, err error) fault {
	host := cmp.Or(outbound.Host(err), "the service")
	public := isPublic("https://" + host)
	if public && noSuchHost(err) {
		return fault{kind: providers.Unavailable, message: endOfLife, hint: whereToGo}
	}
	failure := outbound.Diagnose(err)
	f := fault{
		kind: providers.Unavailable, message: failure.Sentence(host),
		hint: fmt.Sprintf("check %s and %s of %s, and the network, VPN or proxy", fieldAuthURL, fieldAPIURL, title),
	}
	if failure.Cause == outbound.TimedOut {
		f.kind = providers.Timeout
	}
	switch {
	case failure.Cause == outbound.UnknownAuthority:
		f.hint = fmt.Sprintf("name the file with the authority's certificate in %s of %s", fieldCACert, title)
	case failure.Cause == outbound.CertificateExpired:
		f.hint = "check the clock of this machine; whoever runs the service must renew it"
	case failure.Cause == outbound.CertificateInvalid:
		f.hint = fmt.Sprintf("check %s of %s", fieldCACert, title)
	case failure.IsTLS():
		f.hint = fmt.Sprintf("check %s and %s of %s", fieldAuthURL, fieldAPIURL, title)
	case public:
		f.hint = "HCP Vault Secrets ended on 2026-07-01: " + whereToGo
	}
	return f
}

// noSuchHost reports whether a name is not in the DNS any more.
func noSuchHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
