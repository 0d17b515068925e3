package gcp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"cloud.google.com/go/auth"
	sdk "cloud.google.com/go/auth/credentials"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The methods of signing in.
const (
	authDefault     = "default"
	authKey         = "service-account"
	authImpersonate = "impersonate"
	authFederation  = "workload-identity"
	authEmulator    = "emulator"
)

// scope is what tokens are good for; Secret Manager takes no narrower one.
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
const scope = "https://www.googleapis.com/auth/cloud-platform"

// methodError is a credential that cannot sign in as it is. Text and hint are
// safe to show.
type methodError struct {
	text, hint string
	err        error
}

func (e *methodError) Error() string { return e.text }

func (e *methodError) Unwrap() error { return e.err }

// source is a credential from which tokens can be had.
type source struct {
	who   principal
	token func(ctx context.Context) (*auth.Token, error)
}

// signIn gets a token by the profile's method. Everything is read anew each
// time, so that a renewed key or another `gcloud auth` counts at once.
func (a *account) signIn(ctx context.Context) (*login, error) {
	if a.credential.Profile.Auth == authEmulator {
		// Nobody's token: an emulator asks for none, and calls carry none.
		return newLogin(a.options.Clock(), "", time.Time{}, principal{kind: "nobody", via: "emulator"}), nil
	}
	ctx, noted := withFaults(ctx)
	from, err := a.source(ctx)
	if err != nil {
		return nil, err
	}
	token, err := from.token(ctx)
	if err != nil {
		return nil, asTokenError(noted, err)
	}
	a.credential.Announce(secret.NewValue([]byte(token.Value)))
	now, expires := a.options.Clock(), token.Expiry
	if !expires.IsZero() {
		// The library goes by the clock of the machine.
		expires = now.Add(time.Until(expires))
	}
	return newLogin(now, token.Value, expires, from.who), nil
}

// asTokenError adds what the endpoints answered. What is explained already
// stays as it is.
func asTokenError(noted *faults, err error) error {
	var told *providers.Error
	var method *methodError
	var token *tokenError
	if errors.As(err, &told) || errors.As(err, &method) || errors.As(err, &token) {
		return err
	}
	return &tokenError{fault: noted.get(), err: err}
}

// source makes the source of the profile's method.
func (a *account) source(ctx context.Context) (source, error) {
	var from source
	var err error
	switch method := a.credential.Profile.Auth; method {
	case authDefault:
		from, err = a.applicationDefault(ctx)
	case authKey:
		from, err = a.keySource(ctx)
	case authImpersonate:
		from, err = a.impersonated()
	case authFederation:
		from, err = a.federated(ctx)
	default:
		return source{}, &methodError{
			text: fmt.Sprintf("there is no way to sign in called %q", method),
			hint: "use one of default, service-account, impersonate, workload-identity, emulator",
		}
	}
	if err != nil {
		return source{}, err
	}
	if universe := first(from.who.universe, defaultUniverse); universe != a.settings.universe {
		return source{}, &methodError{
			text: "the credential belongs to the universe " + printable(universe) + " and the profile to " + a.settings.universe,
			hint: "a token goes only to its own universe: set " + fieldUniverse + " of the profile if the credential is the right one",
		}
	}
	return from, nil
}

// printable is a text of a credential's file, for a message.
func printable(text string) string {
	if isDomain(text) {
		return text
	}
	return "of another name"
}

// keyFile is what of a credential's JSON this package looks at itself.
// https://google.aip.dev/auth/4112, https://google.aip.dev/auth/4117
type keyFile struct {
	Type             string          `json:"type"`
	ProjectID        string          `json:"project_id"`
	ClientEmail      string          `json:"client_email"`
	PrivateKey       string          `json:"private_key"`
	Account          string          `json:"account"`
	QuotaProject     string          `json:"quota_project_id"`
	Universe         string          `json:"universe_domain"`
	Audience         string          `json:"audience"`
	TokenURL         string          `json:"token_url"`
	TokenInfoURL     string          `json:"token_info_url"`
	ImpersonationURL string          `json:"service_account_impersonation_url"`
	CredentialSource json.RawMessage `json:"credential_source"`
}

// principal is who the file's tokens stand for.
func (f keyFile) principal() principal {
	who := principal{project: f.ProjectID, quotaProject: f.QuotaProject, universe: f.Universe}
	switch sdk.CredType(f.Type) {
	case sdk.ServiceAccount:
		who.kind, who.email = "service account", f.ClientEmail
	case sdk.AuthorizedUser, sdk.ExternalAccountAuthorizedUser:
		who.kind, who.email = "user account", f.Account
	case sdk.ExternalAccount:
		who.kind = "workload identity"
		if email := impersonatedEmail(f.ImpersonationURL); email != "" {
			who.kind, who.email, who.via = "service account", email, "workload identity federation"
		}
	case sdk.ImpersonatedServiceAccount:
		who.kind, who.email, who.via = "service account", impersonatedEmail(f.ImpersonationURL), "impersonation"
	}
	return who
}

// library makes a source with Google's own library from a credential's JSON of
// a known type. A service account signs its tokens itself, so that its key's
// token_uri is never asked: https://google.aip.dev/auth/4111
func (a *account) library(kind sdk.CredType, data []byte, who principal) (source, error) {
	made, err := sdk.NewCredentialsFromJSON(kind, data, a.detection())
	if err != nil {
		return source{}, &methodError{
			text: fmt.Sprintf("the credential of type %s cannot be used: it is damaged or lacks a part", kind),
			hint: "download or create it anew", err: err,
		}
	}
	return source{who: who, token: made.Token}, nil
}

// detection is how the library makes credentials: with our connections and no
// log.
func (a *account) detection() *sdk.DetectOptions {
	return &sdk.DetectOptions{
		Scopes:              []string{scope},
		UseSelfSignedJWT:    true,
		DisableAsyncRefresh: true,
		Client:              a.tokens,
		Logger:              silent(),
	}
}

// silent is a logger that drops everything: with GOOGLE_SDK_GO_LOGGING_LEVEL
// set, the libraries would write requests and answers to standard error.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// readResponse reads the body of an answer that must be JSON.
func readResponse(response *http.Response, into any) error {
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxTokenResponse))
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	defer clear(body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", response.StatusCode)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return errors.New("the answer is not JSON")
	}
	return nil
}
