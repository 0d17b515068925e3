package awsauth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
)

// Failure is an error that a service has answered.
type Failure struct {
	// Service and Operation are as the SDK names them: "Secrets Manager",
	// "GetSecretValue".
	Service, Operation string
	// Code is the service's own name of the error: "ResourceNotFoundException";
	// "" where the answer names none.
	Code   string
	Status int // of HTTP; 0 if unknown

	text string // what the service said; never shown
}

// says reports whether the service's text holds a phrase. The text is never
// shown, since it may repeat what it was sent.
func (f Failure) says(phrase string) bool {
	return strings.Contains(strings.ToLower(f.text), strings.ToLower(phrase))
}

// Says reports whether the service's text, which is never shown, holds a
// phrase, whatever its case.
func (f Failure) Says(phrase string) bool { return f.says(phrase) }

// FailureOf is the answer of a service in an error, if there was one. Where
// getting credentials failed inside a call it is the innermost: what STS
// answered and not what the call was for.
func FailureOf(err error) (Failure, bool) {
	var f Failure
	for next := err; next != nil; {
		var operation *smithy.OperationError
		if !errors.As(next, &operation) {
			break
		}
		f.Service, f.Operation = operation.ServiceID, operation.OperationName
		next = operation.Err
	}
	var response *smithyhttp.ResponseError
	answered := false
	if errors.As(err, &response) {
		f.Status = response.HTTPStatusCode()
		answered = f.Status != 0 // 0 is a request that got no answer
	}
	var api smithy.APIError
	var unread *smithy.DeserializationError
	switch {
	case errors.As(err, &api):
		f.Code, f.text, answered = api.ErrorCode(), api.ErrorMessage(), true
		// Some services name the code with its namespace.
		if i := strings.LastIndexByte(f.Code, '#'); i >= 0 {
			f.Code = f.Code[i+1:]
		}
	case errors.As(err, &unread):
		f.Code, f.text = codeInXML(unread.Snapshot)
	}
	return f, answered && f.Service != "ec2imds"
}

// codeInXML finds the code of an error in XML, with which gateways and
// emulators answer calls of the JSON protocol too.
func codeInXML(snapshot []byte) (code, text string) {
	_, rest, _ := strings.Cut(string(snapshot), "<Code>")
	code, _, ok := strings.Cut(rest, "</Code>")
	if !ok || len(code) > 100 || !isPlain(code) {
		return "", ""
	}
	return code, string(snapshot)
}

// denial is what IAM's sentence says about who may not do what to which
// resource: "User: ARN is not authorized to perform: ACTION on resource: ARN …"
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html).
// Only what looks like a name is taken from it. It is read by hand because a
// regular expression would cost every start of the program.
func (f Failure) denial() (who, action, resource string) {
	_, rest, ok := strings.Cut(f.text, "User: ")
	principal, rest, ok2 := strings.Cut(rest, " is not authorized to perform: ")
	if arn, isARN := ParseARN(principal); ok && ok2 && isARN && isPlain(arn.Resource) {
		who = arn.Resource
	}
	action, rest, _ = strings.Cut(rest, " ")
	service, name, _ := strings.Cut(action, ":")
	if !isPlain(service) || !isPlain(name) {
		return who, "", ""
	}
	if rest, ok := strings.CutPrefix(rest, "on resource: "); ok {
		resource, _, _ = strings.Cut(rest, " ")
		resource = strings.TrimSuffix(resource, ".")
		if !isPlain(strings.ReplaceAll(resource, ":", "")) {
			resource = ""
		}
	}
	return who, action, resource
}

// who names the identity that was refused, or "the identity".
func (f Failure) who() string {
	if who, _, _ := f.denial(); who != "" {
		return who
	}
	return "the identity"
}

// isPlain reports whether a text has only the characters of names in IAM.
func isPlain(text string) bool {
	for _, r := range text {
		if !strings.ContainsRune("/_+=,.@*-", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return text != "" && len(text) <= 2048
}

// Denied reports whether the identity lacks a permission.
func (f Failure) Denied() bool {
	return isDenied(f.Code) || f.Code == "" && f.Status == http.StatusForbidden
}

// Throttled reports whether there were too many requests.
func (f Failure) Throttled() bool { return isThrottled(f) }

func isDenied(code string) bool {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException", "Forbidden", "ForbiddenException":
		return true
	}
	return false
}

// isThrottled reports whether a code or status says that there were too many
// requests; the codes are those the SDK treats so.
func isThrottled(f Failure) bool {
	switch f.Code {
	case "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled",
		"TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
		"RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown", "PriorRequestNotComplete",
		"EC2ThrottledException", "SlowDownException":
		return true
	}
	return f.Status == http.StatusTooManyRequests
}

// isStale reports whether an error says that the tokens are not good (any
// more), so that others might be.
func isStale(err error) bool {
	f, ok := FailureOf(err)
	if !ok {
		return false
	}
	switch f.Code {
	case "ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException", "InvalidClientTokenId",
		"InvalidAccessKeyId", "InvalidSignatureException", "SignatureDoesNotMatch":
		return true
	}
	return false
}

// isAnswered reports whether a service has answered at all.
func isAnswered(err error) bool {
	_, ok := FailureOf(err)
	return ok
}

func isExpired(err error) bool {
	f, ok := FailureOf(err)
	return ok && (f.Code == "ExpiredToken" || f.Code == "ExpiredTokenException")
}

// retryAfter is how long a service asks to wait (RFC 9110, section 10.2.3); 0
// if it does not say.
func retryAfter(err error) time.Duration {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil || response.Response.Response == nil {
		return 0
	}
	return outbound.RetryAfter(response.Response.Header, time.Now())
}

// answerFault explains the errors that every service of AWS has
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html).
func (c *Call) answerFault(f Failure) Fault {
	switch f.Code {
	case "ExpiredToken", "ExpiredTokenException":
		return Fault{providers.Unauthenticated, "the session token of " + c.title + " has expired",
			"get new temporary credentials and store them: `vault-lsp credential add`, the AWS profile or the environment"}
	case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "AuthFailure":
		return Fault{providers.Unauthenticated, "AWS does not know the access key of " + c.title,
			"check the access key ID and the session token; a key of another partition (China, GovCloud) is not known either"}
	case "InvalidSignatureException", "SignatureDoesNotMatch":
		if f.says("expired") || f.says("not yet current") {
			return clockFault()
		}
		return Fault{providers.Unauthenticated, "the secret access key of " + c.title + " does not belong to its access key ID", "store the secret access key again"}
	case "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture":
		return clockFault()
	case "MissingAuthenticationToken", "MissingAuthenticationTokenException", "IncompleteSignature", "IncompleteSignatureException":
		return Fault{providers.Unauthenticated, "AWS does not take the signature of the request", "check the endpoint and the proxy: something on the way changes requests"}
	case "OptInRequired", "NotSignedUp", "SubscriptionRequiredException", "RegionDisabledException":
		return Fault{providers.Denied, "the account of " + c.title + " has not enabled this region or service", "enable it in the AWS console, or name another region"}
	case "UnknownOperationException", "InvalidAction":
		return Fault{providers.Unavailable, "the endpoint does not know this operation", "check the endpoint of " + c.title}
	}
	switch {
	case isThrottled(f):
		return Fault{providers.Throttled, "AWS gets too many requests of this account at the moment", "wait a little; secrets stay in the cache for a while"}
	case f.Operation == "GetCallerIdentity" && f.Status == http.StatusForbidden:
		// No permission is needed for it
		// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
		return Fault{providers.Unauthenticated, "AWS does not accept the access key of " + c.title, "check access key ID, secret access key and session token"}
	case isDenied(f.Code):
		return c.denied(f)
	case f.Status == http.StatusUnauthorized:
		return Fault{providers.Unauthenticated, "AWS does not accept " + c.title, "check the credential with `vault-lsp credential test`"}
	case f.Status == http.StatusForbidden:
		return c.denied(f)
	case f.Status == http.StatusProxyAuthRequired:
		return Fault{providers.Unavailable, "the proxy asks for a password", "set proxy in the configuration with user and password, or HTTPS_PROXY"}
	case f.Status >= 500 || strings.HasPrefix(f.Code, "Internal") || strings.HasPrefix(f.Code, "ServiceUnavailable"):
		return Fault{providers.Unavailable, "AWS has a fault of its own at the moment", "try again later; https://health.aws.amazon.com tells more"}
	case f.Code == "ValidationException" || strings.HasPrefix(f.Code, "InvalidParameter"):
		return Fault{providers.InvalidReference, "AWS refuses a field of the reference to " + c.Resource, "check the fields of the reference"}
	}
	if f.Status == http.StatusOK {
		return Fault{providers.Unavailable, "the answer is not one of AWS", "check the endpoint of " + c.title + "; something between here and AWS may want a sign-in"}
	}
	return Fault{providers.Unavailable, fmt.Sprintf("AWS answered with an error (status %d)", f.Status), "try again; check the endpoint of " + c.title}
}

func clockFault() Fault {
	return Fault{providers.Unauthenticated, "the clock of this machine is wrong, so AWS does not take its requests", "set the clock"}
}

// denied says who may not do what.
func (c *Call) denied(f Failure) Fault {
	_, action, resource := f.denial()
	if action == "" {
		action = c.Action
	}
	who := f.who()
	if who == "the identity" {
		who = "the identity of " + c.title
	}
	about := c.Resource
	if resource != "" {
		about = resource
	}
	fault := Fault{Kind: providers.Denied, Message: who + " may not do " + action}
	if about != "" {
		fault.Message += " on " + about
	}
	switch {
	case f.says("explicit deny"):
		fault.Hint = "a policy denies it explicitly: ask whoever manages the account"
	case action == "kms:Decrypt":
		fault.Message = who + " may read it but not decrypt it"
		fault.Hint = "allow kms:Decrypt for the key that encrypts it, in the key's policy or in the identity's"
	default:
		fault.Hint = "allow " + action + " in a policy of " + who + "; what belongs to another account needs its full ARN and a resource policy there"
	}
	return fault
}

// KMSFault explains a service that cannot use the key of what it was asked
// for.
func KMSFault(resource string) Fault {
	return Fault{providers.Denied, "the key that encrypts " + resource + " cannot be used",
		"allow kms:Decrypt for the key, and check in KMS that it is enabled and not pending deletion"}
}
