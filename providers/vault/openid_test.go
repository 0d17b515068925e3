package vault_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// openID is an OIDC provider with one user, jo, who signs in without a password
// and can decline. The Vault server, which verifies everything it says, is its
// client (OpenID Connect Core 1.0, section 3.1).
type openID struct {
	URL                    string
	clientID, clientSecret string

	t      *testing.T
	issuer *issuer

	mu sync.Mutex
	// requests are those of /authorize by code, until it is exchanged.
	requests map[string]url.Values
	seen     []url.Values
	decline  bool
}

// startOpenID starts a provider. Its page submits itself in a browser that runs
// scripts.
func startOpenID(t *testing.T) *openID {
	t.Helper()
	o := &openID{t: t, issuer: newIssuer(t), clientID: "vault", clientSecret: "openid-client-secret", requests: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", o.discovery)
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) { o.json(w, o.issuer.jwks()) })
	mux.HandleFunc("GET /authorize", o.authorize)
	mux.HandleFunc("POST /login", o.login)
	mux.HandleFunc("POST /token", o.token)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	o.URL = server.URL
	return o
}

func (o *openID) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (o *openID) discovery(w http.ResponseWriter, _ *http.Request) {
	o.json(w, map[string]any{
		"issuer": o.URL, "authorization_endpoint": o.URL + "/authorize", "token_endpoint": o.URL + "/token", "jwks_uri": o.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// authorize shows the page with the form that signs in.
func (o *openID) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("client_id") != o.clientID || query.Get("redirect_uri") == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	code := rand.Text()
	o.mu.Lock()
	o.requests[code] = query
	o.seen = append(o.seen, query)
	o.mu.Unlock()
	w.Header().Set("Content-Type", "text/html")
	_, _ = fmt.Fprintf(w, `<form method="post" action="/login"><input type="hidden" name="login" value="%s"><button>Sign in as jo</button></form>
<script>document.forms[0].submit()</script>`, html.EscapeString(code))
}

// login sends the browser back.
func (o *openID) login(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("login")
	o.mu.Lock()
	request, decline := o.requests[code], o.decline
	o.mu.Unlock()
	answer := url.Values{"state": {request.Get("state")}, "code": {code}}
	if decline {
		answer = url.Values{"state": {request.Get("state")}, "error": {"access_denied"}}
	}
	if request.Get("response_mode") == "form_post" {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<form method="post" action="%s"><input type="hidden" name="state" value="%s"><input type="hidden" name="code" value="%s"></form>
<script>document.forms[0].submit()</script>`, html.EscapeString(request.Get("redirect_uri")), html.EscapeString(answer.Get("state")), html.EscapeString(code))
		return
	}
	http.Redirect(w, r, request.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// token exchanges a code, once.
func (o *openID) token(w http.ResponseWriter, r *http.Request) {
	id, password, _ := r.BasicAuth()
	code := r.PostFormValue("code")
	o.mu.Lock()
	request, ok := o.requests[code]
	delete(o.requests, code)
	o.mu.Unlock()
	verifier := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	challenge := request.Get("code_challenge")
	if !ok || id != o.clientID || password != o.clientSecret || r.PostFormValue("redirect_uri") != request.Get("redirect_uri") ||
		challenge != "" && challenge != base64.RawURLEncoding.EncodeToString(verifier[:]) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	o.json(w, map[string]any{
		"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 60,
		"id_token": o.issuer.sign(o.t, map[string]any{
			"iss": o.URL, "sub": "jo", "aud": o.clientID, "nonce": request.Get("nonce"),
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
		}),
	})
}
