package azure

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/vault-lsp/vault-lsp/providers"
)

// oauthFault is an authority's description of an error (RFC 6749, section 5.2,
// with Entra's additions).
type oauthFault struct {
	Error       string `json:"error"`
	Suberror    string `json:"suberror"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
}

// oauth reads the body of the exchange; the zero value if it is not of that
// form.
func (e exchange) oauth() oauthFault {
	var f oauthFault
	if json.Unmarshal(e.body, &f) != nil {
		return oauthFault{}
	}
	return f
}

// entraError is an error that Entra has numbered. It is found in texts; only
// what the table says is shown.
type entraError struct{ row entraRow }

func (e *entraError) Error() string { return "AADSTS" + strconv.Itoa(e.row.code) }

var entraCode = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`AADSTS([0-9]{4,8})\b`) })

// entraErrorIn finds the first known number in a text; an error that is no
// *entraError if there is none.
func entraErrorIn(text string) error {
	for _, match := range entraCode().FindAllStringSubmatch(text, 4) {
		code, err := strconv.Atoi(match[1])
		if err != nil {
			continue
		}
		if row, ok := lookupEntra(code); ok {
			return &entraError{row: row}
		}
	}
	return errNoNumber
}

var errNoNumber = errors.New("no number of Entra's in it")

// aboutSignIn explains a sign-in that failed.
func (f failure) aboutSignIn() (fault, bool) {
	var failed *signInError
	if !errors.As(f.err, &failed) {
		return fault{}, false
	}
	told := failed.exchange.oauth()
	var known *entraError
	for _, text := range []string{codes(told), told.Description, failed.err.Error()} {
		if errors.As(entraErrorIn(text), &known) {
			return f.numbered(known.row), true
		}
	}
	if strings.Contains(failed.err.Error(), "acquire tokens for tenant") {
		return fault{
			kind: providers.Unauthenticated, message: fmt.Sprintf("the vault %s belongs to another tenant than that of %s", f.at.vault(), f.title()),
			hint: "name a credential with the vault's tenant, or list it in AZURE_ADDITIONALLY_ALLOWED_TENANTS",
		}, true
	}
	if failed.exchange.err != nil {
		return fault{}, false // a matter of the connection
	}
	if found, ok := f.byName(told, failed.err); ok {
		return found, true
	}
	return f.byStatus(failed.exchange)
}

// codes are Entra's numbers as they stand in texts.
func codes(told oauthFault) string {
	var b strings.Builder
	for _, code := range told.Codes {
		fmt.Fprintf(&b, "AADSTS%d ", code)
	}
	return b.String()
}

// numbered is the fault of one of Entra's numbers.
func (f failure) numbered(row entraRow) fault {
	if row.person && f.isPerson() {
		found := f.needsSignIn(row.message)
		if row.hint != "" {
			found.hint += "; " + row.hint
		}
		return found
	}
	hint := row.hint
	if hint == "" {
		hint = "sign in again"
	}
	kind := row.kind
	if kind == "" {
		kind = providers.Unauthenticated
	}
	return fault{
		kind: kind, message: fmt.Sprintf("%s: %s (AADSTS%d)", f.title(), row.message, row.code), hint: hint,
	}
}

// isPerson reports whether a person signs in with the credential.
func (f failure) isPerson() bool {
	return f.profile.Auth == authBrowser || f.profile.Auth == authDeviceCode
}

// byName explains an error of OAuth that has no number, as other authorities
// than Entra send it.
func (f failure) byName(told oauthFault, err error) (fault, bool) {
	found := fault{kind: providers.Unauthenticated}
	switch told.Error {
	case "invalid_grant", "interaction_required", "login_required", "consent_required":
		if f.isPerson() && f.op != opSignIn {
			return f.needsSignIn("the sign-in has ended or is not enough any more"), true
		}
		found.message, found.hint = "the authority refuses the sign-in", "sign in again"
	case "invalid_client", "unauthorized_client":
		found.message = "the authority does not know the application, or refuses its secret or certificate"
		found.hint = fmt.Sprintf("check %s, and store a new secret: it may have expired", fieldClientID)
	case "access_denied", "authorization_declined":
		found.message, found.hint = "the sign-in was declined", "sign in again and agree"
	case "expired_token", "code_expired":
		found.message, found.hint = "the code was not entered in time", "sign in again"
	case "invalid_resource", "invalid_scope", "invalid_target":
		found.message = "the authority gives no tokens for " + f.settings.resource
		found.hint = "check " + fieldCloud + " and " + fieldResource + " of the credential"
	case "temporarily_unavailable", "server_error":
		found.kind, found.message, found.hint = providers.Unavailable, "the authority is not able to answer at the moment", "try again"
	default:
		if f.op != opSignIn || !strings.Contains(err.Error(), "expired") {
			return fault{}, false
		}
		found.message, found.hint = "the code was not entered in time", "sign in again"
	}
	found.message = f.title() + ": " + found.message
	return found, true
}

// byStatus explains an answer of the authority, or of the machine's identity
// endpoint, by its status.
func (f failure) byStatus(seen exchange) (fault, bool) {
	where := "the authority"
	if f.profile.Auth == authManaged {
		where = "the machine's identity endpoint"
	}
	found := fault{kind: providers.Unavailable, hint: "try again"}
	switch {
	case seen.status == http.StatusTooManyRequests:
		found.kind, found.retryAfter = providers.Throttled, seen.retryAfter
		found.message, found.hint = where+" has had too many requests", "wait a little and try again"
	case seen.status == http.StatusNotFound:
		found.kind, found.message = providers.Unauthenticated, f.title()+": "+where+" does not know the tenant"
		found.hint = "check " + fieldTenant + " and " + fieldAuthority + " of the credential"
	case seen.status >= 500:
		found.message = fmt.Sprintf("%s failed (status %d)", where, seen.status)
	case seen.status >= 200 && seen.status < 300:
		found.message = where + " gave an answer that is not understood"
		found.hint = "check " + fieldAuthority + " and " + fieldTenant + " of the credential"
	case seen.status >= 400:
		found.kind, found.message = providers.Unauthenticated, fmt.Sprintf("%s: %s refuses to give a token (status %d)", f.title(), where, seen.status)
		found.hint = "check the credential"
	case f.profile.Auth == authManaged:
		found.kind, found.message = providers.Unauthenticated, f.title()+": the machine's identity endpoint gave no token"
		found.hint = "check that the machine has a managed identity, and " + fieldClientID + " of the credential"
	default:
		return fault{}, false
	}
	return found, true
}
