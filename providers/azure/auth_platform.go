package azure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/managedidentity"
)

// unavailableError is a source of tokens that is not set up here; the default
// chain goes on to the next. Text and hint are safe to show.
type unavailableError struct {
	source, text, hint string
	err                error
}

func (e *unavailableError) Error() string { return e.source + ": " + e.text }

func (e *unavailableError) Unwrap() error { return e.err }

// The endpoint of a virtual machine's own identity, and how long it may take to
// show that it is there: machines outside Azure have nothing at this address.
// https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service
const (
	machineEndpoint = "http://169.254.169.254/metadata/identity/oauth2/token"
	machineTimeout  = time.Second
)

// managed signs in as the identity of the machine.
func (a *authority) managed() (acquireFunc, error) {
	id, err := a.managedID()
	if err != nil {
		return nil, err
	}
	return lazily(func(ctx context.Context) (azcore.TokenCredential, error) {
		if err := a.probeMachine(ctx); err != nil {
			return nil, err
		}
		return a.newManaged(id)
	}), nil
}

// newManaged makes azidentity's credential; it reads where the platform's
// endpoint is from the environment.
func (a *authority) newManaged(id azidentity.ManagedIDKind) (azcore.TokenCredential, error) {
	source, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: a.options(a.platform), ID: id,
	})
	if err != nil {
		return nil, &unavailableError{
			source: "managed identity", text: "the machine's identity endpoint cannot be used as it is configured",
			hint: "check IDENTITY_ENDPOINT and IDENTITY_HEADER; some platforms have no user-assigned identities", err: err,
		}
	}
	return source, nil
}

// managedID is the identity a profile names; nil for the machine's own.
func (a *authority) managedID() (azidentity.ManagedIDKind, error) {
	fields := a.credential.Profile.Fields
	var named []azidentity.ManagedIDKind
	if id := fields[fieldClientID]; id != "" {
		named = append(named, azidentity.ClientID(id))
	}
	if id := fields[fieldObjectID]; id != "" {
		named = append(named, azidentity.ObjectID(id))
	}
	if id := fields[fieldResourceID]; id != "" {
		named = append(named, azidentity.ResourceID(id))
	}
	switch len(named) {
	case 0:
		return nil, nil
	case 1:
		return named[0], nil
	}
	return nil, &settingError{field: fieldClientID, text: fmt.Sprintf("names an identity beside %s or %s; keep one of them", fieldObjectID, fieldResourceID)}
}

// probeMachine finds out whether the endpoint of a virtual machine answers,
// where no other is configured. Any answer will do.
func (a *authority) probeMachine(ctx context.Context) error {
	source, err := managedidentity.GetSource()
	if err != nil || source != managedidentity.DefaultToIMDS {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, machineTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, machineEndpoint, nil)
	if err != nil {
		return fmt.Errorf("probe the machine's identity: %w", err)
	}
	response, err := a.platform.Do(request)
	if err != nil {
		return &unavailableError{
			source: "managed identity", text: "this machine has none: its identity endpoint does not answer",
			hint: "managed identities work on machines and services of Azure; elsewhere use another sign-in", err: err,
		}
	}
	_ = response.Body.Close()
	return nil
}

// workload signs in with the token of a Kubernetes pod. What the profile does
// not say is in the variables that the workload identity webhook sets.
// https://azure.github.io/azure-workload-identity/docs/topics/service-account-labels-and-annotations.html
func (a *authority) workload() (acquireFunc, error) {
	if err := a.needAuthority(); err != nil {
		return nil, err
	}
	profile := a.credential.Profile
	file, err := pathOf(profile, fieldTokenFile)
	if err != nil {
		return nil, err
	}
	return lazily(func(context.Context) (azcore.TokenCredential, error) {
		for variable, value := range map[string]string{
			"AZURE_CLIENT_ID": profile.Fields[fieldClientID], "AZURE_TENANT_ID": a.settings.tenant, "AZURE_FEDERATED_TOKEN_FILE": file,
		} {
			if value == "" && os.Getenv(variable) == "" {
				return nil, &unavailableError{
					source: "workload identity", text: variable + " is not set",
					hint: "the pod's service account needs the label azure.workload.identity/use, or name " + fieldClientID + ", " + fieldTenant + " and " + fieldTokenFile + " in the credential",
				}
			}
		}
		return a.newWorkload(profile.Fields[fieldClientID], file)
	}), nil
}

func (a *authority) newWorkload(clientID, file string) (azcore.TokenCredential, error) {
	path := file
	if path == "" {
		path = os.Getenv("AZURE_FEDERATED_TOKEN_FILE")
	}
	if _, err := os.Stat(path); err != nil {
		return nil, &unavailableError{
			source: "workload identity", text: "the file with the pod's token cannot be read",
			hint: "check AZURE_FEDERATED_TOKEN_FILE or " + fieldTokenFile, err: errors.Unwrap(err),
		}
	}
	source, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
		ClientOptions: a.options(a.identity), ClientID: clientID, TenantID: a.settings.tenant, TokenFilePath: file,
		AdditionallyAllowedTenants: allowedTenants(), DisableInstanceDiscovery: !a.settings.knownAuthority,
	})
	if err != nil {
		return nil, &unavailableError{source: "workload identity", text: "it is not completely configured", hint: "check the pod's AZURE_ variables", err: err}
	}
	return source, nil
}
