package ssm

import (
	"fmt"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/secret"
)

// newCall describes a call about a parameter.
func newCall(op, action, name, version string) *awsauth.Call {
	call := &awsauth.Call{Provider: secret.SSM, Op: op, Action: action, Resource: fmt.Sprintf("the parameter %q", name)}
	call.Specific = func(f awsauth.Failure) (awsauth.Fault, bool) { return specific(f, call, version) }
	return call
}

// specific explains the errors of Parameter Store
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
func specific(f awsauth.Failure, call *awsauth.Call, version string) (awsauth.Fault, bool) {
	switch f.Code {
	case "ParameterNotFound":
		return awsauth.Fault{
			Kind: providers.NotFound, Message: call.Resource + " does not exist in " + call.Region,
			Hint: "check the name with its path, and the region; a parameter of another region needs region=…",
		}, true
	case "ParameterVersionNotFound":
		return awsauth.Fault{
			Kind: providers.NotFound, Message: fmt.Sprintf("%s has no version or label %q", call.Resource, version),
			Hint: "`aws ssm get-parameter-history` lists them",
		}, true
	case "InvalidKeyId", "KMSAccessDeniedException", "KMSInvalidStateException":
		return awsauth.KMSFault(call.Resource), true
	case "ValidationException":
		return awsauth.Fault{
			Kind: providers.InvalidReference, Message: "Parameter Store refuses a field of the reference to " + call.Resource,
			Hint: "check name and version; names that begin with aws or ssm are reserved",
		}, true
	}
	return awsauth.Fault{}, false
}
