package aws_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// Every failure a user meets is told apart, with what to do, and without a word
// of the service: MARKER stands in each of its texts. The texts that decide are
// those the service sends.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
func TestErrors(t *testing.T) {
	t.Parallel()
	denied := "User: arn:aws:sts::123456789012:assumed-role/reader/jo is not authorized to perform: "
	tests := map[string]struct {
		status        int
		code, text    string
		pairs         []string
		kind          providers.Kind
		message, hint string
	}{
		"name": {400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.", nil,
			providers.NotFound, `the secret "prod/db" does not exist in eu-west-1`, "region="},
		"version": {400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for VersionId: x", []string{"version=11111111-1111-1111-1111-111111111111"},
			providers.NotFound, `no version "11111111`, "list-secret-version-ids"},
		"stage": {400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: NOPE", []string{"stage=NOPE"},
			providers.NotFound, `no version with the stage "NOPE"`, "list-secret-version-ids"},
		"no value yet": {400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT", nil,
			providers.NotFound, "has no value yet", "store"},
		"deleted": {400, "InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.", nil,
			providers.Deleted, "marked for deletion", "restore-secret"},
		"version and stage": {400, "InvalidRequestException", "You provided a VersionStage that is not associated to the provided VersionId.", nil,
			providers.InvalidReference, "do not belong together", "leave one"},
		"another invalid request": {400, "InvalidRequestException", "no", nil, providers.InvalidReference, "refuses", "console"},
		"parameter":               {400, "InvalidParameterException", "Invalid name.", nil, providers.InvalidReference, "refuses a field", "check"},
		"denied": {400, "AccessDeniedException", denied + "secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf because no identity-based policy allows it", nil,
			providers.Denied, "assumed-role/reader/jo may not do secretsmanager:GetSecretValue on arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf", "allow secretsmanager:GetSecretValue"},
		"denied without words": {400, "AccessDeniedException", "", nil, providers.Denied, `may not do secretsmanager:GetSecretValue on the secret "prod/db"`, "allow"},
		"denied explicitly":    {400, "AccessDeniedException", denied + "secretsmanager:GetSecretValue with an explicit deny in a service control policy", nil, providers.Denied, "may not", "explicitly"},
		"denied oddly":         {400, "AccessDeniedException", "User: \u001b[31mMARKER is not authorized to perform: MARKER\u001b on resource: x", nil, providers.Denied, "secretsmanager:GetSecretValue", "allow"},
		"key":                  {400, "AccessDeniedException", "Access to KMS is not allowed", nil, providers.Denied, "the key that encrypts", "kms:Decrypt"},
		"key's policy":         {400, "AccessDeniedException", denied + "kms:Decrypt on resource: arn:aws:kms:eu-west-1:123456789012:key/abc", nil, providers.Denied, "not decrypt it", "kms:Decrypt"},
		"decryption":           {400, "DecryptionFailure", "KMS key is disabled", nil, providers.Denied, "the key that encrypts", "enabled"},
		"expired":              {400, "ExpiredTokenException", "The security token included in the request is expired", nil, providers.Unauthenticated, "expired", "new temporary credentials"},
		"unknown key":          {400, "UnrecognizedClientException", "The security token included in the request is invalid.", nil, providers.Unauthenticated, "does not know the access key", "partition"},
		"wrong secret":         {400, "InvalidSignatureException", "The request signature we calculated does not match", nil, providers.Unauthenticated, "does not belong to its access key ID", "again"},
		"clock":                {400, "InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than", nil, providers.Unauthenticated, "clock", "clock"},
		"region not enabled":   {403, "OptInRequired", "You are not subscribed to this service.", nil, providers.Denied, "not enabled", "region"},
		"throttled":            {400, "ThrottlingException", "Rate exceeded", nil, providers.Throttled, "too many requests", "wait"},
		"throttled by status":  {429, "", "", nil, providers.Throttled, "too many requests", "wait"},
		"fault":                {500, "InternalServiceError", "", nil, providers.Unavailable, "fault of its own", "later"},
		"fault without code":   {503, "", "", nil, providers.Unavailable, "fault of its own", "later"},
		"unauthorized":         {401, "", "", nil, providers.Unauthenticated, "does not accept", "credential test"},
		"another endpoint":     {400, "UnknownOperationException", "", nil, providers.Unavailable, "endpoint", "endpoint"},
		"anything else":        {418, "MARKER", "", nil, providers.Unavailable, "status 418", "endpoint"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := answering(t, test.status, test.code, test.text+" MARKER-text", http.Header{"Retry-After": {"3"}})
			_, err := aws.New(aws.Options{}).Get(t.Context(), withKeys(endpoint, someKey(), nil), ref(t, append([]string{"secret=prod/db"}, test.pairs...)...))
			got := providertest.WantError(t, err, test.kind, "MARKER", "\u001b")
			if !strings.Contains(got.Message, test.message) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("message %q, hint %q; want %q and %q in them", got.Message, got.Hint, test.message, test.hint)
			}
			if wait := got.RetryAfter; (wait == 3*time.Second) != (test.kind == providers.Throttled) {
				t.Errorf("asks to wait %s", wait)
			}
		})
	}
}

// What is not AWS, or cannot be reached, is told apart too.
func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>MARKER sign in to the network</html>"))
	}))
	t.Cleanup(html.Close)
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"SecretString":"`))
		for range 300 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	}))
	t.Cleanup(endless.Close)
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, test := range map[string]struct {
		endpoint string
		message  string
	}{
		"nobody listens": {closed.URL, "refuses the connection"},
		"a web page":     {html.URL, "not one of AWS"},
		"too much":       {endless.URL, "larger than 16 MiB"},
		"no https":       {strings.Replace(html.URL, "http:", "https:", 1), "does not speak https"},
		"no such name":   {"https://secretsmanager.invalid", "cannot be resolved"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := aws.New(aws.Options{}).Get(t.Context(), withKeys(test.endpoint, someKey(), nil), ref(t, "secret=prod/db"))
			got := providertest.WantError(t, err, providers.Unavailable, "MARKER")
			if !strings.Contains(got.Message, test.message) {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}
