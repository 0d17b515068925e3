package awsauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc/types"
)

// The token of a portal is where and how the AWS CLI and the SDKs keep it,
// ~/.aws/sso/cache/SHA1.json
// (https://docs.aws.amazon.com/sdkref/latest/guide/understanding-sso.html), so
// that one sign-in serves all of them.

// refreshBefore is how long before its end a token is renewed.
const refreshBefore = 5 * time.Minute

// ssoToken is the content of a token's file. What else stands in it is kept.
type ssoToken struct {
	AccessToken           string    `json:"accessToken"`
	ExpiresAt             time.Time `json:"expiresAt"`
	RefreshToken          string    `json:"refreshToken,omitempty"`
	ClientID              string    `json:"clientId,omitempty"`
	ClientSecret          string    `json:"clientSecret,omitempty"`
	RegistrationExpiresAt time.Time `json:"registrationExpiresAt,omitzero"`
	StartURL              string    `json:"startUrl,omitempty"`
	Region                string    `json:"region,omitempty"`

	others map[string]json.RawMessage
}

// announce has the secret parts masked from now on.
func (t ssoToken) announce(announce func(value)) {
	announceText(announce, t.AccessToken, t.RefreshToken, t.ClientSecret)
}

func (t ssoToken) refreshable(now time.Time) bool {
	return t.RefreshToken != "" && t.ClientID != "" && t.ClientSecret != "" &&
		(t.RegistrationExpiresAt.IsZero() || now.Before(t.RegistrationExpiresAt))
}

// tokens keeps the token of one portal fresh.
type tokens struct {
	loader *loader
	portal portal
	config aws.Config
}

func (t *tokens) path() (string, error) {
	path, err := ssocreds.StandardCachedTokenFilepath(t.portal.tokenKey())
	if err != nil || !filepath.IsAbs(path) {
		return "", &settingError{field: "HOME", text: "there is no home folder to keep the token of IAM Identity Center in", err: err}
	}
	return path, nil
}

// valid returns a token that has not ended, refreshed where it can be.
func (t *tokens) valid(ctx context.Context) (ssoToken, error) {
	path, err := t.path()
	if err != nil {
		return ssoToken{}, err
	}
	// Credentials that share a portal share its token: one refresh at a time,
	// because it may be used once only.
	release, err := t.loader.accounts.lock(ctx, path)
	if err != nil {
		return ssoToken{}, err
	}
	defer release()
	token, err := readToken(path)
	if err != nil || token.AccessToken == "" || token.StartURL != "" && token.StartURL != t.portal.startURL {
		return ssoToken{}, t.loader.needsSignIn("nobody has signed in to IAM Identity Center yet", err)
	}
	token.announce(t.loader.credential.Announce)
	now := t.loader.accounts.options.Clock()
	if now.Before(token.ExpiresAt.Add(-refreshBefore)) {
		return token, nil
	}
	fresh, err := t.refresh(ctx, path, token, now)
	switch {
	case err == nil:
		return fresh, nil
	case now.Before(token.ExpiresAt.Add(-expiryWindow)):
		// Still good: the next call tries again.
		return token, nil
	}
	return ssoToken{}, err
}

// refresh renews a token with its refresh token
// (https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html).
func (t *tokens) refresh(ctx context.Context, path string, old ssoToken, now time.Time) (ssoToken, error) {
	const expired = "the session of IAM Identity Center has expired"
	if !old.refreshable(now) {
		return ssoToken{}, t.loader.needsSignIn(expired, nil)
	}
	out, err := t.client().CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: &old.ClientID, ClientSecret: &old.ClientSecret,
		GrantType: aws.String("refresh_token"), RefreshToken: &old.RefreshToken,
	})
	if isRefused(err) {
		// The AWS CLI may have used the refresh token a moment ago.
		if other, readErr := readToken(path); readErr == nil && other.AccessToken != old.AccessToken && now.Before(other.ExpiresAt) {
			other.announce(t.loader.credential.Announce)
			return other, nil
		}
		return ssoToken{}, t.loader.needsSignIn(expired, err)
	}
	if err != nil {
		return ssoToken{}, err
	}
	fresh := old
	fresh.take(out, now)
	fresh.announce(t.loader.credential.Announce)
	return fresh, writeToken(path, fresh)
}

// signOut ends the session at the portal and removes the token. A portal that
// cannot be reached, or has ended the session already, is no reason to keep it
// (https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_Logout.html).
func (t *tokens) signOut(ctx context.Context) error {
	path, err := t.path()
	if err != nil {
		return err
	}
	release, err := t.loader.accounts.lock(ctx, path)
	if err != nil {
		return err
	}
	defer release()
	if token, err := readToken(path); err == nil && token.AccessToken != "" && (token.StartURL == "" || token.StartURL == t.portal.startURL) {
		token.announce(t.loader.credential.Announce)
		_, _ = sso.NewFromConfig(t.config).Logout(ctx, &sso.LogoutInput{AccessToken: &token.AccessToken})
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &settingError{field: path, text: "cannot be removed", err: err}
	}
	return nil
}

// client is the client of the portal's OIDC service, whose calls carry no
// identity of AWS.
func (t *tokens) client() *ssooidc.Client { return ssooidc.NewFromConfig(t.config) }

// isRefused reports whether a token was not renewed because it may not be.
func isRefused(err error) bool {
	var grant *types.InvalidGrantException
	var expired *types.ExpiredTokenException
	var client *types.InvalidClientException
	var unauthorized *types.UnauthorizedClientException
	var denied *types.AccessDeniedException
	return errors.As(err, &grant) || errors.As(err, &expired) || errors.As(err, &client) ||
		errors.As(err, &unauthorized) || errors.As(err, &denied)
}

// take puts what CreateToken answered into the token.
func (t *ssoToken) take(out *ssooidc.CreateTokenOutput, now time.Time) {
	t.AccessToken = aws.ToString(out.AccessToken)
	t.ExpiresAt = now.Add(time.Duration(out.ExpiresIn) * time.Second).UTC().Truncate(time.Second)
	if refresh := aws.ToString(out.RefreshToken); refresh != "" {
		t.RefreshToken = refresh
	}
}

func readToken(path string) (ssoToken, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return ssoToken{}, err
	}
	defer clear(content)
	var token ssoToken
	if err := json.Unmarshal(content, &token); err != nil {
		return ssoToken{}, errors.New("the token's file is not what the AWS CLI writes")
	}
	if err := json.Unmarshal(content, &token.others); err != nil {
		return ssoToken{}, errors.New("the token's file is not what the AWS CLI writes")
	}
	return token, nil
}

// writeToken replaces the file at once, readable for the user alone.
func writeToken(path string, token ssoToken) error {
	known, err := json.Marshal(token)
	if err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	defer clear(known)
	all := maps.Clone(token.others)
	if all == nil {
		all = map[string]json.RawMessage{}
	}
	for name := range all {
		switch name {
		case "refreshToken", "clientId", "clientSecret", "registrationExpiresAt":
			delete(all, name) // of a sign-in before
		}
	}
	if err := json.Unmarshal(known, &all); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	content, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	defer clear(content)
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	// CreateTemp makes files of mode 0600.
	file, err := os.CreateTemp(folder, ".vault-lsp-*")
	if err != nil {
		return fmt.Errorf("keep the token: %w", err)
	}
	_, writeErr := file.Write(content)
	if err := errors.Join(writeErr, file.Close()); err != nil {
		return errors.Join(fmt.Errorf("keep the token: %w", err), os.Remove(file.Name()))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return errors.Join(fmt.Errorf("keep the token: %w", err), os.Remove(file.Name()))
	}
	return nil
}
