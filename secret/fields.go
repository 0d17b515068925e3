package secret

// The fields of each provider, in the order in which a reference is printed.
// The first sentence of a Doc stands alone in a completion list.

var awsFields = []Field{
	{
		Name: "secret", Type: TypeText, Required: true, Locates: true, Live: true, Example: "prod/stripe",
		Doc: "The secret's name or ARN. The Secrets Manager console shows both at the top of the secret's page; `aws secretsmanager list-secrets` lists them. For a secret of another account give the ARN.",
	},
	{
		Name: "version", Type: TypeText, Locates: true, Live: true, Example: "EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE",
		Doc: "The version id of one exact version. It is in the Versions tab of the console and in `aws secretsmanager list-secret-version-ids`. Default: the version that stage names.",
	},
	{
		Name: "stage", Type: TypeText, Locates: true, Live: true, Default: "AWSCURRENT", Example: "AWSPREVIOUS",
		Doc: "The staging label of a version, such as AWSCURRENT, AWSPENDING or AWSPREVIOUS. Default: AWSCURRENT, the version that applications use now.",
	},
	{
		Name: "type", Type: TypeEnum, Values: []string{"text", "json", "binary"}, Default: "text", Example: "json",
		Doc: "How the secret is stored: text, json (a JSON object of which key takes one value) or binary. Default: json when key is given, else text.",
	},
	{
		Name: "region", Type: TypeLabel, Locates: true, Live: true, Example: "eu-west-1",
		Doc: "The AWS region that holds the secret. It is the fourth part of the ARN. Default: the region in the ARN, else the one of the credential.",
	},
}

var ssmFields = []Field{
	{
		Name: "name", Type: TypeText, Required: true, Locates: true, Live: true, Example: "/prod/db/password",
		Doc: "The parameter's name with its path, or its ARN. The Parameter Store console lists the names; `aws ssm describe-parameters` does too. For a parameter of another account give the ARN.",
	},
	{
		Name: "version", Type: TypeText, Locates: true, Live: true, Example: "3",
		Doc: "The number of one exact version, or a label. The History tab of the console and `aws ssm get-parameter-history` list them. Default: the newest version.",
	},
	{
		Name: "region", Type: TypeLabel, Locates: true, Live: true, Example: "eu-west-1",
		Doc: "The AWS region that holds the parameter. It is the fourth part of the ARN. Default: the region in the ARN, else the one of the credential.",
	},
}

var gcpFields = []Field{
	{
		Name: "secret", Type: TypeText, Required: true, Locates: true, Live: true, Example: "stripe-key",
		Doc: "The secret's id, or its full resource name projects/…/secrets/…. The console's Secret Manager page lists the ids; \"Copy resource name\" in a secret's menu gives the full name.",
	},
	{
		Name: "project", Type: TypeText, Locates: true, Live: true, Example: "my-project",
		Doc: "The id or number of the project that holds the secret. The console's project picker shows both. Default: the project in the full resource name, else the one of the credential.",
	},
	{
		Name: "version", Type: TypeText, Locates: true, Live: true, Default: "latest", Example: "3",
		Doc: "The version: a number, an alias, or latest. The Versions tab of the secret lists them. Default: latest.",
	},
	{
		Name: "location", Type: TypeLabel, Locates: true, Live: true, Example: "europe-west3",
		Doc: "The location of a regional secret. Only secrets made as regional have one; their resource name holds /locations/. Default: none, the secret is global.",
	},
}

var vaultFields = []Field{
	{
		Name: "path", Type: TypeText, Required: true, Locates: true, Live: true, Example: "app/db",
		Doc: "The secret's path inside its mount, without the mount and without data/. It is what `vault kv get -mount=secret PATH` takes, and what the Vault UI shows behind the engine's name. On a mount of another engine it is the path to read, such as creds/ROLE of a database.",
	},
	{
		Name: "mount", Type: TypeText, Locates: true, Live: true, Default: "secret", Example: "kv",
		Doc: "The path at which the engine is mounted: key/value, or another one that is read, such as database or aws, whose lease is given back when it is no longer used. `vault secrets list` and the first page of the Vault UI list the mounts; it may hold slashes. Default: secret.",
	},
	{
		Name: "engine", Type: TypeEnum, Values: []string{"v1", "v2"}, Locates: true, Example: "v2",
		Doc: "The version of the key/value engine: v1 or v2. `vault secrets list -detailed` shows it under Options. Default: detected from the mount, as is any other engine.",
	},
	{
		Name: "version", Type: TypeInteger, Locates: true, Live: true, Example: "3",
		Doc: "The number of one exact version, from 1; only engine v2 keeps versions. `vault kv metadata get` and the Version History tab list them. Default: the newest.",
	},
	{
		Name: "namespace", Type: TypeText, Locates: true, Live: true, Example: "admin/team",
		Doc: "The namespace of Vault Enterprise, HCP Vault Dedicated or OpenBao that holds the mount. The Vault UI shows it at the bottom of the side bar. Default: the namespace of the credential.",
	},
}

var hcpFields = []Field{
	{
		Name: "app", Type: TypeText, Required: true, Locates: true, Live: true, Example: "web",
		Doc: "The name of the application that the secret belongs to. The HCP portal lists the applications on the Vault Secrets page.",
	},
	{
		Name: "secret", Type: TypeText, Required: true, Locates: true, Live: true, Example: "STRIPE_KEY",
		Doc: "The secret's name in its application. The application's page in the HCP portal lists the names.",
	},
	{
		Name: "organization", Type: TypeText, Locates: true, Live: true, Example: "11eb3a47-8920-4714-ba99-0242ac120002",
		Doc: "The id or the name of the HCP organization. Both are under Settings in the HCP portal; the id is a UUID and saves a call. Default: the organization of the credential, else the only one that it sees.",
	},
	{
		Name: "project", Type: TypeText, Locates: true, Live: true, Example: "22fc4b58-8920-4714-ba99-0242ac120003",
		Doc: "The id or the name of the HCP project. Both are under the project's Settings in the HCP portal; the id is a UUID and saves a call. Default: the project of the credential, else the only one that it sees.",
	},
	{
		Name: "version", Type: TypeInteger, Locates: true, Live: true, Example: "3",
		Doc: "The number of one exact version, from 1. The secret's version history in the HCP portal lists them. Default: the newest.",
	},
}

var azureFields = []Field{
	{
		Name: "id", Type: TypeURL, Required: true, Locates: true, Example: "https://my-vault.vault.azure.net/secrets/stripe-key",
		Doc: "The Secret Identifier, an https URL with or without a version at its end. The Azure portal shows it on the page of a secret's version. @Microsoft.KeyVault(…) as App Service has it, and VAULT/NAME[/VERSION], are read too. It stands instead of vault, secret and version.",
	},
	{
		Name: "vault", Type: TypeLabel, Required: true, Locates: true, Live: true, Example: "my-vault",
		Doc: "The name of the key vault, the first part of its host name. The Azure portal lists the names under Key vaults; `az keyvault list` does too.",
	},
	{
		Name: "secret", Type: TypeText, Required: true, Locates: true, Live: true, Example: "stripe-key",
		Doc: "The secret's name in the key vault. The portal lists the names under Objects, Secrets; `az keyvault secret list` does too.",
	},
	{
		Name: "version", Type: TypeText, Locates: true, Live: true, Example: "6df34f4a8f8d4c2d9d3f6f0b1e5c7a21",
		Doc: "The id of one exact version, 32 letters and digits. The secret's page in the portal lists them. Default: the newest enabled version.",
	},
}

var opFields = []Field{
	{
		Name: "id", Type: TypeText, Required: true, Locates: true, Live: true, Example: "op://dev/stripe/credential",
		Doc: "The secret reference op://VAULT/ITEM/FIELD or op://VAULT/ITEM/SECTION/FIELD. The 1Password app copies it from the menu of a field; names with other characters than letters, digits, blanks and - _ . are given by their id.",
	},
}

var localFields = []Field{
	{
		Name: "secret", Type: TypeText, Required: true, Locates: true, Live: true, Example: "stripe-key",
		Doc: "The secret's name in the local vault. `vault-lsp secret list` lists the names.",
	},
}

// commonFields returns the fields that every provider has, with an example of
// a credential for the given one.
func commonFields(provider string) []Field {
	return []Field{
		{
			Name: "credential", Type: TypeText, Example: provider + "-dev",
			Doc: "The name of the credential profile to sign in with. `vault-lsp credential list` lists the names. Default: the provider's default profile, else the identity of this machine.",
		},
		{
			Name: "key", Type: TypeText, Live: true, Example: "password",
			Doc: "Which value of a secret that is a JSON object: a name at its top level, or a JSONPath that starts with $. Default: the whole text; for $vault the secret's only value, and where it has several a key is needed.",
		},
		{
			Name: "decode", Type: TypeEnum, Values: []string{"base64", "base64url", "hex"}, Example: "base64",
			Doc: "The encoding that the value is stored in and is decoded from: base64, base64url or hex. Default: none, the value is used as it is stored.",
		},
		{
			Name: "encode", Type: TypeEnum, Values: []string{"none", "json", "url"}, Example: "json",
			Doc: "How the value is written into the request: none, json (escaped for use inside a JSON string) or url (percent-encoded). Default: none; inside a request's URL, url.",
		},
		{
			Name: "trim", Type: TypeEnum, Values: []string{"true"}, Example: "true",
			Doc: "Set to true to cut blanks and line ends off both ends of the value. Default: the value is used with them.",
		},
		{
			Name: "ttl", Type: TypeDuration, Example: "5m",
			Doc: "How long the value may be reused from memory, such as 90s, 30m or 2h, at most 720m; 0 fetches it for every request. Default: the cache.ttl setting, 30m.",
		},
	}
}
