// Command hcpclient asks an endpoint of HCP Vault Secrets with HashiCorp's own
// Go client, so that a fake of the service is held to the client's idea of it.
//
// The client id and secret stand in HCP_CLIENT_ID and HCP_CLIENT_SECRET. Each
// argument is an operation; a line of JSON answers each, with a member error
// where it failed. The client keeps tokens below HOME, keyed in a way that lets
// a wrong secret pass: give every run a HOME of its own.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/go-openapi/runtime"
	iam "github.com/hashicorp/hcp-sdk-go/clients/cloud-iam/stable/2019-12-10/client/iam_service"
	organizations "github.com/hashicorp/hcp-sdk-go/clients/cloud-resource-manager/stable/2019-12-10/client/organization_service"
	projects "github.com/hashicorp/hcp-sdk-go/clients/cloud-resource-manager/stable/2019-12-10/client/project_service"
	secrets "github.com/hashicorp/hcp-sdk-go/clients/cloud-vault-secrets/stable/2023-11-28/client/secret_service"
	"github.com/hashicorp/hcp-sdk-go/config"
	"github.com/hashicorp/hcp-sdk-go/httpclient"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// target is what the operations are about.
type target struct {
	transport                  runtime.ClientTransport
	organization, project, app string
}

func run() error {
	var t target
	address := flag.String("url", "", "URL of identity service and interface")
	authority := flag.String("ca", "", "PEM file of the certificate authority")
	flag.StringVar(&t.organization, "organization", "", "id of the organization")
	flag.StringVar(&t.project, "project", "", "id of the project")
	flag.StringVar(&t.app, "app", "", "name of the application")
	flag.Parse()
	at, err := url.Parse(*address)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(*authority)
	if err != nil {
		return err
	}
	trusted := &tls.Config{RootCAs: x509.NewCertPool()}
	trusted.RootCAs.AppendCertsFromPEM(pem)
	settings, err := config.NewHCPConfig(
		config.WithClientCredentials(os.Getenv("HCP_CLIENT_ID"), os.Getenv("HCP_CLIENT_SECRET")),
		config.WithAPI(at.Host, trusted), config.WithAuth(*address, trusted), config.WithoutBrowserLogin())
	if err != nil {
		return err
	}
	if t.transport, err = httpclient.New(httpclient.Config{HCPConfig: settings}); err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	for _, operation := range flag.Args() {
		result, err := t.do(operation)
		line := map[string]any{"operation": operation, "result": result}
		if err != nil {
			line = map[string]any{"operation": operation, "error": err.Error()}
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// do runs one operation: a verb and its arguments, separated by colons.
func (t target) do(operation string) (any, error) {
	words := append(strings.Split(operation, ":"), "", "")
	client := secrets.New(t.transport, nil)
	switch words[0] {
	case "whoami":
		answer, err := iam.New(t.transport, nil).IamServiceGetCallerIdentity(iam.NewIamServiceGetCallerIdentityParams(), nil)
		return payload(answer, err, func() any { return answer.Payload.Principal.Service.Name })
	case "organizations":
		answer, err := organizations.New(t.transport, nil).OrganizationServiceList(organizations.NewOrganizationServiceListParams(), nil)
		return payload(answer, err, func() any { return answer.Payload })
	case "projects":
		kind := "ORGANIZATION"
		answer, err := projects.New(t.transport, nil).ProjectServiceList(
			projects.NewProjectServiceListParams().WithScopeType(&kind).WithScopeID(&t.organization), nil)
		return payload(answer, err, func() any { return answer.Payload })
	case "apps":
		params := secrets.NewListAppsParams().WithOrganizationID(t.organization).WithProjectID(t.project)
		answer, err := client.ListApps(params, nil)
		return payload(answer, err, func() any { return answer.Payload })
	case "secrets":
		size := int64(2)
		params := secrets.NewListAppSecretsParams().WithOrganizationID(t.organization).WithProjectID(t.project).
			WithAppName(t.app).WithPaginationPageSize(&size)
		if words[1] != "" {
			params = params.WithPaginationNextPageToken(&words[1])
		}
		answer, err := client.ListAppSecrets(params, nil)
		return payload(answer, err, func() any { return answer.Payload })
	case "versions":
		params := secrets.NewListAppSecretVersionsParams().WithOrganizationID(t.organization).WithProjectID(t.project).
			WithAppName(t.app).WithSecretName(words[1])
		answer, err := client.ListAppSecretVersions(params, nil)
		return payload(answer, err, func() any { return answer.Payload })
	case "open":
		params := secrets.NewOpenAppSecretParams().WithOrganizationID(t.organization).WithProjectID(t.project).
			WithAppName(t.app).WithSecretName(words[1])
		answer, err := client.OpenAppSecret(params, nil)
		return payload(answer, err, func() any { return answer.Payload.Secret })
	case "open-version":
		version, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return nil, err
		}
		params := secrets.NewOpenAppSecretVersionParams().WithOrganizationID(t.organization).WithProjectID(t.project).
			WithAppName(t.app).WithSecretName(words[1]).WithVersion(version)
		answer, err := client.OpenAppSecretVersion(params, nil)
		return payload(answer, err, func() any { return answer.Payload })
	}
	return nil, fmt.Errorf("unknown operation %q", operation)
}

// payload is what take reads of an answer that is there.
func payload(_ any, err error, take func() any) (any, error) {
	if err != nil {
		return nil, err
	}
	return take(), nil
}
