package sqlite

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// birthOf returns the number of a file and the moment it was created, which together no two files have.
func birthOf(path string) (string, bool) {
	var s unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_BTIME, &s)
	if err != nil || s.Mask&unix.STATX_BTIME == 0 {
		return "", false
	}
	return fmt.Sprintf("%d born %d.%09d", s.Ino, s.Btime.Sec, s.Btime.Nsec), true
}
