package hcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
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

// endOfLife is what became of the service and where its secrets go.
const (
	endOfLife = "HCP Vault Secrets ended on 2026-07-01 and HashiCorp's endpoint no longer answers for it"
	whereToGo = "keep the secret in another vault, such as HCP Vault Dedicated, and refer to it with {{$vault …}}; the editor's code action on the reference rewrites it"
)

// Codes of google.rpc.Status, which the interface's errors carry beside the
// status of HTTP (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto).
const (
	codeInvalidArgument    = 3
	codeFailedPrecondition = 9
	codeUnimplemented      = 12
)

// fault is the sentence for an error.
type fault struct {
	kind          providers.Kind
	message, hint string
	wait          time.Duration
}

// explain turns any error of this package into one that may be shown. title is
// the credential. The caller's own cancellation comes back as it is.
func explain(ctx context.Context, op, title string, err error) error {
	var done *providers.Error
	if errors.As(err, &done) {
		return done
	}
	if cause := ctx.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	subject := "what it was asked for"
	var located *locatedError
	if errors.As(err, &located) {
		subject = located.at.String()
	} else if op == opList {
		subject = "the list"
	}
	f, ok := explainCredential(title, err)
	if !ok {
		f, ok = explainReference(subject, err)
	}
	if !ok {
		f, ok = explainStatus(title, subject, err)
	}
	if !ok {
		f = explainConnection(title, err)
	}
	return &providers.Error{
		Kind: f.kind, Provider: secret.HCP, Op: op, Message: f.message, Hint: f.hint, RetryAfter: f.wait, Err: err,
	}
}

// explainCredential explains what is wrong with a profile or its sign-in.
func explainCredential(title string, err error) (fault, bool) {
	var setting *settingError
	var refused *signInError
	switch {
	case errors.As(err, &setting):
		return fault{
			kind: providers.Unauthenticated, message: title + ": " + setting.Error(),
			hint: "correct the credential in the configuration file",
		}, true
	case errors.Is(err, errReset):
		return fault{kind: providers.Unavailable, message: title + ": " + errReset.Error(), hint: "try again"}, true
	case errors.As(err, &refused):
		return explainSignIn(title, refused.err)
	}
	return fault{}, false
}

// explainSignIn explains an answer of the identity service (RFC 6749, section
// 5.2, and the access_denied that HashiCorp's service gives to wrong secrets).
func explainSignIn(title string, err error) (fault, bool) {
	var answer *statusError
	if errors.Is(err, errNotHCP) {
		return fault{
			kind: providers.Unavailable, message: title + ": the answer is not one of an identity service",
			hint: "check " + fieldAuthURL + " of the credential",
		}, true
	}
	if !errors.As(err, &answer) {
		return fault{}, false
	}
	switch {
	case answer.status == http.StatusTooManyRequests:
		return throttled("the identity service", answer), true
	case answer.status >= 300 && answer.status < 400:
		return redirected(title, answer, fieldAuthURL), true
	case answer.status == http.StatusNotFound, answer.status == http.StatusMethodNotAllowed:
		return fault{
			kind: providers.Unavailable, message: title + ": " + answer.origin + " is no identity service",
			hint: "check " + fieldAuthURL + " of the credential",
		}, true
	case answer.status == http.StatusBadRequest && answer.message != "invalid_client" && answer.message != "unauthorized_client":
		return fault{
			kind: providers.Unauthenticated, message: title + ": the identity service refuses the request for a token",
			hint: "check " + fieldAudience + " and " + fieldClientID + " of the credential",
		}, true
	case answer.status >= 400 && answer.status < 500:
		return fault{
			kind: providers.Unauthenticated, message: title + ": the identity service refuses the client id and secret",
			hint: "the secret may be wrong, revoked or replaced: make a new key of the service principal in the HCP portal and store it",
		}, true
	}
	return fault{
		kind: providers.Unavailable, message: fmt.Sprintf("the identity service at %s failed (status %d)", answer.origin, answer.status),
		hint: "try again later",
	}, true
}

// explainReference explains what is wrong with what a reference names.
func explainReference(subject string, err error) (fault, bool) {
	var scope *scopeError
	var revoked *revokedError
	switch {
	case errors.As(err, &scope) && scope.missing:
		return fault{kind: providers.NotFound, message: scope.text, hint: scope.hint}, true
	case errors.As(err, &scope):
		return fault{kind: providers.InvalidReference, message: scope.text, hint: scope.hint}, true
	case errors.As(err, &revoked):
		return fault{
			kind: providers.Deleted, message: fmt.Sprintf("%s was revoked at %s", subject, revoked.since.UTC().Format(time.RFC3339)),
			hint: "leave version out for the newest one",
		}, true
	}
	return fault{}, false
}

// explainStatus explains an answer of the interface by its status.
func explainStatus(title, subject string, err error) (fault, bool) {
	var answer *statusError
	if !errors.As(err, &answer) {
		return fault{}, false
	}
	if isPublic(answer.origin) && gone(answer) {
		return fault{kind: providers.Unavailable, message: endOfLife, hint: whereToGo}, true
	}
	switch status := answer.status; {
	case status == http.StatusUnauthorized:
		return fault{
			kind: providers.Unauthenticated, message: title + ": the service does not accept the token of the sign-in",
			hint: fmt.Sprintf("check that %s, %s and %s of the credential belong together", fieldAuthURL, fieldAPIURL, fieldAudience),
		}, true
	case status == http.StatusForbidden:
		return fault{
			kind: providers.Denied, message: fmt.Sprintf("%s may not read %s", title, subject),
			hint: "give the service principal the role Vault Secrets App Secret Reader in the project, or check organization and project",
		}, true
	case status == http.StatusNotFound && answer.code == 0:
		return fault{
			kind: providers.Unavailable, message: answer.origin + " has no interface of HCP Vault Secrets",
			hint: "check " + fieldAPIURL + " of " + title,
		}, true
	case status == http.StatusNotFound:
		return fault{
			kind: providers.NotFound, message: subject + " does not exist",
			hint: cmp.Or(sentence(isPublic(answer.origin), whereToGo), "check app, secret and version, and the project of the credential; names are case-sensitive"),
		}, true
	case status == http.StatusGone:
		return fault{kind: providers.Deleted, message: subject + " is gone", hint: whereToGo}, true
	case status == http.StatusTooManyRequests:
		return throttled("the service", answer), true
	case status >= 300 && status < 400:
		return redirected(title, answer, fieldAPIURL), true
	case answer.code == codeInvalidArgument, answer.code == codeFailedPrecondition, status == http.StatusBadRequest:
		return fault{
			kind: providers.InvalidReference, message: "the service refuses to read " + subject,
			hint: "check the fields; only static and rotating secrets have versions",
		}, true
	case answer.code == codeUnimplemented, status == http.StatusNotImplemented:
		return fault{
			kind: providers.Unsupported, message: answer.origin + " does not answer this call",
			hint: "check " + fieldAPIURL + " of " + title,
		}, true
	case status >= 400 && status < 500:
		return fault{
			kind: providers.InvalidReference, message: fmt.Sprintf("the service refuses to read %s (status %d)", subject, status),
			hint: "check the fields of the reference and of " + title,
		}, true
	}
	return fault{
		kind: providers.Unavailable, message: fmt.Sprintf("the service at %s failed (status %d)", answer.origin, answer.status),
		hint: "try again later",
	}, true
}

// isPublic reports whether an origin is HashiCorp's own endpoint.
func isPublic(origin string) bool {
	return origin == defaultAPIURL || origin == "https://api.cloud.eu.hashicorp.com"
}

// gone reports whether an answer of HashiCorp's own endpoint means that the
// whole service is no longer there: it says so, a gateway knows no such path
// (grpc-gateway answers "Not Found" to it, a secret that is missing has a
// sentence of its own), or the body is none of the service's.
func gone(answer *statusError) bool {
	switch answer.status {
	case http.StatusGone, http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return true
	case http.StatusNotFound:
		return answer.code == 0 || answer.message == "not found" || strings.Contains(answer.message, "end of life")
	}
	return answer.status >= 300 && answer.status < 400
}

// sentence is the text if the condition holds.
func sentence(holds bool, text string) string {
	if holds {
		return text
	}
	return ""
}

func throttled(who string, answer *statusError) fault {
	f := fault{kind: providers.Throttled, message: who + " has a limit on requests, which is reached", wait: answer.wait}
	f.hint = "wait a little and try again"
	if answer.wait > 0 {
		f.hint = fmt.Sprintf("try again in %s", answer.wait.Round(time.Second))
	}
	return f
}

func redirected(title string, answer *statusError, field string) fault {
	return fault{
		kind:    providers.Unavailable,
		message: fmt.Sprintf("%s redirects to %s, which is not followed because the sign-in would go along", answer.origin, cmp.Or(answer.target, "another place")),
		hint:    fmt.Sprintf("if that is the right service, make it %s of %s", field, title),
	}
}
