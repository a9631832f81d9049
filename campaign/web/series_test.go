package web

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// A series is made on its pages, refused with the reason where something is missing, started by the number of those who get it from
// the beginning, changed while it is paused, ended and deleted.
func TestSeriesPages(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	n.get("/series").want(t, 200, "/series/new")
	n.get("/series/new?of=event").want(t, 200, "Invitation, reminder, thanks")
	n.get("/series/new?of=enters").want(t, 200, "Choose a segment")
	n.get("/series/new").want(t, 200, `value="Welcome"`, "Helpline")
	step := func(i int, wait string) []string {
		field := func(name, value string) string { return campaign.StepField(name, i) + "=" + value }
		return []string{field("release", n.release.ID), field("sender", "press@example.org"), field("wait", wait), field("unit", "days"), field("at", "09:00")}
	}
	form := []string{"trigger=joins", "zone=Europe/Belgrade", "stop_at_reply=on", "list=" + n.press.ID}
	n.post("/series/new", append(form, "name=Welcome")...).want(t, 422)
	n.post("/series/new", append(append(form, "name="), step(0, "0")...)...).want(t, 422, "The series needs a name")
	n.post("/series/new", append(append(form, "name=Welcome"), step(0, "soon")...)...).want(t, 422, "This must be a number from 0 to", `value="soon"`)
	made := n.post("/series/new", append(append(append(form, "name=Welcome"), step(0, "0")...), step(1, "3")...)...)
	made.want(t, 200, "It sends nothing before you start it", "Press")
	path := strings.SplitN(made.Path, "?", 2)[0]
	n.post(path+"/start", "intake=take", "count=7").want(t, 422, "Type the number of those who get it from the beginning: 2")
	n.post(path+"/start", "intake=take", "count=2").want(t, 200, "The series goes on from now.")
	must(t, n.store.Series.AdvanceSeries(t.Context()))
	a := n.get(path)
	a.want(t, 200, "Ana Ilić")
	reader, _, _ := strings.Cut(a.Body[strings.Index(a.Body, path+"/readers/")+len(path+"/readers/"):], `"`)
	n.post(path+"/readers/"+reader, "do=stop").want(t, 200, "The series is stopped for this reader.")
	n.get(path+"?state=stopped").want(t, 200, "Ana Ilić")
	n.post(path+"/readers/"+reader, "do=stop").want(t, 422, "The series is over for this reader already")
	n.get("/contacts/"+reader).want(t, 200, "Welcome", "out of the series: stopped by")
	n.post(path+"/edit", append(append(form, "name=Changed"), step(0, "1")...)...).want(t, 422)
	n.post(path+"/delete").want(t, 422)
	n.post(path+"/pause").want(t, 200, "Everybody stays where they are.")
	n.get(path+"/edit").want(t, 200, `value="Welcome"`)
	n.post(path+"/end", "then=now").want(t, 200, "The series has ended.")
	n.get("/series/nowhere").want(t, 404)
	n.signInAs(campaign.Viewer)
	if a := n.get(path); strings.Contains(a.Body, path+"/delete") {
		t.Error("who only looks is offered to delete a series")
	}
	n.post(path+"/delete").want(t, 403)
}
