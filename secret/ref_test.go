package secret

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func mustNew(t *testing.T, provider string, list ...string) Ref {
	t.Helper()
	ref, err := New(provider, fields(list...))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func TestString(t *testing.T) {
	t.Parallel()
	tests := []struct {
		provider string
		fields   []FieldValue
		want     string
	}{
		{"vault", fields("key=password", "path=app/db"), "{{$vault path=app/db key=password}}"},
		{"vault", fields("version=3", "mount=kv", "path=a"), "{{$vault path=a mount=kv version=3}}"},
		{"aws", fields("secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:p/s-AbCdEf", "key=$.a[0].b"), "{{$aws secret=arn:aws:secretsmanager:eu-west-1:123456789012:secret:p/s-AbCdEf key=$.a[0].b}}"},
		{"azure", fields("id=https://v.vault.azure.net/secrets/a"), "{{$azure id=https://v.vault.azure.net/secrets/a}}"},
		{"local", fields("secret=two words"), "{{$local secret='two words'}}"},
		{"local", fields(`secret=it's "so"`), `{{$local secret='it\'s "so"'}}`},
		{"local", fields(`secret=a\b`), `{{$local secret='a\\b'}}`},
		{"local", fields("secret=a}}b"), "{{$local secret='a}}b'}}"},
		{"local", fields("secret=a=b?c#d"), "{{$local secret=a=b?c#d}}"},
		{"local", fields("secret=a", "key=x\ny\tz\r"), `{{$local secret=a key='x\ny\tz\r'}}`},
		{"local", fields("secret=no\u00a0break"), "{{$local secret='no\u00a0break'}}"},
		{"vault", fields("path=/app/db/", "mount=kv/", "namespace=/admin"), "{{$vault path=app/db mount=kv namespace=admin}}"},
	}
	for _, tt := range tests {
		ref, err := New(tt.provider, tt.fields)
		if err != nil {
			t.Fatal(err)
		}
		if got := ref.String(); got != tt.want {
			t.Errorf("String = %s, want %s", got, tt.want)
		}
		back, err := Parse(tt.want)
		if err != nil {
			t.Errorf("Parse(%s): %v", tt.want, err)
		} else if !back.Equal(ref) {
			t.Errorf("Parse(%s) = %s", tt.want, back)
		}
	}
	if (Ref{}).String() != "" || (Ref{}).Locator() != "" || !(Ref{}).IsZero() {
		t.Error("the zero Ref must print nothing")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want string }{
		{"{{$vault path=app/db}}", "{{$vault path=app/db}}"},
		{"{{ $vault  key='pass word'\tpath=\"app/db\" }}", "{{$vault path=app/db key='pass word'}}"},
		{`  {{$local secret="a\"b"}} `, `{{$local secret='a"b'}}`},
	}
	for _, tt := range tests {
		ref, err := Parse(tt.in)
		if err != nil {
			t.Errorf("Parse(%s): %v", tt.in, err)
			continue
		}
		if got := ref.String(); got != tt.want {
			t.Errorf("Parse(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, code, says string }{
		{"", "unclosed-expression", "begins with {{$"},
		{"vault path=a", "unclosed-expression", "begins with {{$"},
		{"{{host}}", "unknown-provider", "begins with a provider"},
		{"{{}}", "unknown-provider", "begins with a provider"},
		{"{{$guid}}", "unknown-provider", "$guid"},
		{"{{$vault path=a", "unclosed-expression", ""},
		{"{{$vault path='a}}", "unclosed-quote", ""},
		{`{{$vault path='\x'}}`, "bad-escape", ""},
		{"{{$vault path=a}} more", "bad-character", "behind"},
		{"{{$vault a/b}}", "bad-field-value", "name=value"},
		{"{{$vault path={{env}}/db}}", "bad-field-value", "path holds a {{variable}}"},
		{"{{$vault key=a}}", "missing-field", "needs the field path"},
	}
	for _, tt := range tests {
		ref, err := Parse(tt.in)
		var refErr *RefError
		if !errors.As(err, &refErr) {
			t.Errorf("Parse(%q) = %v, %v; want a *RefError", tt.in, ref, err)
			continue
		}
		if refErr.Problems[0].Code != tt.code || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Parse(%q): %s %q, want %s %q", tt.in, refErr.Problems[0].Code, err, tt.code, tt.says)
		}
		if !ref.IsZero() {
			t.Errorf("Parse(%q) gave a reference with its error", tt.in)
		}
	}
}

func TestNewTakesACopy(t *testing.T) {
	t.Parallel()
	list := fields("secret=a")
	ref, err := New("local", list)
	if err != nil {
		t.Fatal(err)
	}
	list[0].Value = "b"
	ref.Fields()[0].Value = "c"
	if ref.Get("secret") != "a" {
		t.Error("a Ref changed after New")
	}
}

func TestLocator(t *testing.T) {
	t.Parallel()
	base := mustNew(t, "vault", "path=app/db", "mount=kv", "version=2").Locator()
	same := mustNew(t, "vault", "version=2", "path=app/db", "mount=kv", "key=a", "decode=hex", "encode=url", "trim=true", "ttl=5m", "credential=x").Locator()
	if base != same {
		t.Errorf("key, decode, encode, trim, ttl and credential must not locate: %q, %q", base, same)
	}
	for _, other := range []Ref{
		mustNew(t, "vault", "path=app/db", "mount=kv", "version=3"),
		mustNew(t, "vault", "path=app/db", "version=2"),
		mustNew(t, "vault", "path=app/db", "mount=kv", "version=2", "namespace=n"),
		mustNew(t, "vault", "path=app/db", "mount=kv", "version=2", "engine=v2"),
		mustNew(t, "vault", "path='app/db mount=kv'", "version=2"),
		mustNew(t, "local", "secret=app/db"),
	} {
		if other.Locator() == base {
			t.Errorf("%s has the locator of another secret", other)
		}
	}
}

// FuzzRoundTrip checks that every reference that New accepts reads back as
// itself, and stands in one line.
func FuzzRoundTrip(f *testing.F) {
	f.Add("vault", "path", "app/db", "key", "password")
	f.Add("local", "secret", `it's "a" \ {b} }}`, "key", "x\ny\r\t")
	f.Add("aws", "secret", "a", "ttl", "5m")
	f.Add("vault", "path", "a{", "key", "{ {")
	f.Add("local", "secret", "\u2028\u00a0", "credential", "$x")
	f.Fuzz(func(t *testing.T, provider, name1, value1, name2, value2 string) {
		list := []FieldValue{{name1, value1}, {name2, value2}}
		ref, err := New(provider, list)
		if err != nil {
			var refErr *RefError
			if !errors.As(err, &refErr) || len(refErr.Problems) == 0 {
				t.Fatalf("New: %v", err)
			}
			return
		}
		text := ref.String()
		if strings.ContainsAny(text, "\r\n") || !utf8.ValidString(text) {
			t.Fatalf("not one line of text: %q", text)
		}
		back, err := Parse(text)
		if err != nil {
			t.Fatalf("Parse(%q): %v", text, err)
		}
		if !back.Equal(ref) || back.String() != text {
			t.Fatalf("Parse(%q) = %q", text, back)
		}
		again, err := New(provider, []FieldValue{list[1], list[0]})
		if err != nil || again.String() != text {
			t.Fatalf("the order of the fields matters: %v, %v", again, err)
		}
	})
}

// FuzzParse checks that Parse never panics and that what it accepts is
// canonical after one print.
func FuzzParse(f *testing.F) {
	f.Add("{{$vault path=app/db key='a b'}}")
	f.Add(`{{$azure id="https://v.vault.azure.net/secrets/a"}}`)
	f.Add("{{$aws secret={{env}}/x}}")
	f.Fuzz(func(t *testing.T, in string) {
		ref, err := Parse(in)
		if err != nil {
			return
		}
		back, err := Parse(ref.String())
		if err != nil || !back.Equal(ref) {
			t.Fatalf("%q prints as %q, which reads as %q, %v", in, ref, back, err)
		}
	})
}

func TestIsBareAgreesWithTheGrammar(t *testing.T) {
	t.Parallel()
	for _, c := range []rune{' ', '\t', '"', '\'', '{', '}', '\\', '\n', '\u00a0', '\u2028'} {
		if isBare("a" + string(c) + "b") {
			t.Errorf("%q needs quotes", c)
		}
	}
	for _, c := range "=?&#/:$@[]().,;!*+-_~%<>|^`" {
		if !isBare("a"+string(c)+"b") || unicode.IsSpace(c) {
			t.Errorf("%q needs no quotes", c)
		}
	}
	if isBare("") {
		t.Error("an empty value needs quotes")
	}
	if got := FormatValue(""); got != "''" {
		t.Errorf("FormatValue of nothing = %s", got)
	}
}

func BenchmarkString(b *testing.B) {
	ref, err := New(Vault, fields("path=app/db", "key=password", "credential=dev"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = ref.String()
	}
}

func BenchmarkNew(b *testing.B) {
	list := slices.Clone(fields("path=app/db", "key=password", "credential=dev"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(Vault, list); err != nil {
			b.Fatal(err)
		}
	}
}
