package aws

import (
	"fmt"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/secret"
)

// newCall describes a call about the secret of a reference.
func newCall(op, action string, ref secret.Ref) *awsauth.Call {
	return callFor(op, action, ref.Get)
}

func newListCall(query providers.Query) *awsauth.Call {
	known := func(name string) string { return query.Known[name] }
	if query.Field == fieldSecret {
		return &awsauth.Call{Provider: secret.AWS, Op: opList, Action: "secretsmanager:ListSecrets", Resource: "*"}
	}
	return callFor(opList, "secretsmanager:ListSecretVersionIds", known)
}

func callFor(op, action string, field func(string) string) *awsauth.Call {
	call := &awsauth.Call{
		Provider: secret.AWS, Op: op, Action: action,
		Resource: fmt.Sprintf("the secret %q", field(fieldSecret)),
	}
	call.Specific = func(f awsauth.Failure) (awsauth.Fault, bool) {
		return specific(f, call, field(fieldVersion), field(fieldStage))
	}
	return call
}

// specific explains the errors of Secrets Manager
// (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html).
// Two of its codes have several meanings, which only the text tells apart.
func specific(f awsauth.Failure, call *awsauth.Call, version, stage string) (awsauth.Fault, bool) {
	switch f.Code {
	case "ResourceNotFoundException":
		return notFound(f, call, version, stage), true
	case "InvalidRequestException":
		return invalidRequest(f, call), true
	case "DecryptionFailure", "DecryptionFailureException", "EncryptionFailure":
		return awsauth.KMSFault(call.Resource), true
	case "InvalidNextTokenException":
		return awsauth.Fault{Kind: providers.Unavailable, Message: "the list changed while it was read", Hint: "try again"}, true
	case "AccessDeniedException":
		if f.Says("access to kms is not allowed") {
			return awsauth.KMSFault(call.Resource), true
		}
	case "InvalidParameterException":
		return awsauth.Fault{
			Kind:    providers.InvalidReference,
			Message: "Secrets Manager refuses a field of the reference to " + call.Resource,
			Hint:    "check secret, version and stage",
		}, true
	}
	return awsauth.Fault{}, false
}

func notFound(f awsauth.Failure, call *awsauth.Call, version, stage string) awsauth.Fault {
	if version != "" || stage != "" {
		// The text is about the value where the secret itself is there.
		if f.Says("secret value") || f.Says("version") || f.Says("staging label") {
			what := fmt.Sprintf("version %q", version)
			switch {
			case version == "":
				what = fmt.Sprintf("version with the stage %q", stage)
			case stage != "":
				what += fmt.Sprintf(" with the stage %q", stage)
			}
			return awsauth.Fault{
				Kind: providers.NotFound, Message: call.Resource + " has no " + what,
				Hint: "`aws secretsmanager list-secret-version-ids` lists versions and stages",
			}
		}
	} else if f.Says("staging label") {
		return awsauth.Fault{
			Kind: providers.NotFound, Message: call.Resource + " has no value yet",
			Hint: "store a value in it first",
		}
	}
	return awsauth.Fault{
		Kind: providers.NotFound, Message: call.Resource + " does not exist in " + call.Region,
		Hint: "check the name and the region; a secret of another region needs region=…, one of another account its full ARN",
	}
}

func invalidRequest(f awsauth.Failure, call *awsauth.Call) awsauth.Fault {
	if f.Says("marked for deletion") || f.Says("marked deleted") || f.Says("scheduled for deletion") {
		return awsauth.Fault{
			Kind: providers.Deleted, Message: call.Resource + " is marked for deletion",
			Hint: "`aws secretsmanager restore-secret` brings it back while its recovery window lasts",
		}
	}
	if f.Says("version") || f.Says("stage") {
		return awsauth.Fault{
			Kind: providers.InvalidReference, Message: "version and stage of " + call.Resource + " do not belong together",
			Hint: "leave one of them away",
		}
	}
	return awsauth.Fault{
		Kind: providers.InvalidReference, Message: "Secrets Manager refuses the request for " + call.Resource,
		Hint: "check in the AWS console whether the secret is usable",
	}
}
