package env

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// lookupPath returns the value at a path such as .user.name, [0].id or
// ["a b"] in a JSON text: a string's text, anything else as compact JSON.
func lookupPath(object, path string) (value string, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(object))
	decoder.UseNumber()
	var at any
	if decoder.Decode(&at) != nil {
		return "", false
	}
	for path != "" {
		var step string
		if step, path, ok = nextStep(path); !ok {
			return "", false
		}
		switch container := at.(type) {
		case map[string]any:
			if at, ok = container[step]; !ok {
				return "", false
			}
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(container) {
				return "", false
			}
			at = container[i]
		default:
			return "", false
		}
	}
	return jsonText(at)
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
