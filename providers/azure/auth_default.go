package azure

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// link is one source of the default chain.
type link struct {
	name    string // as AZURE_TOKEN_CREDENTIALS has it
	tool    bool   // a developer's program: whatever goes wrong, the next is tried
	acquire acquireFunc
}

// chainError is a chain none of whose sources has an identity.
type chainError struct{ tried []error }

func (e *chainError) Error() string { return "no source of the default chain has an identity" }

// chain signs in as DefaultAzureCredential does, with the same sources in the
// same order and the same variable to choose among them. It is not
// DefaultAzureCredential itself because that one starts the developer tools
// through a shell. The source that gave the first token is kept.
// https://learn.microsoft.com/azure/developer/go/sdk/authentication/credential-chains
func (a *authority) chain() (acquireFunc, error) {
	links, err := a.links()
	if err != nil {
		return nil, err
	}
	var chosen atomic.Pointer[link]
	return func(ctx context.Context, options tokenOptions) (azcore.AccessToken, error) {
		if l := chosen.Load(); l != nil {
			return l.acquire(ctx, options)
		}
		var failure chainError
		for _, l := range links {
			token, err := l.acquire(ctx, options)
			if err == nil {
				chosen.Store(&l)
				return token, nil
			}
			var unavailable *unavailableError
			if !errors.As(err, &unavailable) && !l.tool {
				return azcore.AccessToken{}, err
			}
			if ctx.Err() != nil {
				return azcore.AccessToken{}, ctx.Err()
			}
			failure.tried = append(failure.tried, err)
		}
		return azcore.AccessToken{}, &failure
	}, nil
}

// links are the sources that AZURE_TOKEN_CREDENTIALS leaves.
func (a *authority) links() ([]link, error) {
	environment, workload := lazily(a.fromEnvironment), acquireFunc(nil)
	var err error
	if a.settings.authority == "" {
		// A custom cloud without one: what asks no authority can still work.
		environment = absent("the environment")
		workload = absent("workload identity")
	} else if workload, err = a.workload(); err != nil {
		return nil, err
	}
	var own azidentity.ManagedIDKind
	if id := os.Getenv("AZURE_CLIENT_ID"); id != "" {
		own = azidentity.ClientID(id)
	}
	managed := lazily(func(ctx context.Context) (azcore.TokenCredential, error) {
		if err := a.probeMachine(ctx); err != nil {
			return nil, err
		}
		return a.newManaged(own)
	})
	all := []link{
		{name: "EnvironmentCredential", acquire: environment},
		{name: "WorkloadIdentityCredential", acquire: workload},
		{name: "ManagedIdentityCredential", acquire: managed},
		{name: "AzureCLICredential", tool: true, acquire: azTool("").token},
		{name: "AzureDeveloperCLICredential", tool: true, acquire: azdTool().token},
		{name: "AzurePowerShellCredential", tool: true, acquire: powershellTool().token},
	}
	choice := os.Getenv("AZURE_TOKEN_CREDENTIALS")
	chosen := slices.DeleteFunc(all, func(l link) bool {
		switch strings.ToLower(choice) {
		case "":
			return false
		case "dev":
			return !l.tool
		case "prod":
			return l.tool
		}
		return !strings.EqualFold(l.name, choice)
	})
	if len(chosen) == 0 {
		return nil, &settingError{field: "AZURE_TOKEN_CREDENTIALS", text: "is none of dev, prod and the names of Azure's credential types"}
	}
	return chosen, nil
}

// absent is a source that needs an authority where the profile names none.
func absent(source string) acquireFunc {
	return func(context.Context, tokenOptions) (azcore.AccessToken, error) {
		return azcore.AccessToken{}, &unavailableError{source: source, text: "the cloud has no " + fieldAuthority}
	}
}

// fromEnvironment makes the application that AZURE_CLIENT_ID and the variables
// beside it describe.
func (a *authority) fromEnvironment(context.Context) (azcore.TokenCredential, error) {
	for _, variable := range []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID"} {
		if os.Getenv(variable) == "" {
			return nil, &unavailableError{source: "the environment", text: variable + " is not set"}
		}
	}
	if os.Getenv("AZURE_CLIENT_SECRET") == "" && os.Getenv("AZURE_CLIENT_CERTIFICATE_PATH") == "" && os.Getenv("AZURE_USERNAME") == "" {
		return nil, &unavailableError{source: "the environment", text: "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set"}
	}
	source, err := azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{
		ClientOptions: a.options(a.identity), DisableInstanceDiscovery: !a.settings.knownAuthority,
	})
	if err != nil {
		return nil, &unavailableError{source: "the environment", text: "its AZURE_ variables cannot be used", err: err}
	}
	return source, nil
}
