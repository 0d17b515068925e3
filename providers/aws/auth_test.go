package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// identityOf is who AWS says a credential is.
func identityOf(t *testing.T, p *aws.Provider, credential providers.Credential) string {
	t.Helper()
	identity, err := p.Check(t.Context(), credential)
	if err != nil {
		t.Fatalf("check: %v", err)
	}
	return identity.Name
}

const readAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","sts:*"],"Resource":"*"}]}`

// The default chain and profiles of the shared files are what the AWS tools
// make of them: keys, roles, processes, web identity, containers. Moto verifies
// the signatures and plays STS.
func TestChain(t *testing.T) {
	server := testtools.Moto(t)
	role := server.Role("reader", readAll)
	put(t, clientOf(server.Endpoint, server.Admin, region), "chain", "reached")
	keys := fmt.Sprintf("aws_access_key_id = %s\naws_secret_access_key = %s\n", server.Admin.AccessKeyID, server.Admin.SecretAccessKey)
	process := writeFile(t, "process", fmt.Sprintf(`{"Version":1,"AccessKeyId":%q,"SecretAccessKey":%q}`, server.Admin.AccessKeyID, server.Admin.SecretAccessKey))
	config := writeFile(t, "config", `
[default]
region = eu-west-1
[profile plain]
region = eu-west-1
`+keys+`
[profile role]
role_arn = `+role+`
source_profile = plain
role_session_name = from-file
region = eu-west-1
[profile process]
credential_process = cat `+process+`
region = eu-west-1
[profile broken]
credential_process = sh -c "echo MARKER-secret >&2; exit 3"
region = eu-west-1
[profile login]
login_session = arn:aws:iam::123456789012:user/jo
region = eu-west-1
[profile loop]
role_arn = `+role+`
source_profile = nowhere
`)
	container := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "MARKER-container-token" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{
			"AccessKeyId": server.Admin.AccessKeyID, "SecretAccessKey": server.Admin.SecretAccessKey, "Token": "",
			"Expiration": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		})
	}))
	t.Cleanup(container.Close)
	profile := func(name string) providers.Credential {
		return credential("profile", fields{"profile": name, "configFile": config, "endpoint": server.Endpoint}, nil)
	}
	ambient := credential("default", fields{"endpoint": server.Endpoint}, nil)
	ambient.Profile.Name, ambient.Profile.Ambient = "", true
	tests := map[string]struct {
		env        map[string]string
		credential providers.Credential
		who        string
	}{
		"environment":     {map[string]string{"AWS_ACCESS_KEY_ID": server.Admin.AccessKeyID, "AWS_SECRET_ACCESS_KEY": server.Admin.SecretAccessKey, "AWS_REGION": region}, ambient, "user/admin"},
		"AWS_PROFILE":     {map[string]string{"AWS_CONFIG_FILE": config, "AWS_PROFILE": "role"}, ambient, "assumed-role/reader/from-file"},
		"profile":         {nil, profile("plain"), "user/admin"},
		"profile of role": {nil, profile("role"), "assumed-role/reader/from-file"},
		"process":         {nil, profile("process"), "user/admin"},
		"web identity": {map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": writeFile(t, "token", "a-web-identity-token"), "AWS_ROLE_ARN": role,
			"AWS_ROLE_SESSION_NAME": "from-web", "AWS_REGION": region}, ambient, "assumed-role/reader/from-web"},
		"container": {map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": container.URL, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "MARKER-container-token",
			"AWS_REGION": region}, ambient, "user/admin"},
		"a profile goes before the environment": {map[string]string{"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "other"}, profile("plain"), "user/admin"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for variable, value := range test.env {
				t.Setenv(variable, value)
			}
			p := aws.New(aws.Options{})
			if name == "web identity" {
				server.Unchecked(1)
			}
			payload, err := p.Get(t.Context(), test.credential, ref(t, "secret=chain"))
			if err != nil || string(payload.Value.Reveal()) != "reached" {
				t.Fatalf("got %q, %v", payload.Value.Reveal(), err)
			}
			if got := identityOf(t, p, test.credential); got != test.who {
				t.Errorf("signed in as %s, want %s", got, test.who)
			}
		})
	}
	for name, test := range map[string]struct {
		credential providers.Credential
		words      string
	}{
		"no such profile":      {profile("absent"), `"absent"`},
		"process that fails":   {profile("broken"), "credential_process"},
		"not logged in":        {profile("login"), `"login" is not signed in`},
		"source not there":     {profile("loop"), `"nowhere"`},
		"nothing anywhere":     {ambient, "no AWS credentials were found for the ambient aws identity"},
		"relative config file": {credential("profile", fields{"profile": "x", "configFile": "config"}, nil), "relative path"},
		"bad role":             {credential("role", fields{"roleArn": "reader"}, nil), "ARN of a role"},
		"long session":         {credential("role", fields{"roleArn": role, "duration": "24h"}, nil), "15m to 12h"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "nothing anywhere" {
				t.Setenv("AWS_REGION", region)
			}
			_, err := aws.New(aws.Options{}).Get(t.Context(), test.credential, ref(t, "secret=chain"))
			if got := providertest.WantError(t, err, providers.Unauthenticated, "MARKER"); !strings.Contains(got.Message, test.words) {
				t.Errorf("message %q does not say %q", got.Message, test.words)
			}
		})
	}
}

// withSource is a role assumed from another profile of ours.
func withSource(from providers.Credential, plain fields) providers.Credential {
	plain["source"] = "base"
	c := credential("role", plain, nil)
	c.Fingerprint += from.Fingerprint
	c.Source = func(name string) (providers.Credential, error) {
		if name != "base" {
			return providers.Credential{}, errors.New("no such credential")
		}
		return from, nil
	}
	return c
}

// A role is assumed from another profile; the role's rights are what counts.
func TestRole(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	role := server.Role("reader", readAll)
	blind := server.Role("blind", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}`)
	nobody := server.User("nobody", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`)
	put(t, clientOf(server.Endpoint, server.Admin, region), "roles", "reached")
	admin, stranger := withKeys(server.Endpoint, server.Admin, nil), withKeys(server.Endpoint, nobody, nil)
	p := aws.New(aws.Options{})

	c := withSource(admin, fields{"roleArn": role, "endpoint": server.Endpoint, "sessionName": "jo", "duration": "30m"})
	masked := announced(&c)
	if got := identityOf(t, p, c); got != "assumed-role/reader/jo" {
		t.Errorf("signed in as %s", got)
	}
	if payload, err := p.Get(t.Context(), c, ref(t, "secret=roles")); err != nil || string(payload.Value.Reveal()) != "reached" {
		t.Errorf("got %v", err) // in the region of the source
	}
	if len(masked()) < 2 {
		t.Errorf("announced %d texts; the role's key and session token are two", len(masked()))
	}
	_, err := p.Get(t.Context(), withSource(admin, fields{"roleArn": blind, "endpoint": server.Endpoint}), ref(t, "secret=roles"))
	providertest.WantError(t, err, providers.Denied)
	_, err = p.Get(t.Context(), withSource(stranger, fields{"roleArn": role, "endpoint": server.Endpoint}), ref(t, "secret=roles"))
	providertest.WantError(t, err, providers.Denied, nobody.SecretAccessKey)
}

// mfaFake is STS as far as a role with an MFA device needs it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
func mfaFake(t *testing.T, lifetime time.Duration, now func() time.Time) (endpoint string, codes *[]string, expire func(bool)) {
	t.Helper()
	codes = &[]string{}
	keys := &keyFake{}
	expire = func(yes bool) {
		keys.mu.Lock()
		defer keys.mu.Unlock()
		keys.expired = map[bool]string{true: "ASIAWITHMFA"}[yes]
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			keys.ServeHTTP(w, r)
			return
		}
		if _ = r.ParseForm(); r.Form.Get("Action") != "AssumeRole" {
			keys.ServeHTTP(w, r)
			return
		}
		*codes = append(*codes, r.Form.Get("SerialNumber")+" "+r.Form.Get("TokenCode")+" "+r.Form.Get("ExternalId"))
		w.Header().Set("Content-Type", "text/xml")
		if r.Form.Get("TokenCode") != "123456" {
			w.WriteHeader(http.StatusForbidden)
			_, _ = fmt.Fprint(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with invalid MFA one time pass code. MARKER</Message></Error></ErrorResponse>`)
			return
		}
		_, _ = fmt.Fprintf(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAWITHMFA</AccessKeyId><SecretAccessKey>MARKER-mfa-secret</SecretAccessKey><SessionToken>MARKER-mfa-session</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
			now().Add(lifetime).UTC().Format(time.RFC3339))
	}))
	t.Cleanup(server.Close)
	return server.URL, codes, expire
}

// A role that wants an MFA code asks for it at sign-in, once: the session is
// kept until it ends, by a profile of ours and by one of the shared files.
func TestMFA(t *testing.T) {
	t.Parallel()
	const serial = "arn:aws:iam::123456789012:mfa/jo"
	for name, test := range map[string]func(endpoint string) providers.Credential{
		"role": func(endpoint string) providers.Credential {
			return withSource(withKeys(endpoint, someKey(), nil), fields{
				"roleArn": "arn:aws:iam::123456789012:role/reader", "mfaSerial": serial, "externalId": "external", "endpoint": endpoint,
			})
		},
		"profile": func(endpoint string) providers.Credential {
			config := writeFile(t, "config", `
[profile base]
aws_access_key_id = AKIABASE
aws_secret_access_key = MARKER-base
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = base
mfa_serial = `+serial+`
external_id = external
`)
			return credential("profile", fields{"profile": "mfa", "configFile": config, "region": region, "endpoint": endpoint}, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := time.Now()
			now := func() time.Time { return clock }
			endpoint, codes, expire := mfaFake(t, 12*time.Hour, now)
			c := test(endpoint)
			p := aws.New(aws.Options{Clock: now})
			_, err := who(t, p, c)
			providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
			if len(*codes) > 0 {
				t.Errorf("asked STS without a code: %v", *codes)
			}
			user := &somebody{}
			masked := announced(&c)
			identity, err := p.SignIn(t.Context(), c, user.person())
			if err != nil {
				t.Fatal(err)
			}
			if end := clock.Add(12 * time.Hour); end.Sub(identity.Expires).Abs() > 3*time.Minute { // a little earlier is right
				t.Errorf("ends at %s, want %s", identity.Expires, end)
			}
			if len(user.asked) != 1 || user.asked[0].Field != "mfaCode" || !strings.Contains(user.asked[0].Prompt, serial) {
				t.Errorf("asked %+v", user.asked)
			}
			if len(*codes) != 1 || (*codes)[0] != serial+" 123456 external" {
				t.Errorf("sent %v", *codes)
			}
			if !strings.Contains(strings.Join(masked(), " "), "MARKER-mfa-session") {
				t.Error("the session token was not announced")
			}
			wantWho(t, p, c, "ASIAWITHMFA")
			// Another process has the session too, and a profile that was edited
			// to another role has not.
			wantWho(t, aws.New(aws.Options{Clock: now}), c, "ASIAWITHMFA")
			expire(true)
			_, err = who(t, p, c)
			providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
			expire(false)
			clock = clock.Add(13 * time.Hour)
			_, err = who(t, aws.New(aws.Options{Clock: now}), c)
			got := providertest.WantError(t, err, providers.SignInNeeded, "MARKER")
			if !strings.Contains(got.Message, "expired") {
				t.Errorf("message %q", got.Message)
			}
			if len(*codes) != 1 {
				t.Errorf("%d calls of STS", len(*codes))
			}
		})
	}
}

// A wrong code, and a person who gives none, are told apart from everything
// else.
func TestMFAFails(t *testing.T) {
	t.Parallel()
	endpoint, _, _ := mfaFake(t, time.Hour, time.Now)
	c := withSource(withKeys(endpoint, someKey(), nil), fields{
		"roleArn": "arn:aws:iam::123456789012:role/reader", "mfaSerial": "GAHT12345678", "endpoint": endpoint,
	})
	for name, test := range map[string]struct {
		ask   func(context.Context, providers.Question) (secret.Value, error)
		words string
	}{
		"wrong": {func(context.Context, providers.Question) (secret.Value, error) {
			return secret.NewValue([]byte("000000")), nil
		}, "MFA code"},
		"none": {func(context.Context, providers.Question) (secret.Value, error) {
			return secret.Value{}, errors.New("closed")
		}, "ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := aws.New(aws.Options{}).SignIn(t.Context(), c, providers.Person{Ask: test.ask})
			if got := providertest.WantError(t, err, providers.Unauthenticated, "MARKER"); !strings.Contains(got.Message, test.words) {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}

// Keys that another tool has put into the shared files are used at once, and
// where the file has not changed an expired session is an error.
func TestChangedFiles(t *testing.T) {
	t.Parallel()
	fake, endpoint := newKeyFake(t)
	file := func(key string) string {
		return "[prod]\naws_access_key_id = " + key + "\naws_secret_access_key = MARKER-x\naws_session_token = MARKER-y\n"
	}
	path := writeFile(t, "credentials", file("ASIAOLD"))
	c := credential("profile", fields{"profile": "prod", "credentialsFile": path, "configFile": "/nonexistent", "region": region, "endpoint": endpoint}, nil)
	p := aws.New(aws.Options{})
	wantWho(t, p, c, "ASIAOLD")
	fake.mu.Lock()
	fake.expired = "ASIAOLD"
	fake.mu.Unlock()
	_, err := who(t, p, c)
	providertest.WantError(t, err, providers.Unauthenticated, "MARKER")
	if err := os.WriteFile(path, []byte(file("ASIANEWER")), 0o600); err != nil {
		t.Fatal(err)
	}
	wantWho(t, p, c, "ASIANEWER")
}

// A process gives other credentials when the first ones have expired.
func TestExpiredCredentialsOfAProcess(t *testing.T) {
	t.Parallel()
	fake, endpoint := newKeyFake(t)
	output := writeFile(t, "output", `{"Version":1,"AccessKeyId":"ASIAOLD","SecretAccessKey":"MARKER-x"}`)
	config := writeFile(t, "config", "[profile prod]\ncredential_process = cat "+output+"\n")
	c := credential("profile", fields{"profile": "prod", "configFile": config, "region": region, "endpoint": endpoint}, nil)
	p := aws.New(aws.Options{})
	wantWho(t, p, c, "ASIAOLD")
	fake.mu.Lock()
	fake.expired = "ASIAOLD"
	fake.mu.Unlock()
	if err := os.WriteFile(output, []byte(`{"Version":1,"AccessKeyId":"ASIANEW","SecretAccessKey":"MARKER-y"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	wantWho(t, p, c, "ASIANEW")
}

// Any number of callers read a credential once: its secret may come from a
// program that asks a person.
func TestCredentialIsReadOnce(t *testing.T) {
	t.Parallel()
	_, endpoint := newKeyFake(t)
	c := withKeys(endpoint, someKey(), nil)
	var reads atomic.Int64
	inner := c.Material
	c.Material = func(ctx context.Context, field string) (secret.Value, error) {
		if field == "secretAccessKey" {
			reads.Add(1)
		}
		return inner(ctx, field)
	}
	p := aws.New(aws.Options{})
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() { wantWho(t, p, c, someKey().AccessKeyID) })
	}
	group.Wait()
	if n := reads.Load(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

// A program that gives credentials has neither this program's standard input,
// which is the editor's connection, nor a shell.
func TestProcessHasNoStreams(t *testing.T) {
	_, endpoint := newKeyFake(t)
	script := writeFile(t, "script", `read -r line
printf '{"Version":1,"AccessKeyId":"ASIA%s%s","SecretAccessKey":"MARKER-x"}' "$line" "$#"`)
	config := writeFile(t, "config", "[profile prod]\ncredential_process = sh "+script+" && touch $HOME\n")
	input := writeFile(t, "input", "STOLEN\n")
	file, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	before := os.Stdin
	os.Stdin = file
	t.Cleanup(func() { os.Stdin = before })
	c := credential("profile", fields{"profile": "prod", "configFile": config, "region": region, "endpoint": endpoint}, nil)
	wantWho(t, aws.New(aws.Options{}), c, "ASIA3") // no line, and three arguments: && touch $HOME
}

// TestThreatProcessInheritsPassphrases: a credential_process has no use for the
// passphrases of this program.
func TestThreatProcessInheritsPassphrases(t *testing.T) {
	_, endpoint := newKeyFake(t)
	t.Setenv("VAULT_LSP_LOCAL_PASSPHRASE", "first")
	t.Setenv("VAULT_LSP_SIGN_INS_PASSPHRASE", "second")
	script := writeFile(t, "script", `printf '{"Version":1,"AccessKeyId":"ASIA%s","SecretAccessKey":"MARKER-x"}' "$VAULT_LSP_LOCAL_PASSPHRASE$VAULT_LSP_SIGN_INS_PASSPHRASE"`)
	config := writeFile(t, "config", "[profile prod]\ncredential_process = sh "+script+"\n")
	c := credential("profile", fields{"profile": "prod", "configFile": config, "region": region, "endpoint": endpoint}, nil)
	wantWho(t, aws.New(aws.Options{}), c, "ASIA")
}

// TestThreatProcessOfTheWorkingFolder: a relative path in ~/.aws/config is no
// program of the folder that happens to be open, and the program does not run
// there.
func TestThreatProcessOfTheWorkingFolder(t *testing.T) {
	_, endpoint := newKeyFake(t)
	home, work := t.TempDir(), t.TempDir()
	for folder, id := range map[string]string{home: "ASIAHOME", work: "ASIAEVIL"} {
		for name, text := range map[string]string{"tool": "#!/bin/sh\n. ./module\n", "module": `printf '{"Version":1,"AccessKeyId":"` + id + `","SecretAccessKey":"MARKER-x"}'`} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("HOME", home)
	t.Chdir(work)
	for _, command := range []string{"./tool", filepath.Join(home, "tool"), "sh ./tool"} {
		config := writeFile(t, "config", "[profile prod]\ncredential_process = "+command+"\n")
		c := credential("profile", fields{"profile": "prod", "configFile": config, "region": region, "endpoint": endpoint}, nil)
		wantWho(t, aws.New(aws.Options{}), c, "ASIAHOME")
	}
}

// TLS is verified, with the certificates of AWS_CA_BUNDLE where that is set.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(&keyFake{})
	t.Cleanup(server.Close)
	server.Config.ErrorLog = nil
	_, err := who(t, aws.New(aws.Options{}), withKeys(server.URL, someKey(), nil))
	if got := providertest.WantError(t, err, providers.Unavailable); !strings.Contains(got.Hint, "AWS_CA_BUNDLE") {
		t.Errorf("hint %q", got.Hint)
	}
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pemOf(server.Certificate().Raw), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CA_BUNDLE", bundle)
	wantWho(t, aws.New(aws.Options{}), withKeys(server.URL, someKey(), nil), someKey().AccessKeyID)
}
