package vault

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/vault/api"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The operations that errors name.
const (
	opGet    = "get"
	opList   = "list"
	opCheck  = "check"
	opSignIn = "sign in"
)

// hasStatus reports whether a server answered a request with a status. What it
// answered to the sign-in before it is not meant: that is a *loginError.
func hasStatus(err error, status int) bool {
	var response *api.ResponseError
	return errors.As(err, &response) && response.StatusCode == status && !errors.As(err, new(*loginError))
}

// isRaw reports whether an error's body had not the form of Vault's: then the
// status is that of another server.
func isRaw(err error) bool {
	var response *api.ResponseError
	return errors.As(err, &response) && response.RawError
}

// hasMessage reports whether a server's error texts hold a phrase. They are
// looked at and never shown: a server may repeat what it was sent.
func hasMessage(err error, phrase string) bool {
	var response *api.ResponseError
	return errors.As(err, &response) && slices.ContainsFunc(response.Errors, func(text string) bool {
		return strings.Contains(strings.ToLower(text), strings.ToLower(phrase))
	})
}

// fault is the sentence for an error, before it is known where it happened.
type fault struct {
	kind          providers.Kind
	message, hint string
	after         time.Duration // to wait; 0 if unknown
}

// explain turns any error of this package into one that may be shown. title is
// the credential and subject what was asked for. The caller's own cancellation
// comes back as it is.
func explain(ctx context.Context, op, title, subject string, err error) error {
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
	if !ok {
		f, ok = explainCredential(title, err)
	}
	if !ok {
		f, ok = explainStatus(title, subject, err)
	}
	if !ok {
		f = explainConnection(title, err)
	}
	return &providers.Error{
		Kind: f.kind, Provider: secret.Vault, Op: op, Message: f.message, Hint: f.hint, RetryAfter: f.after, Err: err,
	}
}

// explainReference explains what is wrong with what a reference names.
func explainReference(err error) (fault, bool) {
	var field *fieldError
	var mount *mountError
	var gone *missingError
	var removed *deletedError
	switch {
	case errors.As(err, &field):
		return fault{kind: providers.InvalidReference, message: field.Error(), hint: "correct the field in the reference"}, true
	case errors.As(err, &mount):
		return fault{kind: providers.InvalidReference, message: mount.text, hint: mount.hint}, true
	case errors.As(err, &gone):
		return fault{kind: providers.NotFound, message: gone.text, hint: gone.hint}, true
	case errors.As(err, &removed):
		return fault{kind: providers.Deleted, message: removed.text, hint: removed.hint}, true
	case errors.Is(err, errOwnToken):
		return fault{
			kind: providers.InvalidReference, message: "the path gives the token of the login, which a reference must not",
			hint: "name the path of a secret",
		}, true
	case errors.Is(err, errApproval):
		return fault{
			kind: providers.Denied, message: "somebody has to approve of this read first (a control group of the server)",
			hint: "read it with Vault's own command, which waits for the approval; this program does not",
		}, true
	case errors.Is(err, errNotObject):
		return fault{
			kind: providers.InvalidReference, message: "what is there is not a secret with keys and values",
			hint: "check mount and path",
		}, true
	}
	return fault{}, false
}

// explainCredential explains what is wrong with a profile or its login.
func explainCredential(title string, err error) (fault, bool) {
	var setting *settingError
	var login *loginError
	var environment *environmentError
	var refused *tokenError
	switch {
	case errors.As(err, &setting):
		return fault{
			kind: providers.Unauthenticated, message: title + ": " + setting.Error(),
			hint: "correct the credential in the configuration file",
		}, true
	case errors.As(err, &login):
		return fault{kind: providers.Unauthenticated, message: title + ": " + login.text, hint: login.hint}, true
	case errors.As(err, &environment):
		return fault{
			kind: providers.Unauthenticated, message: environment.Error(),
			hint: "Vault's client library reads VAULT_HEADERS, VAULT_CACERT, VAULT_SKIP_VERIFY and others at the start even where a credential does not use them: correct or unset them",
		}, true
	case errors.As(err, &refused):
		return fault{kind: providers.Unauthenticated, message: title + ": " + refused.text(), hint: refused.hint()}, true
	case strings.Contains(err.Error(), "non-printable characters"):
		return fault{
			kind: providers.Unauthenticated, message: title + ": the token holds characters that do not print",
			hint: "store the token as plain text, without line breaks inside",
		}, true
	case errors.Is(err, errMFA):
		return fault{
			kind: providers.Unsupported, message: title + ": the server wants a second factor (MFA) for this sign-in, which is not supported",
			hint: "sign in with Vault's own command, `vault login`, and use the token it stores; or use another way to sign in",
		}, true
	case errors.Is(err, errReset):
		return fault{kind: providers.Unavailable, message: title + ": " + errReset.Error(), hint: "try again"}, true
	}
	return fault{}, false
}

// explainStatus explains an answer of the server by its status.
func explainStatus(title, subject string, err error) (fault, bool) {
	var response *api.ResponseError
	if !errors.As(err, &response) {
		return fault{}, false
	}
	switch code := response.StatusCode; {
	case code == http.StatusForbidden:
		return explainDenied(title, subject, err), true
	case code == http.StatusUnauthorized:
		return fault{
			kind: providers.Unauthenticated, message: title + ": the server, or a gateway before it, wants another sign-in",
			hint: "check the address and the token",
		}, true
	case code == http.StatusNotFound:
		return fault{kind: providers.NotFound, message: subject + " does not exist", hint: "check path, mount and namespace"}, true
	case code == http.StatusPreconditionFailed:
		return fault{
			kind: providers.Unavailable, message: "the server that answered is a replica that is not up to date yet",
			hint: "try again in a moment",
		}, true
	case code == http.StatusServiceUnavailable && hasMessage(err, "sealed"):
		return fault{
			kind: providers.Sealed, message: "the server is sealed",
			hint: "whoever runs it must unseal it: vault operator unseal",
		}, true
	case code == http.StatusBadRequest && hasMessage(err, "http request to an https server"):
		return fault{
			kind: providers.Unavailable, message: "the server speaks https and the address says http",
			hint: "begin the address with https://",
		}, true
	case code == http.StatusBadRequest && hasMessage(err, "missing client token"):
		return fault{
			kind: providers.Unauthenticated, message: title + ": the server received no token",
			hint: "check that no gateway removes the header X-Vault-Token",
		}, true
	case code == http.StatusBadRequest && hasMessage(err, "unknown role"):
		return fault{
			kind: providers.NotFound, message: "there is nothing at " + subject + ": the engine has no such role",
			hint: "check the name of the role, the last part of path; Vault's names are case-sensitive",
		}, true
	case code >= 400 && code < 500:
		return fault{
			kind: providers.InvalidReference, message: fmt.Sprintf("the server refuses to read %s (status %d)", subject, code),
			hint: "check path, mount, engine and namespace",
		}, true
	default:
		return fault{
			kind: providers.Unavailable, message: fmt.Sprintf("the server failed (status %d)", code),
			hint: "try again; the server's own log says why",
		}, true
	}
}

// explainDenied explains what the policies of a login do not allow.
func explainDenied(title, subject string, err error) fault {
	f := fault{
		kind: providers.Denied, message: fmt.Sprintf("%s may not read %s", title, subject),
		hint: "the policies of the login do not allow it: check mount, path and namespace, or ask for the permission",
	}
	var denied *deniedError
	if !errors.As(err, &denied) {
		return f
	}
	f.hint = denied.hint()
	if denied.capability == "list" {
		f.message = fmt.Sprintf("%s may not list %s", title, subject)
	}
	return f
}

// explainConnection explains why there was no answer, or none of Vault's.
func explainConnection(title string, err error) fault {
	var redirect *outbound.RedirectError
	var plain *outbound.PlainHTTPError
	var large *outbound.TooLargeError
	var throttled *throttledError
	switch {
	case errors.As(err, &throttled):
		f := fault{
			kind: providers.Throttled, message: "the server has a limit on requests, which is reached",
			hint: "wait a little and try again", after: throttled.after,
		}
		if f.after > 0 {
			f.hint = fmt.Sprintf("try again in %s", f.after)
		}
		return f
	case errors.As(err, &redirect):
		return fault{
			kind: providers.Unavailable, message: "the server redirects to " + redirect.Target + ", which is not followed because the token would go along",
			hint: "if that is the right server, make it the address of " + title,
		}
	case errors.As(err, &plain):
		return fault{
			kind: providers.Unauthenticated, message: title + ": the address is plain http and leads to another machine",
			hint: "use https, or set " + fieldAllowHTTP + " to true for this credential",
		}
	case errors.Is(err, errNotVault), errors.Is(err, errNoLogin):
		return fault{
			kind: providers.Unavailable, message: "the answer is not one of a Vault server",
			hint: "check the address of " + title,
		}
	case errors.As(err, &large):
		return fault{kind: providers.Unavailable, message: large.Error(), hint: "check the address of " + title}
	}
	return explainFailure(title, err)
}

// explainFailure explains a connection that failed.
func explainFailure(title string, err error) fault {
	failure := outbound.Diagnose(err)
	f := fault{
		kind: providers.Unavailable, message: failure.Sentence(server(err)),
		hint: "check the address of " + title + ", and that the server runs",
	}
	var operation *net.OpError
	switch failure.Cause {
	case outbound.UnknownAuthority:
		f.hint = fmt.Sprintf("name the file with the authority's certificate in %s of %s", fieldCACert, title)
	case outbound.WrongName:
		f.hint = fmt.Sprintf("correct the address of %s, or name the certificate's name in %s", title, fieldTLSServerName)
	case outbound.CertificateExpired:
		f.hint = "check the clock of this machine; whoever runs the server must renew it"
	case outbound.CertificateInvalid:
		f.hint = fmt.Sprintf("check the address and %s of %s", fieldCACert, title)
	case outbound.HandshakeEnded:
		f.hint = fmt.Sprintf("it may want a client certificate: name %s and %s in %s", fieldClientCert, fieldClientKey, title)
	case outbound.NotTLS:
		f.hint = "check the address; a development server on this machine has one that begins with http://"
	case outbound.ProxyWantsPassword:
		f.hint = "write user and password into the proxy's URL"
	case outbound.ProxyRefuses:
		f.hint = "have the proxy let the host through, or name it in NO_PROXY"
	case outbound.NameUnresolved:
		f.hint = "check the address of " + title + ", and the network or VPN"
	case outbound.TimedOut:
		f.kind, f.hint = providers.Timeout, "check the address of "+title+", and the network or VPN"
	default:
		if errors.As(err, &operation) && operation.Net == "unix" && operation.Addr != nil {
			f.message = fmt.Sprintf("the socket %s does not answer", operation.Addr)
			f.hint = "check the address of " + title + ", and that the agent runs"
		}
	}
	var unverified *unverifiedError
	if errors.As(err, &unverified) {
		f.hint += "; VAULT_SKIP_VERIFY is set and has no effect here: certificates are always verified"
	}
	return f
}

// server names the server that an error of the HTTP client is about by its
// host and port: a user with several vaults sees which one it was.
func server(err error) string {
	if host := outbound.Host(err); host != "" {
		return "the server at " + host
	}
	return "the server"
}
