// Package vault reads secrets from a HashiCorp Vault server, from HCP Vault
// Dedicated and from OpenBao: version 1 and 2 of the key/value engine, and any
// other secrets engine that answers to a plain read.
//
// Where requests go and with which token is decided by the user's credential
// profile alone. The client library reads VAULT_TOKEN, VAULT_NAMESPACE,
// VAULT_HEADERS and others by itself and follows redirects with the token; this
// package overwrites the former and refuses the latter, so that a reference in
// a cloned file can neither choose a server nor add to what is sent to it.
//
// The login of a profile lives as long as its client: it is renewed when two
// thirds of its time are over, repeated when the server no longer accepts it,
// and revoked on Reset and Close if this package created it. That of a person,
// made in the browser (OIDC), is kept in the credential's Session instead, renewed
// also while nobody asks for a secret, and never revoked by the program's end.
//
// What an engine issues for a read, such as a database user, has a lease. It is
// not renewed: the cache serves it until it ends, and then another is read. It is
// given back when the cache lets go of it, on the reset of its reference or its
// credential, at the end, and when nobody waits for it any more as it comes.
package vault
