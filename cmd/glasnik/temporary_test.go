package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// The whole program uses its folder, and a killed one's is gone after the next start.
func TestAProcessHasItsOwnTemporaryFolder(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	folders := func() []string {
		found, _ := filepath.Glob(d.path("data", "tmp", "*.lock"))
		return found
	}
	first := d.process("serve")
	first.until(t, func() bool { return len(folders()) == 1 })
	killed := folders()[0]
	first.end(syscall.SIGKILL)
	second := d.process("serve")
	swept := func() bool { now := folders(); return len(now) == 1 && now[0] != killed }
	second.until(t, swept)
	if !swept() {
		t.Errorf("left %v; it said: %s", folders(), second.said.String())
	}
}
