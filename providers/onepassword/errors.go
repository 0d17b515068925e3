package onepassword

import (
	"context"
	"errors"
	"fmt"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The operations that errors name.
const (
	opGet   = "get"
	opList  = "list"
	opCheck = "check"
)

var (
	errNotOp    = errors.New("the program op is not the 1Password CLI")
	errTooLarge = errors.New("the output of op is larger than 16 MiB")
)

// signInPhrases are what op says where nobody is signed in.
var signInPhrases = []string{
	"not currently signed in", "is not signed in", "session expired", "no accounts configured", "no account found",
	"(401)", "unauthorized", "authorization prompt dismissed", "authorization denied", "authorization timeout", "invalid service account token",
	"failed to decodesacredentials", "failed to deserialize",
}

// fault is what a failure of op means.
type fault struct {
	phrases       []string // one of which op says, in lower case
	kind          providers.Kind
	message, hint string
}

// faults is the table of failures. The phrases are those of op 2.30, as its
// users quote them; subject and title are put in for %s.
func faults(title, subject string) []fault {
	return []fault{
		{[]string{"too many requests", "rate-limited", "rate limit", "(429)"}, providers.Throttled, "1Password has a limit on requests, which is reached", "wait a little and try again"},
		{[]string{"authorization prompt dismissed", "authorization denied", "authorization timeout"}, providers.Unauthenticated, title + ": the prompt of the 1Password app was not confirmed", "try again and confirm it"},
		{[]string{"no accounts configured", "no account found"}, providers.Unauthenticated, title + ": op knows no such account", "add it with `op account add`, or turn on the integration with the CLI in the settings of the 1Password app"},
		{[]string{"invalid service account token", "failed to decodesacredentials", "failed to deserialize", "(401)"}, providers.Unauthenticated, title + ": 1Password refuses the sign-in", "the token may be wrong, expired or revoked: make a new one and store it"},
		{signInPhrases, providers.Unauthenticated, title + ": nobody is signed in to 1Password", "sign in with `op signin`, unlock the 1Password app, or configure a service account"},
		{[]string{"cannot connect to 1password app", "connecting to desktop app"}, providers.Unavailable, "op cannot reach the 1Password app", "start the app and unlock it, and check that its integration with the CLI is on"},
		{[]string{"isn't a vault"}, providers.NotFound, fmt.Sprintf("the vault of %s does not exist, or %s does not see it", subject, title), "check the vault's name; a service account sees only the vaults it was given"},
		{[]string{"isn't an item", "no item found", "item not found"}, providers.NotFound, fmt.Sprintf("the item of %s does not exist", subject), "check the item's name; archived items are not found"},
		{[]string{"does not have a field", "isn't a field", "could not find field", "no such field", "does not have a section", "isn't a section"}, providers.NotFound, fmt.Sprintf("the item of %s has no such field", subject), "check section and field; the 1Password app copies the reference of a field"},
		{[]string{"more than one item matches", "more than one vault matches", "multiple fields"}, providers.InvalidReference, fmt.Sprintf("several things match %s", subject), "give the id instead of the name"},
		{[]string{"(403)", "forbidden", "do not have permission", "not authorized", "access denied"}, providers.Denied, fmt.Sprintf("%s may not read %s", title, subject), "ask for the permission to read the vault"},
		{[]string{"invalid secret reference", "secret references should match"}, providers.InvalidReference, fmt.Sprintf("op does not read %s", subject), "write op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD"},
		{[]string{"no such host", "dial tcp", "network is unreachable", "connection refused", "proxyconnect", "i/o timeout"}, providers.Unavailable, "op cannot reach 1Password", "check the network, VPN or proxy"},
	}
}

// explain turns any error of this package into one that may be shown. The
// caller's own cancellation comes back as it is.
func explain(ctx context.Context, op string, credential providers.Credential, subject string, err error) error {
	var done *providers.Error
	if errors.As(err, &done) {
		return done
	}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	found := meaning(credential.Profile.Title(), subject, err)
	return &providers.Error{Kind: found.kind, Provider: secret.Op, Op: op, Message: found.message, Hint: found.hint, Err: err}
}

// meaning is what an error means.
func meaning(title, subject string, err error) fault {
	var program *programError
	var exited *exitError
	switch {
	case errors.As(err, &program):
		return fault{kind: providers.Unavailable, message: program.text, hint: program.hint}
	case errors.Is(err, context.DeadlineExceeded):
		return fault{kind: providers.Timeout, message: "op did not end in time", hint: "unlock the 1Password app, which may be waiting for you, and try again"}
	case errors.Is(err, errNotOp), errors.Is(err, errTooLarge):
		return fault{kind: providers.Unavailable, message: err.Error(), hint: "check " + fieldProgram + " of the credential, and that version 2 of op is on the PATH"}
	case !errors.As(err, &exited):
		return fault{kind: providers.Unavailable, message: "op could not be run", hint: "run op --version in a terminal"}
	}
	for _, f := range faults(title, subject) {
		if exited.is(f.phrases) {
			return f
		}
	}
	return fault{
		kind: providers.Unavailable, message: fmt.Sprintf("op failed (exit status %d)", exited.status),
		hint: "run op read in a terminal: it says why",
	}
}
