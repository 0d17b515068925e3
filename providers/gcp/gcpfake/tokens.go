package gcpfake

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// grant is what became of a refresh token.
type grant struct{ principal, subtype string }

// lifetime is how long tokens live, in seconds.
const lifetime = 3599

// Refresh makes a refresh token for a user, as gcloud keeps it.
func (s *Server) Refresh(token, principal string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh[token] = grant{principal: principal}
}

// EndRefresh revokes a refresh token; subtype "invalid_rapt" asks for another
// sign-in, as the session control of an organization does.
// https://support.google.com/a/answer/9368756
func (s *Server) EndRefresh(token, subtype string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refresh[token] = grant{subtype: subtype}
}

// Subject makes the Security Token Service take a token of another identity
// provider for a principal.
func (s *Server) Subject(token, principal string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subjects[token] = principal
}

// AllowActAs lets a principal impersonate a service account.
func (s *Server) AllowActAs(principal, account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mayAct[[2]string{principal, account}] = true
}

// handleTokens answers for the services that give tokens.
func (s *Server) handleTokens(w http.ResponseWriter, r *http.Request, service string) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	s.mu.Lock()
	s.requests = append(s.requests, Request{Host: r.Host, Path: r.URL.Path, Body: string(body), Authorization: r.Header.Get("Authorization")})
	s.mu.Unlock()
	form, _ := url.ParseQuery(string(body))
	switch {
	case service == "oauth2" && r.URL.Path == "/token":
		s.answerRefresh(w, form)
	case service == "oauth2" && r.URL.Path == "/tokeninfo":
		s.answerInfo(w, form)
	case service == "sts" && r.URL.Path == "/v1/token":
		s.answerExchange(w, form)
	case service == "iamcredentials" && strings.HasSuffix(r.URL.Path, ":generateAccessToken"):
		s.answerImpersonation(w, r, body)
	default:
		http.NotFound(w, r)
	}
}

// answerRefresh is RFC 6749 section 6 and, for errors, 5.2.
func (s *Server) answerRefresh(w http.ResponseWriter, form url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known, ok := s.refresh[form.Get("refresh_token")]
	if form.Get("grant_type") != "refresh_token" || !ok || known.principal == "" {
		refusal := map[string]any{"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
		if known.subtype != "" {
			refusal["error_subtype"] = known.subtype
		}
		writeJSON(w, http.StatusBadRequest, refusal)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"access_token": s.issue(known.principal), "expires_in": lifetime, "token_type": "Bearer"})
}

func (s *Server) answerInfo(w http.ResponseWriter, form url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	principal, ok := s.tokens[form.Get("access_token")]
	if !ok {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_token"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"email": principal, "expires_in": lifetime})
}

// answerExchange is RFC 8693.
// https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
func (s *Server) answerExchange(w http.ResponseWriter, form url.Values) {
	s.mu.Lock()
	defer s.mu.Unlock()
	principal, ok := s.subjects[form.Get("subject_token")]
	if form.Get("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange" || form.Get("audience") == "" || !ok {
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "The subject token is not accepted."})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": s.issue(principal), "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
		"token_type": "Bearer", "expires_in": lifetime,
	})
}

// answerImpersonation is generateAccessToken of the IAM Credentials API.
// https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
func (s *Server) answerImpersonation(w http.ResponseWriter, r *http.Request, body []byte) {
	caller, err := s.principalOf(r.Header.Get("Authorization"))
	if err != nil {
		writeStatus(w, err)
		return
	}
	account := strings.TrimSuffix(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], ":generateAccessToken")
	var request struct {
		Scope     []string `json:"scope"`
		Lifetime  string   `json:"lifetime"`
		Delegates []string `json:"delegates"`
	}
	if json.Unmarshal(body, &request) != nil || len(request.Scope) == 0 {
		writeStatus(w, Refusal(codes.InvalidArgument, "Scope required.", "INVALID", nil))
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.mayAct[[2]string{caller, account}] {
		const permission = "iam.serviceAccounts.getAccessToken"
		writeStatus(w, Refusal(codes.PermissionDenied, "Permission '"+permission+"' denied on resource (or it may not exist).",
			"IAM_PERMISSION_DENIED", map[string]string{"permission": permission}))
		return
	}
	length, err := time.ParseDuration(request.Lifetime)
	if err != nil {
		length = time.Hour
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"accessToken": s.issue(account), "expireTime": s.now().Add(length).UTC().Format(time.RFC3339),
	})
}

func writeJSON(w http.ResponseWriter, code int, answer any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(answer)
}
