package azure

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/providers"
)

// The ways to sign in.
const (
	authDefault    = "default"
	authBrowser    = "browser"
	authDeviceCode = "device-code"
	authCLI        = "cli"
	authPrincipal  = "service-principal"
	authManaged    = "managed-identity"
	authWorkload   = "workload-identity"
)

// authority is how one credential reaches those who give it tokens.
type authority struct {
	settings   settings
	credential providers.Credential
	// identity sends to the authority of the profile only, platform to the
	// endpoints of the machine's own identity.
	identity, platform *http.Client
	userAgent          string
	state              *keptState // of a person's sign-in
	// account is the name of the person who signed in, which not every access
	// token says.
	account atomic.Pointer[string]
}

// method returns how a credential obtains tokens.
func (a *authority) method() (acquireFunc, error) {
	switch auth := a.credential.Profile.Auth; auth {
	case authDefault:
		return a.chain()
	case authBrowser, authDeviceCode:
		return a.silently()
	case authCLI:
		return a.azureCLI()
	case authPrincipal:
		return a.principal()
	case authManaged:
		return a.managed()
	case authWorkload:
		return a.workload()
	default:
		return nil, &settingError{field: "auth", text: "is not known for azure; see `vault-lsp credential add`"}
	}
}

// options are those of azidentity's own clients.
func (a *authority) options(client *http.Client) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: a.settings.authority},
		Transport: client,
		Retry:     retries(),
		Telemetry: policy.TelemetryOptions{ApplicationID: a.userAgent},
	}
}

// needAuthority is the error of a profile whose cloud names no authority.
func (a *authority) needAuthority() error {
	if a.settings.authority != "" {
		return nil
	}
	return &settingError{field: fieldAuthority, text: "is missing: a custom cloud needs the URL that tokens come from"}
}

// lazily makes a credential on first use and hands out its tokens. A failure to
// make it is not kept, so that a corrected file or variable counts at once.
func lazily(create func(context.Context) (azcore.TokenCredential, error)) acquireFunc {
	made := make(chan azcore.TokenCredential, 1) // holds it, or is empty
	return func(ctx context.Context, options policy.TokenRequestOptions) (azcore.AccessToken, error) {
		var source azcore.TokenCredential
		select {
		case source = <-made:
		default:
			var err error
			if source, err = create(ctx); err != nil {
				return azcore.AccessToken{}, err
			}
		}
		select {
		case made <- source:
		default: // another caller made one meanwhile
		}
		return source.GetToken(ctx, options)
	}
}

// material fetches a secret field as text without surrounding blanks: files
// and commands tend to end in a newline.
func material(ctx context.Context, credential providers.Credential, field string) (string, error) {
	value, err := credential.Material(ctx, field)
	if err != nil {
		return "", err
	}
	defer value.Wipe()
	return strings.TrimSpace(string(value.Reveal())), nil
}

// optionalMaterial is material where a profile may have no such field.
func optionalMaterial(ctx context.Context, credential providers.Credential, field string) (string, error) {
	text, err := material(ctx, credential, field)
	if errors.Is(err, credentials.ErrNoSource) {
		return "", nil
	}
	return text, err
}

// allowedTenants lets azidentity sign in to the tenant it is asked for: package
// tokens has compared it with the profile's before.
func allowedTenants() []string { return []string{"*"} }
