// Package onepassword reads secrets from 1Password with the user's own op
// program, version 2 of the 1Password CLI
// (https://developer.1password.com/docs/cli/reference). How op signs in is op's
// business: through the desktop app, a session of the terminal, or the token of
// a service account that a credential profile holds.
//
// The program is found on the PATH or named by absolute path in the user's
// configuration, never in a workspace. It is started without a shell; the
// reference follows a --, so that it cannot be taken for a flag. Its standard
// error is looked at to tell failures apart and never shown, because it repeats
// what it was asked.
package onepassword
