package main

import (
	"io"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Every figure of the reports, pages and the API is the one that a script of its own counts over what the store holds, also when a
// reader was erased.
func TestFiguresAreRecounted(t *testing.T) {
	t.Parallel()
	for _, needed := range []string{"python3", "pdftotext"} {
		if _, err := exec.LookPath(needed); err != nil {
			missing(t, needed+" is not installed")
		}
	}
	folder := t.TempDir()
	startDemo(t, "--data", folder).stop()
	token := ""
	inDemo := func(work func(in *installation) error) {
		p := &program{output: output{stderr: io.Discard}, now: time.Now, environ: []string{"GLASNIK_DATA_DIR=" + folder, "GLASNIK_STORE=sqlite:" + filepath.Join(folder, "demo.db")}}
		must(t, p.with(t.Context(), work))
	}
	inDemo(func(in *installation) (err error) {
		token, err = in.store.APITokens.CreateAPIToken(t.Context(), "recount", campaign.ReadReports, 1)
		return err
	})
	recount := func() {
		d := startDemo(t, "--data", folder)
		defer d.stop()
		first, last := time.Now().AddDate(0, 0, -150), time.Now().AddDate(0, 0, 30)
		said, err := exec.CommandContext(t.Context(), "python3", "../../.ci/recount.py", filepath.Join(folder, "demo.db"), d.link, "--token", token,
			"--from", first.Format(time.DateOnly), "--until", last.Format(time.DateOnly)).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	}
	recount()
	for _, address := range demoKnown[:3] {
		inDemo(func(in *installation) error {
			c, err := in.store.Contacts.GetContactByAddress(t.Context(), address)
			if err != nil {
				return err
			}
			return in.store.Eraser.EraseContact(t.Context(), c.ID)
		})
	}
	recount()
}
