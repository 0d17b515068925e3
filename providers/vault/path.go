package vault

import (
	"fmt"
	"strings"
	"unicode"
)

// splitPath returns the segments of a mount, a secret's path or a namespace.
// One slash at either end is dropped, as Vault's own tools do. It fails on what
// could lead out of the place the text stands for, "." and ".." segments, and
// on what no Vault path holds: empty segments and characters that do not
// print. Everything else ("?", "#", "%", blanks) is a plain character here; the
// client escapes it segment by segment.
func splitPath(text string) ([]string, error) {
	trimmed := strings.TrimSuffix(strings.TrimPrefix(text, "/"), "/")
	if trimmed == "" {
		return nil, fmt.Errorf("%q names nothing", text)
	}
	segments := strings.Split(trimmed, "/")
	for _, segment := range segments {
		switch {
		case segment == "":
			return nil, fmt.Errorf("%q has an empty segment (\"//\")", text)
		case segment == "." || segment == "..":
			return nil, fmt.Errorf("%q has the segment %q, which would lead elsewhere", text, segment)
		}
		if strings.IndexFunc(segment, isNotPrintable) >= 0 {
			return nil, fmt.Errorf("%q has a character that does not print", text)
		}
	}
	return segments, nil
}

func isNotPrintable(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }

// cleanPath is splitPath joined again.
func cleanPath(text string) (string, error) {
	segments, err := splitPath(text)
	if err != nil {
		return "", err
	}
	return strings.Join(segments, "/"), nil
}

// cleanMount is cleanPath for a mount. Besides, it refuses the two trees that
// hold no secrets engine: sys is the server's own configuration, and below auth
// a plain read can answer with the token that was used to ask.
func cleanMount(text string) (string, error) {
	mount, err := cleanPath(text)
	if err != nil {
		return "", err
	}
	if first, _, _ := strings.Cut(mount, "/"); first == "sys" || first == "auth" {
		return "", fmt.Errorf("%q is not a secrets engine", text)
	}
	return mount, nil
}
