// Package azure reads secrets from Azure Key Vault.
//
// Which hosts it talks to is decided by the user's credential profile: a
// reference names a vault of the profile's cloud, and an identifier whose host
// is not one of that cloud's vaults is refused before a packet leaves. On top
// of that the library's own check stays on, which compares the resource a vault
// asks a token for with the vault's host, so that no token goes to a server
// that is not what its name says.
//
// Tokens live in memory for as long as the client of their credential. What a
// person's sign-in in the browser or with a device code leaves, a refresh
// token, is kept in the credential's Session.
package azure
