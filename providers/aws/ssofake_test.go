package aws_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// ssoFake is IAM Identity Center: the OIDC service and the access portal, as
// far as a device sign-in uses them.
// https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html
// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html
type ssoFake struct {
	url string

	mu        sync.Mutex
	pending   int    // how often to answer that the person has not confirmed yet
	refuse    string // the error that ends the sign-in, if not ""
	lifetime  int    // of a token, in seconds
	tokens    int    // how many were given out
	refreshes int
	noRefresh bool   // the refresh token is refused
	forbidden bool   // the portal gives no access to the role
	revoked   string // an access token that the portal does not take
	calls     []string
}

const startURL = "https://example.awsapps.com/start"

// newSSOFake starts the fake and makes it that of the process's environment.
func newSSOFake(t *testing.T) *ssoFake {
	t.Helper()
	f := &ssoFake{lifetime: 3600}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.url = server.URL
	t.Setenv("AWS_ENDPOINT_URL_SSO", server.URL)
	t.Setenv("AWS_ENDPOINT_URL_SSO_OIDC", server.URL)
	t.Setenv("HOME", t.TempDir())
	return f
}

func (f *ssoFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, r.Method+" "+r.URL.Path)
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/client/register":
		f.answer(w, map[string]any{"clientId": "client", "clientSecret": "MARKER-client-secret", "clientSecretExpiresAt": time.Now().Add(90 * 24 * time.Hour).Unix()})
	case "/device_authorization":
		f.answer(w, map[string]any{
			"deviceCode": "MARKER-device-code", "userCode": "WDJB-MJHT", "expiresIn": 600, "interval": 1,
			"verificationUri": "https://device.sso.example/", "verificationUriComplete": "https://device.sso.example/?user_code=WDJB-MJHT",
		})
	case "/token":
		f.token(w, r)
	case "/logout":
		f.revoked = r.Header.Get("x-amz-sso_bearer_token")
	case "/federation/credentials":
		f.roleCredentials(w, r)
	default:
		f.fail(w, http.StatusNotFound, "ResourceNotFoundException")
	}
}

func (f *ssoFake) token(w http.ResponseWriter, r *http.Request) {
	var in struct{ ClientId, ClientSecret, DeviceCode, GrantType, RefreshToken string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	switch {
	case in.ClientId != "client" || in.ClientSecret != "MARKER-client-secret":
		f.fail(w, http.StatusUnauthorized, "InvalidClientException")
		return
	case in.GrantType == "refresh_token" && (f.noRefresh || in.RefreshToken != fmt.Sprintf("MARKER-refresh-%d", f.tokens)):
		f.fail(w, http.StatusBadRequest, "InvalidGrantException")
		return
	case in.GrantType == "refresh_token":
		f.refreshes++
	case in.GrantType != "urn:ietf:params:oauth:grant-type:device_code" || in.DeviceCode != "MARKER-device-code":
		f.fail(w, http.StatusBadRequest, "InvalidGrantException")
		return
	case f.pending > 0:
		f.pending--
		f.fail(w, http.StatusBadRequest, "AuthorizationPendingException")
		return
	case f.refuse != "":
		f.fail(w, http.StatusBadRequest, f.refuse)
		return
	}
	f.tokens++
	f.answer(w, map[string]any{
		"accessToken": fmt.Sprintf("MARKER-access-%d", f.tokens), "expiresIn": f.lifetime, "tokenType": "Bearer",
		"refreshToken": fmt.Sprintf("MARKER-refresh-%d", f.tokens),
	})
}

func (f *ssoFake) roleCredentials(w http.ResponseWriter, r *http.Request) {
	token := r.Header.Get("x-amz-sso_bearer_token")
	switch {
	case !strings.HasPrefix(token, "MARKER-access-") || token == f.revoked:
		f.fail(w, http.StatusUnauthorized, "UnauthorizedException")
	case f.forbidden || r.URL.Query().Get("account_id") != "123456789012":
		f.fail(w, http.StatusForbidden, "ForbiddenException")
	default:
		f.answer(w, map[string]any{"roleCredentials": map[string]any{
			"accessKeyId": "ASIAEXAMPLE" + r.URL.Query().Get("role_name"), "secretAccessKey": "MARKER-role-secret",
			"sessionToken": "MARKER-role-session", "expiration": time.Now().Add(time.Hour).UnixMilli(),
		}})
	}
}

func (f *ssoFake) answer(w http.ResponseWriter, body any) { _ = json.NewEncoder(w).Encode(body) }

func (f *ssoFake) fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Amzn-Errortype", code)
	w.WriteHeader(status)
	f.answer(w, map[string]string{"message": "MARKER-text-of-the-service", "error_description": "MARKER-text-of-the-service"})
}

// keyFake is a Secrets Manager whose secret is the access key that asked for
// it.
type keyFake struct {
	mu      sync.Mutex
	expired string // an access key whose session is over
}

func newKeyFake(t *testing.T) (*keyFake, string) {
	t.Helper()
	f := &keyFake{}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, server.URL
}

func (f *keyFake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	key, _, _ := strings.Cut(rest, "/")
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = fmt.Fprintf(w, `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/%s</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`, key)
		return
	}
	if key == f.expired {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"__type":"ExpiredTokenException","message":"expired"}`))
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"Name": "who", "SecretString": key, "VersionId": "v"})
}
