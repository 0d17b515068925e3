package vault_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/providers/vault"
)

// method is one way to sign in on a real server that is set up for it.
type method struct {
	auth   string
	fields fields
	// material signs in, wrong does not.
	material, wrong map[string]string
	// message is what a refusal says.
	message string
}

// credential is a profile for the method.
func (m method) credential(address string, more fields) providers.Credential {
	return credential(m.auth, address, merged(m.fields, more), m.material)
}

func (m method) refused(address string, more fields) (providers.Credential, []string) {
	var secrets []string
	for _, text := range m.wrong {
		secrets = append(secrets, text)
	}
	return credential(m.auth, address, merged(m.fields, more), m.wrong), secrets
}

func merged(all ...fields) fields {
	result := fields{}
	for _, some := range all {
		for name, value := range some {
			result[name] = value
		}
	}
	return result
}

// methods sets a server up for all ways to sign in without a person, each with
// the policy.
func methods(t *testing.T, server *testtools.VaultServer, policy string) []method {
	t.Helper()
	return []method{
		setUpUserpass(server, policy), setUpLDAP(t, server, policy), setUpJWT(t, server, policy), setUpKubernetes(t, server, policy),
	}
}

func setUpUserpass(server *testtools.VaultServer, policy string) method {
	const password = "correct horse-7f3a91 "
	server.Write("auth/userpass/users/jo", map[string]any{"password": password, "token_policies": policy})
	return method{
		auth: "userpass", fields: fields{"username": "jo"},
		material: map[string]string{"password": password + "\n"}, wrong: map[string]string{"password": "wrong-7f3a91"},
		message: "refuses the user name or the password",
	}
}

func setUpLDAP(t *testing.T, server *testtools.VaultServer, policy string) method {
	const password = "directory-7f3a91"
	server.Write("sys/auth/ldap", map[string]any{"type": "ldap"})
	server.Write("auth/ldap/config", map[string]any{
		"url":    startDirectory(t, directory{dn: "uid=jo,ou=people,dc=example,dc=com", password: password}),
		"userdn": "ou=people,dc=example,dc=com", "userattr": "uid", "groupdn": "ou=groups,dc=example,dc=com", "token_policies": policy,
	})
	return method{
		auth: "ldap", fields: fields{"username": "jo"},
		material: map[string]string{"password": password}, wrong: map[string]string{"password": "wrong-7f3a91"},
		message: "refuses the user name or the password",
	}
}

func setUpJWT(t *testing.T, server *testtools.VaultServer, policy string) method {
	issuer := newIssuer(t)
	server.Write("sys/auth/jwt", map[string]any{"type": "jwt"})
	server.Write("auth/jwt/config", map[string]any{"jwt_validation_pubkeys": issuer.publicPEM(t)})
	server.Write("auth/jwt/role/ci", map[string]any{
		"role_type": "jwt", "user_claim": "sub", "bound_audiences": "vault", "bound_subject": "repo:app", "token_policies": policy,
	})
	claims := func(subject string, expires time.Duration) map[string]any {
		return map[string]any{"sub": subject, "aud": "vault", "iat": time.Now().Unix(), "exp": time.Now().Add(expires).Unix()}
	}
	return method{
		auth: "jwt", fields: fields{"role": "ci"},
		material: map[string]string{"jwt": issuer.sign(t, claims("repo:app", time.Hour))},
		wrong:    map[string]string{"jwt": issuer.sign(t, claims("repo:other", time.Hour))},
		message:  "refuses the JWT",
	}
}

// setUpKubernetes puts a fake of the API server's token reviews behind the
// method (https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/).
func setUpKubernetes(t *testing.T, server *testtools.VaultServer, policy string) method {
	issuer := newIssuer(t)
	account := func(name string) string {
		return issuer.sign(t, map[string]any{
			"iss": "https://kubernetes.default.svc.cluster.local", "sub": "system:serviceaccount:shop:" + name,
			"exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nbf": time.Now().Add(-time.Minute).Unix(),
			"kubernetes.io": map[string]any{
				"namespace": "shop", "serviceaccount": map[string]string{"name": name, "uid": "uid-" + name},
			},
		})
	}
	right := account("app")
	cluster := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review struct {
			Spec struct {
				Token string `json:"token"`
			} `json:"spec"`
		}
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &review); err != nil || r.URL.Path != "/apis/authentication.k8s.io/v1/tokenreviews" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		status := map[string]any{"authenticated": false, "error": "not a token of this cluster"}
		if review.Spec.Token == right {
			status = map[string]any{"authenticated": true, "user": map[string]any{
				"username": "system:serviceaccount:shop:app", "uid": "uid-app", "groups": []string{"system:serviceaccounts"},
			}}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "status": status})
	}))
	t.Cleanup(cluster.Close)
	server.Write("sys/auth/kubernetes", map[string]any{"type": "kubernetes"})
	server.Write("auth/kubernetes/config", map[string]any{
		"kubernetes_host": cluster.URL, "disable_local_ca_jwt": true, "token_reviewer_jwt": right, "kubernetes_ca_cert": clientAuthority(t).pem,
	})
	server.Write("auth/kubernetes/role/app", map[string]any{
		"bound_service_account_names": "app", "bound_service_account_namespaces": "shop", "token_policies": policy, "alias_name_source": "serviceaccount_name",
	})
	return method{
		auth: "kubernetes", fields: fields{"role": "app"},
		material: map[string]string{"jwt": right}, wrong: map[string]string{"jwt": account("other")},
		message: "refuses the service account",
	}
}

// authority signs client certificates.
type authority struct {
	pem         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func clientAuthority(t *testing.T) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "clients"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	template.Raw = der
	return &authority{pem: encodePEM("CERTIFICATE", der), certificate: template, key: key}
}

func encodePEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// issue writes a client certificate and its key to files.
func (a *authority) issue(t *testing.T, name string) fields {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	paths := fields{"clientCert": filepath.Join(folder, "cert.pem"), "clientKey": filepath.Join(folder, "key.pem")}
	for path, content := range map[string]string{paths["clientCert"]: encodePEM("CERTIFICATE", der), paths["clientKey"]: encodePEM("PRIVATE KEY", encoded)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return paths
}

// setUpCert sets a TLS server up for the cert method.
func setUpCert(t *testing.T, server *testtools.VaultServer, policy string) method {
	t.Helper()
	trusted := clientAuthority(t)
	server.Write("sys/auth/cert", map[string]any{"type": "cert"})
	server.Write("auth/cert/certs/app", map[string]any{"certificate": trusted.pem, "token_policies": policy})
	return method{auth: "cert", fields: merged(fields{"caCert": server.CAFile, "role": "app"}, trusted.issue(t, "app"))}
}

// TestMethods: each way to sign in reads, is refused with a sentence, and gives
// its token back.
func TestMethods(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(server, "app", "secret/data/app/db")
	for _, m := range methods(t, server, "app") {
		t.Run(m.auth, func(t *testing.T) {
			t.Parallel()
			front := newRecorder(t, server.Address, nil)
			p := newProvider(t, vault.Options{})
			c := m.credential(front.URL, nil)
			var announced []string
			c.Announce = announce(&announced)
			if got := get(t, p, c, "path=app/db"); got != `{"password":"p"}` {
				t.Errorf("got %s", got)
			}
			token := lastToken(t, front)
			if len(announced) == 0 || announced[0] != token {
				t.Error("the token of the login is not announced")
			}
			get(t, p, c, "path=app/db")
			wantCounts(t, front, map[string]int{"/v1/auth/" + m.auth + "/login": 1})
			if err := p.Close(t.Context()); err != nil || accepted(server, token) {
				t.Errorf("close: %v; token still accepted: %v", err, accepted(server, token))
			}

			// A wrong password is sent once: servers and directories count.
			attempts := front.count("/v1/auth/" + m.auth + "/login")
			wrong, secrets := m.refused(front.URL, nil)
			got := providertest.WantError(t, getError(t, p, wrong, "path=app/db"), providers.Unauthenticated, secrets...)
			if !strings.Contains(got.Message, m.message) || !strings.Contains(got.Message, `credential "infra"`) {
				t.Errorf("message %q, want %q", got.Message, m.message)
			}
			wantCounts(t, front, map[string]int{"/v1/auth/" + m.auth + "/login": attempts + 1})
			nowhere := m.credential(server.Address, fields{"mount": "nowhere"})
			got = providertest.WantError(t, getError(t, newProvider(t, vault.Options{}), nowhere, "path=app/db"), providers.Unauthenticated)
			if !strings.Contains(got.Message, "auth/nowhere") {
				t.Errorf("message %q, want the mount", got.Message)
			}
		})
	}
}

func TestCert(t *testing.T) {
	t.Parallel()
	server := testtools.VaultTLS(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(server, "app", "secret/data/app/db")
	m := setUpCert(t, server, "app")
	get(t, newProvider(t, vault.Options{}), m.credential(server.Address, nil), "path=app/db")

	other := m.credential(server.Address, clientAuthority(t).issue(t, "stranger"))
	got := providertest.WantError(t, getError(t, newProvider(t, vault.Options{}), other, "path=app/db"), providers.Unauthenticated)
	if !strings.Contains(got.Message, "refuses the client certificate") {
		t.Errorf("message %q", got.Message)
	}
	for _, test := range []struct {
		address string
		fields  fields
		part    string
	}{
		{"http://127.0.0.1:1", merged(m.fields), "not https"},
		{"https://127.0.0.1:1", nil, "clientCert: is missing"},
	} {
		err := getError(t, newProvider(t, vault.Options{}), credential("cert", test.address, test.fields, nil), "path=a")
		if got := providertest.WantError(t, err, providers.Unauthenticated); !strings.Contains(got.Message, test.part) {
			t.Errorf("message %q, want %q", got.Message, test.part)
		}
	}
}

// TestPodToken: without a source the token is the pod's, read at each sign-in.
func TestPodToken(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	server.PutKV2("app/db", map[string]any{"password": "p"})
	onePath(server, "app", "secret/data/app/db")
	m := setUpKubernetes(t, server, "app")
	path := filepath.Join(t.TempDir(), "token")
	p := newProvider(t, vault.Options{PodTokenFile: path})
	c := credential("kubernetes", server.Address, m.fields, nil)
	var announced []string
	c.Announce = announce(&announced)
	got := providertest.WantError(t, getError(t, p, c, "path=app/db"), providers.Unauthenticated)
	if !strings.Contains(got.Message, path) || !strings.Contains(got.Hint, "inside a pod") {
		t.Errorf("%q, %q", got.Message, got.Hint)
	}
	if err := os.WriteFile(path, []byte(m.material["jwt"]+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	get(t, p, c, "path=app/db")
	if len(announced) == 0 || announced[0] != m.material["jwt"] {
		t.Error("the pod's token is not announced")
	}
}

// TestJWTRefusals: what is wrong with a JWT is told apart.
func TestJWTRefusals(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	m := setUpJWT(t, server, "default")
	for _, test := range []struct {
		name, jwt, role, part string
	}{
		{"no token", "not.a.jwt", "ci", "refuses the JWT"},
		{"role", m.material["jwt"], "nobody", "does not know the role"},
		{"no role", m.material["jwt"], "", "no default role"},
	} {
		err := getError(t, newProvider(t, vault.Options{}), credential("jwt", server.Address, fields{"role": test.role}, map[string]string{"jwt": test.jwt}), "path=a")
		if got := providertest.WantError(t, err, providers.Unauthenticated, test.jwt); !strings.Contains(got.Message, test.part) {
			t.Errorf("%s: message %q, want %q", test.name, got.Message, test.part)
		}
	}
}

// TestSecondFactor: a login that wants one is told as that.
func TestSecondFactor(t *testing.T) {
	t.Parallel()
	server := testtools.Vault(t)
	m := setUpUserpass(server, "default")
	_, auths := server.Do(server.RootToken, http.MethodGet, "sys/auth", nil)
	userpass, _ := auths["userpass/"].(map[string]any)
	id := server.Write("identity/mfa/method/totp", map[string]any{"issuer": "test"})["method_id"]
	server.Write("identity/mfa/login-enforcement/all", map[string]any{
		"mfa_method_ids": []any{id}, "auth_method_accessors": []any{userpass["accessor"]},
	})
	entity := server.Write("identity/entity", map[string]any{"name": "jo"})["id"]
	server.Write("identity/entity-alias", map[string]any{"name": "jo", "canonical_id": entity, "mount_accessor": userpass["accessor"]})
	server.Write("identity/mfa/method/totp/admin-generate", map[string]any{"method_id": id, "entity_id": entity})
	err := getError(t, newProvider(t, vault.Options{}), m.credential(server.Address, nil), "path=a")
	got := providertest.WantError(t, err, providers.Unsupported)
	if !strings.Contains(got.Message, "second factor") {
		t.Errorf("message %q", got.Message)
	}
}
