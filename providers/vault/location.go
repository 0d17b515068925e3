package vault

import (
	"fmt"
	"strconv"
)

// defaultMount is the mount where a reference names none, as in Vault's own
// documentation and development server.
const defaultMount = "secret"

// Fields of a reference.
const (
	fieldPath    = "path"
	fieldEngine  = "engine"
	fieldVersion = "version"
	fieldKey     = "key"
)

// location is where a reference points. Its texts are cleaned but not escaped.
type location struct {
	mountKey
	path    string
	engine  engine // engineUnknown where the reference does not say
	version int    // 0 for the newest
	// locator is the reference's: what is issued for it is found by it.
	locator string
}

// String is the location as messages name it: mount and path, with the
// namespace if there is one.
func (l location) String() string {
	text := l.mount + "/" + l.path
	if l.namespace != "" {
		text += " in namespace " + l.namespace
	}
	return text
}

// fieldError is a field of a reference that cannot be used. It is safe to show.
type fieldError struct{ field, text string }

func (e *fieldError) Error() string { return e.field + ": " + e.text }

// locateMount reads the fields that lead to a mount. get returns a field or "".
func (c *client) locateMount(get func(string) string) (location, error) {
	l := location{mountKey: mountKey{namespace: c.settings.namespace, mount: defaultMount}}
	var err error
	if text := get(fieldNamespace); text != "" {
		if l.namespace, err = cleanNamespace(text); err != nil {
			return location{}, &fieldError{field: fieldNamespace, text: err.Error()}
		}
	}
	if text := get(fieldMount); text != "" {
		if l.mount, err = cleanMount(text); err != nil {
			return location{}, &fieldError{field: fieldMount, text: err.Error()}
		}
	}
	switch text := get(fieldEngine); text {
	case "":
	case "v1":
		l.engine = engineV1
	case "v2":
		l.engine = engineV2
	default:
		return location{}, &fieldError{field: fieldEngine, text: fmt.Sprintf("%q is not v1 or v2", text)}
	}
	return l, nil
}

// locate reads the fields that lead to a secret.
func (c *client) locate(get func(string) string) (location, error) {
	l, err := c.locateMount(get)
	if err != nil {
		return location{}, err
	}
	if l.path, err = cleanPath(get(fieldPath)); err != nil {
		return location{}, &fieldError{field: fieldPath, text: err.Error()}
	}
	if text := get(fieldVersion); text != "" {
		if l.version, err = strconv.Atoi(text); err != nil || l.version < 1 {
			return location{}, &fieldError{field: fieldVersion, text: fmt.Sprintf("%q is not a whole number from 1", text)}
		}
	}
	return l, nil
}
