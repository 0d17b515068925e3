// Package ssm reads parameters from AWS Systems Manager Parameter Store:
// String, SecureString, which is decrypted, and StringList. It signs in with
// the credential profiles of $aws; see package awsauth.
package ssm
