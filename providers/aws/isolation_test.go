package aws_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
	"github.com/vault-lsp/vault-lsp/secret"
)

// hostile are values that would change where a request goes, if they were
// taken as they are.
func hostile() []string {
	return []string{
		"x.evil.example/", "evil.example#", "evil.example", "evil.example?", "user@evil.example", "eu-west-1.evil.example",
		"eu-west-1/../..", "-", "eu-west-1-", "EU-WEST-1.", "http://evil.example", "127.0.0.1", "[::1]", "eu_west_1",
		"eu-west-1%2eevil", "eu-west-1\\evil", "eu-west-1:80", strings.Repeat("a", 64),
	}
}

// A reference is what a stranger's file says: it chooses neither the host nor
// the identity. Nothing leaves for a hostile value of any field, by Get or by
// List, whether the reference's own check caught it or this package does.
func TestHostileValuesSendNothing(t *testing.T) {
	t.Parallel()
	var seen atomic.Int64
	watching := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	t.Cleanup(watching.Close)
	proxy := func(r *http.Request) (*url.URL, error) {
		t.Errorf("a request leaves for %s", r.URL.Host)
		return url.Parse(watching.URL)
	}
	p := aws.New(aws.Options{Proxy: proxy})
	credential := withKeys("", someKey(), nil)
	var queries []map[string]string
	for _, value := range hostile() {
		queries = append(queries,
			map[string]string{"secret": "prod/db", "region": value},
			map[string]string{"secret": "arn:aws:secretsmanager:" + value + ":123456789012:secret:prod/db-AbCdEf"},
			map[string]string{"secret": "arn:" + value + ":secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"})
	}
	queries = append(queries,
		map[string]string{"secret": "arn:aws:s3:eu-west-1:123456789012:secret:prod/db-AbCdEf"},
		map[string]string{"secret": "arn:aws-cn:secretsmanager:eu-west-1:123456789012:secret:prod/db-AbCdEf"},
		map[string]string{"secret": "arn:aws:secretsmanager:cn-north-1:123456789012:secret:prod/db-AbCdEf"})
	for _, known := range queries {
		var values []secret.FieldValue
		for name, value := range known {
			values = append(values, secret.FieldValue{Name: name, Value: value})
		}
		if r, err := secret.New(secret.AWS, values); err == nil {
			_, err := p.Get(t.Context(), credential, r)
			providertest.WantError(t, err, providers.InvalidReference)
		}
		for _, field := range []string{"version", "stage"} {
			_, err := p.List(t.Context(), credential, providers.Query{Field: field, Known: known})
			providertest.WantError(t, err, providers.InvalidReference)
		}
		delete(known, "region")
	}
	for _, value := range hostile() {
		_, err := p.List(t.Context(), credential, providers.Query{Field: "secret", Known: map[string]string{"region": value}})
		providertest.WantError(t, err, providers.InvalidReference)
		// The credential is the user's own, and still checked.
		_, err = p.Get(t.Context(), withKeys("", someKey(), fields{"region": value}), ref(t, "secret=prod/db"))
		providertest.WantError(t, err, providers.Unauthenticated)
	}
	if n := seen.Load(); n > 0 {
		t.Errorf("%d requests arrived", n)
	}
}

// The region and the partition of an ARN decide the host, whatever region the
// credential has.
func TestHostOfTheARN(t *testing.T) {
	t.Parallel()
	for arn, want := range map[string]string{
		"arn:aws:secretsmanager:us-west-2:123456789012:secret:prod/db-AbCdEf":            "secretsmanager.us-west-2.amazonaws.com:443",
		"arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:prod/db-AbCdEf":        "secretsmanager.cn-north-1.amazonaws.com.cn:443",
		"arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:prod/db-AbCdEf": "secretsmanager.us-gov-west-1.amazonaws.com:443",
		"prod/db": "secretsmanager.eu-west-1.amazonaws.com:443",
	} {
		t.Run(arn, func(t *testing.T) {
			t.Parallel()
			asked := make(chan string, 8)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Host
				w.WriteHeader(http.StatusForbidden)
			}))
			t.Cleanup(server.Close)
			proxy, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			_, err = aws.New(aws.Options{Proxy: http.ProxyURL(proxy)}).Get(t.Context(), withKeys("", someKey(), nil), ref(t, "secret="+arn))
			if got := providertest.WantError(t, err, providers.Unavailable); !strings.Contains(got.Message, "the proxy "+proxy.Host) {
				t.Errorf("message %q", got.Message)
			}
			if got := <-asked; got != want {
				t.Errorf("asked %s, want %s", got, want)
			}
		})
	}
}

// FIPS and dual-stack endpoints are those of the user's environment.
func TestEndpointVariants(t *testing.T) {
	for variable, want := range map[string]string{
		"AWS_USE_FIPS_ENDPOINT": "secretsmanager-fips.us-west-2.amazonaws.com:443",
		// The standard host of this service speaks IPv6 already.
		"AWS_USE_DUALSTACK_ENDPOINT": "secretsmanager.us-west-2.amazonaws.com:443",
	} {
		t.Run(variable, func(t *testing.T) {
			t.Setenv(variable, "true")
			asked := make(chan string, 8)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.Host
				w.WriteHeader(http.StatusForbidden)
			}))
			t.Cleanup(server.Close)
			proxy, err := url.Parse(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			p := aws.New(aws.Options{Proxy: http.ProxyURL(proxy)})
			if _, err := p.Get(t.Context(), withKeys("", someKey(), nil), ref(t, "secret=prod/db", "region=us-west-2")); err == nil {
				t.Error("a proxy that lets nothing through, and no error")
			}
			if got := <-asked; got != want {
				t.Errorf("asked %s, want %s", got, want)
			}
		})
	}
}

// AWS's logs show who has asked.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	agents := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents <- r.UserAgent()
		_, _ = w.Write([]byte(`{"SecretString":"x"}`))
	}))
	t.Cleanup(server.Close)
	p := aws.New(aws.Options{UserAgent: "vault-lsp/1.2.3"})
	if _, err := p.Get(t.Context(), withKeys(server.URL, someKey(), nil), ref(t, "secret=prod/db")); err != nil {
		t.Fatal(err)
	}
	if got := <-agents; !strings.Contains(got, "vault-lsp/1.2.3") {
		t.Errorf("user agent %q", got)
	}
}

// Plain http leads to this machine only, whoever names the endpoint.
func TestPlainHTTPStaysHere(t *testing.T) {
	for name, set := range map[string]func(*testing.T) providers.Credential{
		"profile": func(*testing.T) providers.Credential { return withKeys("http://192.0.2.1", someKey(), nil) },
		"environment": func(t *testing.T) providers.Credential {
			t.Setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
			return withKeys("", someKey(), nil)
		},
		"environment, by service": func(t *testing.T) providers.Credential {
			t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://192.0.2.1")
			return withKeys("", someKey(), nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			proxy := func(r *http.Request) (*url.URL, error) {
				t.Errorf("a request leaves for %s", r.URL)
				return nil, http.ErrNotSupported
			}
			_, err := aws.New(aws.Options{Proxy: proxy}).Get(t.Context(), set(t), ref(t, "secret=prod/db"))
			if got := providertest.WantError(t, err, providers.Unauthenticated, someKey().SecretAccessKey); !strings.Contains(got.Message, "plain http") {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}

// No redirect is followed: the session token would go with it.
func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var arrived atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		first := httptest.NewServer(http.RedirectHandler(other.URL, status))
		t.Cleanup(first.Close)
		_, err := aws.New(aws.Options{}).Get(t.Context(), withKeys(first.URL, someKey(), nil), ref(t, "secret=prod/db"))
		providertest.WantError(t, err, providers.Unavailable)
	}
	if n := arrived.Load(); n > 0 {
		t.Errorf("%d requests followed", n)
	}
}

// The endpoint of the environment is the user's, so it is asked; the profile's
// own goes before it. A host name with a service's label is for that one only.
func TestEndpoints(t *testing.T) {
	server := func(t *testing.T, hits *atomic.Int64) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			hits.Add(1)
			w.Header().Set("Content-Type", "application/x-amz-json-1.1")
			_, _ = w.Write([]byte(`{"Name":"prod/db","SecretString":"value","VersionId":"v"}`))
		}))
		t.Cleanup(s.Close)
		return s.URL
	}
	var environment, profile atomic.Int64
	t.Setenv("AWS_ENDPOINT_URL_SECRETS_MANAGER", server(t, &environment))
	own := server(t, &profile)
	labelled := strings.Replace(own, "127.0.0.1", "sts.localhost", 1)
	for _, endpoint := range []string{"", own, labelled} {
		payload, err := aws.New(aws.Options{}).Get(t.Context(), withKeys(endpoint, someKey(), nil), ref(t, "secret=prod/db"))
		if err != nil || string(payload.Value.Reveal()) != "value" {
			t.Errorf("endpoint %q: %v", endpoint, err)
		}
	}
	if environment.Load() != 2 || profile.Load() != 1 {
		t.Errorf("%d calls of the environment's endpoint, %d of the profile's; want 2 and 1", environment.Load(), profile.Load())
	}
}
