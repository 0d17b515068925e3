// Package gcpfake is a stand-in for the services of Google Cloud that package
// gcp talks to, for tests: Secret Manager over gRPC and over REST, the token
// endpoint of OAuth 2.0, the Security Token Service and the IAM Credentials
// API, all behind one TLS server that has Google's names.
//
// The messages are the official ones (secretmanagerpb), the REST face is made
// from the HTTP annotations in them, and what the services do follows their
// documentation, which is named beside each behaviour.
package gcpfake
