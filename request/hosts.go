package request

import (
	"context"
	"net/url"
	"strings"

	"github.com/vault-lsp/vault-lsp/permission"
)

// permitHost asks for the origin that a Host header of the file names, if that
// is another host than the one that is connected to. One address often serves
// the sites of many owners, and the header says whose gets the request: who may
// have the secret is then the named site too. A server on this machine is the
// user's own, whatever it is called.
func (r *run) permitHost(ctx context.Context, u *url.URL, to destination) *Error {
	pieces, found := r.plan.hostHeader()
	if !found || to.loopback {
		return nil
	}
	named := &url.URL{Scheme: u.Scheme, Host: strings.ReplaceAll(outline(pieces), placeholder, "secret")}
	if strings.EqualFold(named.Hostname(), u.Hostname()) || !r.plan.target.decided() && outline(pieces) == outline(r.plan.target.authority) {
		return nil
	}
	d := destination{http: u.Scheme == "http", hidden: hasUse(pieces)}
	var err error
	if d.origin, err = permission.Origin(named); err != nil {
		return &Error{Code: CodeBadHeader, Message: "the Host header names no host", Hint: "write a host name, or remove the header", Exit: ExitSend, err: err}
	}
	if d.origin == to.origin {
		return nil
	}
	return r.permit(ctx, r.call, r.plan.Method, r.plan.Uses, d, "")
}

// hostHeader returns the value of the file's Host header.
func (p *Plan) hostHeader() (pieces []piece, found bool) {
	for i := range p.headers {
		if p.headers[i].name == "Host" {
			return p.headers[i].pieces, true
		}
	}
	return nil, false
}
