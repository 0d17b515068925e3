package aws_test

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/awsauth"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// quick is a provider that does not wait for a person who is a function.
func quick() *aws.Provider {
	return aws.New(aws.Options{Accounts: awsauth.New(awsauth.Options{
		After: func(time.Duration) <-chan time.Time { return time.After(time.Millisecond) },
	})})
}

// who asks the keyFake which access key the credential has.
func who(t *testing.T, p *aws.Provider, credential providers.Credential) (string, error) {
	t.Helper()
	payload, err := p.Get(t.Context(), credential, ref(t, "secret=who"))
	return string(payload.Value.Reveal()), err
}

func wantWho(t *testing.T, p *aws.Provider, credential providers.Credential, want string) {
	t.Helper()
	got, err := who(t, p, credential)
	if err != nil || got != want {
		t.Errorf("asked as %q, %v; want %q", got, err, want)
	}
}

// announced collects what a credential has masked.
func announced(credential *providers.Credential) func() []string {
	var mu sync.Mutex
	var texts []string
	credential.Announce = func(v secret.Value) {
		mu.Lock()
		defer mu.Unlock()
		texts = append(texts, string(v.Reveal()))
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(texts)
	}
}

// somebody confirms every code and gives the MFA code.
type somebody struct {
	mu    sync.Mutex
	codes []providers.DeviceCode
	asked []providers.Question
}

func (s *somebody) person() providers.Person {
	return providers.Person{
		ShowCode: func(_ context.Context, code providers.DeviceCode) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.codes = append(s.codes, code)
			return nil
		},
		Ask: func(_ context.Context, q providers.Question) (secret.Value, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.asked = append(s.asked, q)
			return secret.NewValue([]byte("123456")), nil
		},
	}
}

func ssoCredential(endpoint string, more fields) providers.Credential {
	all := fields{
		"startUrl": startURL, "ssoRegion": "eu-central-1", "accountId": "123456789012", "roleName": "Reader",
		"region": region, "endpoint": strings.Replace(endpoint, "127.0.0.1", "secretsmanager.localhost", 1),
	}
	for name, value := range more {
		all[name] = value
	}
	return credential("sso", all, nil)
}

func TestSSO(t *testing.T) {
	fake := newSSOFake(t)
	fake.pending = 1
	_, endpoint := newKeyFake(t)
	p := quick()
	credential := ssoCredential(endpoint, nil)
	masked := announced(&credential)

	// Nobody has signed in: nothing is asked and nothing prompts.
	_, err := who(t, p, credential)
	providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
	if len(fake.calls) > 0 {
		t.Errorf("calls before the sign-in: %v", fake.calls)
	}

	user := &somebody{}
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)
	identity, err := p.SignIn(t.Context(), credential, user.person())
	if err != nil {
		t.Fatal(err)
	}
	if identity.Name != "assumed-role/ASIAEXAMPLEReader" || !identity.Expires.IsZero() { // it renews itself
		t.Errorf("identity %+v", identity)
	}
	if len(user.codes) != 1 || user.codes[0].Code != "WDJB-MJHT" || user.codes[0].URL != "https://device.sso.example/" || user.codes[0].Complete != "https://device.sso.example/?user_code=WDJB-MJHT" || user.codes[0].Expires.IsZero() {
		t.Errorf("codes shown: %+v", user.codes)
	}
	wantWho(t, p, credential, "ASIAEXAMPLEReader")
	for _, want := range []string{"MARKER-client-secret", "MARKER-access-1", "MARKER-refresh-1", "MARKER-role-secret", "MARKER-role-session"} {
		if !slices.Contains(masked(), want) {
			t.Errorf("%s was not announced", want)
		}
	}

	// The token is where the AWS CLI looks for it, under the SHA-1 of the start
	// URL, for the user alone.
	files, err := filepath.Glob(filepath.Join(os.Getenv("HOME"), ".aws", "sso", "cache", "*"))
	if err != nil || len(files) != 1 || filepath.Base(files[0]) != "e8be5486177c5b5392bd9aa76563515b29358e6e.json" {
		t.Fatalf("files %v, %v", files, err)
	}
	if info, err := os.Stat(files[0]); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	var token map[string]string
	content, _ := os.ReadFile(files[0])
	if err := json.Unmarshal(content, &token); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"accessToken": "MARKER-access-1", "refreshToken": "MARKER-refresh-1", "startUrl": startURL, "region": "eu-central-1", "clientId": "client", "clientSecret": "MARKER-client-secret"} {
		if token[name] != want {
			t.Errorf("%s is %q", name, token[name])
		}
	}
	if _, err := time.Parse(time.RFC3339, token["expiresAt"]); err != nil {
		t.Errorf("expiresAt %q", token["expiresAt"])
	}

	// Another process needs nobody.
	wantWho(t, aws.New(aws.Options{}), credential, "ASIAEXAMPLEReader")
}

// A token is renewed with the refresh token when it ends, once for all who
// share it, and what else stands in its file stays.
func TestSSORefresh(t *testing.T) {
	fake := newSSOFake(t)
	_, endpoint := newKeyFake(t)
	clock := time.Now()
	p := aws.New(aws.Options{Clock: func() time.Time { return clock }})
	path := writeToken(t, startURL, map[string]any{
		"accessToken": "MARKER-access-1", "expiresAt": clock.Add(-time.Minute).UTC().Format(time.RFC3339), "refreshToken": "MARKER-refresh-1",
		"clientId": "client", "clientSecret": "MARKER-client-secret", "startUrl": startURL, "somethingElse": 7,
	})
	fake.tokens = 1
	var group sync.WaitGroup
	for _, role := range []string{"Reader", "Writer", "Owner"} {
		group.Go(func() {
			wantWho(t, p, ssoCredential(endpoint, fields{"roleName": role}), "ASIAEXAMPLE"+role)
		})
	}
	group.Wait()
	if fake.refreshes != 1 {
		t.Errorf("%d refreshes", fake.refreshes)
	}
	content, _ := os.ReadFile(path)
	for _, want := range []string{`"MARKER-access-2"`, `"MARKER-refresh-2"`, `"somethingElse":7`} {
		if !strings.Contains(string(content), want) {
			t.Errorf("no %s in the file", want)
		}
	}
}

// What ends a session of IAM Identity Center asks for a sign-in and for nothing
// else; what the portal denies does not.
func TestSSOEnds(t *testing.T) {
	good := func(now time.Time) map[string]any {
		return map[string]any{
			"accessToken": "MARKER-access-1", "expiresAt": now.Add(time.Hour).UTC().Format(time.RFC3339), "refreshToken": "MARKER-refresh-1",
			"clientId": "client", "clientSecret": "MARKER-client-secret", "startUrl": startURL,
		}
	}
	ended := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	for name, test := range map[string]struct {
		edit func(map[string]any, *ssoFake)
		kind providers.Kind
	}{
		"expired without refresh token": {func(m map[string]any, _ *ssoFake) { m["expiresAt"] = ended; delete(m, "refreshToken") }, providers.SignInNeeded},
		"refresh token refused":         {func(m map[string]any, f *ssoFake) { m["expiresAt"] = ended; f.noRefresh = true }, providers.SignInNeeded},
		"registration over":             {func(m map[string]any, _ *ssoFake) { m["expiresAt"], m["registrationExpiresAt"] = ended, ended }, providers.SignInNeeded},
		"token revoked":                 {func(_ map[string]any, f *ssoFake) { f.revoked = "MARKER-access-1" }, providers.SignInNeeded},
		"token of another portal":       {func(m map[string]any, _ *ssoFake) { m["startUrl"] = "https://other.awsapps.com/start" }, providers.SignInNeeded},
		"no access":                     {func(_ map[string]any, f *ssoFake) { f.forbidden = true }, providers.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			fake := newSSOFake(t)
			_, endpoint := newKeyFake(t)
			token := good(time.Now())
			test.edit(token, fake)
			writeToken(t, startURL, token)
			_, err := who(t, aws.New(aws.Options{}), ssoCredential(endpoint, nil))
			providertest.WantError(t, err, test.kind, "MARKER")
		})
	}
	t.Run("file damaged", func(t *testing.T) {
		newSSOFake(t)
		_, endpoint := newKeyFake(t)
		path := writeToken(t, startURL, good(time.Now()))
		if err := os.WriteFile(path, []byte("MARKER{"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := who(t, aws.New(aws.Options{}), ssoCredential(endpoint, nil))
		providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
	})
}

// A sign-in that the person or the server ends says so.
func TestSSOSignInFails(t *testing.T) {
	for code, kind := range map[string]providers.Kind{
		"AccessDeniedException": providers.Unauthenticated, "ExpiredTokenException": providers.Unauthenticated,
		"InvalidRequestException": providers.Unauthenticated, "InternalServerException": providers.Unavailable,
	} {
		t.Run(code, func(t *testing.T) {
			fake := newSSOFake(t)
			fake.refuse = code
			_, err := quick().SignIn(t.Context(), ssoCredential("http://127.0.0.1:1", nil), (&somebody{}).person())
			providertest.WantError(t, err, kind, "MARKER")
		})
	}
	t.Run("the message is closed", func(t *testing.T) {
		fake := newSSOFake(t)
		fake.pending = 1000
		person := (&somebody{}).person()
		person.ShowCode = func(context.Context, providers.DeviceCode) error { return errors.New("closed") }
		_, err := quick().SignIn(t.Context(), ssoCredential("http://127.0.0.1:1", nil), person)
		providertest.WantError(t, err, providers.Unauthenticated, "MARKER")
	})
	t.Run("cancelled", func(t *testing.T) {
		fake := newSSOFake(t)
		fake.pending = 1000
		ctx, cancel := context.WithCancel(t.Context())
		person := (&somebody{}).person()
		person.ShowCode = func(context.Context, providers.DeviceCode) error { cancel(); return nil }
		_, err := quick().SignIn(ctx, ssoCredential("http://127.0.0.1:1", nil), person)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// writeToken writes the token of a portal where the AWS CLI keeps it.
func writeToken(t *testing.T, key string, token map[string]any) string {
	t.Helper()
	content, err := json.Marshal(token)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha1.Sum([]byte(key))
	folder := filepath.Join(os.Getenv("HOME"), ".aws", "sso", "cache")
	path := filepath.Join(folder, hex.EncodeToString(sum[:])+".json")
	if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(path, content, 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

// Profiles of the AWS CLI that sign in with IAM Identity Center share its
// token, also where a role is assumed from one.
func TestProfilesWithSSO(t *testing.T) {
	fake := newSSOFake(t)
	_, endpoint := newKeyFake(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)
	config := writeFile(t, "config", `
[sso-session corp]
sso_start_url = `+startURL+`
sso_region = eu-central-1
sso_registration_scopes = sso:account:access

[profile new]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Reader

[profile old]
sso_start_url = `+startURL+`
sso_region = eu-central-1
sso_account_id = 123456789012
sso_role_name = Writer
`)
	p := quick()
	profile := func(name string) providers.Credential {
		return credential("profile", fields{"profile": name, "configFile": config, "region": region,
			"endpoint": strings.Replace(endpoint, "127.0.0.1", "secretsmanager.localhost", 1)}, nil)
	}
	for name, role := range map[string]string{"new": "Reader", "old": "Writer"} {
		_, err := who(t, p, profile(name))
		providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
		if _, err := p.SignIn(t.Context(), profile(name), (&somebody{}).person()); err != nil {
			t.Fatalf("sign in %s: %v", name, err)
		}
		wantWho(t, p, profile(name), "ASIAEXAMPLE"+role)
	}
	// The session's name and the start URL name the files.
	for _, key := range []string{"corp", startURL} {
		sum := sha1.Sum([]byte(key))
		if _, err := os.Stat(filepath.Join(os.Getenv("HOME"), ".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json")); err != nil {
			t.Error(err)
		}
	}
	// A profile of ours may share the session.
	wantWho(t, p, ssoCredential(endpoint, fields{"session": "corp", "roleName": "Owner"}), "ASIAEXAMPLEOwner")
	// So does the default chain.
	t.Setenv("AWS_CONFIG_FILE", config)
	t.Setenv("AWS_PROFILE", "new")
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", endpoint)
	t.Setenv("AWS_REGION", region)
	wantWho(t, p, credential("default", nil, nil), "ASIAEXAMPLEReader")
	if fake.tokens != 2 {
		t.Errorf("%d tokens", fake.tokens)
	}
}

// What this program keeps of a sign-in botocore, which the AWS CLI is built on,
// reads, and the other way round: by start URL and by session.
func TestTokensAreThoseOfTheAWSCLI(t *testing.T) {
	python := testtools.Botocore(t)
	fake := newSSOFake(t)
	_, endpoint := newKeyFake(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)
	config := writeFile(t, "config", `
[sso-session corp]
sso_start_url = `+startURL+`
sso_region = eu-central-1
[profile corp]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Reader
`)
	botocore := func(script string) string {
		t.Helper()
		command := exec.Command(python, "-c", "import botocore.session, botocore.tokens, botocore.utils\n"+script)
		command.Env = append(os.Environ(), "AWS_CONFIG_FILE="+config, "AWS_PROFILE=corp", "START="+startURL)
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("botocore: %v\n%s", err, output)
		}
		return strings.TrimSpace(string(output))
	}
	p := quick()
	credential := ssoCredential(endpoint, fields{"session": "corp"})
	if _, err := p.SignIn(t.Context(), credential, (&somebody{}).person()); err != nil {
		t.Fatal(err)
	}
	if got := botocore("print(botocore.tokens.SSOTokenProvider(botocore.session.get_session()).load_token().get_frozen_token().token)"); got != "MARKER-access-1" {
		t.Errorf("botocore reads %q of the session", got)
	}
	if _, err := p.SignIn(t.Context(), ssoCredential(endpoint, nil), (&somebody{}).person()); err != nil {
		t.Fatal(err)
	}
	const cache = "cache = botocore.utils.JSONFileCache(botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR)\nimport os\n"
	if got := botocore(cache + "print(botocore.utils.SSOTokenLoader(cache)(os.environ['START'])['accessToken'])"); got != "MARKER-access-2" {
		t.Errorf("botocore reads %q of the start URL", got)
	}
	expires := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	for _, session := range []string{"'corp'", "None"} {
		botocore(cache + "botocore.utils.SSOTokenLoader(cache).save_token(os.environ['START'], " +
			"{'startUrl': os.environ['START'], 'region': 'eu-central-1', 'accessToken': 'MARKER-access-cli', 'expiresAt': '" + expires + "'}, " + session + ")")
	}
	masked := announced(&credential)
	for _, c := range []providers.Credential{credential, ssoCredential(endpoint, nil)} {
		wantWho(t, aws.New(aws.Options{}), c, "ASIAEXAMPLEReader")
	}
	identity, err := p.Check(t.Context(), credential)
	if end, _ := time.Parse(time.RFC3339, expires); err != nil || !identity.Expires.Equal(end) {
		t.Errorf("a token without refresh ends at %v, %v", identity.Expires, err)
	}
	if !slices.Contains(masked(), "MARKER-access-cli") || fake.tokens != 2 {
		t.Errorf("the CLI's token was not used; %d tokens, announced %v", fake.tokens, masked())
	}
}

// Signing out ends the session at the portal and removes the token; nobody being
// signed in is no error, nor a portal that is away.
func TestSSOSignOut(t *testing.T) {
	fake := newSSOFake(t)
	_, endpoint := newKeyFake(t)
	t.Setenv("AWS_ENDPOINT_URL_STS", endpoint)
	p, credential := quick(), ssoCredential(endpoint, nil)
	if _, err := p.SignIn(t.Context(), credential, (&somebody{}).person()); err != nil {
		t.Fatal(err)
	}
	if state, err := credential.Session.Load(t.Context()); err != nil || state.Len() == 0 {
		t.Errorf("nothing in the session says that somebody has signed in: %v", err)
	}
	wantWho(t, p, credential, "ASIAEXAMPLEReader")
	for range 2 {
		if err := p.SignOut(t.Context(), credential); err != nil {
			t.Fatal(err)
		}
	}
	if fake.revoked != "MARKER-access-1" {
		t.Errorf("the portal ended %q", fake.revoked)
	}
	_, err := who(t, p, credential)
	providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
	if err := p.SignOut(t.Context(), withKeys(endpoint, someKey(), nil)); err != nil {
		t.Errorf("keys: %v", err)
	}

	// A session that cannot be kept is no reason to refuse the token.
	locked := credential
	locked.Session.Save = func(context.Context, []byte) error {
		return &providers.Error{Kind: providers.Locked, Message: "a passphrase is needed", Hint: "give it"}
	}
	if _, err := p.SignIn(t.Context(), locked, (&somebody{}).person()); err != nil {
		t.Errorf("without a key for sessions: %v", err)
	}
	t.Setenv("AWS_ENDPOINT_URL_SSO", "http://127.0.0.1:1")
	if err := p.SignOut(t.Context(), credential); err != nil {
		t.Errorf("a portal that is away: %v", err)
	}
}
