package testtools

import (
	"net/http"
	"strings"
	"testing"
)

// Moto answers, has a user for the test, and refuses what nobody has signed.
func TestMotoVerifiesSignatures(t *testing.T) {
	t.Parallel()
	server := Moto(t)
	if server.Admin.AccessKeyID == "" || server.Admin.SecretAccessKey == "" {
		t.Errorf("no key of the admin: %+v", server.Admin)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.Endpoint, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Amz-Target", "secretsmanager.ListSecrets")
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Date", "20260101T000000Z")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+server.Admin.AccessKeyID+
		"/20260101/us-east-1/secretsmanager/aws4_request, SignedHeaders=host;x-amz-date, Signature=wrong")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("a wrong signature is answered with %s", response.Status)
	}
}
