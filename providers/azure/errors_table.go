package azure

import "github.com/vault-lsp/vault-lsp/providers"

// entraRow is one of Entra's numbered errors, in our words.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
type entraRow struct {
	code    int
	kind    providers.Kind // Unauthenticated where it is empty
	person  bool           // a person can help by signing in again
	message string         // a clause about the credential
	hint    string         // "sign in again" where it is empty
}

// lookupEntra finds the row of a number.
func lookupEntra(code int) (entraRow, bool) {
	for _, row := range entraRows {
		if row.code == code {
			return row, true
		}
	}
	return entraRow{}, false
}

// Hints that several rows share.
const (
	newSecret  = "create a new client secret for the application and store it in the credential"
	asPolicy   = "sign in with \"auth\": \"browser\", or ask whoever manages access to the tenant"
	checkApp   = "check clientId and tenant of the credential"
	checkTrust = "compare the federated credential of the application with the pod's service account"
	askAdmin   = "ask an administrator of the tenant"
)

// entraRows is the table. It is never changed.
var entraRows = []entraRow{
	// Applications.
	{code: 7000215, message: "the client secret is wrong", hint: "store the secret's value, not its id, in the credential; if it was never seen again, create a new one"},
	{code: 7000222, message: "the client secret has expired", hint: newSecret},
	{code: 7000216, message: "the application has to prove itself with a secret or a certificate", hint: "use \"auth\": \"service-principal\", or an application that allows public client flows"},
	{code: 7000218, message: "the application does not allow sign-ins of people without a secret", hint: "switch on \"Allow public client flows\" for the application, or leave clientId out"},
	{code: 7000112, message: "the application is disabled", hint: askAdmin},
	{code: 700016, message: "the tenant does not know the application", hint: checkApp},
	{code: 700027, message: "the certificate is not registered for the application, or has expired", hint: "upload its public part under Certificates & secrets of the application"},
	{code: 700030, message: "the certificate has no subject or issuer that the application trusts", hint: "set sendCertificateChain to true, or register the certificate itself"},
	{code: 700024, message: "the time of this machine is wrong, or the proof is too old", hint: "set the clock"},
	{code: 50012, message: "the proof with the certificate is not accepted", hint: "check that certificate and clientId belong together, and the clock"},
	{code: 50013, message: "the proof is not accepted", hint: "check the clock and the certificate"},
	{code: 70021, message: "no federated credential of the application fits the pod's token", hint: checkTrust},
	{code: 700211, message: "the application does not trust the issuer of the pod's token", hint: checkTrust},
	{code: 700212, message: "the application does not trust the audience of the pod's token", hint: checkTrust},
	{code: 700213, message: "the application does not trust the subject of the pod's token", hint: checkTrust},
	{code: 700003, person: true, message: "the device is not known to the tenant any more"},
	{code: 50194, message: "the application is not for several tenants", hint: "set tenant of the credential to the tenant of the application"},
	{code: 53009, message: "the application may be used on managed devices only", hint: asPolicy},

	// Tenants.
	{code: 90002, message: "there is no such tenant", hint: "check tenant and cloud of the credential"},
	{code: 900023, message: "the tenant is neither an id nor a domain", hint: "check tenant of the credential"},
	{code: 90072, message: "the account is not a guest of the vault's tenant", hint: "sign in with an account of that tenant, or be invited to it"},
	{code: 50020, message: "the account is not a guest of the vault's tenant", hint: "sign in with an account of that tenant, or be invited to it"},
	{code: 50034, message: "the tenant does not know the account", hint: "set tenant of the credential to the account's tenant"},
	{code: 51004, message: "the tenant does not know the account", hint: "set tenant of the credential to the account's tenant"},
	{code: 500011, message: "Key Vault is not known to the tenant", hint: "check cloud and tenant of the credential; a tenant without a subscription has no vaults"},
	{code: 500021, message: "this network allows sign-ins to other tenants only", hint: askAdmin},
	{code: 500200, message: "the account is a personal one, and the tenant takes none", hint: "sign in with a work or school account"},
	{code: 90038, message: "the tenant is in another cloud", hint: "set cloud of the credential"},
	{code: 900382, message: "the account is of another cloud", hint: "set cloud of the credential"},

	// People: what a new sign-in mends.
	{code: 700082, person: true, message: "the sign-in has ended because it was not used for long"},
	{code: 700081, person: true, message: "the sign-in has ended"},
	{code: 700084, person: true, message: "the sign-in has ended"},
	{code: 70008, person: true, message: "the sign-in has ended"},
	{code: 70043, person: true, message: "the tenant asks for a sign-in from time to time"},
	{code: 54005, person: true, message: "the sign-in was used already"},
	{code: 50173, person: true, message: "the sign-in was revoked, as after a new password"},
	{code: 50089, person: true, message: "the sign-in took too long"},
	{code: 50078, person: true, message: "the second factor has to be shown again"},
	{code: 50133, person: true, message: "the session has ended, as after a new password"},
	{code: 50132, person: true, message: "the session has ended, as after a new password"},
	{code: 50074, person: true, message: "the tenant asks for a second factor", hint: "sign in again; it asks for the factor"},
	{code: 50076, person: true, message: "the tenant asks for a second factor", hint: "set tenant of the credential to the vault's tenant, so that it is asked for there"},
	{code: 50079, person: true, message: "the account has to set up a second factor", hint: "it is set up while signing in"},
	{code: 50158, person: true, message: "the tenant asks for another proof", hint: "set tenant of the credential to the vault's tenant, so that it is asked for there"},
	{code: 50058, person: true, message: "nobody is signed in"},
	{code: 16000, person: true, message: "several accounts are signed in"},
	{code: 50072, person: true, message: "the account has to set up a second factor", hint: "it is set up while signing in"},
	{code: 50129, person: true, message: "the device is not known to the tenant"},
	{code: 50196, kind: providers.Throttled, message: "the same request came too often", hint: "wait some minutes"},
	{code: 65001, person: true, message: "the application has not been granted access to Key Vault", hint: "agree while signing in, or have an administrator grant it"},
	{code: 65004, message: "the access was not granted", hint: "sign in again and agree"},
	{code: 65002, message: "the application may not ask for access to Key Vault", hint: "leave clientId out, or register an application of your own"},
	{code: 90094, message: "an administrator has to grant the application access", hint: askAdmin},
	{code: 90095, message: "an administrator has to grant the application access", hint: askAdmin},

	// People: what it does not mend.
	{code: 50126, message: "user name or password is wrong", hint: "sign in again"},
	{code: 50053, message: "the account is locked after too many attempts", hint: "wait, or ask an administrator of the tenant"},
	{code: 50055, message: "the password has expired", hint: "change it in the browser, then sign in again"},
	{code: 50057, message: "the account is disabled", hint: askAdmin},
	{code: 50105, message: "the account is not assigned to the application", hint: askAdmin},
	{code: 50131, message: "a policy of the tenant blocks the sign-in", hint: asPolicy},
	{code: 50005, message: "a policy of the tenant does not allow this platform", hint: asPolicy},
	{code: 53000, message: "a policy of the tenant asks for a compliant device", hint: asPolicy},
	{code: 53001, message: "a policy of the tenant asks for a device of the domain", hint: asPolicy},
	{code: 53002, message: "a policy of the tenant does not approve the application", hint: asPolicy},
	{code: 53003, message: "a policy of the tenant blocks the sign-in", hint: asPolicy},
	{code: 530003, message: "a policy of the tenant asks for a managed device", hint: asPolicy},
	{code: 530035, message: "the tenant's security defaults block the sign-in", hint: asPolicy},
	{code: 53004, message: "the tenant sees a risk in setting up a second factor now", hint: askAdmin},

	// Device codes.
	{code: 70016, message: "the code was not entered in time", hint: "sign in again"},
	{code: 70018, message: "the code that was entered is wrong", hint: "sign in again"},
	{code: 70019, message: "the code was not entered in time", hint: "sign in again"},
	{code: 70020, message: "the code was not entered in time", hint: "sign in again"},

	// Service.
	{code: 90033, kind: providers.Unavailable, message: "Entra is not able to answer at the moment", hint: "try again"},
	{code: 90013, kind: providers.Unavailable, message: "Entra could not use what was entered", hint: "try again"},
	{code: 90006, kind: providers.Unavailable, message: "Entra is not able to answer at the moment", hint: "try again"},
	{code: 90055, kind: providers.Throttled, message: "the tenant has had too many requests", hint: "wait some minutes"},
	{code: 90092, kind: providers.Unavailable, message: "Entra is not able to answer at the moment", hint: "try again"},
	{code: 50033, kind: providers.Unavailable, message: "Entra is not able to answer at the moment", hint: "try again"},
}
