package gcp

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"sync"

	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
)

// oauthCode is the shape of an error code of OAuth 2.0, which may be shown.
var oauthCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z_]{3,40}$`) })

// explainToken explains a sign-in that failed.
func explainToken(tried attempt, err error) (fault, bool) {
	var token *tokenError
	if !errors.As(err, &token) {
		return fault{}, false
	}
	answer := token.fault
	var file *fs.PathError
	switch {
	case answer == nil && errors.As(token.err, &file):
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the file with the token of the other identity provider cannot be read",
			hint: "check credential_source in the configuration of workload identity, and whether the platform has written the file",
		}, true
	case answer == nil:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the sign-in failed",
			hint: "check the credential with `vault-lsp credential test`, or sign in again: gcloud auth application-default login",
		}, true
	case answer.err != nil:
		return fault{}, false // no answer: a matter of the connection
	case answer.code == "invalid_grant" && answer.subtype == "invalid_rapt":
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the organization wants you to sign in again",
			hint: "gcloud auth application-default login",
		}, true
	case answer.code == "invalid_grant":
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the sign-in has expired or was revoked",
			hint: "sign in again: gcloud auth application-default login; with workload identity, check that the token of the other side is fresh and meant for this pool",
		}, true
	case answer.status == http.StatusTooManyRequests:
		return fault{kind: providers.Throttled, message: answer.host + " had too many sign-ins", hint: "wait a little and try again"}, true
	case answer.status >= 500:
		return fault{
			kind: providers.Unavailable, message: fmt.Sprintf("%s failed (status %d)", answer.host, answer.status),
			hint: "try again; https://status.cloud.google.com shows known troubles",
		}, true
	case answer.status >= 300 && answer.status < 400:
		return fault{
			kind: providers.Unavailable, message: answer.host + " redirects, which a sign-in does not follow",
			hint: "check the network: a sign-in page of a Wi-Fi does this",
		}, true
	}
	if api, ok := apierror.FromError(asError(answer)); ok {
		return explainTokenAPI(tried, answer, api), true
	}
	message := fmt.Sprintf("%s: %s refuses the sign-in (status %d)", tried.title, answer.host, answer.status)
	if oauthCode().MatchString(answer.code) {
		message = fmt.Sprintf("%s: %s refuses the sign-in (%s)", tried.title, answer.host, answer.code)
	}
	return fault{
		kind: providers.Unauthenticated, message: message,
		hint: "check the credential: the client, the pool, its provider and the token of the other side",
	}, true
}

// asError is the answer of a service as an error, or nil.
func asError(answer *tokenFault) error {
	if answer.api == nil {
		return nil
	}
	return answer.api
}

// explainTokenAPI explains a refusal of the IAM Credentials API inside a
// sign-in, such as an impersonation that a credential's file asks for.
func explainTokenAPI(tried attempt, answer *tokenFault, api *apierror.APIError) fault {
	switch statusCode(api) {
	case codes.PermissionDenied:
		if api.Reason() == reasonServiceDisabled {
			return iamDisabled()
		}
		return fault{
			kind: providers.Denied, message: tried.title + " may not impersonate the service account: iam.serviceAccounts.getAccessToken is missing",
			hint: "ask for roles/iam.serviceAccountTokenCreator (or roles/iam.workloadIdentityUser) on it",
		}
	case codes.NotFound:
		return fault{kind: providers.Unauthenticated, message: tried.title + ": there is no such service account", hint: "check its address"}
	}
	return fault{
		kind: providers.Unauthenticated, message: fmt.Sprintf("%s: %s refuses the sign-in (%s)", tried.title, answer.host, statusCode(api)),
		hint: "check the credential",
	}
}

func iamDisabled() fault {
	return fault{
		kind: providers.Denied, message: "the IAM Service Account Credentials API is not enabled in the project of the identity that impersonates",
		hint: "gcloud services enable iamcredentials.googleapis.com --project=PROJECT",
	}
}

// explainImpersonation explains an impersonation that was refused.
func explainImpersonation(tried attempt, err error) (fault, bool) {
	var failed *impersonationError
	var token *tokenError
	if !errors.As(err, &failed) || !errors.As(failed.err, &token) || token.fault == nil || token.fault.api == nil {
		return fault{}, false
	}
	api, ok := apierror.FromError(token.fault.api)
	if !ok {
		return fault{}, false
	}
	by := first(failed.by.email, "the "+failed.by.kind+" it builds on")
	switch statusCode(api) {
	case codes.PermissionDenied:
		if api.Reason() == reasonServiceDisabled {
			return iamDisabled(), true
		}
		return fault{
			kind: providers.Denied,
			message: fmt.Sprintf("%s: %s may not impersonate %s: the permission iam.serviceAccounts.getAccessToken is missing, or there is no such account",
				tried.title, by, failed.target),
			hint: fmt.Sprintf("ask for roles/iam.serviceAccountTokenCreator: gcloud iam service-accounts add-iam-policy-binding %s --member=%s --role=roles/iam.serviceAccountTokenCreator",
				failed.target, failed.by.member()),
		}, true
	case codes.NotFound:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": there is no service account " + failed.target,
			hint: "check " + fieldServiceAccount + " of the credential",
		}, true
	case codes.Unauthenticated:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the token of " + by + " is not accepted",
			hint: signInHint(failed.by),
		}, true
	case codes.InvalidArgument, codes.FailedPrecondition:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the impersonation of " + failed.target + " is refused as it is configured",
			hint: "check " + fieldDelegates + " and " + fieldDuration + "; more than 1h takes a policy of the organization",
		}, true
	case codes.ResourceExhausted:
		return fault{
			kind: providers.Throttled, message: "the quota of the IAM Credentials API is used up for now",
			hint: "wait a little and try again", retryAfter: retryAfter(api),
		}, true
	}
	return fault{}, false
}
