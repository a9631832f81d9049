package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// A layout is copied, changed, refused with its lines, used by a release, and kept while it is.
func TestLayoutsOfTheTeam(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.get("/layouts").want(t, 200, "/layouts/new?from=newsletter")
	s.get("/layouts/new?from=newsletter").want(t, 200, "{{ each story }}", "{{ foot }}")
	s.get("/layouts/new?from=nothing").want(t, 404)

	source := strings.Replace(templates.LayoutSource("newsletter"), "{{ contents }}", "{{ contents }}\n<p>{{ slot sponsor line 20 }}</p>", 1)
	broken := strings.Replace(source, "{{ foot }}", "", 1)
	s.post("/layouts/new", "name=Ours", "base=newsletter", "source="+broken).want(t, 422, "your postal address: {{ foot }}, or {{ address }}", "the link to unsubscribe")
	s.post("/layouts/new", "name=Ours", "base=newsletter", "source="+source+"\n<p style=\"display:flex\"></p>\n<script></script>").want(t, 422, "&lt;script&gt; is not allowed in a message", "isplay:flex is dropped by Outlook")
	s.post("/layouts/new", "name=Ours", "base=newsletter", "source="+source).want(t, 200, "Saved")
	s.post("/layouts/new", "name=OURS", "base=newsletter", "source="+source).want(t, 422, "There is a layout named")
	all, err := s.store.Layouts.FindLayouts(context.Background())
	must(t, err)
	if len(all) != 1 {
		t.Fatalf("%d layouts", len(all))
	}
	id := all[0].ID
	s.post("/layouts/preview", "base=newsletter", "source="+source, "shown=en").want(t, 200, "In this issue", "A headline says what is new")
	s.post("/layouts/preview", "base=newsletter", "source="+broken).want(t, 200, "Something is missing")

	form := []string{"title=R", "kind=newsletter", "language=en", "headline=H", "zone=Europe/Belgrade", "layout=" + id, "slot_name=sponsor"}
	s.post("/releases/new", append(form, "slot_text=A name that is far too long for it")...).want(t, 422, "longer than 20 characters")
	s.post("/releases/new", append(form, "slot_text=With thanks")...).want(t, 200, "Saved", `value="With thanks"`, ">sponsor<")
	using, err := s.store.Layouts.FindReleasesIn(context.Background(), id, 5)
	must(t, err)
	s.get("/releases/"+using[0].ID+"/preview?lang=en").want(t, 200, "<p style=", "With thanks")
	s.post("/layouts/"+id+"/delete").want(t, 200, "used by “R”")

	s.post("/layouts/"+id, "version=1", "name=Ours", "source="+source+"\n").want(t, 200, "Saved")
	s.post("/layouts/"+id, "version=1", "name=Theirs", "source="+source+"<p></p>").want(t, 409)
}
