package providers

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vault-lsp/vault-lsp/secret"
)

// ref makes a reference to $local with fields name=value.
func ref(t testing.TB, fields ...string) secret.Ref {
	t.Helper()
	values := []secret.FieldValue{{Name: "secret", Value: "name"}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		if name == "secret" {
			values[0].Value = value
			continue
		}
		values = append(values, secret.FieldValue{Name: name, Value: value})
	}
	r, err := secret.New("local", values)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func payload(kind PayloadKind, text string) Payload {
	return Payload{Kind: kind, Value: secret.NewValue([]byte(text))}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	const object = `{"user": "app", "port": 5432.10, "on": true, "none": null, "big": 12345678901234567890,
		"list": [1, {"a": "<&>"}], "db": {"pass word": "deep"}, "uni": "\u00e4\ud83d\ude00", "": "empty"}`
	tests := map[string]struct {
		payload Payload
		fields  string // separated by |
		want    string
	}{
		"whole text":                  {payload(Text, " as it is\n"), "", " as it is\n"},
		"whole JSON text":             {payload(Text, `{"a": 1}`), "", `{"a": 1}`},
		"whole binary":                {payload(Binary, "\x00\xff"), "", "\x00\xff"},
		"only value of an object":     {payload(Object, `{"value": "x"}`), "", "x"},
		"only value that is a number": {payload(Object, `{"value": 1.50}`), "", "1.50"},
		"key":                         {payload(Object, object), "key=user", "app"},
		"key of JSON text":            {payload(Text, object), "key=user", "app"},
		"number as written":           {payload(Object, object), "key=port", "5432.10"},
		"big number as written":       {payload(Object, object), "key=big", "12345678901234567890"},
		"bool":                        {payload(Object, object), "key=on", "true"},
		"null":                        {payload(Object, object), "key=none", "null"},
		"compact JSON":                {payload(Object, object), "key=list", `[1,{"a":"<&>"}]`},
		"unicode":                     {payload(Object, object), "key=uni", "ä😀"},
		"path":                        {payload(Object, object), `key=$.db["pass word"]`, "deep"},
		"path into a list":            {payload(Object, object), "key=$.list[1].a", "<&>"},
		"path to an object":           {payload(Object, object), "key=$.list[1]", `{"a":"<&>"}`},
		"path to a number":            {payload(Object, object), "key=$.port", "5432.10"},
		"path to a big number":        {payload(Object, object), "key=$.big", "12345678901234567890"},
		"path into a top-level list":  {payload(Text, `["a", "b"]`), "key=$[1]", "b"},
		"base64":                      {payload(Text, "c2VjcmV0IQ=="), "decode=base64", "secret!"},
		"base64 wrapped, no padding":  {payload(Text, "c2Vj\ncmV0IQ\n"), "decode=base64", "secret!"},
		"base64url":                   {payload(Text, "__79"), "decode=base64url", "\xff\xfe\xfd"},
		"hex":                         {payload(Text, "00FF\n"), "decode=hex", "\x00\xff"},
		"key then decode then trim":   {payload(Object, `{"a": "IHggCg==", "b": ""}`), "key=a|decode=base64|trim=true", "x"},
		"trim":                        {payload(Text, " \t x y \r\n"), "trim=true", "x y"},
		"encode json":                 {payload(Text, "a\"\\\n<é\x01"), "encode=json", `a\"\\\n<é\u0001`},
		"encode url":                  {payload(Text, "a b/?&=%+~é"), "encode=url", "a%20b%2F%3F%26%3D%25%2B~%C3%A9"},
		"encode none":                 {payload(Text, "a b"), "encode=none", "a b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if test.fields != "" {
				fields = strings.Split(test.fields, "|")
			}
			got, err := Extract(test.payload, ref(t, fields...))
			if err != nil || string(got.Reveal()) != test.want {
				t.Errorf("got %q, %v; want %q", got.Reveal(), err, test.want)
			}
		})
	}
}

// Errors of extraction say what the secret has by name, and nothing of its
// values.
func TestExtractErrors(t *testing.T) {
	t.Parallel()
	const object = `{"username": "` + marker + `", "password": "` + marker + `"}`
	tests := map[string]struct {
		payload Payload
		fields  string
		kind    Kind
		words   string
	}{
		"several keys":       {payload(Object, object), "", InvalidReference, "several keys: password, username"},
		"no keys":            {payload(Object, `{}`), "", KeyNotFound, "no keys"},
		"wrong key":          {payload(Object, object), "key=pasword", KeyNotFound, `no key "pasword"; it has: password, username; did you mean "password"?`},
		"key of nothing":     {payload(Object, `{}`), "key=a", KeyNotFound, "none at all"},
		"key of text":        {payload(Text, marker), "key=a", KeyNotFound, "not JSON"},
		"key of broken JSON": {payload(Text, `{"a": "`+marker+`" x`), "key=a", KeyNotFound, "not JSON"},
		"key of a list":      {payload(Text, `["`+marker+`"]`), "key=a", KeyNotFound, "not an object"},
		"key of binary":      {payload(Binary, marker), "key=a", InvalidReference, "binary"},
		"path of text":       {payload(Text, marker), "key=$.a", KeyNotFound, "not JSON"},
		"path to nothing":    {payload(Object, object), "key=$.absent", KeyNotFound, "selects nothing"},
		"path to several":    {payload(Object, object), "key=$.*", InvalidReference, "selects 2 values"},
		"no path":            {payload(Object, object), "key=$[", InvalidReference, "not a JSONPath"},
		"not base64":         {payload(Text, marker+"!"), "decode=base64", InvalidReference, "not base64"},
		"not hex":            {payload(Text, marker), "decode=hex", InvalidReference, "not hex"},
		"binary as JSON":     {payload(Binary, marker+"\xff"), "encode=json", InvalidReference, "not text"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var fields []string
			if test.fields != "" {
				fields = strings.Split(test.fields, "|")
			}
			_, err := Extract(test.payload, ref(t, fields...))
			var told *Error
			if !errors.As(err, &told) || told.Kind != test.kind {
				t.Fatalf("got %v", err)
			}
			if all := told.Error() + "; " + told.Hint; !strings.Contains(all, test.words) {
				t.Errorf("%q does not say %q", all, test.words)
			}
			encoded, _ := json.Marshal(err)
			if shown := fmt.Sprintf("%v %+v %#v", err, err, err) + told.Hint + string(encoded); strings.Contains(shown, marker) {
				t.Errorf("a value is shown: %s", shown)
			}
		})
	}
}

func TestExtractCopies(t *testing.T) {
	t.Parallel()
	p := payload(Text, "value")
	got, err := Extract(p, ref(t))
	if err != nil {
		t.Fatal(err)
	}
	p.Value.Wipe()
	if string(got.Reveal()) != "value" {
		t.Error("wiping the payload wiped what was extracted from it")
	}
}

func FuzzExtract(f *testing.F) {
	f.Add(`{"a": {"b": "c"}}`, "$.a.b")
	f.Add(`["x"]`, "a")
	f.Fuzz(func(t *testing.T, text, key string) {
		r, err := secret.New("local", []secret.FieldValue{{Name: "secret", Value: "name"}, {Name: "key", Value: key}})
		if err != nil {
			t.Skip()
		}
		for _, kind := range []PayloadKind{Text, Binary, Object} {
			if _, err := Extract(payload(kind, text), r); err != nil {
				var told *Error
				if !errors.As(err, &told) {
					t.Errorf("not an *Error: %v", err)
				}
			}
		}
	})
}
