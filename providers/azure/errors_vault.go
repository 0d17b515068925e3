package azure

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/vault-lsp/vault-lsp/providers"
)

// vaultFault is Key Vault's description of an error. Its message is looked at
// and never shown: it repeats what was sent.
// https://learn.microsoft.com/azure/key-vault/general/rest-error-codes
type vaultFault struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Inner   struct {
			Code string `json:"code"`
		} `json:"innererror"`
	} `json:"error"`
}

// readFault reads the body of an answer; the zero value if it is not Key
// Vault's.
func readFault(response *azcore.ResponseError) vaultFault {
	var f vaultFault
	if response.RawResponse == nil {
		return f
	}
	body, err := runtime.Payload(response.RawResponse)
	if err != nil || json.Unmarshal(body, &f) != nil {
		return vaultFault{}
	}
	return f
}

// has reports whether the code, the inner code or the message holds a phrase.
func (v vaultFault) has(phrases ...string) bool {
	text := strings.ToLower(v.Error.Code + "\n" + v.Error.Inner.Code + "\n" + v.Error.Message)
	for _, phrase := range phrases {
		if strings.Contains(text, strings.ToLower(phrase)) {
			return true
		}
	}
	return false
}

// aboutVault explains an answer of a vault by its status and codes.
func (f failure) aboutVault() (fault, bool) {
	var response *azcore.ResponseError
	if !errors.As(f.err, &response) {
		return fault{}, false
	}
	told := readFault(response)
	switch status := response.StatusCode; {
	case status == http.StatusUnauthorized:
		return f.refused(told), true
	case status == http.StatusForbidden:
		return f.forbidden(told), true
	case status == http.StatusNotFound && told.Error.Code == "":
		return fault{
			kind: providers.Unavailable, message: "the answer of " + f.at.host + " is not one of a key vault",
			hint: "check the vault's name, and the network or a proxy in between",
		}, true
	case status == http.StatusNotFound:
		return f.notFound(), true
	case status == http.StatusTooManyRequests:
		found := fault{kind: providers.Throttled, message: "the vault " + f.at.vault() + " has had too many requests", hint: "wait a little and try again"}
		if response.RawResponse != nil {
			found.retryAfter = retryAfter(response.RawResponse.Header)
		}
		if found.retryAfter > 0 {
			found.hint = fmt.Sprintf("try again in %s", found.retryAfter)
		}
		return found, true
	case status == http.StatusConflict && told.has("Deleted"):
		return fault{kind: providers.Deleted, message: f.at.String() + " is being deleted or recovered", hint: "try again in a minute"}, true
	case status == http.StatusBadRequest:
		return f.badRequest(told), true
	case status >= 500:
		return fault{
			kind: providers.Unavailable, message: fmt.Sprintf("the vault %s failed (status %d)", f.at.vault(), status),
			hint: "try again; https://azure.status.microsoft shows disturbances",
		}, true
	}
	return fault{
		kind: providers.Unavailable, message: fmt.Sprintf("the vault %s refused the request (status %d)", f.at.vault(), response.StatusCode),
		hint: "check the vault's name, and the network or a proxy in between",
	}, true
}

func (f failure) notFound() fault {
	found := fault{kind: providers.NotFound, message: "there is no secret " + f.at.String(), hint: "check the names of vault and secret, and that " + f.title() + " is of the right cloud"}
	if f.at.version != "" {
		found.message = "there is no " + f.at.String() + ", or no such secret"
		found.hint = "the portal shows a secret's versions; leave version out for the current one"
	}
	return found
}

// refused explains a token that a vault does not accept.
func (f failure) refused(told vaultFault) fault {
	found := fault{
		kind: providers.Unauthenticated, message: fmt.Sprintf("the vault %s does not accept the token of %s", f.at.vault(), f.title()),
		hint: "sign in again; check " + fieldTenant + " and " + fieldCloud + " of the credential, and the clock of this machine",
	}
	// AKV10032 is an issuer, AKV10022 an audience that the vault does not expect.
	switch {
	case told.has("AKV10032", "invalid issuer"):
		found.message = fmt.Sprintf("the vault %s belongs to another tenant than that of %s", f.at.vault(), f.title())
		found.hint = fmt.Sprintf("set %s of the credential to the vault's tenant: az keyvault show --name %s --query properties.tenantId", fieldTenant, f.at.vault())
	case told.has("AKV10022", "invalid audience"):
		found.message = fmt.Sprintf("the vault %s expects a token for another cloud than that of %s", f.at.vault(), f.title())
		found.hint = "check " + fieldCloud + " of the credential"
	case told.has("lifetime validation failed", "AKV10046", "expired"):
		found.message = fmt.Sprintf("the vault %s says that the token of %s has expired", f.at.vault(), f.title())
	}
	return found
}

// forbidden tells apart what Key Vault answers with status 403.
func (f failure) forbidden(told vaultFault) fault {
	found := fault{kind: providers.Denied}
	vault, action, permission := f.at.vault(), "read", "get"
	if f.at.name == "" || f.op == opList {
		action, permission = "list", "list"
	}
	switch {
	case told.has("SecretDisabled", "disabled secret", "is disabled") && !told.has("public network access"):
		found.message = f.at.String() + " is disabled"
		found.hint = fmt.Sprintf("whoever owns it can enable it: az keyvault secret set-attributes --vault-name %s --name %s --enabled true", vault, f.at.name)
	case told.has("expired secret", "secret is expired", "SecretExpired", "not yet valid", "not yet active", "SecretNotYetValid"):
		found.message = f.at.String() + " is outside its activation and expiry dates"
		found.hint = "store a new version, or move the dates"
	case told.has("ForbiddenByConnection", "public network access is disabled"):
		found.message = fmt.Sprintf("the vault %s is closed to the public network", vault)
		found.hint = "connect to the network of its private endpoint, for example with the VPN"
	case told.has("ForbiddenByFirewall", "client address is not authorized"):
		found.message = fmt.Sprintf("the firewall of the vault %s does not let this machine in", vault)
		if address := clientAddress(told.Error.Message); address != "" {
			found.message += " (it sees the address " + address + ")"
		}
		found.hint = fmt.Sprintf("use the network it allows, or have the address added: az keyvault network-rule add --name %s --ip-address ADDRESS", vault)
	case told.has("ForbiddenByRbac", "assignment: (not found)", "not authorized to perform action"):
		found.message = fmt.Sprintf("%s may not %s secrets of the vault %s: no role that allows it is assigned", f.whoIsIt(), action, vault)
		found.hint = `ask for the role "Key Vault Secrets User" on the vault or the secret; a new assignment takes some minutes. The vault uses roles, so access policies do not count`
	case told.has("ForbiddenByPolicy", "AccessDenied", "does not have secrets"):
		found.message = fmt.Sprintf("%s may not %s secrets of the vault %s: its access policies do not allow it", f.whoIsIt(), action, vault)
		found.hint = fmt.Sprintf("ask for the secret permission %q: az keyvault set-policy --name %s --secret-permissions %s --object-id …. The vault uses access policies, so roles do not count", permission, vault, permission)
	default:
		found.message = fmt.Sprintf("%s may not %s %s", f.whoIsIt(), action, f.at)
		found.hint = `ask for the role "Key Vault Secrets User" or, on a vault with access policies, the secret permission "` + permission + `"`
	}
	return found
}

// whoIsIt names the account, so that it can be told whom to give a permission.
func (f failure) whoIsIt() string {
	if f.who != nil {
		if name := f.who(); name != "" {
			return name + " (" + f.title() + ")"
		}
	}
	return f.title()
}

var addressForm = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)client address:?\s+([0-9A-Fa-f.:]{3,45})`) })

// clientAddress finds the address of this machine in a firewall's message.
func clientAddress(message string) string {
	match := addressForm().FindStringSubmatch(message)
	if match == nil {
		return ""
	}
	address, err := netip.ParseAddr(strings.TrimRight(match[1], "."))
	if err != nil {
		return ""
	}
	return address.String()
}

// versionText finds the API version that a server names as its newest.
var versionText = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\(?\b([0-9]\.[0-9]|20[0-9]{2}-[0-9]{2}-[0-9]{2})\b\)?`)
})

func (f failure) badRequest(told vaultFault) fault {
	if told.has("api-version", "is not recognized", "UnsupportedApiVersion", "latest supported version") {
		hint := fmt.Sprintf("set %s of the credential to a version that it knows, such as 7.4", fieldAPIVersion)
		if all := versionText().FindAllStringSubmatch(told.Error.Message, -1); len(all) > 1 {
			hint = fmt.Sprintf("set %s of the credential to %s", fieldAPIVersion, all[len(all)-1][1])
		}
		return fault{kind: providers.Unsupported, message: fmt.Sprintf("the vault %s does not know this version of the interface", f.at.vault()), hint: hint}
	}
	return fault{
		kind: providers.InvalidReference, message: fmt.Sprintf("the vault %s refuses the name or the version of %s", f.at.vault(), f.at),
		hint: "check the names in the reference",
	}
}
