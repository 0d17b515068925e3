package lsp

import (
	"syscall"
	"time"
)

// threadUsage asks for the usage of the calling thread (getrusage(2)).
const threadUsage = 1

// threadTime is the processor time that the calling thread has used: what a
// measurement takes where other programs want the processor too.
func threadTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(threadUsage, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
