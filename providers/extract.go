package providers

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/theory/jsonpath"

	"github.com/vault-lsp/vault-lsp/internal/spelling"
	"github.com/vault-lsp/vault-lsp/secret"
)

// maxPathLength bounds a JSONPath, whose parser calls itself for each level.
const maxPathLength = 4096

// maxListedKeys bounds how many key names an error lists.
const maxListedKeys = 20

// Extract picks and converts what a reference asks for from the secret it
// locates: key, then decode, then trim, then encode. The result is a copy.
// encode=json gives the inside of a JSON string, without quotes; encode=url one
// percent-encoded component.
func Extract(payload Payload, ref secret.Ref) (secret.Value, error) {
	plain, err := extractPlain(payload, ref)
	if err != nil {
		return secret.Value{}, err
	}
	return encode(plain, ref)
}

// extractPlain is Extract without encode.
func extractPlain(payload Payload, ref secret.Ref) (secret.Value, error) {
	picked, err := pick(payload, ref)
	if err != nil {
		return secret.Value{}, err
	}
	decoded, err := decode(picked, ref)
	if err != nil {
		return secret.Value{}, err
	}
	if ref.Get("trim") == "true" {
		decoded = bytes.TrimSpace(decoded)
	}
	return secret.NewValue(decoded), nil
}

// extractError is an error of what a reference asks of its secret.
func extractError(ref secret.Ref, kind Kind, message, hint string) *Error {
	return &Error{Kind: kind, Provider: ref.Provider(), Op: "read", Message: message, Hint: hint}
}

// pick returns a copy of the part of the payload that key names.
func pick(payload Payload, ref secret.Ref) ([]byte, error) {
	key := ref.Get("key")
	content := payload.Value.Reveal()
	switch {
	case key == "" && payload.Kind != Object:
		return bytes.Clone(content), nil
	case key == "":
		return pickOnly(content, ref)
	case payload.Kind == Binary:
		return nil, extractError(ref, InvalidReference, "the secret is binary, so it has no keys", "leave key away")
	case strings.HasPrefix(key, "$"):
		return pickPath(content, key, ref)
	}
	members, err := object(content, ref)
	if err != nil {
		return nil, err
	}
	raw, ok := members[key]
	if !ok {
		return nil, keyNotFound(ref, key, members)
	}
	return scalar(raw, ref)
}

// pickOnly is for an object and a reference without key: its only value.
func pickOnly(content []byte, ref secret.Ref) ([]byte, error) {
	members, err := object(content, ref)
	if err != nil {
		return nil, err
	}
	if len(members) == 1 {
		for _, raw := range members {
			return scalar(raw, ref)
		}
	}
	if len(members) == 0 {
		return nil, extractError(ref, KeyNotFound, "the secret has no keys", "store a value in it first")
	}
	return nil, extractError(ref, InvalidReference, "the secret has several keys: "+list(members), "add key=NAME to the reference")
}

func keyNotFound(ref secret.Ref, key string, members map[string]json.RawMessage) *Error {
	if len(members) == 0 {
		return extractError(ref, KeyNotFound, fmt.Sprintf("the secret has no key %q; it has none at all", key), "store a value under this name first")
	}
	hint := "use one of them"
	if near := spelling.Nearest(key, names(members)); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return extractError(ref, KeyNotFound, fmt.Sprintf("the secret has no key %q; it has: %s", key, list(members)), hint)
}

func names(members map[string]json.RawMessage) []string {
	all := make([]string, 0, len(members))
	for name := range members {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

func list(members map[string]json.RawMessage) string {
	all := names(members)
	if len(all) > maxListedKeys {
		return strings.Join(all[:maxListedKeys], ", ") + fmt.Sprintf(" and %d more", len(all)-maxListedKeys)
	}
	return strings.Join(all, ", ")
}

// object reads the members of a JSON object. What is wrong with the text is not
// said in detail: the words of the JSON package may repeat a piece of it.
func object(content []byte, ref secret.Ref) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(content, &members); err != nil {
		message := "the secret is not JSON, so it has no keys"
		if json.Valid(content) {
			message = "the secret is JSON but not an object, so it has no keys"
		}
		return nil, extractError(ref, KeyNotFound, message, "leave key away, or use a JSONPath such as key=$[0]")
	}
	return members, nil
}

// scalar is the text of a JSON string, or compact JSON of anything else.
func scalar(raw json.RawMessage, ref secret.Ref) ([]byte, error) {
	if len(raw) > 0 && raw[0] == '"' {
		var text string
		if err := json.Unmarshal(raw, &text); err != nil {
			return nil, extractError(ref, KeyNotFound, "the secret is not valid JSON", "leave key away")
		}
		return []byte(text), nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, extractError(ref, KeyNotFound, "the secret is not valid JSON", "leave key away")
	}
	return compact.Bytes(), nil
}

// pickPath selects by JSONPath (RFC 9535). It must select exactly one value:
// which of several is meant would be a guess.
func pickPath(content []byte, key string, ref secret.Ref) ([]byte, error) {
	path, err := jsonpath.Parse(key[:min(len(key), maxPathLength)])
	if err != nil || len(key) > maxPathLength {
		return nil, extractError(ref, InvalidReference, "key begins with $ but is not a JSONPath (RFC 9535)", `such as $.database.password or $["odd name"]`)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber() // a number is given as it is written
	var document any
	if decoder.Decode(&document) != nil || decoder.Decode(&struct{}{}) != io.EOF {
		return nil, extractError(ref, KeyNotFound, "the secret is not JSON, so a JSONPath selects nothing", "leave key away")
	}
	nodes := path.Select(document)
	switch len(nodes) {
	case 0:
		return nil, extractError(ref, KeyNotFound, "the JSONPath of key selects nothing", "check its names; they are case-sensitive")
	case 1:
	default:
		return nil, extractError(ref, InvalidReference, fmt.Sprintf("the JSONPath of key selects %d values", len(nodes)), "make it select one")
	}
	if text, ok := nodes[0].(string); ok {
		return []byte(text), nil
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(nodes[0]); err != nil {
		return nil, extractError(ref, KeyNotFound, "the selected value cannot be written as JSON", "select another value")
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// decode undoes base64, base64url or hex. White space and missing padding are
// forgiven, since tools wrap and strip.
func decode(value []byte, ref secret.Ref) ([]byte, error) {
	scheme := ref.Get("decode")
	if scheme == "" {
		return value, nil
	}
	compact := bytes.Join(bytes.Fields(value), nil)
	unpadded := string(bytes.TrimRight(compact, "="))
	var decoded []byte
	var err error
	switch scheme {
	case "base64":
		decoded, err = base64.RawStdEncoding.DecodeString(unpadded)
	case "base64url":
		decoded, err = base64.RawURLEncoding.DecodeString(unpadded)
	case "hex":
		decoded, err = hex.DecodeString(string(compact))
	default:
		return nil, extractError(ref, InvalidReference, "unknown decode", "one of base64, base64url, hex")
	}
	if err != nil {
		// The cause names the place of the bad character, and so a little of
		// the value.
		return nil, extractError(ref, InvalidReference, "the value is not "+scheme+", as decode says", "correct decode or remove it")
	}
	clear(value)
	return decoded, nil
}

// encode makes a value fit the place it is inserted at.
func encode(value secret.Value, ref secret.Ref) (secret.Value, error) {
	switch scheme := ref.Get("encode"); scheme {
	case "", "none":
		return value, nil
	case "json":
		if !utf8.Valid(value.Reveal()) {
			return secret.Value{}, extractError(ref, InvalidReference, "the value is not text, so encode=json cannot write it", "it is binary: leave encode away")
		}
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(string(value.Reveal())); err != nil {
			return secret.Value{}, extractError(ref, InvalidReference, "encode=json cannot write the value", "leave encode away")
		}
		quoted := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
		return secret.NewValue(quoted[1 : len(quoted)-1]), nil
	case "url":
		return secret.NewValue(percentEncode(value.Reveal())), nil
	default:
		return secret.Value{}, extractError(ref, InvalidReference, "unknown encode", "one of none, json, url")
	}
}

// percentEncode encodes all but the unreserved characters of RFC 3986.
func percentEncode(value []byte) []byte {
	const digits = "0123456789ABCDEF"
	out := make([]byte, 0, len(value)*3)
	for _, c := range value {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			out = append(out, c)
			continue
		}
		out = append(out, '%', digits[c>>4], digits[c&15])
	}
	return out
}

// keyNames returns the top-level names of a payload, for completion.
func keyNames(payload Payload) []string {
	var members map[string]json.RawMessage
	if payload.Kind == Binary || json.Unmarshal(payload.Value.Reveal(), &members) != nil {
		return nil
	}
	return names(members)
}
