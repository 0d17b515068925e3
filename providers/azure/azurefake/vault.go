package azurefake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azfake "github.com/Azure/azure-sdk-for-go/sdk/azcore/fake"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets"
	"github.com/Azure/azure-sdk-for-go/sdk/security/keyvault/azsecrets/fake"
)

// Page is the number of names in one page of a list, which is Key Vault's own.
// https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets
const Page = 25

// vault is one key vault.
type vault struct {
	tenant  string
	secrets map[string]*entry // by lower-case name
	denied  map[string]bool   // clients that may do nothing
}

// entry is one secret with its versions, the oldest first.
type entry struct {
	name     string
	versions []Version
	deleted  time.Time
}

// Version is one version of a secret.
type Version struct {
	ID, Text, ContentType string
	Disabled              bool
	Created               time.Time
	NotBefore, Expires    *time.Time
	Managed               bool
}

// Put adds a version to a secret and returns its id. The vault is made if there
// is none. Fields of the version that are empty get values.
func (c *Cloud) Put(vaultName, name string, v Version) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	of := c.vaults[vaultName]
	if of == nil {
		of = &vault{tenant: Tenant, secrets: map[string]*entry{}, denied: map[string]bool{}}
		c.vaults[vaultName] = of
	}
	e := of.secrets[strings.ToLower(name)]
	if e == nil {
		e = &entry{name: name}
		of.secrets[strings.ToLower(name)] = e
	}
	e.deleted = time.Time{}
	if v.ID == "" {
		v.ID = fmt.Sprintf("%032x", len(e.versions)+1)
	}
	if v.Created.IsZero() {
		v.Created = time.Unix(1_700_000_000, 0).Add(time.Duration(len(e.versions)) * time.Hour).UTC()
	}
	e.versions = append(e.versions, v)
	return v.ID
}

// Delete deletes a secret so that it can be recovered.
func (c *Cloud) Delete(vaultName, name string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vaults[vaultName].secrets[strings.ToLower(name)].deleted = at
}

// Deny takes all rights in a vault from an application.
func (c *Cloud) Deny(vaultName, client string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vaults[vaultName].denied[client] = true
}

// Move gives a vault to another tenant.
func (c *Cloud) Move(vaultName, tenant string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.vaults[vaultName].tenant = tenant
}

// serveVault answers as a key vault.
func (c *Cloud) serveVault(w http.ResponseWriter, r *http.Request, host string) {
	name, suffix, _ := strings.Cut(host, ".")
	bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	c.mu.Lock()
	of, have, answer, trust := c.vaults[name], c.issued[bearer], c.answer, c.trust
	c.mu.Unlock()
	if have.client == "" && trust != nil {
		if client, tenant, audience, good := trust(bearer); good {
			have = token{client: client, tenant: tenant, audience: audience}
		}
	}
	if of == nil {
		http.NotFound(w, r)
		return
	}
	resource := "https://" + suffix
	if suffix == "" || suffix == "localhost" {
		resource = "https://vault.azure.net"
	}
	if !ok {
		// https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses#authentication
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer authorization="https://login.microsoftonline.com/%s", resource="%s"`, of.tenant, resource))
		Fail(w, http.StatusUnauthorized, "Unauthorized", "", "AKV10000: Request is missing a Bearer or PoP token.")
		return
	}
	if !c.admits(w, have, resource, of) {
		return
	}
	if answer != nil && answer(w, r) {
		return
	}
	c.dispatch(w, r, of)
}

// admits checks a token as a vault does.
// https://learn.microsoft.com/azure/key-vault/general/common-error-codes
func (c *Cloud) admits(w http.ResponseWriter, have token, resource string, of *vault) bool {
	c.mu.Lock()
	denied := of.denied[have.client]
	c.mu.Unlock()
	switch {
	case have.client == "":
		Fail(w, http.StatusUnauthorized, "Unauthorized", "", "Error validating token: IDX10511: Signature validation failed.")
	case have.tenant != of.tenant:
		Fail(w, http.StatusUnauthorized, "Unauthorized", "", "AKV10032: Invalid issuer. Expected one of https://sts.windows.net/"+of.tenant+"/, found https://sts.windows.net/"+have.tenant+"/.")
	case have.audience != resource:
		Fail(w, http.StatusUnauthorized, "Unauthorized", "", "AKV10022: Invalid audience. Expected "+resource+", found: "+have.audience+".")
	case denied:
		Fail(w, http.StatusForbidden, "Forbidden", "ForbiddenByRbac", "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\nCaller: appid="+have.client+";oid=x;iss=https://sts.windows.net/"+Tenant+"/\r\nAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'\r\nAssignment: (not found)\r\nDecisionReason: 'DeniedWithNoValidRBAC'")
	default:
		return true
	}
	return false
}

// Fail writes an error in Key Vault's form.
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
func Fail(w http.ResponseWriter, status int, code, inner, message string) {
	fault := map[string]any{"code": code, "message": message}
	if inner != "" {
		fault["innererror"] = map[string]string{"code": inner}
	}
	writeJSON(w, status, map[string]any{"error": fault})
}

// dispatch lets Azure's own fake answer.
func (c *Cloud) dispatch(w http.ResponseWriter, r *http.Request, of *vault) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) > 1 && c.disabled(of, parts) {
		// The words of the service.
		Fail(w, http.StatusForbidden, "Forbidden", "SecretDisabled", "Operation get is not allowed on a disabled secret.")
		return
	}
	operation := ""
	switch {
	case parts[0] == "deletedsecrets":
		operation = "Client.GetDeletedSecret"
	case len(parts) == 1:
		c.listSecrets(w, r, of)
		return
	case len(parts) == 3 && parts[2] == "versions":
		operation = "Client.NewListSecretPropertiesVersionsPager"
	default:
		operation = "Client.GetSecret"
	}
	r = r.WithContext(context.WithValue(r.Context(), runtime.CtxAPINameKey{}, operation))
	r.URL.Scheme, r.URL.Host = "https", r.Host
	response, err := fake.NewServerTransport(c.server(of, r.Host)).Do(r)
	var refused *azcore.ResponseError
	if errors.As(err, &refused) {
		// The fake's errors have no body; the service's have.
		Fail(w, refused.StatusCode, refused.ErrorCode, "", "A secret with (name/id) "+r.URL.Path+" was not found in this key vault.")
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	for name, values := range response.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(response.StatusCode)
	_, _ = w.Write(body)
}

// find returns a version of a secret, the newest for "".
func (c *Cloud) find(of *vault, name, id string) (*entry, *Version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := of.secrets[strings.ToLower(name)]
	if e == nil {
		return nil, nil
	}
	for i := len(e.versions) - 1; i >= 0; i-- {
		if id == "" || e.versions[i].ID == id {
			found := e.versions[i]
			return e, &found
		}
	}
	return e, nil
}

func (c *Cloud) disabled(of *vault, parts []string) bool {
	id := ""
	if len(parts) == 3 {
		id = parts[2]
	}
	if parts[0] != "secrets" || id == "versions" {
		return false
	}
	e, v := c.find(of, parts[1], id)
	return v != nil && v.Disabled && e.deleted.IsZero()
}

// server is Azure's fake over the secrets of a vault.
func (c *Cloud) server(of *vault, host string) *fake.Server {
	return &fake.Server{
		GetSecret: func(_ context.Context, name, id string, _ *azsecrets.GetSecretOptions) (answer azfake.Responder[azsecrets.GetSecretResponse], fault azfake.ErrorResponder) {
			e, v := c.find(of, name, id)
			if v == nil || !e.deleted.IsZero() {
				fault.SetResponseError(http.StatusNotFound, "SecretNotFound")
				return
			}
			answer.SetResponse(http.StatusOK, azsecrets.GetSecretResponse{Secret: azsecrets.Secret{
				ID: identifier(host, e.name, v.ID), Value: to.Ptr(v.Text), ContentType: to.Ptr(v.ContentType), Attributes: v.attributes(),
			}}, nil)
			return
		},
		GetDeletedSecret: func(_ context.Context, name string, _ *azsecrets.GetDeletedSecretOptions) (answer azfake.Responder[azsecrets.GetDeletedSecretResponse], fault azfake.ErrorResponder) {
			e, v := c.find(of, name, "")
			if v == nil || e.deleted.IsZero() {
				fault.SetResponseError(http.StatusNotFound, "SecretNotFound")
				return
			}
			answer.SetResponse(http.StatusOK, azsecrets.GetDeletedSecretResponse{DeletedSecret: azsecrets.DeletedSecret{
				ID: identifier(host, e.name, v.ID), DeletedDate: &e.deleted, ScheduledPurgeDate: to.Ptr(e.deleted.Add(90 * 24 * time.Hour)),
			}}, nil)
			return
		},
		NewListSecretPropertiesVersionsPager: func(name string, _ *azsecrets.ListSecretPropertiesVersionsOptions) (answer azfake.PagerResponder[azsecrets.ListSecretPropertiesVersionsResponse]) {
			e, _ := c.find(of, name, "")
			var page azsecrets.ListSecretPropertiesVersionsResponse
			if e != nil {
				for _, v := range e.versions {
					page.Value = append(page.Value, v.properties(host, e.name, v.ID))
				}
			}
			answer.AddPage(http.StatusOK, page, nil)
			return
		},
	}
}

// listSecrets answers with one page of names. Azure's fake keeps the state of a
// list in one connection; the service's next page is named by a URL alone.
func (c *Cloud) listSecrets(w http.ResponseWriter, r *http.Request, of *vault) {
	c.mu.Lock()
	var names []string
	for name, e := range of.secrets {
		if e.deleted.IsZero() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	from, _ := strconv.Atoi(r.URL.Query().Get("$skiptoken"))
	from = min(from, len(names))
	var page azsecrets.SecretPropertiesListResult
	for _, name := range names[from:min(from+Page, len(names))] {
		e := of.secrets[name]
		page.Value = append(page.Value, e.versions[len(e.versions)-1].properties(r.Host, e.name, ""))
	}
	c.mu.Unlock()
	if from+Page < len(names) {
		page.NextLink = to.Ptr(fmt.Sprintf("https://%s/secrets?api-version=%s&$skiptoken=%d&maxresults=%d", r.Host, r.URL.Query().Get("api-version"), from+Page, Page))
	}
	writeJSON(w, http.StatusOK, page)
}

func (v Version) attributes() *azsecrets.SecretAttributes {
	return &azsecrets.SecretAttributes{Enabled: to.Ptr(!v.Disabled), Created: &v.Created, NotBefore: v.NotBefore, Expires: v.Expires}
}

func (v Version) properties(host, name, id string) *azsecrets.SecretProperties {
	return &azsecrets.SecretProperties{
		ID: identifier(host, name, id), ContentType: to.Ptr(v.ContentType), Attributes: v.attributes(), Managed: to.Ptr(v.Managed),
	}
}

func identifier(host, name, id string) *azsecrets.ID {
	return to.Ptr(azsecrets.ID(strings.TrimSuffix("https://"+host+"/secrets/"+name+"/"+id, "/")))
}

func itoa(n int) string { return strconv.Itoa(n) }
