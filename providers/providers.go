// Package providers defines what a secret provider is and resolves references
// through the cache, the credentials and the providers that are wired in.
package providers
