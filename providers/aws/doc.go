// Package aws reads secrets from AWS Secrets Manager.
//
// A secret is named by its name or its ARN; the ARN's region and partition
// decide where it is asked for, which the SDK by itself does not do. Several
// references to current versions are fetched with one BatchGetSecretValue,
// where the identity may call that. Who the user is, and everything else about
// AWS that is not particular to secrets, is in package awsauth.
package aws
