package secret

import (
	"fmt"
	"log/slog"
)

// Mask is what every output shows in place of a secret: always this long.
const Mask = "●●●●●●"

// Value is secret bytes. However it is printed, formatted, logged or
// marshalled, it shows the Mask; only Reveal gives the bytes. The zero Value
// is an empty secret.
type Value struct{ bytes []byte }

// NewValue takes ownership of b: the caller must not use it afterwards.
func NewValue(b []byte) Value { return Value{bytes: b} }

// Reveal returns the bytes themselves, not a copy. Who may call it is checked
// by the import test in internal/archtest.
func (v Value) Reveal() []byte { return v.bytes }

// Len returns the number of bytes.
func (v Value) Len() int { return len(v.bytes) }

// Clone returns a Value with its own copy of the bytes.
func (v Value) Clone() Value { return Value{bytes: append([]byte(nil), v.bytes...)} }

// Wipe overwrites the bytes with zeros.
func (v Value) Wipe() { clear(v.bytes) }

// String returns the mask.
func (v Value) String() string { return Mask }

// GoString returns the mask.
func (v Value) GoString() string { return Mask }

// Format writes the mask for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Mask)) }

// MarshalText returns the mask; encoding/json uses it too.
func (v Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue returns the mask.
func (v Value) LogValue() slog.Value { return slog.StringValue(Mask) }
