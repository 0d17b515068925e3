package gcpfake

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// keyStatus is what became of a service account's key.
type keyStatus struct{ deleted bool }

// keyID names the key of all service accounts here.
const keyID = "0123456789abcdef0123456789abcdef01234567"

// Key is the JSON key of a service account in my-project, as the console gives
// it. Its token_uri leads nowhere: a client that signs its tokens itself does
// not ask there.
func (s *Server) Key(email string, edit map[string]string) string {
	der, err := x509.MarshalPKCS8PrivateKey(s.key)
	if err != nil {
		s.t.Fatalf("key: %v", err)
	}
	file := map[string]string{
		"type": "service_account", "project_id": "my-project", "private_key_id": keyID,
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"client_email": email, "client_id": "1", "auth_uri": "https://accounts.google.com/o/oauth2/auth",
		"token_uri": "https://evil.example.com/token", "universe_domain": Universe,
	}
	for name, value := range edit {
		file[name] = value
	}
	text, err := json.Marshal(file)
	if err != nil {
		s.t.Fatalf("key: %v", err)
	}
	return string(text)
}

// DeleteKey makes the tokens signed for a service account worthless.
func (s *Server) DeleteKey(email string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[email] = keyStatus{deleted: true}
}

// Token issues an access token for a principal.
func (s *Server) Token(principal string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issue(principal)
}

// issue is Token with the lock held.
func (s *Server) issue(principal string) string {
	s.issued++
	token := fmt.Sprintf("ya29.token-%d-of-%s", s.issued, strings.ReplaceAll(principal, "@", "-at-"))
	s.tokens[token] = principal
	return token
}

// Revoke makes all tokens issued so far worthless.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// Deny takes a permission from a principal.
func (s *Server) Deny(principal, permission string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.denied[[2]string{principal, permission}] = true
}

// unauthenticated is the answer to a token that is not accepted.
// https://cloud.google.com/docs/authentication/troubleshoot-adc
func unauthenticated(reason string) error {
	return Refusal(codes.Unauthenticated, "Request had invalid authentication credentials.", reason, map[string]string{"service": "secretmanager.googleapis.com"})
}

// Refusal is an answer with google.rpc.ErrorInfo, as the services of Google
// give it: https://google.aip.dev/193
func Refusal(code codes.Code, message, reason string, metadata map[string]string) error {
	answer, err := status.New(code, message).WithDetails(&errdetails.ErrorInfo{Reason: reason, Domain: Universe, Metadata: metadata})
	if err != nil {
		return err
	}
	return answer.Err()
}

// principalOf is who a bearer token stands for. Self-signed tokens of service
// accounts are verified: https://google.aip.dev/auth/4111
func (s *Server) principalOf(bearer string) (string, error) {
	token, ok := strings.CutPrefix(bearer, "Bearer ")
	if !ok {
		return "", unauthenticated("CREDENTIALS_MISSING")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if principal, ok := s.tokens[token]; ok {
		return principal, nil
	}
	principal, err := s.verify(token)
	if err != nil || s.keys[principal].deleted {
		return "", unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED")
	}
	return principal, nil
}

// verify checks a JSON Web Token with the public half of the key.
func (s *Server) verify(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("no JSON Web Token")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err := rsa.VerifyPKCS1v15(&s.key.PublicKey, crypto.SHA256, sum[:], decoded[2]); err != nil {
		return "", err
	}
	var header struct{ Alg, Kid string }
	var claims struct {
		Iss, Sub, Aud, Scope string
		Iat, Exp             int64
	}
	if json.Unmarshal(decoded[0], &header) != nil || json.Unmarshal(decoded[1], &claims) != nil {
		return "", fmt.Errorf("no claims")
	}
	now := s.now()
	switch {
	case header.Alg != "RS256" || header.Kid != keyID:
		return "", fmt.Errorf("header")
	case claims.Iss == "" || claims.Iss != claims.Sub:
		return "", fmt.Errorf("issuer")
	case claims.Aud != "" && claims.Aud != "https://secretmanager.googleapis.com/":
		return "", fmt.Errorf("audience")
	case claims.Aud == "" && !slices.Contains(strings.Fields(claims.Scope), "https://www.googleapis.com/auth/cloud-platform"):
		return "", fmt.Errorf("scope")
	case claims.Exp-claims.Iat > 3600 || now.Unix() > claims.Exp || now.Add(time.Minute).Unix() < claims.Iat:
		return "", fmt.Errorf("time")
	}
	return claims.Iss, nil
}
