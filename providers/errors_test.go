package providers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const marker = "MARKER-value-0123"

// The cause of an error is reachable for errors.Is and shown by nothing.
func TestErrorNeverShowsItsCause(t *testing.T) {
	t.Parallel()
	cause := fmt.Errorf("%s: %w", marker, context.Canceled)
	e := &Error{Kind: Denied, Provider: "vault", Op: "get", Message: "permission denied (403)", Hint: "ask for a policy", Err: cause}
	if !errors.Is(e, context.Canceled) {
		t.Error("the cause cannot be found")
	}
	var told *Error
	if !errors.As(fmt.Errorf("send: %w", e), &told) || told.Kind != Denied {
		t.Error("the error cannot be found")
	}
	if e.Error() != "$vault get: permission denied (403)" {
		t.Errorf("got %q", e.Error())
	}
	encoded, err := json.Marshal(map[string]any{"error": e})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"error":{"code":"denied","message":"$vault get: permission denied (403)","hint":"ask for a policy"}}`; string(encoded) != want {
		t.Errorf("got %s", encoded)
	}
	byValue, _ := json.Marshal(*e)
	for _, shown := range []string{
		fmt.Sprint(e), fmt.Sprintf("%v %+v %#v %s %q %x %d", e, e, e, e, e, e, e),
		fmt.Sprintf("%v %+v %#v %s", *e, *e, *e, *e), fmt.Sprintf("%+v %#v", []any{e}, struct{ E *Error }{e}),
		fmt.Errorf("wrapped: %w", e).Error(), string(encoded), string(byValue),
	} {
		if strings.Contains(shown, marker) {
			t.Errorf("the cause is shown: %s", shown)
		}
	}
}
