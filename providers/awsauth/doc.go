// Package awsauth signs in to AWS for the providers of AWS services, so that
// $aws and $ssm share one set of credential profiles, one sign-in and one way
// to explain what went wrong.
//
// Who the user is comes from the credential profile, and from the user's own
// AWS configuration as far as the profile refers to it: the environment, the
// shared files in ~/.aws, SSO tokens, web identity, container and instance
// roles. Which host is asked comes from the region, which is checked as a DNS
// label before anything leaves, or from the endpoint of the profile or of the
// user's environment. Nothing follows a redirect, nothing is logged, and plain
// http leads to this machine only unless the profile allows more.
package awsauth
