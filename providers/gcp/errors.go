package gcp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The operations that errors name.
const (
	opGet   = "get"
	opList  = "list"
	opCheck = "check"
)

// fault is the sentence for an error.
type fault struct {
	kind          providers.Kind
	message, hint string
	retryAfter    time.Duration
}

// attempt is what was tried when an error came up.
type attempt struct {
	op         string
	title      string // the credential
	who        principal
	subject    string   // what was asked for
	at         location // where that is, as far as it is known
	permission string   // what it takes
}

// explain turns any error of this package into one that may be shown. The
// caller's own cancellation comes back as it is.
func explain(ctx context.Context, tried attempt, err error) error {
	if err == nil {
		return nil
	}
	var done *providers.Error
	if errors.As(err, &done) {
		return done
	}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	f, ok := explainReference(err)
	for _, next := range []func(attempt, error) (fault, bool){
		explainCredential, explainImpersonation, explainToken, explainStatus, explainConnection,
	} {
		if ok {
			break
		}
		f, ok = next(tried, err)
	}
	return &providers.Error{
		Kind: f.kind, Provider: secret.GCP, Op: tried.op, Message: f.message, Hint: f.hint, RetryAfter: f.retryAfter, Err: err,
	}
}

// explainReference explains what is wrong with what a reference names.
func explainReference(err error) (fault, bool) {
	var field *fieldError
	var lost *missingError
	var gone *goneError
	switch {
	case errors.As(err, &field):
		return fault{kind: providers.InvalidReference, message: field.Error(), hint: first(field.hint, "correct the field in the reference")}, true
	case errors.As(err, &lost):
		return fault{kind: providers.NotFound, message: lost.text, hint: lost.hint}, true
	case errors.As(err, &gone):
		return fault{kind: providers.Deleted, message: gone.text, hint: gone.hint}, true
	case errors.Is(err, errNoProject):
		return fault{
			kind: providers.InvalidReference, message: "the reference names no project, and neither does the credential",
			hint: "write project=… in the reference, give the credential a project, or set GOOGLE_CLOUD_PROJECT",
		}, true
	case errors.Is(err, errChecksum):
		return fault{
			kind: providers.Damaged, message: "the secret was damaged on its way: its checksum (CRC32C) does not match",
			hint: "try again; if it stays, whatever stands between this machine and Google changes the answers",
		}, true
	}
	return fault{}, false
}

// explainCredential explains what is wrong with a profile.
func explainCredential(tried attempt, err error) (fault, bool) {
	var setting *settingError
	var method *methodError
	var proxy *proxyError
	switch {
	case errors.As(err, &setting):
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": " + setting.Error(),
			hint: "correct the credential in the configuration file",
		}, true
	case errors.As(err, &method):
		return fault{kind: providers.Unauthenticated, message: tried.title + ": " + method.text, hint: method.hint}, true
	case errors.As(err, &proxy):
		return fault{
			kind: providers.Unavailable, message: "the proxy that is configured cannot be used",
			hint: "correct HTTPS_PROXY, or proxy in the configuration file: http://host:port",
		}, true
	case errors.Is(err, errReset):
		return fault{kind: providers.Unavailable, message: tried.title + ": " + errReset.Error(), hint: "try again"}, true
	}
	return fault{}, false
}

// member is how IAM names a principal, for the commands in hints.
func (p principal) member() string {
	switch {
	case p.email == "":
		return "MEMBER"
	case p.kind == "user account":
		return "user:" + p.email
	}
	return "serviceAccount:" + p.email
}

// grantHint says how to grant what it takes, for no more than that.
func (t attempt) grantHint() string {
	role, of := "roles/secretmanager.viewer", "projects add-iam-policy-binding "+first(t.at.project, "PROJECT")
	if t.permission == permissionAccess {
		role = "roles/secretmanager.secretAccessor"
		if t.at.secret != "" {
			of = "secrets add-iam-policy-binding " + t.at.secret + " " + t.at.flags()
		}
	}
	return fmt.Sprintf("ask for %s: gcloud %s --member=%s --role=%s", role, of, t.who.member(), role)
}
