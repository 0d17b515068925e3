package foreign

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSchemes reads the example of each row of the table as the row says.
func TestSchemes(t *testing.T) {
	t.Parallel()
	for _, s := range Schemes() {
		for _, text := range []string{s.Example, s.Example + "+", "secret" + s.Example} {
			got, err := Parse(text)
			if err != nil || got.Ref.String() != s.Becomes || got.Ref.Provider() != s.Provider || len(got.Ignored) > 0 {
				t.Errorf("%s: %s, %v, %v; want %s", text, got.Ref, got.Ignored, err, s.Becomes)
			}
		}
	}
}

// TestParse reads the forms of each scheme; those of vals are the examples of
// its documentation.
func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"ref+awssecrets://myteam/mykey", "{{$aws secret=myteam/mykey}}"},
		{"ref+awssecrets://myteam/mydoc#/foo/bar", `{{$aws secret=myteam/mydoc key='$[\'foo\'][\'bar\']'}}`},
		{"ref+awssecrets://a?version_stage=AWSPREVIOUS&version_id=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE#/k", "{{$aws secret=a version=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE stage=AWSPREVIOUS key=k}}"},
		{
			"ref+awssecrets://arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/doc?region=ap-southeast-2#/secret/key",
			`{{$aws secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/doc key='$[\'secret\'][\'key\']'}}`,
		},
		{"ref+awsssm://foo#/bar", "{{$ssm name=/foo/bar}}"},
		{"ref+awsssm://foo/bar?#/a", "{{$ssm name=/foo/bar/a}}"},
		{"ref+awsssm://foo?recursive=true#/bar/a", "{{$ssm name=/foo/bar/a}}"},
		{"ref+awsssm://foo/bar?mode=singleparam&version=2&region=eu-west-1#/BAR", "{{$ssm name=/foo/bar version=2 region=eu-west-1 key=BAR}}"},
		{"ref+gcpsecrets://mysecret?version=3", "{{$gcp secret=mysecret version=3}}"},
		{"ref+gcpsecrets://p-1/mysecret?version=3&trim_nl=false#/a/b/0", `{{$gcp secret=mysecret project=p-1 version=3 key='$[\'a\'][\'b\'][\'0\']'}}`},
		{"ref+azurekeyvault://my-vault/secret-a/ba4f196b15f644cd9e949896a21bab0d", "{{$azure vault=my-vault secret=secret-a version=ba4f196b15f644cd9e949896a21bab0d}}"},
		{"ref+azurekeyvault://gov-cloud-test.vault.usgovcloudapi.net/secret-b#/k", "{{$azure id=https://gov-cloud-test.vault.usgovcloudapi.net/secrets/secret-b key=k}}"},
		{"ref+vault://secret/data/foo#/mykey", "{{$vault path=foo key=mykey}}"},
		{"ref+vault://mykv/foo/bar", "{{$vault path=foo mount=mykv key=bar}}"},
		{"ref+vault://mykv/foo", "{{$vault path=foo mount=mykv}}"},
		{"ref+vault://mykv/a%20b?decode=base64#/x%2Fy", `{{$vault path='a b' mount=mykv key='$[\'x\'][\'y\']' decode=base64}}`},
		{"ref+vault://mykv/foo?decode=raw#/$x", `{{$vault path=foo mount=mykv key='$[\'$x\']'}}`},
		{`ref+vault://mykv/foo#/it's/a\b`, `{{$vault path=foo mount=mykv key='$[\'it\\\'s\'][\'a\\\\b\']'}}`},
		{"ref+hcpvaultsecrets://web/KEY?organization_name=Example%20Org&project_id=p&version=2", "{{$hcp app=web secret=KEY organization='Example Org' project=p version=2}}"},
		{"op://dev/stripe/credential", "{{$op id=op://dev/stripe/credential}}"},
		{"op://My Vault/an item/section/field", "{{$op id='op://My Vault/an item/section/field'}}"},
		{"ref+op://dev/gh/password?attribute=otp", "{{$op id=op://dev/gh/password?attribute=otp}}"},
	}
	for _, test := range tests {
		got, err := Parse(test.text)
		if err != nil || got.Ref.String() != test.want {
			t.Errorf("%s\n got %s, %v\nwant %s", test.text, got.Ref, err, test.want)
		}
		if len(got.Ignored) > 0 {
			t.Errorf("%s: ignored %v", test.text, got.Ignored)
		}
		if !Begins(test.text) {
			t.Errorf("%s does not begin like a reference", test.text)
		}
	}
}

// TestIdentityIsNeverObeyed: what would choose a server, an identity or a key
// file changes nothing and is reported, with its place.
func TestIdentityIsNeverObeyed(t *testing.T) {
	t.Parallel()
	plain := map[string]string{
		"awssecrets": "ref+awssecrets://a", "awsssm": "ref+awsssm://a", "gcpsecrets": "ref+gcpsecrets://p/a", "vault": "ref+vault://kv/a",
		"openbao": "ref+openbao://kv/a", "hcpvaultsecrets": "ref+hcpvaultsecrets://w/a", "azurekeyvault": "ref+azurekeyvault://vlt/a", "op": "ref+op://v/i/f",
	}
	for _, scheme := range Schemes() {
		text := plain[scheme.Name]
		want, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range identityParams {
			full := text + "?" + name + "=https%3A%2F%2Fevil.example"
			got, err := Parse(full)
			if err != nil || !got.Ref.Equal(want.Ref) || len(got.Ignored) != 1 {
				t.Errorf("%s: %s, %v, %v", full, got.Ref, got.Ignored, err)
				continue
			}
			p := got.Ignored[0]
			if !p.Identity || p.Name != name || full[p.Start:p.End] != name+"=https%3A%2F%2Fevil.example" {
				t.Errorf("%s: ignored %+v", full, p)
			}
		}
	}
	got, err := Parse("ref+gcpsecrets://p/s?optional=true&fallback_value=x&nonsense=y")
	var whys []string
	for _, p := range got.Ignored {
		whys = append(whys, p.Name+" "+p.Why)
	}
	want := []string{"optional " + whyFallback, "fallback_value " + whyFallback, "nonsense " + whyUnknown}
	if diff := cmp.Diff(want, whys); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

// TestParseRefuses what cannot be meant, with its place.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, at, says string }{
		{"ref+", "ref+", "is written ref+SCHEME"},
		{"ref+vault:secret", "ref+vault:secret", "is written ref+SCHEME"},
		{"ref+sops://file.yaml#/a", "sops", "are not read"},
		{"ref+exec:///bin/sh?args=-c,id", "exec", "are not read"},
		{"ref+file://~/.vault-token", "file", "are not read"},
		{"ref+awssecret://a", "awssecret", "did you mean awssecrets"},
		{"ref+vault://kv/a#/b+tail", "+tail", "put what follows it outside"},
		{"ref+vault://", "", "path is missing"},
		{"ref+vault://kv", "kv", "MOUNT/PATH"},
		{"ref+vault://127.0.0.1:8200/mykv/foo?proto=http#/mykey", "127.0.0.1:8200/mykv/foo", "belongs into the credential"},
		{"ref+vault://kv/../sys#/x", "ref+vault://kv/../sys#/x", "must not hold"},
		{"ref+vault://kv/a%2", "kv/a%2", "hexadecimal"},
		{"ref+gcpsecrets://a/b/c", "a/b/c", "PROJECT/SECRET"},
		{"ref+azurekeyvault://vault", "vault", "VAULT/SECRET"},
		{"ref+azurekeyvault://evil.example:8443/s", "ref+azurekeyvault://evil.example:8443/s", ""},
		{"ref+hcpvaultsecrets://web", "web", "APPLICATION/SECRET"},
		{"ref+awssecrets://a?region=evil.example/x", "ref+awssecrets://a?region=evil.example/x", "region must be"},
		{"op://vault", "op://vault", "op://VAULT/ITEM/FIELD"},
		{"op://$VAULT/i/f", "op://$VAULT/i/f", "variables"},
	}
	for _, test := range tests {
		got, err := Parse(test.text)
		var refused *Error
		if !errors.As(err, &refused) {
			if test.says == "" && err == nil {
				// The host is for the provider to judge, which sends nothing.
				continue
			}
			t.Errorf("%s is read as %s, %v", test.text, got.Ref, err)
			continue
		}
		if !strings.Contains(refused.Message, test.says) || test.text[refused.Start:refused.End] != test.at || strings.TrimRight(refused.Message, ".?") == refused.Message {
			t.Errorf("%s: %q at %q, want %q at %q", test.text, refused.Message, test.text[refused.Start:refused.End], test.says, test.at)
		}
	}
}

// TestInline finds expressions where vals finds them.
func TestInline(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"ref+vault://kv/a#/b", "ref+vault://kv/a#/b"},
		{"x ref+vault://kv/a#/b y", "ref+vault://kv/a#/b"},
		{"user:secretref+vault://kv/a#/b+@host", "secretref+vault://kv/a#/b+"},
		{`{"a":"ref+vault://kv/a#/b","c":1}`, `ref+vault://kv/a#/b","c":1}`},
		{"ref+vault://kv/a#/b\", next", "ref+vault://kv/a#/b"},
		{"ref+vault://kv/a#/b, next", "ref+vault://kv/a#/b"},
		{"href+x ref+y://z", "ref+y://z"},
		{"xref+vault://kv/a", ""},
		{"ref+ and ://", ""},
		{"ref+", ""},
		{"op://a/b/c", ""},
	}
	for _, test := range tests {
		got := ""
		if start, end, ok := Inline(test.text); ok {
			got = test.text[start:end]
		}
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

// FuzzParse holds places in bounds and results readable.
func FuzzParse(f *testing.F) {
	for _, s := range Schemes() {
		f.Add(s.Example)
	}
	f.Add("{% vault 'aws', 'c', 'e30=' %}")
	f.Fuzz(func(t *testing.T, text string) {
		if start, end, ok := InsomniaTag(text); ok {
			_, _ = ParseInsomnia(text[start:end])
		}
		if start, end, ok := Inline(text); ok && (start < 0 || end <= start || end > len(text)) {
			t.Errorf("an expression at %d-%d of %q", start, end, text)
		}
		got, err := Parse("ref+" + text)
		var refused *Error
		if errors.As(err, &refused) && (refused.Start < 0 || refused.Start > refused.End || refused.End > len(text)+len("ref+")) {
			t.Errorf("place %d-%d of %q", refused.Start, refused.End, text)
		}
		if err == nil && got.Ref.IsZero() {
			t.Errorf("%q is neither read nor refused", text)
		}
	})
}

func tag(provider, json string) string {
	return "{% vault '" + provider + "', 'cred_1', '" + base64.StdEncoding.EncodeToString([]byte(json)) + "' %}"
}

// TestInsomnia decodes the tags of every provider.
func TestInsomnia(t *testing.T) {
	t.Parallel()
	tests := []struct{ tag, want string }{
		{tag("aws", `{"SecretId":"prod/stripe","SecretType":"plaintext"}`), "{{$aws secret=prod/stripe}}"},
		{tag("aws", `{"SecretId":"prod/stripe","VersionStage":"AWSPREVIOUS","VersionId":"EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE","SecretType":"kv","SecretKey":"api_key"}`), "{{$aws secret=prod/stripe version=EXAMPLE1-90ab-cdef-fedc-ba987EXAMPLE stage=AWSPREVIOUS key=api_key}}"},
		{tag("aws", `{"SecretId":"a","SecretType":"kv","SecretKey":""}`), "{{$aws secret=a}}"},
		{tag("gcp", `{"secretName":"stripe","version":"latest"}`), "{{$gcp secret=stripe}}"},
		{tag("gcp", `{"secretName":"projects/p-1/secrets/s/versions/3","version":"4"}`), "{{$gcp secret=projects/p-1/secrets/s/versions/3}}"},
		{tag("hashicorp", `{"kvVersion":"v2","secretEnginePath":"secret","secretName":"app/db","version":3,"secretKey":"password"}`), "{{$vault path=app/db engine=v2 version=3 key=password}}"},
		{tag("hashicorp", `{"kvVersion":"v1","secretEnginePath":"/kv/","secretName":"db","version":"3"}`), "{{$vault path=db mount=kv engine=v1}}"},
		{tag("hashicorp", `{"organizationId":"o","projectId":"p","appName":"web","secretName":"KEY","version":""}`), "{{$hcp app=web secret=KEY organization=o project=p}}"},
		{tag("azure", `{"secretIdentifier":"https://v-1.vault.azure.net/secrets/s","secretType":"secret"}`), "{{$azure id=https://v-1.vault.azure.net/secrets/s}}"},
		{`{%- vault "gcp" , "", "` + strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(`{"secretName":"ab"}`)), "=") + `" -%}`, "{{$gcp secret=ab}}"},
	}
	for _, test := range tests {
		start, end, ok := InsomniaTag("Bearer {% if x %}" + test.tag + " tail")
		if !ok || start != len("Bearer {% if x %}") || end != start+len(test.tag) {
			t.Errorf("%s is found at %d-%d, %v", test.tag, start, end, ok)
		}
		got, err := ParseInsomnia(test.tag)
		if err != nil || got.String() != test.want {
			t.Errorf("%s: %s, %v; want %s", test.tag, got, err, test.want)
		}
	}
	for _, bad := range []string{
		"{% vault %}", "{% vault 'aws', 'x' %}", "{% vault 'aws', 'x', '!!' %}", "{% vault 'aws', 'x', 'e30' %}", tag("vercel", "{}"), tag("hashicorp", "{}"),
		"{% vault 'aws', 'x, 'e30 %}", tag("azure", `{"secretIdentifier":"http://evil.example/"}`),
	} {
		var refused *Error
		if _, err := ParseInsomnia(bad); !errors.As(err, &refused) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, none := range []string{"", "{% vaults %}", "{% response 'body' %}", "{% vault", "%} vault {%", "vault '"} {
		if _, _, ok := InsomniaTag(none); ok {
			t.Errorf("%q is a tag", none)
		}
	}
}

// TestBruno offers what a reference of Bruno can mean.
func TestBruno(t *testing.T) {
	t.Parallel()
	var got []string
	for _, ref := range Bruno("secrets.db.password") {
		got = append(got, ref.String())
	}
	want := []string{"{{$aws secret=db key=password}}", "{{$vault path=db key=password}}", "{{$gcp secret=db key=password}}", "{{$local secret=db key=password}}"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !IsBruno("secrets.x") || IsBruno("secret") || IsBruno("aws") {
		t.Error("wrong names are Bruno's")
	}
}
