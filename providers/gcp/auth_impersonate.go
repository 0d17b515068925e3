package gcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/auth"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/secret"
)

// maxLifetime is the longest life of an impersonated token; more than an hour
// needs a policy of the organization.
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
const maxLifetime = 12 * time.Hour

// accountPattern is the e-mail address of a service account, which becomes part
// of a path.
var accountPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,98}[a-z0-9])?@[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$`)
})

// impersonatedEmail is the account in a URL that impersonates it; "" if there
// is none.
func impersonatedEmail(url string) string {
	_, rest, _ := strings.Cut(url, "/serviceAccounts/")
	email, _, _ := strings.Cut(rest, ":")
	if accountPattern().MatchString(email) {
		return email
	}
	return ""
}

// impersonated is the method impersonate: a token of a service account, made
// with the token of another identity.
func (a *account) impersonated() (source, error) {
	profile := a.credential.Profile
	target := profile.Fields[fieldServiceAccount]
	if !accountPattern().MatchString(target) {
		return source{}, &settingError{field: fieldServiceAccount, text: "is not the e-mail address of a service account"}
	}
	lifetime, err := parseDuration(fieldDuration, profile.Fields[fieldDuration], time.Hour, maxLifetime)
	if err != nil {
		return source{}, err
	}
	delegates := []string{}
	for delegate := range strings.SplitSeq(profile.Fields[fieldDelegates], ",") {
		if delegate = strings.TrimSpace(delegate); delegate == "" {
			continue
		}
		if !accountPattern().MatchString(delegate) {
			return source{}, &settingError{field: fieldDelegates, text: "holds what is not the e-mail address of a service account"}
		}
		delegates = append(delegates, "projects/-/serviceAccounts/"+delegate)
	}
	base, err := a.baseAccount()
	if err != nil {
		return source{}, err
	}
	request := map[string]any{
		"scope": []string{scope}, "lifetime": fmt.Sprintf("%.0fs", lifetime.Seconds()), "delegates": delegates,
	}
	who := principal{kind: "service account", email: target, project: projectOf(target), universe: a.settings.universe}
	return source{who: who, token: func(ctx context.Context) (*auth.Token, error) {
		return a.generateToken(ctx, base, target, request)
	}}, nil
}

// projectOf is the project in the address of a service account,
// NAME@PROJECT.iam.gserviceaccount.com; "" where it is not there.
func projectOf(email string) string {
	_, domain, _ := strings.Cut(email, "@")
	project, ok := strings.CutSuffix(domain, ".iam.gserviceaccount.com")
	if !ok || strings.Contains(project, ".") {
		return ""
	}
	return project
}

// baseAccount is the identity that impersonates: the profile named by source,
// else Application Default Credentials.
func (a *account) baseAccount() (*account, error) {
	if name := a.credential.Profile.Fields[fieldSource]; name != "" {
		from, err := a.credential.Source(name)
		if err != nil {
			return nil, err
		}
		return newAccount(from, a.options)
	}
	from := a.credential
	from.Profile = credentials.Profile{
		Name: a.credential.Profile.Name, Provider: secret.GCP, Auth: authDefault,
		Fields: map[string]string{fieldUniverse: a.settings.universe, fieldCACert: a.credential.Profile.Fields[fieldCACert]},
	}
	if from.Profile.Fields[fieldCACert] == "" {
		delete(from.Profile.Fields, fieldCACert)
	}
	return newAccount(from, a.options)
}

// generateToken asks the IAM Credentials API for a token of the target.
func (a *account) generateToken(ctx context.Context, base *account, target string, request map[string]any) (*auth.Token, error) {
	by, err := base.signIn(ctx)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(request)
	if err != nil {
		return nil, fmt.Errorf("write the request: %w", err)
	}
	ctx, noted := withFaults(ctx)
	address := "https://iamcredentials." + a.settings.universe + "/v1/projects/-/serviceAccounts/" + target + ":generateAccessToken"
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("Authorization", "Bearer "+by.token)
	if project := first(base.settings.quotaProject, by.who.quotaProject); project != "" {
		post.Header.Set(headerQuotaProject, project)
	}
	var answer struct {
		Token   string    `json:"accessToken"`
		Expires time.Time `json:"expireTime"`
	}
	response, err := a.tokens.Do(post)
	if err == nil {
		err = readResponse(response, &answer)
	}
	if err == nil && (answer.Token == "" || answer.Expires.IsZero()) {
		err = errors.New("the answer holds no token")
	}
	if err != nil {
		return nil, &impersonationError{target: target, by: by.who, err: asTokenError(noted, err)}
	}
	return &auth.Token{Value: answer.Token, Expiry: answer.Expires}, nil
}

// impersonationError is an impersonation that failed after its base signed in.
type impersonationError struct {
	target string
	by     principal
	err    error
}

func (e *impersonationError) Error() string { return "impersonation failed" }

func (e *impersonationError) Unwrap() error { return e.err }
