package outbound

import (
	"context"
	"net/netip"
	"strings"
	"syscall"
)

// PlainHTTPError is a request over plain http that would lead off this machine.
type PlainHTTPError struct{ Address string }

// Error names the address.
func (e *PlainHTTPError) Error() string { return e.Address + " is plain http and not on this machine" }

// onlyLoopback refuses a connection after its name was resolved and before the
// first byte leaves, so that no name can pretend to be this machine.
func onlyLoopback(_ context.Context, _, address string, _ syscall.RawConn) error {
	resolved, err := netip.ParseAddrPort(address)
	if err != nil || !resolved.Addr().Unmap().IsLoopback() {
		return &PlainHTTPError{Address: address}
	}
	return nil
}

// IsLocalName reports whether a host name, without its port, should mean this
// machine: localhost and the names below it (RFC 6761, section 6.3).
func IsLocalName(host string) bool {
	host = strings.ToLower(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// IsLoopback reports whether a host, without its port, is an address of this
// machine.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// MayBeLoopback reports whether a host is this machine or, by its name, should
// be; NewLoopbackDialer makes sure of the latter.
func MayBeLoopback(host string) bool { return IsLocalName(host) || IsLoopback(host) }
