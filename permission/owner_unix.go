//go:build unix

package permission

import (
	"fmt"
	"os"
	"syscall"
)

// checkOwner refuses a file or folder that another user owns or may write.
func checkOwner(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("other users may write %s; look at what is in it, then run: chmod go-w %s", path, path)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Getuid() && stat.Uid != 0 {
		return fmt.Errorf("%s belongs to another user; remove it, or take it over", path)
	}
	return nil
}
