package lsp

import (
	"fmt"
	"runtime"
	"strings"

	"go.uber.org/zap"
)

// modulePrefix begins the names of our own functions in a stack.
const modulePrefix = "github.com/vault-lsp/vault-lsp/"

// logPanic logs which method panicked and where in our code. The panic's value
// and the functions' arguments stay out: they may hold text of the user.
func (d *dispatcher) logPanic(method string, value any) {
	d.log.Error("panic", zap.String("method", method),
		zap.String("type", fmt.Sprintf("%T", value)), zap.Strings("frames", ownFrames()))
}

// ownFrames returns the frames of this module on the current stack, innermost
// first, as "package.Function:line".
func ownFrames() []string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var own []string
	for {
		frame, more := frames.Next()
		if name, ok := strings.CutPrefix(frame.Function, modulePrefix); ok {
			own = append(own, fmt.Sprintf("%s:%d", name, frame.Line))
		}
		if !more {
			return own
		}
	}
}
