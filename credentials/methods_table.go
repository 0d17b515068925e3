package credentials

import (
	"slices"

	"github.com/vault-lsp/vault-lsp/secret"
)

// Methods returns the table of ways to sign in, in the order of the provider
// table. The caller may change what it gets.
func Methods() []Method {
	return slices.Concat(awsMethods(), gcpMethods(), vaultMethods(), hcpMethods(), azureMethods(), opMethods(), localMethods())
}

// Plain and secret fields are written with these, so that a row shows only what
// is particular to it.

func plain(name, prompt, doc string, edit ...func(*MethodField)) MethodField {
	f := MethodField{Name: name, Prompt: prompt, Doc: doc, Type: TypeText}
	for _, e := range edit {
		e(&f)
	}
	return f
}

func secretField(name, prompt, doc string, edit ...func(*MethodField)) MethodField {
	f := plain(name, prompt, doc, edit...)
	f.Secret = true
	return f
}

func required(f *MethodField) { f.Required = true }

// bySignIn marks a field that makes a person sign in.
func bySignIn(f *MethodField) { f.SignIn = true }

// keptElsewhere marks a method whose sign-in is in another program's files.
func (m Method) keptElsewhere() Method {
	m.KeptElsewhere = true
	return m
}

// signedIn marks a method that a person signs in with.
func (m Method) signedIn() Method {
	m.SignIn = true
	return m
}

func typed(t FieldType) func(*MethodField) { return func(f *MethodField) { f.Type = t } }

func byDefault(value string) func(*MethodField) {
	return func(f *MethodField) { f.Default = value }
}

func example(value string) func(*MethodField) { return func(f *MethodField) { f.Example = value } }

func oneOf(values ...string) func(*MethodField) {
	return func(f *MethodField) { f.Type, f.Values = TypeEnum, values }
}

func row(provider, auth, label, doc string, fields ...[]MethodField) Method {
	return Method{Provider: provider, Auth: auth, Label: label, Doc: doc, Fields: slices.Concat(fields...)}
}

func awsMethods() []Method {
	shared := []MethodField{
		plain("region", "Region", "region used where a reference and its ARN name none; that of the environment or the AWS profile if absent", typed(TypeLabel), example("eu-west-1")),
		plain("endpoint", "Endpoint", "URL of another endpoint, such as a VPC endpoint; used for one service where its host name has a label secretsmanager, ssm or sts, else for all three", typed(TypeURL)),
		plain("allowHttp", "Allow http", "true lets requests go over plain http to other machines too", typed(TypeBool), byDefault("false")),
	}
	return []Method{
		row(secret.AWS, "default", "Default chain",
			"What the AWS tools use: environment, shared files, SSO, web identity, container or instance role.", shared),
		row(secret.AWS, "keys", "Access keys", "An access key, with the session token of temporary credentials.",
			[]MethodField{
				plain("accessKeyId", "Access key ID", "access key id", required, example("AKIAIOSFODNN7EXAMPLE")),
				secretField("secretAccessKey", "Secret access key", "secret access key", required),
				secretField("sessionToken", "Session token", "session token of temporary security credentials"),
			}, shared),
		row(secret.AWS, "profile", "Named profile", "A profile of the AWS shared configuration files: keys, role, SSO, process; asks for an MFA code at sign-in where it has mfa_serial.",
			[]MethodField{
				plain("profile", "Profile", "name of the profile", required, example("prod")),
				plain("configFile", "Config file", "path of the shared config file; AWS_CONFIG_FILE if absent", typed(TypePath), byDefault("~/.aws/config")),
				plain("credentialsFile", "Credentials file", "path of the shared credentials file; AWS_SHARED_CREDENTIALS_FILE if absent", typed(TypePath), byDefault("~/.aws/credentials")),
			}, shared),
		row(secret.AWS, "sso", "IAM Identity Center (SSO)", "Sign-in with a device code in the browser; the token is shared with the AWS CLI.",
			[]MethodField{
				plain("startUrl", "Start URL", "start URL of the access portal", required, typed(TypeURL), example("https://example.awsapps.com/start")),
				plain("ssoRegion", "SSO region", "region of IAM Identity Center", required, typed(TypeLabel), example("eu-west-1")),
				plain("accountId", "Account ID", "account to work in", required, example("123456789012")),
				plain("roleName", "Role name", "permission set to work with", required, example("ReadOnly")),
				plain("session", "Session name", "name of the sso-session of ~/.aws/config whose token is shared; tokens are kept by the start URL if absent", example("my-sso")),
			}, shared).signedIn().keptElsewhere(),
		row(secret.AWS, "role", "Assume role", "A role assumed from another identity.",
			[]MethodField{
				plain("roleArn", "Role ARN", "role to assume", required, example("arn:aws:iam::123456789012:role/reader")),
				plain("source", "Source credential", "credential profile to assume it from; the default chain if absent"),
				plain("externalId", "External ID", "external id the role's trust policy asks for"),
				plain("sessionName", "Session name", "name of the session in the audit log", byDefault("vault-lsp")),
				plain("mfaSerial", "MFA device", "serial or ARN of the MFA device; its code is asked for at sign-in", bySignIn, example("arn:aws:iam::123456789012:mfa/jo")),
				plain("duration", "Duration", "how long the role's session lasts, from 15m to 12h", typed(TypeDuration), byDefault("1h")),
			}, shared),
	}
}

func gcpMethods() []Method {
	shared := []MethodField{
		plain("project", "Project", "id or number of the project used where a reference names none; that of the credential or of gcloud if absent", example("my-project")),
		plain("quotaProject", "Quota project", "project whose quota and billing the calls count against"),
		plain("transport", "Transport", "protocol of the calls; rest passes proxies and is chosen where one is configured", oneOf("grpc", "rest")),
		plain("endpoint", "Endpoint", "URL of another endpoint for all secrets, such as Private Service Connect", typed(TypeURL)),
		plain("caCert", "CA certificate", "path of a PEM file with certificate authorities to trust beside the system's, such as that of a proxy", typed(TypePath)),
		plain("universeDomain", "Universe domain", "domain of the cloud, which the credential must belong to", byDefault("googleapis.com")),
	}
	return []Method{
		row(secret.GCP, "default", "Application Default Credentials",
			"What GOOGLE_APPLICATION_CREDENTIALS names, `gcloud auth application-default login` left, or the machine has; workload identity federation included.", shared),
		row(secret.GCP, "service-account", "Service account key", "The JSON key of a service account. It signs its own tokens; no URL in it is asked.",
			[]MethodField{secretField("key", "Key (JSON)", "the whole JSON key, of type service_account", required)}, shared),
		row(secret.GCP, "impersonate", "Impersonate service account",
			"A service account impersonated from another credential.",
			[]MethodField{
				plain("serviceAccount", "Service account", "e-mail address of the account", required, example("reader@my-project.iam.gserviceaccount.com")),
				plain("source", "Source credential", "credential profile to impersonate from; Application Default Credentials if absent"),
				plain("delegates", "Delegates", "accounts of a delegation chain, in its order, with commas between"),
				plain("duration", "Duration", "how long a token lives; more than 1h takes a policy of the organization", typed(TypeDuration), byDefault("1h")),
			}, shared),
		row(secret.GCP, "workload-identity", "Workload identity federation",
			"An identity of another provider, by the configuration that `gcloud iam workload-identity-pools create-cred-config` writes. One that names a program is refused here; GOOGLE_APPLICATION_CREDENTIALS with the auth default takes it.",
			[]MethodField{
				secretField("key", "Configuration (JSON)", "the whole JSON configuration, of type external_account", required),
				plain("allowHosts", "Allowed hosts", "hosts that the configuration may fetch its token from, with commas between; this machine and its metadata server are always allowed", example("pipelines.actions.githubusercontent.com")),
			}, shared),
		row(secret.GCP, "emulator", "Emulator", "Nobody signs in: an emulator of Secret Manager on this machine.",
			[]MethodField{
				plain("endpoint", "Endpoint", "URL of the emulator", required, typed(TypeURL), example("http://localhost:9090")),
				plain("project", "Project", "id of the project used where a reference names none", example("my-project")),
				plain("transport", "Transport", "protocol of the calls; rest for an emulator without gRPC", oneOf("grpc", "rest")),
				plain("caCert", "CA certificate", "path of a PEM file with the emulator's certificate authority", typed(TypePath)),
			}),
	}
}

func vaultMethods() []Method {
	address := plain("address", "Address", "URL of the server, or unix:///path of a socket; plain http only on this machine", required, typed(TypeServer), example("https://vault.example.com"))
	shared := []MethodField{
		plain("namespace", "Namespace", "namespace of the secrets (Enterprise, HCP, OpenBao)", example("admin")),
		plain("authNamespace", "Sign-in namespace", "namespace to sign in to, where it is another one"),
		plain("caCert", "CA certificate", "path of a PEM file with the server's certificate authority", typed(TypePath)),
		plain("caPath", "CA folder", "path of a folder with PEM files of certificate authorities", typed(TypePath)),
		plain("clientCert", "Client certificate", "path of a PEM file", typed(TypePath)),
		plain("clientKey", "Client key", "path of a PEM file", typed(TypePath)),
		plain("tlsServerName", "TLS server name", "name to expect in the server's certificate"),
		plain("allowHttp", "Allow http", "true sends the token over plain http to other machines too", typed(TypeBool), byDefault("false")),
	}
	mount := func(name string) MethodField {
		return plain("mount", "Auth mount", "path of the auth method", byDefault(name))
	}
	password := secretField("password", "Password", "password", required)
	username := plain("username", "User name", "user name", required)
	role := func(edit ...func(*MethodField)) MethodField {
		return plain("role", "Role", "role of the auth method", edit...)
	}
	cert := row(secret.Vault, "cert", "TLS certificate", "Sign-in with the client certificate.",
		[]MethodField{address, mount("cert"), plain("role", "Role", "name of the certificate role")}, slices.Clone(shared))
	for i, f := range cert.Fields {
		if f.Name == "clientCert" || f.Name == "clientKey" {
			cert.Fields[i].Required = true
		}
	}
	return []Method{
		row(secret.Vault, "token", "Token", "A token.",
			[]MethodField{address, secretField("token", "Token", "token", required)}, shared),
		row(secret.Vault, "approle", "AppRole", "Role ID and secret ID of a machine or application.",
			[]MethodField{
				address,
				plain("roleId", "Role ID", "role id", required),
				secretField("secretId", "Secret ID", "secret id; absent where the role needs none"),
				plain("secretIdWrapped", "Secret ID is wrapped", "true if the secret id is a response-wrapping token", typed(TypeBool), byDefault("false")),
				mount("approle"),
			}, shared),
		row(secret.Vault, "userpass", "User name and password", "A user of the server.",
			[]MethodField{address, username, password, mount("userpass")}, shared),
		row(secret.Vault, "ldap", "LDAP", "A user of the directory.",
			[]MethodField{address, username, password, mount("ldap")}, shared),
		row(secret.Vault, "jwt", "JWT", "A JSON Web Token, as CI systems give.",
			[]MethodField{address, role(), secretField("jwt", "JWT", "the token", required), mount("jwt")}, shared),
		row(secret.Vault, "oidc", "OIDC", "Sign-in in the browser.",
			[]MethodField{address, role(), mount("oidc"),
				plain("callbackPort", "Callback port", "port of this machine that the browser comes back to; the role must allow http://localhost:PORT/oidc/callback", byDefault("8250")),
			}, shared).signedIn(),
		row(secret.Vault, "kubernetes", "Kubernetes", "The service account of a pod.",
			[]MethodField{address, role(required),
				secretField("jwt", "Service account token", "token; the pod's own if absent"),
				mount("kubernetes")}, shared),
		cert,
		row(secret.Vault, "agent", "Vault Agent or Proxy", "A Vault Agent or Vault Proxy that signs in by itself (auto-auth).",
			[]MethodField{address}, shared),
	}
}

func hcpMethods() []Method {
	return []Method{row(secret.HCP, "service-principal", "Service principal", "Client ID and secret of a service principal.",
		[]MethodField{
			plain("clientId", "Client ID", "client id of the service principal's key", required),
			secretField("clientSecret", "Client secret", "client secret of the key", required),
			plain("organization", "Organization", "id or name of the organization used where a reference names none; not needed where there is only one"),
			plain("project", "Project", "id or name of the project used where a reference names none; not needed where there is only one"),
			plain("authUrl", "Auth URL", "URL of the identity service; plain http only on this machine", typed(TypeURL), byDefault("https://auth.idp.hashicorp.com")),
			plain("apiUrl", "API URL", "URL of the API; plain http only on this machine", typed(TypeURL), byDefault("https://api.cloud.hashicorp.com")),
			plain("audience", "Audience", "audience of the access token", byDefault("https://api.hashicorp.cloud")),
			plain("caCert", "CA certificate", "path of a PEM file with the certificate authority of both URLs", typed(TypePath)),
		})}
}

func azureMethods() []Method {
	var (
		tenant = plain("tenant", "Tenant", "id or domain of the tenant; learned from the vault where it is absent", example("contoso.onmicrosoft.com"))
		// The fields of every method: where tokens come from and which hosts are
		// vaults.
		shared = []MethodField{
			plain("cloud", "Cloud", "Azure cloud", oneOf("public", "usgov", "china", "custom"), byDefault("public")),
			plain("authority", "Authority", "URL of the authority of a custom cloud", typed(TypeURL), example("https://login.example.net")),
			plain("vaultSuffix", "Vault suffix", "what the hosts of the vaults of a custom cloud end in, with :PORT where it is not 443; an emulator is localhost:8443", example("vault.example.net")),
			plain("resource", "Resource", "what tokens of a custom cloud are asked for", typed(TypeURL), example("https://vault.example.net")),
			plain("verifyChallenge", "Verify challenge", "false lets the vaults under vaultSuffix ask for a token of another host's, as emulators do", typed(TypeBool), byDefault("true")),
			plain("apiVersion", "API version", "version of the interface that an older cloud or an emulator knows", example("7.4")),
			plain("caCert", "CA certificate", "path of a PEM file with a certificate authority beside the system's", typed(TypePath)),
			plain("vault", "Key vault", "name of a key vault to test the credential with", example("my-vault")),
			plain("allowExpired", "Allow expired", "true gives out secrets outside their activation and expiry dates", typed(TypeBool), byDefault("false")),
		}
	)
	clientID := func(doc string, edit ...func(*MethodField)) MethodField {
		return plain("clientId", "Client ID", doc, edit...)
	}
	const own = "id of an application of your own; Azure's for developer tools if absent"
	person := []MethodField{tenant, clientID(own)}
	ownTenant := plain("tenant", "Tenant", "id or domain of the application's tenant", required, example("contoso.onmicrosoft.com"))
	principal := row(secret.Azure, "service-principal", "Service principal", "An application with a secret or a certificate.",
		[]MethodField{
			ownTenant, clientID("id of the application", required),
			secretField("clientSecret", "Client secret", "secret of the application: its value, not its id"),
			plain("certificate", "Certificate", "path of a PEM or PKCS#12 file with certificate and key", typed(TypePath)),
			secretField("password", "Certificate password", "password of the PKCS#12 file"),
			plain("sendCertificateChain", "Send certificate chain", "true for applications that trust a subject and an issuer", typed(TypeBool), byDefault("false")),
		}, shared)
	principal.OneOf = [][]string{{"clientSecret"}, {"certificate"}}
	return []Method{
		row(secret.Azure, "default", "Default chain", "What DefaultAzureCredential finds: environment, workload or managed identity, Azure CLI, Developer CLI, PowerShell.", []MethodField{tenant}, shared),
		row(secret.Azure, "browser", "Browser", "Sign-in in the browser.",
			append(slices.Clone(person), plain("redirectPort", "Redirect port", "port of this machine that the browser comes back to, to forward it over SSH; any free one if absent", example("8400"))), shared).signedIn(),
		row(secret.Azure, "device-code", "Device code", "Sign-in with a code in a browser on any machine.", person, shared).signedIn(),
		row(secret.Azure, "cli", "Azure CLI", "The account of az login.",
			[]MethodField{tenant, plain("subscription", "Subscription", "id or name of a subscription whose account to use")}, shared),
		principal,
		row(secret.Azure, "managed-identity", "Managed identity", "The identity of the machine.",
			[]MethodField{
				tenant, clientID("client id of a user-assigned identity; the machine's own if absent"),
				plain("objectId", "Object ID", "object id of a user-assigned identity, in place of its client id"),
				plain("resourceId", "Resource ID", "resource id of a user-assigned identity, in place of its client id"),
			}, shared),
		row(secret.Azure, "workload-identity", "Workload identity", "The identity of a Kubernetes pod.",
			[]MethodField{
				tenant, clientID("id of the application; AZURE_CLIENT_ID if absent"),
				plain("tokenFile", "Token file", "path of the pod's token; AZURE_FEDERATED_TOKEN_FILE if absent", typed(TypePath)),
			}, shared),
	}
}

func opMethods() []Method {
	shared := []MethodField{
		plain("program", "Program", "absolute path of the 1Password CLI", typed(TypePath), byDefault("op on the PATH"), example("/usr/local/bin/op")),
	}
	return []Method{
		row(secret.Op, "default", "As op in a terminal", "The 1Password app, a session of the terminal, or the variables that op reads.",
			[]MethodField{plain("account", "Account", "sign-in address or id of the account, where op knows several", example("my.1password.com"))}, shared),
		row(secret.Op, "service-account", "Service account", "The token of a service account of 1Password.",
			[]MethodField{secretField("token", "Token", "token of the service account, ops_…", required)}, shared),
	}
}

func localMethods() []Method {
	vault := plain("vault", "Vault name", "which vault on this machine", byDefault("local"))
	return []Method{
		row(secret.Local, "passphrase", "Passphrase", "A vault that a passphrase opens.",
			[]MethodField{vault, secretField("passphrase", "Passphrase", "passphrase of the vault; asked for where there is no source")}),
		row(secret.Local, "keyring", "OS keyring", "A vault whose key is in the keyring of the operating system.",
			[]MethodField{vault}),
	}
}
