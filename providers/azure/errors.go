package azure

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/vault-lsp/vault-lsp/credentials"
	"github.com/vault-lsp/vault-lsp/internal/outbound"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/secret"
)

// The operations that errors name.
const (
	opGet    = "get"
	opList   = "list"
	opCheck  = "check"
	opSignIn = "sign in"
)

// errNotVault is an answer that has not the form of Key Vault's.
var errNotVault = errors.New("the answer is not one of a key vault")

// failure is an error and where it happened.
type failure struct {
	ctx      context.Context // of the call that failed
	op       string
	profile  credentials.Profile
	settings settings      // zero where the profile is at fault
	who      func() string // names the owner of the tokens; nil where there are none
	at       location
	err      error
}

// fault is the sentence for an error.
type fault struct {
	kind          providers.Kind
	message, hint string
	retryAfter    time.Duration
}

// explain turns the error into one that may be shown: no text of Azure's
// libraries or servers is in it. The caller's own cancellation comes back as it
// is.
func (f failure) explain() error {
	var done *providers.Error
	if errors.As(f.err, &done) {
		return done
	}
	if cause := f.ctx.Err(); errors.Is(cause, context.Canceled) {
		return cause
	}
	for _, explain := range []func() (fault, bool){
		f.aboutReference, f.aboutCredential, f.aboutSignIn, f.aboutVault, f.aboutConnection,
	} {
		if found, ok := explain(); ok {
			return f.told(found)
		}
	}
	return f.told(f.aboutFailure())
}

func (f failure) told(found fault) error {
	return &providers.Error{
		Kind: found.kind, Provider: secret.Azure, Op: f.op, Message: found.message, Hint: found.hint,
		RetryAfter: found.retryAfter, Err: f.err,
	}
}

func (f failure) title() string { return f.profile.Title() }

// aboutReference explains what is wrong with what a reference names.
func (f failure) aboutReference() (fault, bool) {
	var field *fieldError
	var gone *goneError
	switch {
	case errors.As(f.err, &field):
		return fault{kind: providers.InvalidReference, message: field.Error(), hint: field.hint}, true
	case errors.As(f.err, &gone):
		return fault{kind: gone.kind, message: gone.text, hint: gone.hint}, true
	}
	return fault{}, false
}

// aboutCredential explains what is wrong with a profile.
func (f failure) aboutCredential() (fault, bool) {
	found := fault{kind: providers.Unauthenticated}
	var setting *settingError
	var unavailable *unavailableError
	var chain *chainError
	var person *personError
	var tenant *tenantError
	switch {
	case errors.As(f.err, &setting):
		found.message, found.hint = f.title()+": "+setting.Error(), "correct the credential in the configuration file"
		if setting.field == strings.ToUpper(setting.field) {
			found.hint = "correct or unset the environment variable"
		}
	case errors.As(f.err, &unavailable):
		found.message, found.hint = f.title()+": "+unavailable.Error(), unavailable.hint
		if found.hint == "" {
			found.hint = "configure another sign-in with `vault-lsp credential add`"
		}
	case errors.As(f.err, &chain):
		found.message, found.hint = chain.explain(f.title())
	case errors.As(f.err, &person):
		found.message, found.hint = f.title()+": "+person.text, person.hint
	case errors.As(f.err, &tenant):
		found.message = fmt.Sprintf("the vault %s belongs to the tenant %s, and %s signs in to the tenant %s", f.at.vault(), tenant.wanted, f.title(), tenant.has)
		found.hint = fmt.Sprintf("name a credential with %s %s, or correct the vault's name", fieldTenant, tenant.wanted)
	case errors.Is(f.err, errDamagedState):
		return f.needsSignIn("what the last sign-in left cannot be read"), true
	case errors.Is(f.err, errNobody):
		return f.needsSignIn("nobody has signed in with it yet"), true
	case errors.Is(f.err, errNobodyCame):
		found.kind, found.message, found.hint = providers.Timeout, f.title()+": "+errNobodyCame.Error(), "sign in again"
	default:
		return fault{}, false
	}
	return found, true
}

// needsSignIn is the fault of a credential that a person has to sign in with.
func (f failure) needsSignIn(reason string) fault {
	told := providers.NeedsSignIn(f.profile, reason, nil)
	return fault{kind: told.Kind, message: told.Message, hint: told.Hint}
}

// explain lists what was tried.
func (e *chainError) explain(title string) (message, hint string) {
	var tried []string
	for _, err := range e.tried {
		var unavailable *unavailableError
		if errors.As(err, &unavailable) {
			tried = append(tried, unavailable.Error())
		}
	}
	if len(tried) == 0 {
		return title + ": " + e.Error(), "run `az login`, or add a credential with `vault-lsp credential add`"
	}
	return title + ": " + e.Error(),
		"run `az login`, or add a credential with `vault-lsp credential add`. Tried: " + strings.Join(tried, "; ")
}

// aboutConnection explains why there was no answer of Key Vault's.
func (f failure) aboutConnection() (fault, bool) {
	var redirect *outbound.RedirectError
	var large *outbound.TooLargeError
	var origin *originError
	var scope *scopeError
	found := fault{kind: providers.Unavailable, hint: "check the vault's name, and the network or a proxy in between"}
	switch {
	case errors.As(f.err, &large):
		found.message = large.Error()
	case errors.As(f.err, &redirect):
		found.message = "the server redirects to " + redirect.Target + ", which is not followed because the token would go along"
	case errors.As(f.err, &origin):
		found.message = "the server refers to " + origin.host + ", which was not asked because a token would go along"
		found.hint = fmt.Sprintf("if that is where tokens come from, make it the %s of the credential", fieldAuthority)
	case errors.As(f.err, &scope):
		found.message = f.at.host + " asks for a token for " + scope.host + ", which is not for a vault; none was requested"
		found.hint = fmt.Sprintf("if that is right for a cloud of your own, set %s of the credential to it", fieldResource)
	case errors.Is(f.err, errChallenge), strings.Contains(f.err.Error(), "WWW-Authenticate"), strings.Contains(f.err.Error(), "invalid challenge resource"):
		found.message = f.at.host + " does not say, as a key vault does, which token it wants"
	case strings.Contains(f.err.Error(), "challenge resource"):
		found.message = f.at.host + " asks for a token for another host than its own; none was requested"
		found.hint = fmt.Sprintf("if it is an emulator or a vault of a cloud of your own, set %s to false in the credential", fieldVerifyChallenge)
	case errors.Is(f.err, errNotVault), strings.Contains(f.err.Error(), "unmarshalling type"):
		found.message = "the answer of " + f.at.host + " is not one of a key vault"
	default:
		return fault{}, false
	}
	return found, true
}

// network is the error of the connection: that of the sign-in where one failed,
// which Azure's library has made a text of.
func (f failure) network() error {
	var signIn *signInError
	if errors.As(f.err, &signIn) && signIn.exchange.err != nil {
		return signIn.exchange.err
	}
	return f.err
}

// aboutFailure explains a connection that failed.
func (f failure) aboutFailure() fault {
	err := f.network()
	server := f.server(err)
	failed := outbound.Diagnose(err)
	found := fault{kind: providers.Unavailable, message: failed.Sentence(server), hint: "check the network, VPN or proxy"}
	if failed.IsTLS() {
		found.hint = "check the network: a proxy in between may show its own certificate"
	}
	switch failed.Cause {
	case outbound.UnknownAuthority:
		found.hint = fmt.Sprintf("if a proxy or an emulator is meant to sign it, name its certificate in %s of the credential", fieldCACert)
	case outbound.CertificateExpired:
		found.hint = "check the clock of this machine"
	case outbound.NameUnresolved:
		if isNotFound(err) && f.isVault(failed.Name) {
			found.kind = providers.NotFound
			found.message = fmt.Sprintf("there is no vault %s in the cloud %s: the name %s does not exist", f.at.vault(), f.settings.cloud, failed.Name)
			found.hint = fmt.Sprintf("check the vault's name and %s of the credential; a vault with a private endpoint only has a name inside its network, and a deleted one has none (az keyvault list-deleted)", fieldCloud)
		}
	case outbound.TimedOut:
		found.kind = providers.Timeout
	case outbound.ProxyWantsPassword:
		found.hint = "write user and password into HTTPS_PROXY of the environment"
	case outbound.ProxyRefuses:
		found.hint = "have the proxy let " + server + " through"
	case outbound.Unknown, outbound.ConnectionBroken:
		if text := err.Error(); strings.Contains(text, "proxyconnect") || strings.Contains(text, "socks connect") {
			found.message = "the proxy on the way to " + server + " could not be used"
			found.hint = "check HTTPS_PROXY and the proxy of the configuration"
		}
	}
	return found
}

// isNotFound reports whether a name does not exist.
func isNotFound(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// isVault reports whether a host that was looked up is the vault's.
func (f failure) isVault(name string) bool {
	host := f.at.host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host != "" && strings.EqualFold(strings.TrimSuffix(name, "."), host)
}

// server names the server that an error is about.
func (f failure) server(err error) string {
	if host := outbound.Host(err); host != "" {
		return "the server at " + host
	}
	var signIn *signInError
	switch {
	case errors.As(f.err, &signIn) && f.settings.authority != "":
		return "the authority at " + strings.TrimSuffix(strings.TrimPrefix(f.settings.authority, "https://"), "/")
	case f.at.host != "":
		return "the vault at " + f.at.host
	}
	return "the server"
}

// hasStatus reports whether a vault answered with a status.
func hasStatus(err error, status int) bool {
	var response *azcore.ResponseError
	return errors.As(err, &response) && response.StatusCode == status
}
