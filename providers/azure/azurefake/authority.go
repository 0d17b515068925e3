package azurefake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// application is a service principal.
type application struct {
	secret      string
	certificate *x509.Certificate
	federated   string // the token of a pod that it trusts
	// fault is what every sign-in of it is refused with; nil for none.
	fault *SignInFault
}

// SignInFault is an error of the authority.
type SignInFault struct {
	Status int
	Error  string // "invalid_client"
	Code   int    // 7000222, of AADSTS7000222
	// Description is the text after the code; it may repeat what was sent.
	Description string
	RetryAfter  string
}

// token is what an access token was issued for.
type token struct{ client, tenant, audience string }

// Application registers a service principal with a secret.
func (c *Cloud) Application(id, secret string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applications[id] = &application{secret: secret}
}

// ApplicationWith registers a service principal with a certificate or, where it
// is nil, with the token of a pod that it trusts.
func (c *Cloud) ApplicationWith(id string, certificate *x509.Certificate, federated string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applications[id] = &application{certificate: certificate, federated: federated}
}

// Refuse makes the authority refuse every sign-in of an application.
func (c *Cloud) Refuse(id string, fault SignInFault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applications[id].fault = &fault
}

// serveAuthority answers as Microsoft Entra ID.
// https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
func (c *Cloud) serveAuthority(w http.ResponseWriter, r *http.Request, host string) {
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	origin := "https://" + r.Host
	switch {
	case strings.HasSuffix(r.URL.Path, "/discovery/instance"):
		writeJSON(w, http.StatusOK, map[string]any{
			"tenant_discovery_endpoint": origin + "/common/v2.0/.well-known/openid-configuration",
			"metadata":                  []any{map[string]any{"preferred_network": host, "preferred_cache": host, "aliases": []string{host}}},
		})
	case rest == "v2.0/.well-known/openid-configuration":
		writeJSON(w, http.StatusOK, map[string]string{
			"issuer":                        origin + "/" + tenant + "/v2.0",
			"authorization_endpoint":        origin + "/" + tenant + "/oauth2/v2.0/authorize",
			"token_endpoint":                origin + "/" + tenant + "/oauth2/v2.0/token",
			"device_authorization_endpoint": origin + "/" + tenant + "/oauth2/v2.0/devicecode",
		})
	case rest == "oauth2/v2.0/token":
		c.issue(w, r, tenant)
	default:
		http.NotFound(w, r)
	}
}

// issue gives an application a token.
func (c *Cloud) issue(w http.ResponseWriter, r *http.Request, tenant string) {
	refuse := func(f SignInFault) {
		if f.RetryAfter != "" {
			w.Header().Set("Retry-After", f.RetryAfter)
		}
		body := map[string]any{"error": f.Error, "error_description": f.Description}
		if f.Code != 0 {
			code := "AADSTS" + itoa(f.Code)
			body["error_codes"] = []int{f.Code}
			body["error_description"] = code + ": " + f.Description + " Trace ID: 0 Correlation ID: 0 Timestamp: 2026-11-22 00:00:00Z"
		}
		writeJSON(w, f.Status, body)
	}
	id, scope := r.PostForm.Get("client_id"), r.PostForm.Get("scope")
	c.mu.Lock()
	app := c.applications[id]
	c.mu.Unlock()
	switch {
	case app == nil:
		refuse(SignInFault{Status: 400, Error: "unauthorized_client", Code: 700016, Description: "Application with identifier '" + id + "' was not found in the directory."})
	case app.fault != nil:
		refuse(*app.fault)
	case !app.proves(r):
		refuse(SignInFault{Status: 401, Error: "invalid_client", Code: 7000215, Description: "Invalid client secret provided: " + r.PostForm.Get("client_secret")})
	default:
		audience := strings.TrimSuffix(strings.Fields(scope + " ")[0], "/.default")
		writeJSON(w, http.StatusOK, map[string]any{
			"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": c.Issue(id, tenant, audience),
		})
	}
}

// proves checks the secret, or the signature of an assertion.
func (a *application) proves(r *http.Request) bool {
	assertion := r.PostForm.Get("client_assertion")
	switch {
	case a.certificate != nil:
		return verify(assertion, a.certificate)
	case a.federated != "":
		return assertion == a.federated
	}
	return a.secret != "" && r.PostForm.Get("client_secret") == a.secret
}

// verify checks a JSON Web Token that a certificate's key signed.
// https://learn.microsoft.com/entra/identity-platform/certificate-credentials
func verify(assertion string, certificate *x509.Certificate) bool {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return false
	}
	var header struct {
		Algorithm string `json:"alg"`
		SHA256    string `json:"x5t#S256"`
	}
	decoded, err := base64.RawURLEncoding.DecodeString(parts[0])
	if err != nil || json.Unmarshal(decoded, &header) != nil {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	key, ok := certificate.PublicKey.(*rsa.PublicKey)
	if err != nil || !ok {
		return false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if header.Algorithm == "PS256" {
		return rsa.VerifyPSS(key, crypto.SHA256, digest[:], signature, nil) == nil
	}
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
}

// Issue makes an access token that the vaults accept: a JSON Web Token whose
// signature only they know.
func (c *Cloud) Issue(client, tenant, audience string) string {
	encode := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			c.tb.Errorf("azurefake: %v", err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	random := make([]byte, 16)
	_, _ = rand.Read(random)
	now := time.Now()
	text := encode(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + encode(map[string]any{
		"aud": audience, "iss": "https://sts.windows.net/" + tenant + "/", "tid": tenant, "appid": client, "oid": "object-of-" + client,
		"idtyp": "app", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(),
	}) + "." + hex.EncodeToString(random)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.issued[text] = token{client: client, tenant: tenant, audience: audience}
	return text
}
