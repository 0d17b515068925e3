package redactzap

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/vault-lsp/vault-lsp/internal/redact"
)

type stringer string

func (s stringer) String() string { return string(s) }

// TestNoFieldShowsAValue logs a value through every kind of field that holds
// text.
func TestNoFieldShowsAValue(t *testing.T) {
	t.Parallel()
	const value = "marker-7f3a9c-value"
	set := redact.NewSet()
	set.Add([]byte(value))
	var out bytes.Buffer
	inner := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zap.DebugLevel)
	log := zap.New(Wrap(inner, set), zap.AddStacktrace(zap.ErrorLevel)).Named(value)
	encoded := base64.StdEncoding.EncodeToString([]byte(value))
	log.With(zap.String("with", value)).Error("message "+value,
		zap.String("string", "x"+value), zap.Error(errors.New(value)), zap.Stringer("stringer", stringer(value)),
		zap.Any("any", struct{ A string }{value}), zap.Strings("strings", []string{value}), zap.ByteString("bytes", []byte(value)),
		zap.Binary("binary", []byte(value)), zap.Reflect("reflect", map[string]string{"a": value}), zap.String("base64", encoded),
		zap.Int("number", 42))
	for _, form := range []string{value, encoded, fmt.Sprint([]byte(value))[1:20]} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the log shows %q:\n%s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), `"number":42`) {
		t.Errorf("the log lost a field:\n%s", out.String())
	}
}

func TestBelowTheLevelNothingIsWritten(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	inner := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zap.WarnLevel)
	zap.New(Wrap(inner, redact.NewSet())).Info("quiet")
	if out.Len() != 0 {
		t.Errorf("written: %s", out.String())
	}
}
