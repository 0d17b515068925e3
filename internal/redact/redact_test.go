package redact_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vault-lsp/vault-lsp/internal/redact"
	"github.com/vault-lsp/vault-lsp/secret"
)

const mask = secret.Mask

// hostile holds a character of every class that some encoder treats specially.
const hostile = "p@ss/w+rd \"q\" <é€😀>&'x'\\=%41~!*`|^[]{};:,?#$"

func set(values ...string) *redact.Set {
	s := redact.NewSet()
	for _, v := range values {
		s.Add([]byte(v))
	}
	return s
}

func TestAddRefusesShortValues(t *testing.T) {
	t.Parallel()
	s := redact.NewSet()
	for _, short := range []string{"", "a", "ab", "abc"} {
		if s.Add([]byte(short)) {
			t.Errorf("Add(%q) = true, want false", short)
		}
	}
	if !s.Add([]byte("abcd")) {
		t.Error("Add(abcd) = false, want true")
	}
	if got := s.Mask("abc abcd"); got != "abc "+mask {
		t.Errorf("Mask = %q", got)
	}
}

// encoders are what programs do to a value before they send it back.
func encoders() map[string]func(string) string {
	marshal := func(v string, escapeHTML bool) string {
		var out bytes.Buffer
		e := json.NewEncoder(&out)
		e.SetEscapeHTML(escapeHTML)
		_ = e.Encode(v)
		return strings.TrimSuffix(strings.TrimSpace(out.String())[1:], `"`)
	}
	ascii := func(v string) string {
		var out strings.Builder
		for _, u := range utf16Units(marshal(v, false)) {
			if u < 0x80 {
				out.WriteByte(byte(u))
			} else {
				fmt.Fprintf(&out, `\u%04x`, u)
			}
		}
		return out.String()
	}
	return map[string]func(string) string{
		"raw":               func(v string) string { return v },
		"query":             url.QueryEscape,
		"query lower":       func(v string) string { return lower(url.QueryEscape(v)) },
		"path":              url.PathEscape,
		"path lower":        func(v string) string { return lower(url.PathEscape(v)) },
		"form %20":          func(v string) string { return strings.ReplaceAll(url.QueryEscape(v), "+", "%20") },
		"json":              func(v string) string { return marshal(v, false) },
		"json html":         func(v string) string { return marshal(v, true) },
		"json slash":        func(v string) string { return strings.ReplaceAll(marshal(v, false), "/", `\/`) },
		"json html slash":   func(v string) string { return strings.ReplaceAll(marshal(v, true), "/", `\/`) },
		"json ascii":        ascii,
		"json ascii slash":  func(v string) string { return strings.ReplaceAll(ascii(v), "/", `\/`) },
		"json in json":      func(v string) string { return marshal(marshal(v, false), false) },
		"json in json html": func(v string) string { return marshal(marshal(v, true), true) },
		"query in json":     func(v string) string { return marshal(url.QueryEscape(v), true) },
		"path in json":      func(v string) string { return marshal(url.PathEscape(v), true) },
		"html":              html.EscapeString,
		"html quot":         func(v string) string { return strings.ReplaceAll(html.EscapeString(v), "&#34;", "&quot;") },
		"html in json":      func(v string) string { return marshal(html.EscapeString(v), true) },
		"base64":            func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
		"base64 raw":        func(v string) string { return base64.RawStdEncoding.EncodeToString([]byte(v)) },
		"base64url":         func(v string) string { return base64.URLEncoding.EncodeToString([]byte(v)) },
		"base64url raw":     func(v string) string { return base64.RawURLEncoding.EncodeToString([]byte(v)) },
		"base64 slash": func(v string) string {
			return strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(v)), "/", `\/`)
		},
		"hex":       func(v string) string { return fmt.Sprintf("%x", v) },
		"hex upper": func(v string) string { return fmt.Sprintf("%X", v) },
	}
}

func utf16Units(v string) []uint16 {
	var units []uint16
	for _, r := range v {
		if r >= 0x10000 {
			r -= 0x10000
			units = append(units, uint16(0xd800+(r>>10)), uint16(0xdc00+(r&0x3ff)))
		} else {
			units = append(units, uint16(r))
		}
	}
	return units
}

func lower(v string) string {
	out := []byte(v)
	for i := 0; i+2 < len(out); i++ {
		if out[i] == '%' {
			copy(out[i+1:], bytes.ToLower(out[i+1:i+3]))
		}
	}
	return string(out)
}

func TestMaskCoversEveryForm(t *testing.T) {
	t.Parallel()
	values := []string{hostile, "sk_live_51H8xAbCdEf", "abcd", "line one\nline two\ttab", "ünïcödé", "a/b+c=d&e"}
	for name, encode := range encoders() {
		for _, v := range values {
			form := encode(v)
			if got := set(v).Mask("<<" + form + ">>"); got != "<<"+mask+">>" {
				t.Errorf("%s of %q: Mask(%q) = %q", name, v, form, got)
			}
		}
	}
}

func TestMaskInsideBase64OfPair(t *testing.T) {
	t.Parallel()
	for _, password := range []string{hostile, "s3cr3t-password", "abcd"} {
		s := set(password)
		for _, user := range []string{"", "a", "ab", "abc", "abcd"} {
			for name, encoding := range map[string]*base64.Encoding{"std": base64.StdEncoding, "url": base64.URLEncoding, "raw": base64.RawStdEncoding} {
				for _, suffix := range []string{"", "x", "xy", "xyz"} {
					pair := user + ":" + password + suffix
					got := s.Mask("Basic " + encoding.EncodeToString([]byte(pair)))
					if !strings.Contains(got, mask) {
						t.Fatalf("%s, %q: not masked: %s", name, pair, got)
					}
					// Whatever is left must not decode to more than a byte of the password
					// at each of its ends.
					left := len(strings.ReplaceAll(strings.TrimPrefix(got, "Basic "), mask, ""))
					if most := base64.StdEncoding.EncodedLen(len(user)+1+len(suffix)) + 4; left > most {
						t.Errorf("%s, %q: %d characters left: %s", name, pair, left, got)
					}
				}
			}
		}
	}
}

func TestMaskVariations(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, value, text, want string }{
		{"trailing newline trimmed by a server", "token-value\n", "got token-value.", "got " + mask + "."},
		{"line ends", "one-line\ntwo-line", "one-line\r\ntwo-line", mask},
		{"texts of a JSON secret", `{"user":"robot-7","nested":{"password":"hunter22"},"pin":12345678,"port":8080}`,
			`user=robot-7 password=hunter22 pin=12345678 port=8080`,
			"user=" + mask + " password=" + mask + " pin=" + mask + " port=8080"},
		{"overlapping values are one mask", "abcdefgh", "xxabcdefghxx", "xx" + mask + "xx"},
		{"neighbours", "abcd", "abcdabcd", mask + mask},
		{"nothing", "abcd", "abc d", "abc d"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, set(tt.value).Mask(tt.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
	if got := set("abcdef", "defghi", "abcd").Mask("-abcdefghi-abcd-"); got != "-"+mask+"-"+mask+"-" {
		t.Errorf("overlap: %q", got)
	}
}

func TestWriterMasksAcrossEveryBorder(t *testing.T) {
	t.Parallel()
	s := set(hostile, "abcdef", "defghi", "secret-token")
	text := "a secret-token, " + hostile + " then abcdefghi; secret-toke " + url.QueryEscape(hostile) + " abcde"
	want := s.Mask(text)
	for size := 1; size <= len(text); size++ {
		var out bytes.Buffer
		w := s.Writer(&out)
		for at := 0; at < len(text); at += size {
			n, err := w.Write([]byte(text[at:min(len(text), at+size)]))
			if err != nil || n != min(len(text), at+size)-at {
				t.Fatalf("Write = %d, %v", n, err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Fatalf("chunks of %d: %s", size, diff)
		}
	}
}

func TestWriterCutNeverEndsInTheBeginningOfAValue(t *testing.T) {
	t.Parallel()
	s := set("secret-token")
	text := "the secret-token"
	for cut := 0; cut <= len(text); cut++ {
		var out bytes.Buffer
		w := s.Writer(&out)
		_, _ = w.Write([]byte(text[:cut]))
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		want := text[:cut]
		if cut > 4 {
			want = "the " + mask
		}
		if got := out.String(); got != want {
			t.Errorf("cut at %d: %q, want %q", cut, got, want)
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

func TestWriterPassesErrorsOn(t *testing.T) {
	t.Parallel()
	w := set("secret-token").Writer(failing{})
	if _, err := w.Write([]byte("plain text")); err == nil {
		t.Error("Write: no error")
	}
	if err := w.Close(); err == nil {
		t.Error("Close: no error")
	}
}

func TestSetIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	s := redact.NewSet()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 20 {
				v := fmt.Sprintf("value-%d-%d", i, j)
				s.Add([]byte(v))
				if got := s.Mask(v); got != mask {
					t.Errorf("Mask(%q) = %q", v, got)
				}
			}
		})
	}
	wg.Wait()
	if s.Len() != 160 {
		t.Errorf("Len = %d, want 160", s.Len())
	}
}

// FuzzWriter checks that a stream in two chunks is masked as a whole text is.
func FuzzWriter(f *testing.F) {
	f.Add("secret", "a secret b", 4)
	f.Add("aaaa", "aaaaaaaaab", 5)
	f.Add("a/b+", "a%2Fb%2B YS9iKw==", 7)
	f.Fuzz(func(t *testing.T, value, text string, cut int) {
		s := set(value)
		if cut < 0 || cut > len(text) {
			return
		}
		var out bytes.Buffer
		w := s.Writer(&out)
		_, _ = w.Write([]byte(text[:cut]))
		_, _ = w.Write([]byte(text[cut:]))
		_ = w.Close()
		if out.String() != s.Mask(text) {
			t.Errorf("value %q, text %q cut at %d: %q, want %q", value, text, cut, out.String(), s.Mask(text))
		}
		if len(value) >= redact.MinLength && !strings.Contains(mask, value) && strings.Contains(s.Mask(text), value) {
			t.Errorf("value %q is left in %q", value, s.Mask(text))
		}
	})
}

func BenchmarkMask(b *testing.B) {
	for _, count := range []int{1, 100, 1000} {
		s := redact.NewSet()
		for i := range count {
			s.Add([]byte(fmt.Sprintf("sk_live_%d_%032x", i, i*7919)))
		}
		page := strings.Repeat(`{"id": 4711, "name": "somebody", "note": "nothing to hide here"}`+"\n", 16<<10)
		b.Run(fmt.Sprintf("values=%d", count), func(b *testing.B) {
			b.SetBytes(int64(len(page)))
			for b.Loop() {
				s.Mask(page)
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	s := redact.NewSet()
	for i := 0; b.Loop(); i++ {
		s.Add([]byte(fmt.Sprintf("sk_live_%d_abcdefghijklmnop", i)))
	}
}
