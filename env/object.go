package env

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// lookupPath returns the value at a path such as .user.name, [0].id or
// ["a b"] in a JSON text: a string's text, anything else as compact JSON.
func lookupPath(object, path string) (value string, ok bool) {
	at, ok := valueAt(object, path)
	if !ok {
		return "", false
	}
	return jsonText(at)
}

// Members returns the names of the members of a structured value, or of the
// object at a path in it, in order.
func (d Definition) Members(path string) []string {
	at, _ := valueAt(d.Object, path)
	object, _ := at.(map[string]any)
	return slices.Sorted(maps.Keys(object))
}

// valueAt returns the value at a path in a JSON text.
func valueAt(object, path string) (at any, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(object))
	decoder.UseNumber()
	if decoder.Decode(&at) != nil {
		return nil, false
	}
	for path != "" {
		var step string
		if step, path, ok = nextStep(path); !ok {
			return nil, false
		}
		switch container := at.(type) {
		case map[string]any:
			if at, ok = container[step]; !ok {
				return nil, false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(container) {
				return nil, false
			}
			at = container[i]
		default:
			return nil, false
		}
	}
	return at, true
}

// nextStep cuts the first name or index off a path.
func nextStep(path string) (step, rest string, ok bool) {
	switch path[0] {
	case '.':
		end := strings.IndexAny(path[1:], ".[")
		if end < 0 {
			return path[1:], "", len(path) > 1
		}
		return path[1 : 1+end], path[1+end:], end > 0
	case '[':
		end := strings.IndexByte(path, ']')
		if end < 0 {
			return "", "", false
		}
		step = path[1:end]
		if n := len(step); n >= 2 && (step[0] == '"' || step[0] == '\'') && step[n-1] == step[0] {
			step = step[1 : n-1]
		}
		rest = path[end+1:]
		return step, rest, step != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
	}
	return "", "", false
}

// jsonText returns a string's text and anything else as compact JSON; null is
// no value.
func jsonText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return "", false
	}
	return strings.TrimSuffix(b.String(), "\n"), true
}
