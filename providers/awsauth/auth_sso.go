package awsauth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/sso/types"

	"github.com/vault-lsp/vault-lsp/internal/outbound"
)

// portal is an access portal of IAM Identity Center and the role to take in
// it.
type portal struct {
	startURL, region, accountID, roleName string
	// session is the name of the sso-session section; "" for a profile that
	// names the start URL itself.
	session string
}

// tokenKey is what the AWS CLI names the token's file after: the name of the
// sso-session, else the start URL.
func (p portal) tokenKey() string {
	if p.session != "" {
		return p.session
	}
	return p.startURL
}

// newPortal is the portal of a profile of the shared files.
func newPortal(shared *config.SharedConfig) (portal, error) {
	p := portal{
		startURL: shared.SSOStartURL, region: shared.SSORegion,
		accountID: shared.SSOAccountID, roleName: shared.SSORoleName,
	}
	if s := shared.SSOSession; s != nil {
		p.session, p.startURL, p.region = s.Name, s.SSOStartURL, s.SSORegion
	}
	return p, p.check("the AWS profile "+shared.Profile+" names", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name")
}

// check refuses a portal that cannot be asked.
func (p portal) check(subject, startURL, region, accountID, roleName string) error {
	parsed, err := url.Parse(p.startURL)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && !(parsed.Scheme == "http" && outbound.MayBeLoopback(parsed.Hostname())):
		return &settingError{field: startURL, text: subject + " no https URL as the start URL"}
	case !IsRegion(p.region):
		return &settingError{field: region, text: subject + " no region of IAM Identity Center, such as eu-west-1"}
	case p.accountID == "":
		return &settingError{field: accountID, text: subject + " no account"}
	case p.roleName == "":
		return &settingError{field: roleName, text: subject + " no role"}
	}
	return nil
}

// sso is a role in an access portal that the profile names itself.
func (l *loader) sso(ctx context.Context) (aws.Config, error) {
	fields := l.credential.Profile.Fields
	p := portal{
		startURL: fields[fieldStartURL], region: fields[fieldSSORegion],
		accountID: fields[fieldAccountID], roleName: fields[fieldRoleName], session: fields[fieldSession],
	}
	if err := p.check("it names", fieldStartURL, fieldSSORegion, fieldAccountID, fieldRoleName); err != nil {
		return aws.Config{}, err
	}
	loaded, err := l.sdk(ctx, config.WithCredentialsProvider(aws.AnonymousCredentials{}))
	if err != nil {
		return aws.Config{}, err
	}
	loaded.Credentials = l.fromPortal(loaded, p)
	return loaded, nil
}

// fromPortal are the temporary credentials of a role in a portal.
func (l *loader) fromPortal(from aws.Config, p portal) aws.CredentialsProvider {
	c := from.Copy()
	c.Region, c.Credentials = p.region, aws.AnonymousCredentials{}
	l.tokens = &tokens{loader: l, portal: p, config: c}
	return cached(&portalRole{loader: l, portal: p, tokens: l.tokens, client: sso.NewFromConfig(c)})
}

// portalRole gets temporary credentials with the token of the portal.
type portalRole struct {
	loader *loader
	portal portal
	tokens *tokens
	client *sso.Client
}

// Retrieve exchanges the token for credentials of the role
// (https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html).
func (r *portalRole) Retrieve(ctx context.Context) (aws.Credentials, error) {
	token, err := r.tokens.valid(ctx)
	if err != nil {
		return aws.Credentials{}, err
	}
	out, err := r.client.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{
		AccessToken: &token.AccessToken, AccountId: &r.portal.accountID, RoleName: &r.portal.roleName,
	})
	var unauthorized *types.UnauthorizedException
	if errors.As(err, &unauthorized) {
		return aws.Credentials{}, r.loader.needsSignIn("IAM Identity Center has ended the session", err)
	}
	if err != nil {
		return aws.Credentials{}, err
	}
	if out.RoleCredentials == nil {
		return aws.Credentials{}, errNoCredentials
	}
	return aws.Credentials{
		AccessKeyID:     aws.ToString(out.RoleCredentials.AccessKeyId),
		SecretAccessKey: aws.ToString(out.RoleCredentials.SecretAccessKey),
		SessionToken:    aws.ToString(out.RoleCredentials.SessionToken),
		CanExpire:       true,
		Expires:         time.UnixMilli(out.RoleCredentials.Expiration),
		AccountID:       r.portal.accountID,
		Source:          "sso",
	}, nil
}
