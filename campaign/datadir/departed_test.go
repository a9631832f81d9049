package datadir

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestDepartedOfSeveralMachines(t *testing.T) {
	const one = `
{"at":"2026-10-18T12:00:00Z","kind":"suppressed","address":"back","reason":"left_all"}
{"at":"2026-10-18T14:00:00Z","kind":"suppressed","address":"gone","reason":"left_all"}
{"at":"2026-10-18T15:00:00Z","kind":"status","contact":"c","status":"active"}
{"at":"2026-10-18T15:00:00Z","kind":"status","contact":"c","status":"bounced"}`
	const other = `
{"at":"2026-10-18T13:00:00Z","kind":"back","address":"back"}
{"at":"2026-10-18T13:00:00Z","kind":"back","address":"gone"}
{"at":"2026-10-18T14:00:00Z","kind":"status","contact":"c","status":"complained"}`
	for _, both := range []string{one + other, other + one} {
		gone := campaign.NewDepartures()
		must(t, readDeparted(strings.NewReader(both), time.Time{}, gone))
		if len(gone.Suppressed) != 1 || gone.Suppressed["gone"] != campaign.LeftAll || gone.Status["c"] != campaign.Bounced {
			t.Errorf("%v, %v", gone.Suppressed, gone.Status)
		}
	}
}

func FuzzDeparted(f *testing.F) {
	f.Add([]byte("\n{\"at\":\"2026-10-18T12:00:00Z\",\"kind\":\"erased\",\"contact\":\"c\",\"address\":\"a\"}\n{\"kind\":\"su"))
	f.Add([]byte("\x00\n{\"kind\":\"left\",\"contact\":\"c\",\"list\":\"l\"}{}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		whole := "\n{\"at\":\"2026-10-18T12:00:00Z\",\"kind\":\"erased\",\"contact\":\"last\"}"
		gone := campaign.NewDepartures()
		if err := readDeparted(io.MultiReader(bytes.NewReader(data), strings.NewReader(whole)), time.Time{}, gone); err != nil {
			t.Error(err)
		}
		if _, ok := gone.Erased["last"]; !ok {
			t.Error("what stands behind was lost")
		}
	})
}
