//go:build !unix

package credentials

import "os"

// makeFIFO makes a folder: no regular file either.
func makeFIFO(path string) error { return os.Mkdir(path, 0o700) }
