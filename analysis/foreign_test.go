package analysis

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// insomniaTag is {"SecretId":"prod/stripe","SecretType":"kv","SecretKey":"api_key"} of AWS.
const insomniaTag = "{% vault 'aws', 'crd_1', 'eyJTZWNyZXRJZCI6InByb2Qvc3RyaXBlIiwiU2VjcmV0VHlwZSI6Imt2IiwiU2VjcmV0S2V5IjoiYXBpX2tleSJ9' %}"

// TestForeignDiagnostics: what of other tools' references is wrong, has no
// effect or has ended, at its exact place.
func TestForeignDiagnostics(t *testing.T) {
	t.Parallel()
	tests := []struct{ src, code, at, says string }{
		{request + "A: {{ref+vault://kv/a?address=https://evil.example&version=2#/k}}", "ignored-parameter", "address=https://evil.example", "never chooses a server, an identity or a key file; your default credential infra is used."},
		{request + "A: {{ref+awssecrets://a?profile=admin}}", "ignored-parameter", "profile=admin", "your credential aws-dev is used."},
		{request + "A: {{ref+awsssm://a?role_arn=x}}", "ignored-parameter", "role_arn=x", "your credential aws-dev is used."},
		{request + "A: {{ref+gcpsecrets://p-1/s?optional=true}}", "ignored-parameter", "optional=true", "a secret that is missing is an error."},
		{request + "A: {{ref+azurekeyvault://vlt/s?client_id=x}}", "ignored-parameter", "client_id=x", "the identity of this machine for $azure is used."},
		{"@a = ref+vault://kv/a?token_file=~/.vault-token#/k\n", "ignored-parameter", "token_file=~/.vault-token", "infra is used"},
		{request + "A: {{ref+hcpvaultsecrets://web/KEY}}", "end-of-life", "{{ref+hcpvaultsecrets://web/KEY}}", "ended on 2026-07-01"},
		{"@a = ref+hcpvaultsecrets://web/KEY\n", "end-of-life", "ref+hcpvaultsecrets://web/KEY", "ended on 2026-07-01"},
		{request + "A: {{$hcp app=web secret=KEY}}", "end-of-life", "$hcp", "ended on 2026-07-01"},
		{request + "A: {{ref+sops://x}}", "unsupported-reference", "sops", "are not read"},
		{"@a = ref+sops://x\n\n###\n" + request + "A: {{a}}", "unsupported-reference", "sops", "are not read"},
		{request + "A: " + insomniaTag, "insomnia-reference", insomniaTag, "write {{$aws secret=prod/stripe key=api_key}}"},
		{"@a = x " + insomniaTag + "\n", "insomnia-reference", insomniaTag, "not sent"},
		{request + "A: {{$secrets.db.password}}", "bruno-reference", "$secrets.db.password", "reference of Bruno"},
		{"GET http://example.com\nA: {{op://v/i/f}}", "secret-over-http", "{{op://v/i/f}}", "unencrypted"},
		{request + "Cookie: {{op://v/i/f}}", "secret-in-cookie", "{{op://v/i/f}}", "Cookie"},
	}
	for _, test := range tests {
		var got []string
		found := false
		for _, d := range Diagnose(input(test.src)) {
			got = append(got, d.Code+"@"+d.Span.Of(test.src))
			if d.Code == test.code && d.Span.Of(test.src) == test.at && strings.Contains(d.Message, test.says) {
				found = true
			}
		}
		if !found || len(got) != 1 {
			t.Errorf("%q has %q, want only %s@%s with %q", test.src, got, test.code, test.at, test.says)
		}
	}
}

// TestForeignFixes: what the actions make of the source.
func TestForeignFixes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, src, title, want string }{
		{"vals", request + "A: {{ref+vault‸://kv/a?address=x#/k}}", "Rewrite as {{$vault path=a mount=kv key=k}}", request + "A: {{$vault path=a mount=kv key=k}}"},
		{"1Password", request + "A: {{op://v/i/‸f}}", "Rewrite as {{$op id=op://v/i/f}}", request + "A: {{$op id=op://v/i/f}}"},
		{"value of a variable", "@a = ref+awssecrets://x‸y#/k\n", "Rewrite as {{$aws secret=xy key=k}}", "@a = {{$aws secret=xy key=k}}\n"},
		{"first parameter", request + "A: {{ref+vault://kv/a?add‸ress=x&version=2#/k}}", "Remove the parameter", request + "A: {{ref+vault://kv/a?version=2#/k}}"},
		{"last parameter", request + "A: {{ref+vault://kv/a?version=2&add‸ress=x#/k}}", "Remove the parameter", request + "A: {{ref+vault://kv/a?version=2#/k}}"},
		{"only parameter", request + "A: {{ref+vault://kv/a?add‸ress=x#/k}}", "Remove the parameter", request + "A: {{ref+vault://kv/a#/k}}"},
		{"Insomnia", request + "A: Bearer " + insomniaTag[:5] + "‸" + insomniaTag[5:], "Rewrite as {{$aws secret=prod/stripe key=api_key}}", request + "A: Bearer {{$aws secret=prod/stripe key=api_key}}"},
		{"Bruno", request + "A: {{$secrets‸.db.password}}", "Rewrite as {{$vault path=db key=password}}", request + "A: {{$vault path=db key=password}}"},
		{"static secret", request + "A: {{$h‸cp app=web secret=KEY}}", "Rewrite as {{$vault path=web key=KEY}}", request + "A: {{$vault path=web key=KEY}}"},
		{"one path a secret", request + "A: {{$h‸cp app=web secret=KEY}}", "Rewrite as {{$vault path=web/KEY}}", request + "A: {{$vault path=web/KEY}}"},
		{
			"what is asked of the value stays", request + "A: {{$h‸cp secret={{name}} app=web organization='a b' project=p version=3 credential=cloud key=user decode=base64 ttl=5m}}",
			"Rewrite as {{$vault path=web/{{name}} key=user decode=base64 ttl=5m}}", request + "A: {{$vault path=web/{{name}} key=user decode=base64 ttl=5m}}",
		},
		{"credential of a Vault", request + "A: {{$h‸cp app=web secret=KEY credential=staging trim=true}}", "Rewrite as {{$vault path=web credential=staging key=KEY trim=true}}", request + "A: {{$vault path=web credential=staging key=KEY trim=true}}"},
		{"vals of HCP", request + "A: {{ref+hcpvault‸secrets://web/KEY}}", "Rewrite as {{$vault path=web key=KEY}}", request + "A: {{$vault path=web key=KEY}}"},
	}
	for _, test := range tests {
		in, selection := selected(t, test.src)
		got, ok := "", false
		for _, a := range Actions(in, selection) {
			if a.Title == test.title {
				got, ok = applied(in.File.Src, a.Edits...), true
			}
		}
		if !ok {
			t.Errorf("%s: no %q in %q", test.name, test.title, titles(Actions(in, selection)))
		}
		if diff := cmp.Diff(test.want, got); ok && diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestForeignHover says where a reference points and how it is read.
func TestForeignHover(t *testing.T) {
	t.Parallel()
	for _, src := range []string{request + "A: {{ref+vault://kv/app‸/db#/password}}", "@a = ref+vault://kv/app‸/db#/password\n"} {
		in, offset := atMarker(t, src)
		got := Hover(in, offset, nil)
		if got == nil {
			t.Fatalf("%q: no hover", src)
		}
		for _, want := range []string{"HashiCorp Vault", "`{{$vault path=app/db mount=kv key=password}}`", "Credential: `infra` (the default)", "| mount | `kv` |"} {
			if !strings.Contains(got.Markdown, want) {
				t.Errorf("%q: no %q in\n%s", src, want, got.Markdown)
			}
		}
	}
	in, offset := atMarker(t, "@a = ref+vault://kv/app/db#/password\n\n###\n"+request+"A: {{a‸}}")
	if got := Hover(in, offset, nil); got == nil || !strings.Contains(got.Markdown, "From `{{$vault path=app/db mount=kv key=password}}`") {
		t.Errorf("hover of the variable: %+v", got)
	}
}

// TestForeignCompletion offers the schemes of vals and asks for the items of
// 1Password, whose names stand as they are.
func TestForeignCompletion(t *testing.T) {
	t.Parallel()
	in, offset := atMarker(t, request+"A: {{ref+‸}}")
	got := labels(Complete(in, offset).Items)
	if len(got) != 8 || got[0] != "ref+awssecrets://" || got[7] != "ref+op://" {
		t.Errorf("schemes: %q", got)
	}
	item, _ := find(Complete(in, offset).Items, "ref+vault://")
	if made := applied(in.File.Src, item.Edit); made != request+"A: {{ref+vault://}}" {
		t.Errorf("made %q", made)
	}
	for _, src := range []string{request + "A: {{ref+vault://‸}}", request + "A: {{secretref+awsssm://a‸"} {
		in, offset := atMarker(t, src)
		if c := Complete(in, offset); len(c.Items) > 0 || c.Live != nil {
			t.Errorf("%q offers %q, %+v", src, labels(c.Items), c.Live)
		}
	}
	in, offset = atMarker(t, request+"A: {{op://My V‸}}")
	live := Complete(in, offset).Live
	want := &LiveQuery{Provider: "op", Field: "id", Known: map[string]string{}, Prefix: "op://My V"}
	if diff := cmp.Diff(want, live, cmpopts.IgnoreFields(LiveQuery{}, "Span"), cmpopts.IgnoreUnexported(LiveQuery{})); diff != "" {
		t.Fatalf("live (-want +got):\n%s", diff)
	}
	items := live.Items([]LiveValue{{Value: "op://My Vault/an item/"}})
	if made := applied(in.File.Src, items[0].Edit); made != request+"A: {{op://My Vault/an item/}}" || !items[0].Retrigger {
		t.Errorf("made %q, %+v", made, items[0])
	}
}
