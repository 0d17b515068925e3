// Package hcp reads secrets from HCP Vault Secrets, over its REST interface of
// 2023-11-28: static secrets with their versions, and rotating and dynamic
// secrets, which are objects with a value for each key.
//
// HashiCorp ended the service on 2026-07-01. The package remains for endpoints
// that speak the same interface; what the public endpoint answers since then is
// told apart from a secret that does not exist.
//
// Which identity service and which interface are asked is decided by the user's
// credential profile alone. Tokens go to the interface of the profile and
// nowhere else: redirects are not followed.
//
// The paths, fields and errors are those of the OpenAPI definitions that
// HashiCorp's Go client github.com/hashicorp/hcp-sdk-go v0.175.0 is generated
// from (clients/cloud-vault-secrets/stable/2023-11-28,
// clients/cloud-resource-manager/stable/2019-12-10 and
// clients/cloud-iam/stable/2019-12-10).
package hcp
