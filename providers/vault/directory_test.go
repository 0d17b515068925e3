package vault_test

import (
	"encoding/asn1"
	"io"
	"net"
	"testing"
)

// directory is an LDAP server with one user, for the server's ldap method: it
// answers simple binds (RFC 4511 section 4.2) by the password and every search
// with nothing found.
type directory struct{ dn, password string }

// LDAP operations and results (RFC 4511 appendix B).
const (
	ldapBindRequest        = 0
	ldapBindResponse       = 1
	ldapUnbindRequest      = 2
	ldapSearchRequest      = 3
	ldapSearchDone         = 5
	ldapSuccess            = 0
	ldapInvalidCredentials = 49
)

// startDirectory returns the URL of the server.
func startDirectory(t *testing.T, d directory) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
	return "ldap://" + listener.Addr().String()
}

func (d directory) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	for {
		id, operation, err := readMessage(conn)
		if err != nil {
			return
		}
		var reply []byte
		switch operation.Tag {
		case ldapBindRequest:
			reply = ldapResult(ldapBindResponse, d.bind(operation.Bytes))
		case ldapSearchRequest:
			reply = ldapResult(ldapSearchDone, ldapSuccess)
		case ldapUnbindRequest:
			return
		default:
			return
		}
		message, err := asn1.Marshal(struct {
			ID        int
			Operation asn1.RawValue
		}{id, asn1.RawValue{FullBytes: reply}})
		if err != nil {
			return
		}
		if _, err := conn.Write(message); err != nil {
			return
		}
	}
}

// bind judges a name and a password.
func (d directory) bind(content []byte) int {
	var version, name, password asn1.RawValue
	for _, into := range []*asn1.RawValue{&version, &name, &password} {
		rest, err := asn1.Unmarshal(content, into)
		if err != nil {
			return ldapInvalidCredentials
		}
		content = rest
	}
	if string(name.Bytes) == d.dn && string(password.Bytes) == d.password {
		return ldapSuccess
	}
	return ldapInvalidCredentials
}

// readMessage reads one LDAPMessage.
func readMessage(conn net.Conn) (id int, operation asn1.RawValue, err error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(conn, head); err != nil {
		return 0, operation, err
	}
	length := int(head[1])
	if length > 0x80 {
		size := make([]byte, length-0x80)
		if _, err := io.ReadFull(conn, size); err != nil {
			return 0, operation, err
		}
		length = 0
		for _, b := range size {
			length = length<<8 | int(b)
		}
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(conn, body); err != nil {
		return 0, operation, err
	}
	rest, err := asn1.Unmarshal(body, &id)
	if err == nil {
		_, err = asn1.Unmarshal(rest, &operation)
	}
	return id, operation, err
}

// ldapResult is an LDAPResult with empty texts.
func ldapResult(operation, code int) []byte {
	content := []byte{asn1.TagEnum, 1, byte(code), asn1.TagOctetString, 0, asn1.TagOctetString, 0}
	return append([]byte{0x60 | byte(operation), byte(len(content))}, content...)
}
