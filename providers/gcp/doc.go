// Package gcp reads secrets from Google Cloud Secret Manager, global and
// regional ones.
//
// Where requests go and with which identity is decided by the user's credential
// profile and environment alone. A reference names a project, a secret, a
// version and a location; each is checked before anything leaves, since the
// location becomes part of a host name and the others of a path.
//
// The generated client of Google speaks gRPC, or REST where a proxy stands
// between. It gets its connection and its tokens from this package, and not from
// the environment: no logging, no telemetry, no ambient endpoints.
package gcp
