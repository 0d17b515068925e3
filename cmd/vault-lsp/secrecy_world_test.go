package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers/azure/azurefake"
	"github.com/vault-lsp/vault-lsp/providers/gcp/gcpfake"
)

// secretWorld is a user with a secret in every vault.
type secretWorld struct {
	*user
	// hidden is what nobody may see, by what it is: the values of the secrets,
	// what was signed in with, and the tokens that signing in brought.
	hidden map[string]string
	// references are one to each secret, by the name of its credential.
	references map[string]string
	// profiles are the credentials.
	profiles map[string]any
	// azure is the fake of Key Vault; its localhost is the vault.
	azure *azurefake.Cloud
	gcp   *gcpfake.Server
}

func newSecretWorld(t *testing.T) *secretWorld {
	t.Helper()
	w := &secretWorld{user: newUser(t), hidden: map[string]string{}, references: map[string]string{}, profiles: map[string]any{}}
	t.Setenv("TMPDIR", filepath.Join(w.home, "tmp"))
	if err := os.Mkdir(filepath.Join(w.home, "tmp"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.addAmazon()
	w.addVault()
	w.addGoogle()
	w.addAzure()
	w.addHCP()
	w.add("local", "passphrase", map[string]any{"passphrase": w.keep("LOCAL", "l0cal passphrase+marker/1")}, "{{$local secret=m credential=local}}")
	w.addOp()
	configuration, err := json.Marshal(map[string]any{"credentials": w.profiles})
	if err != nil {
		t.Fatal(err)
	}
	w.configure(string(configuration))
	w.pipe(w.value("local"), "secret", "set", "m", "--credential", "local").want(t, exitOK)
	return w
}

// value makes the value of a vault's secret, which looks different in every
// encoding.
func (w *secretWorld) value(of string) string {
	value := "v4lue&of+" + of + "/marker=="
	w.hidden["value of "+of] = value
	return value
}

// keep puts what is signed in with into a variable and returns its source.
func (w *secretWorld) keep(name, text string) map[string]string {
	w.hidden[name] = text
	w.t.Setenv("SECRECY_"+name, text)
	return map[string]string{"env": "SECRECY_" + name}
}

// add adds a credential, named as its provider unless fields name it, and a
// reference that it resolves.
func (w *secretWorld) add(provider, auth string, fields map[string]any, reference string) {
	name := provider
	if given, ok := fields["name"].(string); ok {
		name = given
		delete(fields, "name")
	}
	fields["provider"], fields["auth"] = provider, auth
	w.profiles[name], w.references[name] = fields, reference
}

func (w *secretWorld) addAmazon() {
	t := w.t
	server := testtools.Moto(t)
	static := awscredentials.NewStaticCredentialsProvider(server.Admin.AccessKeyID, server.Admin.SecretAccessKey, "")
	manager := secretsmanager.New(secretsmanager.Options{Region: "eu-west-1", BaseEndpoint: &server.Endpoint, Credentials: static})
	if _, err := manager.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("m"), SecretString: aws.String(w.value("aws"))}); err != nil {
		t.Fatal(err)
	}
	store := ssm.New(ssm.Options{Region: "eu-west-1", BaseEndpoint: &server.Endpoint, Credentials: static})
	if _, err := store.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: aws.String("/m"), Value: aws.String(w.value("ssm")), Type: types.ParameterTypeSecureString,
	}); err != nil {
		t.Fatal(err)
	}
	keys := func() map[string]any {
		return map[string]any{
			"region": "eu-west-1", "endpoint": server.Endpoint, "accessKeyId": server.Admin.AccessKeyID,
			"secretAccessKey": w.keep("AWS", server.Admin.SecretAccessKey),
		}
	}
	w.add("aws", "keys", keys(), "{{$aws secret=m credential=aws}}")
	parameters := keys()
	parameters["name"] = "ssm"
	w.add("aws", "keys", parameters, "{{$ssm name=/m credential=ssm}}")
}

func (w *secretWorld) addVault() {
	server := testtools.Vault(w.t)
	server.PutKV2("m", map[string]any{"password": w.value("vault")})
	server.Policy("reader", `path "secret/data/m" { capabilities = ["read"] }`)
	w.add("vault", "token", map[string]any{"address": server.Address, "token": w.keep("VAULT", server.RootToken)},
		"{{$vault path=m key=password credential=vault}}")
	role, secretID := server.AppRole("reader", map[string]any{"token_policies": "reader"})
	w.add("vault", "approle", map[string]any{"name": "approle", "address": server.Address, "roleId": role, "secretId": w.keep("APPROLE", secretID)},
		"{{$vault path=m key=password credential=approle}}")
}

func (w *secretWorld) addGoogle() {
	w.gcp = gcpfake.Start(w.t)
	w.gcp.Put("projects/my-project", "m", []byte(w.value("gcp")))
	key := w.gcp.Key("reader@my-project.iam.gserviceaccount.com", nil)
	var parts struct {
		PrivateKey string `json:"private_key"`
	}
	if err := json.Unmarshal([]byte(key), &parts); err != nil {
		w.t.Fatal(err)
	}
	source := w.keep("GCP", key)
	w.hidden["a line of the private key"] = strings.Split(parts.PrivateKey, "\n")[5]
	for _, transport := range []string{"rest", "grpc"} {
		w.add("gcp", "service-account", map[string]any{
			"name": "gcp-" + transport, "key": source, "transport": transport, "endpoint": "http://" + w.gcp.Plain,
		}, "{{$gcp project=my-project secret=m credential=gcp-"+transport+"}}")
	}
}

// The parts of the sign-in of a person, as the authority gives them.
const (
	personAccess  = "person-access-token+marker/2"
	personRefresh = "person-refresh-token+marker/3"
	personDevice  = "person-device-code+marker/4"
	personClient  = "44444444-4444-4444-4444-444444444444"
)

func (w *secretWorld) addAzure() {
	w.azure = azurefake.New(w.t)
	w.azure.Put("localhost", "m", azurefake.Version{Text: w.value("azure")})
	host := "localhost" + w.azure.Address[strings.LastIndexByte(w.azure.Address, ':'):]
	const client, proof = "33333333-3333-3333-3333-333333333333", "azure client s3cret+marker/5"
	w.azure.Application(client, proof)
	w.azure.Trust(func(bearer string) (string, string, string, bool) {
		return personClient, azurefake.Tenant, "https://vault.azure.net", bearer == personAccess
	})
	authority, authorityCA := azurefake.Serve(w.t, http.HandlerFunc(deviceAuthority))
	var roots strings.Builder
	for _, path := range []string{w.azure.CAFile, authorityCA} {
		pem, err := os.ReadFile(path)
		if err != nil {
			w.t.Fatal(err)
		}
		roots.Write(pem)
	}
	cloud := func(authority string) map[string]any {
		return map[string]any{
			"cloud": "custom", "authority": "https://" + authority, "vaultSuffix": host, "tenant": azurefake.Tenant,
			"resource": "https://vault.azure.net", "verifyChallenge": false, "caCert": w.write("roots.pem", roots.String()),
		}
	}
	principal := cloud(host)
	principal["clientId"], principal["clientSecret"] = client, w.keep("AZURE", proof)
	w.add("azure", "service-principal", principal, "{{$azure id=https://"+host+"/secrets/m credential=azure}}")
	person := cloud(authority)
	person["name"], person["clientId"] = "person", personClient
	w.add("azure", "device-code", person, "{{$azure id=https://"+host+"/secrets/m credential=person}}")
	w.keep("SIGN_INS", "sign-ins passphrase+marker/6")
	w.t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", w.hidden["SIGN_INS"])
	w.hidden["access token"], w.hidden["refresh token"], w.hidden["device code"] = personAccess, personRefresh, personDevice
}

// deviceAuthority is an authority that believes every device at once.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
func deviceAuthority(w http.ResponseWriter, r *http.Request) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	base := "https://" + r.Host + "/" + tenant
	encode := func(claims map[string]any) string {
		text, _ := json.Marshal(claims)
		return base64.RawURLEncoding.EncodeToString(text)
	}
	answer := map[string]any{}
	switch rest {
	case "v2.0/.well-known/openid-configuration":
		answer = map[string]any{
			"issuer": base + "/v2.0", "authorization_endpoint": base + "/oauth2/v2.0/authorize",
			"token_endpoint": base + "/oauth2/v2.0/token", "device_authorization_endpoint": base + "/oauth2/v2.0/devicecode",
		}
	case "oauth2/v2.0/devicecode":
		answer = map[string]any{
			"device_code": personDevice, "user_code": "ABCD-EFGH", "verification_uri": base + "/device", "expires_in": 900, "interval": 1,
			"message": "enter the code ABCD-EFGH",
		}
	case "oauth2/v2.0/token":
		answer = map[string]any{
			"token_type": "Bearer", "expires_in": 3599, "scope": r.PostFormValue("scope"),
			"access_token": personAccess, "refresh_token": personRefresh,
			"client_info": encode(map[string]any{"uid": "u1", "utid": tenant}),
			"id_token": encode(map[string]any{"alg": "none"}) + "." + encode(map[string]any{
				"iss": base + "/v2.0", "sub": "u1", "oid": "u1", "tid": tenant, "preferred_username": "jo@example.test", "aud": personClient, "exp": 4102444800,
			}) + ".",
		}
	default:
		w.WriteHeader(http.StatusNotFound)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

const hcpToken = "hcp-access-token+marker/7"

// addHCP has the paths of HashiCorp's own client, hcp-sdk-go v0.175.0.
func (w *secretWorld) addHCP() {
	value := w.value("hcp")
	w.hidden["HCP token"] = hcpToken
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		switch {
		case r.URL.Path == "/oauth2/token":
			_, _ = fmt.Fprintf(rw, `{"access_token": %q, "token_type": "Bearer", "expires_in": 3600}`, hcpToken)
		case r.Header.Get("Authorization") != "Bearer "+hcpToken:
			rw.WriteHeader(http.StatusUnauthorized)
		case strings.HasSuffix(r.URL.Path, "/organizations"):
			_, _ = io.WriteString(rw, `{"organizations": [{"id": "11eb3a47-8920-4714-ba99-0242ac120002", "name": "o"}]}`)
		case strings.HasSuffix(r.URL.Path, "/projects"):
			_, _ = io.WriteString(rw, `{"projects": [{"id": "22fc4b58-8920-4714-ba99-0242ac120003", "name": "p"}]}`)
		case strings.HasSuffix(r.URL.Path, "/secrets/m:open"):
			_, _ = fmt.Fprintf(rw, `{"secret": {"name": "m", "static_version": {"version": 1, "value": %q}}}`, value)
		default:
			_, _ = io.WriteString(rw, `{"principal": {"id": "p", "service": {"name": "ci"}}}`)
		}
	}))
	w.t.Cleanup(server.Close)
	w.add("hcp", "service-principal", map[string]any{
		"authUrl": server.URL, "apiUrl": server.URL, "clientId": "c", "clientSecret": w.keep("HCP", "hcp client s3cret+marker/8"),
	}, "{{$hcp app=web secret=m credential=hcp}}")
}

// addOp is an op that knows one secret and tells its token when it complains.
func (w *secretWorld) addOp() {
	program := filepath.Join(w.t.TempDir(), "op")
	script := "#!/bin/sh\ncase \"$1\" in read) printf %s '" + w.value("op") + "' ;; *) echo \"unknown command; token $OP_SERVICE_ACCOUNT_TOKEN\" >&2; exit 1 ;; esac\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		w.t.Fatal(err)
	}
	w.add("op", "service-account", map[string]any{"program": program, "token": w.keep("OP", "ops_marker+token/9")},
		"{{$op id=op://v/i/f credential=op}}")
}

// hides fails the test if what one place shows holds something hidden, in
// whatever form.
func (w *secretWorld) hides(where, text string) {
	w.t.Helper()
	for what, hidden := range w.hidden {
		for _, form := range encodedForms(hidden) {
			if strings.Contains(text, form) {
				w.t.Errorf("%s shows the %s as %q:\n%s", where, what, form, text)
			}
		}
	}
}
