package secret

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestValueIsMasked prints a value in every way that output takes.
func TestValueIsMasked(t *testing.T) {
	t.Parallel()
	const marker = "marker-3f9a"
	v := NewValue([]byte(marker))
	data, err := json.Marshal(map[string]any{"v": v, "p": &v})
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "v", v, "s", struct{ V Value }{v})
	outputs := []string{string(data), log.String(), errors.New(fmt.Sprint(v)).Error(), v.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T%v"} {
		outputs = append(outputs, fmt.Sprintf(verb, v), fmt.Sprintf(verb, struct{ V Value }{v}), fmt.Sprintf(verb, []Value{v}))
	}
	for _, out := range outputs {
		if strings.Contains(out, marker) || strings.Contains(out, fmt.Sprintf("%x", marker)) {
			t.Errorf("the value shows in %q", out)
		}
	}
}

func TestValueWipeAndClone(t *testing.T) {
	t.Parallel()
	own := []byte("abc")
	v := NewValue(own)
	clone := v.Clone()
	v.Wipe()
	if string(own) != "\x00\x00\x00" {
		t.Error("Wipe must overwrite the bytes themselves")
	}
	if string(clone.Reveal()) != "abc" || clone.Len() != 3 {
		t.Error("a clone must survive the wipe")
	}
}
