package gcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/googleapis/gax-go/v2/apierror"
	"google.golang.org/api/googleapi"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Reasons of the API for refusing a call.
// https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto
const (
	reasonDenied           = "IAM_PERMISSION_DENIED"
	reasonServiceDisabled  = "SERVICE_DISABLED"
	reasonBilling          = "BILLING_DISABLED"
	reasonConsumer         = "CONSUMER_INVALID"
	reasonSuspended        = "CONSUMER_SUSPENDED"
	reasonProject          = "RESOURCE_PROJECT_INVALID"
	reasonQuotaProject     = "USER_PROJECT_DENIED"
	reasonScope            = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
	reasonTokenExpired     = "ACCESS_TOKEN_EXPIRED"
	reasonAccountState     = "ACCOUNT_STATE_INVALID"
	reasonPerimeter        = "SECURITY_POLICY_VIOLATED"
	reasonLocation         = "LOCATION_POLICY_VIOLATED"
	reasonOrganization     = "ORG_RESTRICTION_VIOLATION"
	violationVPCPerimeter  = "VPC_SERVICE_CONTROLS"
	consumerOfGcloud       = "projects/764086051850" // gcloud's own project: no quota project is set
	serviceOfSecretManager = "secretmanager.googleapis.com"
)

// statusCode is the code of an answer. Over REST, where several codes share an
// HTTP status, it stands in the body.
// https://cloud.google.com/apis/design/errors#http_mapping
func statusCode(api *apierror.APIError) codes.Code {
	var failed *googleapi.Error
	if api.HTTPCode() < 0 || !errors.As(api.Unwrap(), &failed) {
		return api.GRPCStatus().Code()
	}
	var body struct {
		Error struct {
			Status json.RawMessage `json:"status"`
		} `json:"error"`
	}
	var code codes.Code
	if json.Unmarshal([]byte(failed.Body), &body) == nil && json.Unmarshal(body.Error.Status, &code) == nil && code != codes.OK {
		return code
	}
	switch failed.Code {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return codes.Unavailable
	case http.StatusProxyAuthRequired:
		return codes.Unknown
	}
	return api.GRPCStatus().Code()
}

// retryAfter is how long an answer asks to wait; 0 if it does not say.
func retryAfter(api *apierror.APIError) time.Duration {
	if info := api.Details().RetryInfo; info != nil && info.GetRetryDelay().IsValid() {
		return max(0, info.GetRetryDelay().AsDuration())
	}
	var failed *googleapi.Error
	if errors.As(api.Unwrap(), &failed) {
		return outbound.RetryAfter(failed.Header, time.Now())
	}
	return 0
}

// explainStatus explains an answer of the API.
func explainStatus(tried attempt, err error) (fault, bool) {
	api := apiError(err)
	if api == nil {
		return fault{}, false
	}
	if f, ok := explainReason(tried, api); ok {
		return f, true
	}
	switch code := statusCode(api); code {
	case codes.PermissionDenied:
		return explainDenied(tried, api), true
	case codes.Unauthenticated:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": Google does not accept the token",
			hint: signInHint(tried.who),
		}, true
	case codes.NotFound:
		return fault{
			kind: providers.NotFound, message: tried.subject + " does not exist",
			hint: "check the names, the project and the location; ids are case-sensitive",
		}, true
	case codes.ResourceExhausted:
		return fault{
			kind: providers.Throttled, message: "the quota of Secret Manager is used up for now",
			hint: "wait a little and try again, or raise the quota of the project", retryAfter: retryAfter(api),
		}, true
	case codes.InvalidArgument, codes.FailedPrecondition, codes.OutOfRange:
		return fault{
			kind: providers.InvalidReference, message: fmt.Sprintf("Secret Manager refuses the request for %s (%s)", tried.subject, code),
			hint: "check project, secret, version and location; a secret that is regional needs its location",
		}, true
	case codes.Unimplemented:
		return fault{
			kind: providers.Unavailable, message: "the server does not know Secret Manager's API",
			hint: "check the endpoint of " + tried.title,
		}, true
	case codes.DeadlineExceeded:
		return fault{
			kind: providers.Timeout, message: "Secret Manager did not answer in time",
			hint: "check the network or VPN, and try again",
		}, true
	case codes.Unavailable, codes.Canceled, codes.Unknown:
		return fault{}, false // there may be more to say about the connection
	default:
		return fault{
			kind: providers.Unavailable, message: fmt.Sprintf("Secret Manager failed (%s)", code),
			hint: "try again; https://status.cloud.google.com shows known troubles",
		}, true
	}
}

// explainReason explains an answer by the reason in its details.
func explainReason(tried attempt, api *apierror.APIError) (fault, bool) {
	project := first(tried.at.project, "PROJECT")
	switch api.Reason() {
	case reasonServiceDisabled:
		return explainDisabled(tried, api), true
	case reasonBilling:
		return fault{
			kind: providers.Denied, message: "billing is disabled for the project " + project,
			hint: "link a billing account to the project",
		}, true
	case reasonConsumer, reasonProject:
		return fault{
			kind: providers.NotFound, message: "there is no project " + project,
			hint: "check project, and the project of the credential and its quota project; `gcloud projects list` shows those you can see",
		}, true
	case reasonSuspended:
		return fault{kind: providers.Denied, message: "the project " + project + " is suspended", hint: "the console says why"}, true
	case reasonQuotaProject:
		return fault{
			kind: providers.Denied, message: tried.title + " may not use the quota project (serviceusage.services.use is missing)",
			hint: "name another in quotaProject or with `gcloud auth application-default set-quota-project`, or ask for roles/serviceusage.serviceUsageConsumer in it",
		}, true
	case reasonScope:
		return fault{
			kind: providers.Denied, message: tried.title + ": the token lacks the scope cloud-platform",
			hint: "sign in with `gcloud auth application-default login`, or give the virtual machine that scope",
		}, true
	case reasonTokenExpired:
		return fault{kind: providers.Unauthenticated, message: tried.title + ": the token has expired", hint: signInHint(tried.who)}, true
	case reasonAccountState:
		return fault{
			kind: providers.Unauthenticated, message: tried.title + ": the account is disabled or deleted",
			hint: "enable it again: gcloud iam service-accounts enable, or use another account",
		}, true
	case reasonLocation, reasonOrganization:
		return fault{
			kind: providers.Denied, message: "a policy of the organization forbids the request for " + tried.subject,
			hint: "ask who runs the organization's policies",
		}, true
	}
	if isPerimeter(api) {
		return explainPerimeter(tried, api), true
	}
	return fault{}, false
}

// explainDisabled explains a project that has not enabled the API.
func explainDisabled(tried attempt, api *apierror.APIError) fault {
	consumer := api.Metadata()["consumer"]
	if consumer == consumerOfGcloud {
		return fault{
			kind: providers.Denied, message: tried.title + " has no quota project, which user accounts need",
			hint: "gcloud auth application-default set-quota-project " + first(tried.at.project, "PROJECT") + ", or set quotaProject of the credential",
		}
	}
	project := first(tried.at.project, "PROJECT")
	if named := strings.TrimPrefix(consumer, "projects/"); named != "" && projectPattern().MatchString(named) {
		project = named
	}
	return fault{
		kind: providers.Denied, message: "the Secret Manager API is not enabled in the project " + project,
		hint: "gcloud services enable " + serviceOfSecretManager + " --project=" + project + "; it takes a few minutes to count",
	}
}

// isPerimeter reports whether VPC Service Controls refused.
// https://cloud.google.com/vpc-service-controls/docs/troubleshooting
func isPerimeter(api *apierror.APIError) bool {
	if api.Reason() == reasonPerimeter {
		return true
	}
	for _, violation := range api.Details().PreconditionFailure.GetViolations() {
		if violation.GetType() == violationVPCPerimeter {
			return true
		}
	}
	return false
}

// perimeterID is what an administrator finds the refusal by.
var perimeterID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{6,120}$`) })

func explainPerimeter(tried attempt, api *apierror.APIError) fault {
	id := api.Metadata()["uid"]
	for _, violation := range api.Details().PreconditionFailure.GetViolations() {
		if violation.GetType() == violationVPCPerimeter {
			id = first(id, violation.GetDescription())
		}
	}
	hint := "connect from inside the perimeter (VPN, allowed network), or ask for an access level"
	if perimeterID().MatchString(id) {
		hint += "; the administrator finds the refusal as vpcServiceControlsUniqueIdentifier " + id
	}
	return fault{
		kind: providers.Denied, message: "a perimeter of VPC Service Controls forbids the request for " + tried.subject, hint: hint,
	}
}

// permissionPattern is the name of a permission.
var permissionPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z]+(\.[a-zA-Z]+){2}$`) })

// explainDenied names the permission and the account.
func explainDenied(tried attempt, api *apierror.APIError) fault {
	if named := api.Metadata()["permission"]; permissionPattern().MatchString(named) {
		tried.permission = named
	}
	f := fault{
		kind: providers.Denied,
		message: fmt.Sprintf("%s may not read %s: the permission %s is missing, or there is no such project or secret",
			tried.title, tried.subject, tried.permission),
		hint: tried.grantHint() + "; Google answers the same for names that do not exist, so check those too",
	}
	if tried.permission == permissionListSecrets || tried.permission == permissionListVersions {
		f.message = fmt.Sprintf("%s may not list %s: the permission %s is missing", tried.title, tried.subject, tried.permission)
		f.hint = tried.grantHint() + "; type the name meanwhile, sending does not need the permission"
	}
	return f
}

// signInHint says how a principal signs in again.
func signInHint(who principal) string {
	if who.kind == "service account" && who.via == "" {
		return "check that the account and its key are enabled, and that the clock of this machine is right; make a new key if the key was deleted"
	}
	return "sign in again: gcloud auth application-default login"
}
