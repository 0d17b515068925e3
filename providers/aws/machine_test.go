package aws_test

import (
	"net"
	"sync/atomic"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// TestMachineWithoutMetadata: a machine that is not of AWS says at once that it
// has no credentials. The tries of the metadata client and those of the service's
// client must not multiply.
func TestMachineWithoutMetadata(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = conn.Close()
		}
	}()
	t.Setenv("AWS_EC2_METADATA_DISABLED", "false")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://"+listener.Addr().String())
	_, err = aws.New(aws.Options{}).Get(t.Context(), credential("default", fields{"region": region}, nil), ref(t, "secret=x"))
	providertest.WantError(t, err, providers.Unauthenticated)
	_ = listener.Close()
	<-done
	// A token is asked for, then, for machines without tokens, the role.
	if n := connections.Load(); n < 1 || n > 2 {
		t.Errorf("%d connections, want 1 or 2", n)
	}
}
