package secret

import "slices"

// Providers returns the table in its order: aws, ssm, gcp, vault, hcp, azure, op,
// local. The slice is the caller's; the fields in its rows are shared and must
// not be changed.
func Providers() []Spec { return slices.Clone(table) }

// Lookup returns the row of a provider, by its name without the $.
func Lookup(name string) (Spec, bool) {
	for i := range table {
		if table[i].Name == name {
			return table[i], true
		}
	}
	return Spec{}, false
}

// CredentialsOf returns the provider whose credential profiles sign in to the
// named one: that one itself unless its row names another.
func CredentialsOf(provider string) string {
	if spec, ok := Lookup(provider); ok && spec.Credentials != "" {
		return spec.Credentials
	}
	return provider
}

// Field returns the field of that name.
func (s Spec) Field(name string) (Field, bool) {
	i := s.index(name)
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// index returns the place of a field in the table's order, or -1.
func (s Spec) index(name string) int {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return i
		}
	}
	return -1
}

// fieldNames returns the names of the fields in the order of the table.
func (s Spec) fieldNames() []string {
	names := make([]string, len(s.Fields))
	for i := range s.Fields {
		names[i] = s.Fields[i].Name
	}
	return names
}

// providerNames returns the names of all providers in the order of the table.
func providerNames() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].Name
	}
	return names
}

// table is the one table of providers. It is never changed after start.
var table = []Spec{
	{
		Name:   AWS,
		Label:  "AWS Secrets Manager",
		Doc:    "A secret in AWS Secrets Manager. Without a credential profile the AWS default chain is used: environment variables, ~/.aws profiles, SSO, web identity, container and instance roles.",
		Fields: slices.Concat(awsFields, commonFields(AWS)),
		Forms:  [][]string{{"secret"}},
	},
	{
		Name:        SSM,
		Label:       "AWS SSM Parameter Store",
		Doc:         "A parameter in AWS Systems Manager Parameter Store: a String, a SecureString (decrypted) or a StringList. It signs in with the credential profiles of $aws, and without one with the AWS default chain.",
		Credentials: AWS,
		Fields:      slices.Concat(ssmFields, commonFields(AWS)),
		Forms:       [][]string{{"name"}},
	},
	{
		Name:   GCP,
		Label:  "GCP Secret Manager",
		Doc:    "A secret in Google Cloud Secret Manager. Without a credential profile Application Default Credentials are used, as `gcloud auth application-default login` sets them up.",
		Fields: slices.Concat(gcpFields, commonFields(GCP)),
		Forms:  [][]string{{"secret"}},
	},
	{
		Name:   Vault,
		Label:  "HashiCorp Vault",
		Doc:    "A secret in a key/value engine of a HashiCorp Vault server, HCP Vault Dedicated or OpenBao, or what another engine issues, such as a database user. Without a credential profile VAULT_ADDR is asked with VAULT_TOKEN or the token that `vault login` left, in ~/.vault-token or with a token helper; the BAO_ variables of OpenBao win.",
		Fields: slices.Concat(vaultFields, commonFields(Vault)),
		Forms:  [][]string{{"path"}},
	},
	{
		Name:   HCP,
		Label:  "HCP Vault Secrets",
		Doc:    "A secret in HCP Vault Secrets. HashiCorp ended this service on 2026-07-01; the provider remains for self-hosted and revived endpoints. For HCP Vault Dedicated use $vault. Without a credential profile HCP_CLIENT_ID and HCP_CLIENT_SECRET are used.",
		Fields: slices.Concat(hcpFields, commonFields(HCP)),
		Forms:  [][]string{{"app", "secret"}},
	},
	{
		Name:   Azure,
		Label:  "Azure Key Vault",
		Doc:    "A secret in Azure Key Vault, named by its identifier or by vault and name. Without a credential profile the Azure default chain is used: environment variables, workload and managed identity, `az login`.",
		Fields: slices.Concat(azureFields, commonFields(Azure)),
		Forms:  [][]string{{"id"}, {"vault", "secret"}},
	},
	{
		Name:   Op,
		Label:  "1Password",
		Doc:    "A field of an item in 1Password, read with the user's own `op` program. Without a credential profile `op` signs in as it does in a terminal: through the desktop app, a session, or OP_SERVICE_ACCOUNT_TOKEN.",
		Fields: slices.Concat(opFields, commonFields(Op)),
		Forms:  [][]string{{"id"}},
	},
	{
		Name:   Local,
		Label:  "Local vault",
		Doc:    "A secret in the encrypted vault that vault-lsp keeps on this machine. It needs no account; `vault-lsp secret set NAME` fills it.",
		Fields: slices.Concat(localFields, commonFields(Local)),
		Forms:  [][]string{{"secret"}},
	},
}
