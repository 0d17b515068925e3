package awsauth

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/vault-lsp/vault-lsp/secret"
)

type value = secret.Value

// announceKeys has the secret parts of credentials masked from now on. The id
// of an access key is no secret.
func announceKeys(announce func(value), got aws.Credentials) {
	announceText(announce, got.SecretAccessKey, got.SessionToken)
}

// announceText has texts masked from now on.
func announceText(announce func(value), texts ...string) {
	for _, text := range texts {
		if text == "" || announce == nil {
			continue
		}
		v := secret.NewValue([]byte(text))
		announce(v)
		v.Wipe()
	}
}
