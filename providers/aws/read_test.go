package aws_test

import (
	"strings"
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/testtools"
	"github.com/vault-lsp/vault-lsp/providers"
	"github.com/vault-lsp/vault-lsp/providers/aws"
	"github.com/vault-lsp/vault-lsp/providers/providertest"
)

// Names, whole and partial ARNs, versions and stages, regions, keys and bytes:
// each reference finds its secret.
func TestReferences(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	client := clientOf(server.Endpoint, server.Admin, region)
	arn, first := put(t, client, "prod/db", `{"user":"jo","password":"one","nested":{"a":[1,2]}}`)
	second, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: sdk.String("prod/db"), SecretString: sdk.String(`{"user":"jo","password":"two","nested":{"a":[1,2]}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{
		Name: sdk.String("bytes"), SecretBinary: []byte{0, 0xff, 1},
	}); err != nil {
		t.Fatal(err)
	}
	elsewhere, _ := put(t, clientOf(server.Endpoint, server.Admin, "us-west-2"), "prod/db", "elsewhere")

	p, credential := aws.New(aws.Options{}), withKeys(server.Endpoint, server.Admin, nil)
	tests := map[string]struct {
		pairs []string
		want  string
	}{
		"name":                {[]string{"secret=prod/db", "key=password"}, "two"},
		"ARN":                 {[]string{"secret=" + arn, "key=password"}, "two"},
		"partial ARN":         {[]string{"secret=" + arn[:len(arn)-7], "key=password"}, "two"},
		"version":             {[]string{"secret=prod/db", "version=" + first, "key=password"}, "one"},
		"stage":               {[]string{"secret=prod/db", "stage=AWSPREVIOUS", "key=password"}, "one"},
		"version and stage":   {[]string{"secret=prod/db", "version=" + sdk.ToString(second.VersionId), "stage=AWSCURRENT", "key=password"}, "two"},
		"JSONPath":            {[]string{"secret=prod/db", "key=$.nested.a[1]"}, "2"},
		"object":              {[]string{"secret=prod/db", "key=nested"}, `{"a":[1,2]}`},
		"binary":              {[]string{"secret=bytes", "type=binary"}, "\x00\xff\x01"},
		"region":              {[]string{"secret=prod/db", "region=us-west-2"}, "elsewhere"},
		"region of the ARN":   {[]string{"secret=" + elsewhere}, "elsewhere"},
		"partial ARN, region": {[]string{"secret=" + elsewhere[:len(elsewhere)-7]}, "elsewhere"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := ref(t, test.pairs...)
			payload, err := p.Get(t.Context(), credential, r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := providers.Extract(payload, r)
			if err != nil || string(got.Reveal()) != test.want {
				t.Errorf("got %q, %v; want %q", got.Reveal(), err, test.want)
			}
		})
	}
}

// Versions and stages are listed with what they are, ARNs while one is typed,
// regions without a call.
func TestListFields(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	client := clientOf(server.Endpoint, server.Admin, region)
	arn, first := put(t, client, "prod/db", "MARKER-one")
	second, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: sdk.String("prod/db"), SecretString: sdk.String("MARKER-two")})
	if err != nil {
		t.Fatal(err)
	}
	p, credential := aws.New(aws.Options{}), withKeys(server.Endpoint, server.Admin, nil)
	named := map[string]string{"secret": "prod/db"}
	tests := map[string]struct {
		query providers.Query
		want  []string
	}{
		"versions": {providers.Query{Field: "version", Known: named}, []string{first, sdk.ToString(second.VersionId)}},
		"stages":   {providers.Query{Field: "stage", Known: named}, []string{"AWSCURRENT", "AWSPREVIOUS"}},
		"a stage":  {providers.Query{Field: "stage", Known: named, Prefix: "AWSP"}, []string{"AWSPREVIOUS"}},
		"ARNs":     {providers.Query{Field: "secret", Prefix: arn[:len(arn)-12]}, []string{arn}},
		"regions":  {providers.Query{Field: "region", Prefix: "eu-west"}, []string{"eu-west-1", "eu-west-2", "eu-west-3"}},
		"unnamed":  {providers.Query{Field: "version"}, nil},
		"negated":  {providers.Query{Field: "secret", Prefix: "!x"}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			items, err := p.List(t.Context(), credential, test.query)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]bool{}
			for _, item := range items {
				got[item.Value] = true
				providertest.WantNo(t, item.Value+item.Detail, "MARKER")
			}
			want := map[string]bool{}
			for _, value := range test.want {
				want[value] = true
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("values (-want +got):\n%s", diff)
			}
		})
	}
}

// A check says who the key is, and what it may not do.
func TestCheck(t *testing.T) {
	t.Parallel()
	server := testtools.Moto(t)
	reader := server.User("reader", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:*","secretsmanager:GetSecretValue"],"Resource":"*"}]}`)
	p := aws.New(aws.Options{})
	for name, test := range map[string]struct {
		key           testtools.MotoKey
		region, shows string
	}{
		"admin":     {server.Admin, region, "listing allowed"},
		"no list":   {reader, region, "secretsmanager:ListSecrets"},
		"no region": {reader, "", "region none"},
	} {
		t.Run(name, func(t *testing.T) {
			identity, err := p.Check(t.Context(), withKeys(server.Endpoint, test.key, fields{"region": test.region}))
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, d := range identity.Details {
				all.WriteString(d.Name + " " + d.Value + "\n")
			}
			for _, want := range []string{"account 123456789012", "arn arn:aws:iam::123456789012:user/", test.shows} {
				if !strings.Contains(all.String(), want) {
					t.Errorf("no %q in\n%s", want, all.String())
				}
			}
			if !strings.HasPrefix(identity.Name, "user/") {
				t.Errorf("the name is %q", identity.Name)
			}
			_, err = p.List(t.Context(), withKeys(server.Endpoint, reader, nil), providers.Query{Field: "secret"})
			if got := providertest.WantError(t, err, providers.Denied); !strings.Contains(got.Message, "secretsmanager:ListSecrets") {
				t.Errorf("message %q", got.Message)
			}
		})
	}
}

// Without a region nothing is asked, and the error says where to name one.
func TestNoRegion(t *testing.T) {
	t.Parallel()
	p := aws.New(aws.Options{})
	_, err := p.Get(t.Context(), withKeys("http://"+testtools.SilentAddress(t), someKey(), fields{"region": ""}), ref(t, "secret=prod/db"))
	if got := providertest.WantError(t, err, providers.InvalidReference); !strings.Contains(got.Hint, "AWS_REGION") {
		t.Errorf("hint %q", got.Hint)
	}
}
