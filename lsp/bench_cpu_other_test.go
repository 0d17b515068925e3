//go:build !linux

package lsp

import "time"

// threadTime is not measured on this system.
func threadTime() time.Duration { return 0 }
