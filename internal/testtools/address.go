package testtools

import (
	"net"
	"testing"
)

// ClosedAddress returns host:port of this machine at which nobody listens.
func ClosedAddress(t testing.TB) string {
	t.Helper()
	listener := listen(t)
	_ = listener.Close()
	return listener.Addr().String()
}

// SilentAddress returns host:port of this machine at which connections are
// taken and nothing is ever said, until the test ends.
func SilentAddress(t testing.TB) string {
	t.Helper()
	listener := listen(t)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// listen listens on a free port. The system completes connections by itself,
// whether or not somebody accepts them.
func listen(t testing.TB) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}
