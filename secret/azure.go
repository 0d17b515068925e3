package secret

import "strings"

// checkAzureID returns what is wrong with a text that names a secret of Azure
// Key Vault, or "": a Secret Identifier, a reference as App Service has it
// (@Microsoft.KeyVault(SecretUri=…) or (VaultName=…;SecretName=…)), or
// VAULT/NAME[/VERSION].
func checkAzureID(field Field, value string) string {
	if inner, ok := cutMicrosoft(value); ok {
		return checkMicrosoft(field, inner)
	}
	if !strings.Contains(value, ":") {
		parts := strings.Split(value, "/")
		if len(parts) < 2 || len(parts) > 3 || !isVaultName(parts[0]) || !isSecretName(parts[1]) || len(parts) == 3 && !consistsOf(parts[2], "") {
			return badAzureID
		}
		return ""
	}
	if message := checkType(field, value); message != "" {
		return message
	}
	return checkAzure(field.Name, value)
}

const badAzureID = "id must be a Secret Identifier, for example https://my-vault.vault.azure.net/secrets/stripe-key."

// cutMicrosoft returns what stands between the parentheses of
// @Microsoft.KeyVault(…), in any case.
func cutMicrosoft(value string) (string, bool) {
	const prefix = "@Microsoft.KeyVault("
	if len(value) <= len(prefix) || !strings.EqualFold(value[:len(prefix)], prefix) || !strings.HasSuffix(value, ")") {
		return "", false
	}
	return value[len(prefix) : len(value)-1], true
}

func checkMicrosoft(field Field, inner string) string {
	parts := map[string]string{}
	for pair := range strings.SplitSeq(inner, ";") {
		name, part, _ := strings.Cut(pair, "=")
		name, part = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(part)
		if _, twice := parts[name]; twice {
			return "@Microsoft.KeyVault names " + name + " twice."
		}
		if name != "" || part != "" {
			parts[name] = part
		}
	}
	version, hasVersion := parts["secretversion"]
	switch {
	case len(parts) == 1 && strings.HasPrefix(parts["secreturi"], "https://"):
		return checkAzureID(field, parts["secreturi"])
	case parts["secreturi"] == "" && isVaultName(parts["vaultname"]) && isSecretName(parts["secretname"]):
		if len(parts) == 2 || len(parts) == 3 && hasVersion && (version == "" || consistsOf(version, "")) {
			return ""
		}
	}
	return "@Microsoft.KeyVault needs SecretUri=https://…, or VaultName, SecretName and perhaps SecretVersion."
}

func isVaultName(name string) bool { return isLabel(name) && len(name) >= 3 && len(name) <= 24 }

func isSecretName(name string) bool { return len(name) <= 127 && consistsOf(name, "-") }
