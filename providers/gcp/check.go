package gcp

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"cloud.google.com/go/secretmanager/apiv1/secretmanagerpb"
	"google.golang.org/api/iterator"
	"google.golang.org/grpc/codes"

	"github.com/vault-lsp/vault-lsp/providers"
)

// check signs in, asks the service something harmless, and says who that is and
// what is missing. What a token may read shows only when it is read.
func (a *account) check(ctx context.Context) (providers.Identity, error) {
	l, _, err := a.session.use(ctx)
	if err != nil {
		return providers.Identity{}, err
	}
	a.learnEmail(ctx)
	who := l.who
	if known := a.session.who(); known.kind != "" {
		who = known
	}
	id := providers.Identity{Name: first(who.email, who.kind)}
	add := func(name, value string) {
		if value != "" {
			id.Details = append(id.Details, providers.Detail{Name: name, Value: value})
		}
	}
	add("kind", who.kind)
	add("by", who.via)
	project, err := a.project(ctx)
	if err != nil && !errors.Is(err, errNoProject) {
		return providers.Identity{}, err
	}
	add("project", first(project, "none: references have to name theirs"))
	add("quota project", first(a.settings.quotaProject, who.quotaProject))
	if a.settings.universe != defaultUniverse {
		add("universe", a.settings.universe)
	}
	c, err := a.clientAt(ctx, "")
	if err != nil {
		return providers.Identity{}, err
	}
	add("endpoint", c.origin.String())
	add("transport", c.transport)
	if project == "" {
		return id, nil
	}
	missing, err := a.probe(ctx, project)
	add("missing", missing)
	return id, err
}

// probe lists one secret of a project. It returns what is missing for that; the
// error is of a credential that is not accepted, or of a service that is not
// there.
func (a *account) probe(ctx context.Context, project string) (missing string, err error) {
	_, err = call(ctx, a, "", func(ctx context.Context, c *client) (struct{}, error) {
		secrets := c.sdk.ListSecrets(ctx, &secretmanagerpb.ListSecretsRequest{Parent: "projects/" + project, PageSize: 1}, bounded())
		_, err := secrets.Next()
		if errors.Is(err, iterator.Done) {
			err = nil
		}
		return struct{}{}, err
	})
	if codeOf(err) != codes.PermissionDenied {
		return "", err
	}
	if reason := apiError(err).Reason(); reason != "" && reason != reasonDenied {
		// The API is disabled, a perimeter stands between: nothing works.
		return "", err
	}
	return permissionListSecrets + ": names are not completed; secrets can be read all the same if " + permissionAccess + " is granted", nil
}

// learnEmail finds out whose user account this is, which the files of gcloud do
// not tell.
func (a *account) learnEmail(ctx context.Context) {
	l := a.session.peek()
	if l == nil || l.who.email != "" || l.who.kind != "user account" {
		return
	}
	if email := a.emailOf(ctx, l); email != "" {
		a.session.learn(l, email)
	}
}

// emailOf asks whose token it is; "" if that cannot be known. Tokens of gcloud
// have the scope for it.
func (a *account) emailOf(ctx context.Context, l *login) string {
	form := url.Values{"access_token": {l.token}}
	address := "https://oauth2." + a.settings.universe + "/tokeninfo"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return ""
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := a.tokens.Do(request)
	if err != nil {
		return ""
	}
	var answer struct {
		Email string `json:"email"`
	}
	if readResponse(response, &answer) != nil || strings.ContainsFunc(answer.Email, func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }) {
		return ""
	}
	return answer.Email
}
