package awsauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/processcreds"
	"github.com/aws/smithy-go"

	"github.com/vault-lsp/vault-lsp/providers"
)

// Call describes one call of a service, for the errors of it.
type Call struct {
	Provider string // "aws"
	Op       string // "get"
	// Action is the permission the call needs: "secretsmanager:GetSecretValue".
	Action string
	// Resource is what the call is about, for a sentence: `the secret "prod/db"`.
	Resource string
	// Region is where the call went; "" before that is known.
	Region string
	// Specific explains the errors that only this service has.
	Specific func(Failure) (Fault, bool)

	title string // of the credential
}

// Fault is an error explained: a kind, a sentence without its full stop, and
// what to do.
type Fault struct {
	Kind          providers.Kind
	Message, Hint string
}

// signInError is an error of getting credentials, before the service was asked.
type signInError struct{ err error }

func (e *signInError) Error() string { return "sign in: " + e.err.Error() }

func (e *signInError) Unwrap() error { return e.err }

// explain makes an *providers.Error of any error, or returns the error of a
// caller that has given up. No text of AWS or of the SDK is in it.
func (c *Call) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	var told *providers.Error
	if errors.As(err, &told) {
		own := *told
		own.Provider, own.Op = c.Provider, cmp.Or(own.Op, c.Op)
		return &own
	}
	failure, answered := FailureOf(err)
	op := c.Op
	var signIn *signInError
	if errors.As(err, &signIn) {
		op = "sign in"
	}
	f := c.fault(ctx, err, failure, answered, signIn != nil)
	return &providers.Error{
		Kind: f.Kind, Provider: c.Provider, Op: op, Message: f.Message, Hint: f.Hint,
		RetryAfter: retryIf(f.Kind, err), Err: err,
	}
}

func retryIf(kind providers.Kind, err error) time.Duration {
	if kind != providers.Throttled {
		return 0
	}
	return retryAfter(err)
}

func (c *Call) fault(ctx context.Context, err error, failure Failure, answered, signingIn bool) Fault {
	var setting *settingError
	if f, ok := refusedHere(err); ok {
		return f
	}
	switch {
	case errors.As(err, &setting):
		return Fault{providers.Unauthenticated, c.title + ": " + setting.Error(), "correct it in the configuration"}
	case answered && signingIn:
		return c.signInFault(failure)
	case answered:
		if c.Specific != nil {
			if f, ok := c.Specific(failure); ok {
				return f
			}
		}
		return c.answerFault(failure)
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return Fault{providers.Timeout, "AWS did not answer in time", "check the network or VPN, the region and the endpoint"}
	}
	if f, ok := c.sourceFault(err); ok {
		return f
	}
	if f, ok := networkFault(err); ok {
		return f
	}
	if signingIn {
		return Fault{providers.Unauthenticated, "the AWS tools found no usable credentials for " + c.title,
			"try `aws sts get-caller-identity` with the same profile; it tells why"}
	}
	return Fault{providers.Unavailable, "the call of AWS failed", "try again; check the network and the endpoint"}
}

// sourceFault explains where credentials come from and are not found.
func (c *Call) sourceFault(err error) (Fault, bool) {
	var absent config.SharedConfigProfileNotExistError
	var load config.SharedConfigLoadError
	var role config.SharedConfigAssumeRoleError
	var noARN config.CredentialRequiresARNError
	var process *processcreds.ProviderError
	var person *personError
	f := Fault{Kind: providers.Unauthenticated}
	switch {
	case errors.Is(err, errCodeExpired):
		f.Message, f.Hint = "the code was not confirmed in time", "sign in again"
	case errors.As(err, &person):
		f.Message, f.Hint = "the sign-in was ended before it was confirmed", "sign in again"
	case errors.As(err, &absent):
		f.Message = fmt.Sprintf("there is no AWS profile %q", absent.Profile)
		f.Hint = "`aws configure list-profiles` lists them; check the name, or AWS_PROFILE"
	case errors.As(err, &load), errors.As(err, &role), errors.As(err, &noARN):
		f.Message = "the AWS configuration files cannot be used"
		f.Hint = "check ~/.aws/config and ~/.aws/credentials: `aws configure list` shows what the AWS CLI makes of them"
	case errors.As(err, &process):
		f.Message = "the credential_process of the AWS profile gave no credentials"
		f.Hint = "run the command that stands in ~/.aws/config yourself; it tells why"
	case errors.Is(err, errNoCredentials), isFromInstance(err):
		f.Message = "no AWS credentials were found for " + c.title
		f.Hint = "sign in with the AWS CLI (`aws configure`, `aws sso login`), set AWS_PROFILE, or add a credential with `vault-lsp credential add`"
	default:
		return Fault{}, false
	}
	return f, true
}

// isFromInstance reports whether the last link of the default chain failed,
// the metadata service of an instance: nothing before it had credentials.
func isFromInstance(err error) bool {
	for err != nil {
		var operation *smithy.OperationError
		if !errors.As(err, &operation) {
			return false
		}
		if operation.ServiceID == "ec2imds" {
			return true
		}
		err = operation.Err
	}
	return false
}

// signInFault explains what STS or IAM Identity Center has answered.
func (c *Call) signInFault(f Failure) Fault {
	switch {
	case f.Service == "STS" && isDenied(f.Code) && f.says("MultiFactorAuthentication"):
		return Fault{providers.Unauthenticated, "AWS does not take the MFA code", "sign in again with the next code of the device; check mfaSerial"}
	case f.Service == "STS" && isDenied(f.Code):
		return Fault{providers.Denied, f.who() + " may not assume the role of " + c.title,
			"the role's trust policy must name " + f.who() + ", which needs sts:AssumeRole for the role; check the external ID too"}
	case f.Service == "STS" && (f.Code == "InvalidIdentityToken" || f.Code == "IDPRejectedClaim"):
		return Fault{providers.Unauthenticated, "AWS does not take the web identity token", "check AWS_WEB_IDENTITY_TOKEN_FILE and the role's trust policy"}
	case f.Service == "STS" && f.Code == "ValidationError":
		return Fault{providers.Unauthenticated, "AWS refuses a field of the role of " + c.title,
			"check the role's ARN and its duration, which must not be longer than the role allows"}
	case f.Service == "SSO" && (f.Status == 403 || isDenied(f.Code)):
		return Fault{providers.Denied, "the portal gives no access to this account and role", "check the account and the role of " + c.title + " in the access portal"}
	case f.Service == "SSO" && f.Status == 404:
		return Fault{providers.Unauthenticated, "the portal knows no such account or role", "check the account and the role of " + c.title}
	case f.Service == "SSO OIDC":
		return oidcFault(f)
	}
	return c.answerFault(f)
}

// oidcFault explains the errors of a device sign-in.
func oidcFault(f Failure) Fault {
	switch f.Code {
	case "AccessDeniedException":
		return Fault{providers.Unauthenticated, "the sign-in was declined", "sign in again and confirm in the browser"}
	case "ExpiredTokenException":
		return Fault{providers.Unauthenticated, "the code was not confirmed in time", "sign in again"}
	case "InvalidRequestException", "InvalidClientException", "InvalidGrantException", "UnauthorizedClientException", "InvalidScopeException":
		return Fault{providers.Unauthenticated, "IAM Identity Center refuses the sign-in", "check the start URL and the region of IAM Identity Center"}
	}
	return (&Call{title: "the sign-in"}).answerFault(f)
}
