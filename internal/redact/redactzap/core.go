// Package redactzap masks secrets in log entries before a zap core writes them.
package redactzap

import (
	"errors"
	"fmt"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/vault-lsp/vault-lsp/internal/redact"
)

// core masks the message, the logger's name and every field of each entry.
type core struct {
	zapcore.Core
	set *redact.Set
}

// Wrap returns a core that masks every form of every value of set and hands the
// entry on to inner. Stacks are left out: their arguments cannot be masked.
func Wrap(inner zapcore.Core, set *redact.Set) zapcore.Core { return &core{Core: inner, set: set} }

// With masks the fields now: the set only grows, and a value is in it before
// anything can log it.
func (c *core) With(fields []zapcore.Field) zapcore.Core {
	return &core{Core: c.Core.With(c.mask(fields)), set: c.set}
}

// Check adds this core, so that Write below is called.
func (c *core) Check(e zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(e.Level) {
		return checked.AddCore(e, c)
	}
	return checked
}

// Write masks and hands on.
func (c *core) Write(e zapcore.Entry, fields []zapcore.Field) error {
	e.Message, e.LoggerName, e.Stack = c.set.Mask(e.Message), c.set.Mask(e.LoggerName), ""
	return c.Core.Write(e, c.mask(fields))
}

// mask turns every field that can hold text into masked text. Numbers, times
// and booleans stay as they are.
func (c *core) mask(fields []zapcore.Field) []zapcore.Field {
	masked := make([]zapcore.Field, len(fields))
	for i, f := range fields {
		masked[i] = c.maskField(f)
	}
	return masked
}

func (c *core) maskField(f zapcore.Field) zapcore.Field {
	switch f.Type {
	case zapcore.StringType:
		f.String = c.set.Mask(f.String)
	case zapcore.ErrorType:
		if err, ok := f.Interface.(error); ok && err != nil {
			return zap.NamedError(f.Key, errors.New(c.set.Mask(err.Error())))
		}
	case zapcore.StringerType:
		return zap.String(f.Key, c.set.Mask(fmt.Sprint(f.Interface)))
	case zapcore.BinaryType, zapcore.ByteStringType:
		if b, ok := f.Interface.([]byte); ok {
			return zap.String(f.Key, c.set.Mask(string(b)))
		}
	case zapcore.ReflectType, zapcore.ArrayMarshalerType, zapcore.ObjectMarshalerType, zapcore.InlineMarshalerType:
		return zap.String(f.Key, c.set.Mask(fmt.Sprintf("%+v", f.Interface)))
	}
	return f
}
