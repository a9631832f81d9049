package web

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Coverage and events are mended, and coverage is judged by two of the team, each by themselves.
func TestCoverageIsEditedAndJudged(t *testing.T) {
	n := newNewsroom(t, 0)
	n.signInAs(campaign.Editor)
	n.post("/coverage/new", "outlet=Glas Primera", "title=A line", "day=2026-02-03").want(t, 200)
	n.post("/events/new", "kind=training", "name=Training", "day=2026-02-04", "people=24").want(t, 200)
	pieces, err := n.store.CoverageNotes.FindCoverage(t.Context(), store.OutcomeFilter{}, 1)
	must(t, err)
	events, err := n.store.Activities.FindActivities(t.Context(), store.OutcomeFilter{}, 1)
	must(t, err)
	piece, event := "/coverage/"+pieces[0].ID, "/events/"+events[0].ID
	n.get(piece+"/edit").want(t, 200, `value="A line"`, `name="version" value="1"`)
	n.post(piece+"/edit", "version=1", "outlet=", "day=2026-02-03").want(t, 422, "Say where it was published")
	n.post(piece+"/edit", "version=1", "outlet=Glas", "title=Another line", "day=2026-02-03").want(t, 200, "Saved.", "Another line")
	n.post(event+"/edit", "version=1", "kind=training", "name=Training for editors", "day=2026-02-04", "people=25").want(t, 200, "Saved.", "Training for editors", "25")
	n.get("/coverage/nothing/edit").want(t, 404, "This piece of coverage does not exist")

	answers := []string{"identity=met", "picture=not_applicable", "blame=met", "words=not_met", "helpline=met", "source=met"}
	n.post(piece+"/judge", answers[:5]...).want(t, 422, "Choose one of the answers", `value="not_met" selected`)
	n.post(piece+"/judge", answers...).want(t, 200, "Your judgement is noted.", "100% (1 of 1)", "0% (0 of 1)")
	n.signInAs(campaign.Admin)
	if a := n.get(piece + "/judge"); strings.Contains(a.Body, `value="not_met" selected`) {
		t.Error("the second reader sees what the first said")
	}
	answers[3] = "words=met"
	n.post(piece+"/judge", answers...).want(t, 200, "Two readers judged 1 piece, and said the same in 83% of the answers.")
	n.get("/coverage?training="+events[0].ID).want(t, 200, "Before the training", "Published before the training: 1 pieces")
	n.get("/reports/file?from=2026-02-01&until=2026-02-28&format=csv&table=quality").want(t, 200, "No sensational words,1,2,")
	n.signInAs(campaign.Viewer)
	n.post(piece+"/judge", answers...).want(t, 403)
}

// What is typed in comes back in the report with the figures of the store, and no journalist does.
func TestReports(t *testing.T) {
	n := newNewsroom(t, 0)
	c, _ := n.sent(campaign.Accepted, campaign.Accepted, campaign.Accepted, campaign.Accepted, campaign.Accepted, campaign.Accepted, campaign.Failed)
	ana := n.reader("ana@example.org")
	n.signInAs(campaign.Editor)
	n.post("/actions/new", "name=Schools 2026", "about=Lessons", "from=2026-01-02", "until=2026-01-01").want(t, 422, "The last day lies before the first", `value="Schools 2026"`)
	n.post("/actions/new", "name=Schools 2026", "about=Lessons", "campaigns="+c.ID).want(t, 200, "The action “Schools 2026” is there.")
	n.post("/actions/new", "name=schools 2026").want(t, 422, "There is an action named")
	actions, err := n.store.Actions.FindActions(t.Context())
	must(t, err)
	of := actions[0].ID
	n.get("/actions/"+of+"/edit").want(t, 200, `value="`+c.ID+`" checked`)

	n.get("/coverage/new?release="+n.release.ID+"&contact="+ana.ID).want(t, 200, "On the release “Helpline”")
	n.post("/coverage/new", "outlet=Glas", "day=2026-02-03", "link=javascript:alert(1)", "reach=many").want(t, 422, "Write the full address", "Write a whole number", `value="Glas"`)
	n.post("/coverage/new", "outlet=Glas Primera", "journalist=Vesna Savić", "contact="+ana.ID, "title=A line that helps", "day=2026-02-03", "link=https://glas.example/1", "tone=neutral", "reach=120 000", "action="+of,
		"release="+n.release.ID).want(t, 200, "The coverage is noted.", "Vesna Savić", "A line that helps")
	n.post("/events/new", "kind=training", "name=Training for editors", "day=2026-02-04", "people=24", "action="+of).want(t, 200, "The event is noted.", "Training for editors")
	n.post("/helpline-totals/new", "helpline=Astra", "month=2026-02", "calls=300").want(t, 200, "The total is noted.")
	n.post("/helpline-totals/new", "helpline=Astra", "month=2026-02", "calls=321").want(t, 200, "321")
	n.post("/helpline-totals/new", "helpline=Astra", "month=February", "calls=-3").want(t, 422, "Write the day as")

	n.get("/reports/view?action="+of).want(t, 200, "can still change", "/reports/file?action="+of+"&amp;format=pdf")
	page := n.get("/reports/file?action=" + of + "&format=html&frame=1")
	page.want(t, 200, "Report on the action “Schools 2026”", "Lessons", "Glas Primera", "Training for editors", `<td class="num">120,000</td>`)
	if strings.Contains(page.Body, "Vesna") || strings.Contains(page.Body, "@example") {
		t.Error("a report names somebody")
	}
	n.get("/reports/file?release="+n.release.ID+"&format=csv&table=mailings").want(t, 200, ",Helpline,7,6,1,0")
	n.get("/reports/file?release="+n.release.ID+"&format=csv&table=mailings&speaks=fr").want(t, 200, ";Helpline;7;6;1;0")
	n.get("/reports/file?from=2026-02-01&until=2026-02-28").want(t, 200, `"calls": 321`, `"closed": `)
	n.get("/reports/view?from=2026-02-01&until=2026-01-28").want(t, 422, "The last day lies before the first")
	n.get("/reports/view?release=nothing").want(t, 404, "This release does not exist")
	n.get("/reports/file?release="+n.release.ID+"&format=doc").want(t, 400)

	must(t, n.store.Eraser.EraseContact(t.Context(), ana.ID))
	left, err := n.store.CoverageNotes.FindCoverage(t.Context(), store.OutcomeFilter{Action: of}, 10)
	must(t, err)
	if len(left) != 1 || left[0].Journalist != "" || left[0].Contact != "" || left[0].Outlet != "Glas Primera" {
		t.Errorf("erasing its journalist leaves the coverage %+v", left)
	}
	n.post("/actions/"+of+"/delete").want(t, 200, "stay")
	if left, err = n.store.CoverageNotes.FindCoverage(t.Context(), store.OutcomeFilter{Release: n.release.ID}, 10); err != nil || len(left) != 1 || left[0].Action != "" {
		t.Errorf("the coverage of an action that is deleted: %+v %v", left, err)
	}
	n.post("/coverage/"+left[0].ID+"/delete").want(t, 200, "It is deleted.", "No coverage is noted yet.")

	n.signInAs(campaign.Viewer)
	n.get("/reports").want(t, 200)
	n.post("/coverage/new", "outlet=Glas", "day=2026-02-03").want(t, 403)
}

// A report tells to which lists and outlets messages went, in every form of it, and no group below five, also not by subtraction.
func TestReportsHideSmallGroups(t *testing.T) {
	n := newNewsroom(t, 0)
	ctx := t.Context()
	c, run := n.sent(slices.Repeat([]campaign.DeliveryState{campaign.Accepted}, 12)...)
	large, small := campaign.Organisation{Name: "Glas Primera", Kind: campaign.Outlet}, campaign.Organisation{Name: "Mali list", Kind: campaign.Outlet}
	schools := campaign.List{Name: "Schools"}
	must(t, n.store.Organisations.CreateOrganisation(ctx, &large))
	must(t, n.store.Organisations.CreateOrganisation(ctx, &small))
	must(t, n.store.Lists.CreateList(ctx, &schools))
	_, err := n.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
		c.Lists = append(c.Lists, schools.ID)
		return nil
	})
	must(t, err)
	sent, _, err := n.store.Deliveries.FindDeliveries(ctx, run.ID, campaign.Accepted, store.Page{})
	must(t, err)
	for i, d := range sent {
		_, err := n.store.Contacts.UpdateContact(ctx, d.Contact, func(c *campaign.Contact) error {
			switch {
			case i < 6:
				c.Organisation = large.ID
			case i < 8:
				c.Organisation = small.ID
			}
			if i < 5 {
				c.Subscribe(campaign.Membership{List: schools.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: time.Now()}, false)
			}
			return nil
		})
		must(t, err)
	}
	n.signInAs(campaign.Editor)
	of := "/reports/file?release=" + n.release.ID + "&format="
	n.get(of+"csv&table=outlets").want(t, 200, "\nGlas Primera,6,0.5000\nSmaller groups together,6,0.5000\n")
	n.get(of+"csv&table=to_lists").want(t, 200, "\nPress,7,0.5833\nPress + Schools,5,0.4167\n")
	n.get(of+"json").want(t, 200, `"outlets": [`, `"to_lists": [`)
	for _, format := range []string{"html", "csv", "json"} {
		a := n.get(of + format)
		a.want(t, 200, "Glas Primera")
		if strings.Contains(a.Body, small.Name) {
			t.Errorf("as %s the report tells of an outlet with two readers", format)
		}
	}
}

// Readers who agreed to be recognised are named in a report when somebody who may take contacts away asks for it, and that is logged.
func TestReportsNameReadersToWhoMayKnow(t *testing.T) {
	n := newNewsroom(t, 0)
	c, run := n.sent(campaign.Accepted)
	_, vesna, id := n.recognised(c, run)
	must(t, n.store.Events.RecordEvents(t.Context(), []*campaign.Event{{ID: campaign.EventID(run.ID, campaign.Opened, campaign.Human, id, 0), Run: run.ID, Campaign: c.ID,
		Kind: campaign.Opened, Verdict: campaign.Human, Delivery: id, Contact: vesna.ID, Reader: id, At: time.Now()}}))
	of := "?release=" + n.release.ID
	n.signInAs(campaign.Editor)
	if page := n.get("/reports/view" + of); strings.Contains(page.Body, "names=1") {
		t.Error("names are offered to somebody who may not take contacts away")
	}
	for _, path := range []string{"/reports/view", "/reports/file"} {
		n.get(path+of+"&names=1").want(t, 403, "takes the right to take contacts away")
	}
	n.signInAs(campaign.Admin)
	n.get("/reports/view"+of).want(t, 200, "without names", "names=1")
	n.get("/reports/view"+of+"&names=1").want(t, 200, "format=pdf&amp;names=1", "frame=1")
	n.get("/reports/file"+of+"&names=1&format=csv&table=readers").want(t, 200, "Helpline to the press,Vesna Savić,Glas Primera,no")
	n.get("/reports/file"+of+"&names=1&format=html&frame=1").want(t, 200, "Vesna Savić", "that is on record")
	if page := n.get("/reports/file" + of + "&format=html&frame=1"); strings.Contains(page.Body, "Vesna") {
		t.Error("a report names a reader though nobody asked for it")
	}
	if log := strings.Join(n.audit(), "\n"); !strings.Contains(log, "Took a report that names readers away as CSV") || !strings.Contains(log, "Looked at a report that names readers") {
		t.Errorf("the audit log says %s", log)
	}
	must(t, n.store.Eraser.EraseContact(t.Context(), vesna.ID))
	if page := n.get("/reports/file" + of + "&names=1&format=html"); strings.Contains(page.Body, "Vesna") {
		t.Error("a report names somebody who was erased")
	}
}

// A program reads reports with a token, as long as it is good.
func TestProgramsReadReports(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/api-tokens", "name=", "scope=read_reports", "days=0").want(t, 422, "Say which program it is for", "Write a number of days from 1 to 400")
	page := s.post("/api-tokens", "name=Dashboard", "scope=read_reports", "days=30")
	page.want(t, 200, "it is shown this once", "Dashboard", "Read reports")
	secret := regexp.MustCompile(`<code>(glasnik_[a-z2-7]+)</code>`).FindStringSubmatch(page.Body)[1]
	if strings.Contains(s.get("/api-tokens").Body, secret) {
		t.Error("a token is shown twice")
	}
	ask := func(path, token string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, s.server.BaseURL+path, nil)
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		w := httptest.NewRecorder()
		s.server.Handler().ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		path, token string
		status      int
		holds       string
	}{
		{"/api/reports/period?month=2020-02", secret, 200, `"closed": true`},
		{"/api/reports/period?from=2020-02-01&until=2020-02-29&format=csv&table=summary&language=fr", secret, 200, "Indicateur;Nombre;"},
		{"/api/reports/period?month=2020-02", "", 401, "Authorization: Bearer"},
		{"/api/reports/period?month=2020-02", secret + "a", 401, "not known"},
		{"/api/reports/period?month=soon", secret, 400, "2026-10"},
		{"/api/reports/period?month=2020-02&format=pdf", secret, 400, "json or csv"},
		{"/api/reports/release?id=nothing", secret, 404, "error"},
		{"/api/reports/everything", secret, 404, "error"},
	} {
		if status, body := ask(c.path, c.token); status != c.status || !strings.Contains(body, c.holds) {
			t.Errorf("%s: %d %s", c.path, status, body)
		}
	}
	all, err := s.store.APITokens.FindAPITokens(t.Context())
	if err != nil || len(all) != 1 || all[0].UsedAt.IsZero() || strings.Contains(all[0].ID, secret) {
		t.Fatalf("the token is kept as %+v %v", all, err)
	}
	if _, err := s.store.APITokens.UseAPIToken(t.Context(), secret, "other"); campaign.CodeOf(err) != campaign.Forbidden {
		t.Errorf("another scope: %v", err)
	}
	s.post("/api-tokens/"+all[0].ID+"/delete").want(t, 200, "The token is ended.", "There are no tokens.")
	if status, _ := ask("/api/reports/period?month=2020-02", secret); status != 401 {
		t.Errorf("an ended token is answered %d", status)
	}
	if log := strings.Join(s.audit(), "\n"); !strings.Contains(log, "Made the token “Dashboard” for programs") || !strings.Contains(log, "Ended the token “Dashboard” for programs") {
		t.Errorf("the audit log says %s", log)
	}
}

// The report of a closed period stays as it was counted, also when a reader is erased, until it is counted anew.
func TestClosedPeriodStays(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	take := func() []byte {
		return []byte(s.get("/reports/file?month=2020-02&format=xlsx").Body)
	}
	s.post("/events/new", "kind=meeting", "name=First", "day=2020-02-29").want(t, 200)
	s.get("/reports/view?month=2020-02").want(t, 200, "The period is closed")
	first := take()
	s.post("/events/new", "kind=meeting", "name=Late", "day=2020-02-01").want(t, 200)
	if !bytes.Equal(first, take()) {
		t.Error("the report of a closed period changed")
	}
	s.post("/reports/anew?"+url.Values{"month": {"2020-02"}}.Encode()).want(t, 200, "The figures are counted anew.")
	s.get("/reports/file?month=2020-02&format=csv&table=events").want(t, 200, "2020-02-01,Meeting,Late", "2020-02-29,Meeting,First")
}

// slowReports is a store that counts when it is told to.
type slowReports struct {
	reportStore
	goOn    chan struct{}
	counted atomic.Int64
}

func (s *slowReports) GetReport(ctx context.Context, q campaign.ReportRequest, _ bool) (campaign.Report, error) {
	<-s.goOn
	s.counted.Add(1)
	return campaign.Report{Of: q.Of}, ctx.Err()
}

// A report is counted once however many ask, also when nobody waits for it any more, and no more than some are at a time.
func TestReportsAreCountedBesideRequests(t *testing.T) {
	st, m := &slowReports{goOn: make(chan struct{})}, &madeReports{}
	asked := func(n int) campaign.ReportRequest {
		return campaign.ReportRequest{Scope: campaign.ReleaseReport, Of: strconv.Itoa(n)}
	}
	impatient, leave := context.WithCancel(t.Context())
	for n := range madeMost + 5 {
		for range 3 {
			if _, err := m.get(impatient, st, asked(n), false, time.Nanosecond); !errors.Is(err, errCounting) {
				t.Fatalf("report %d before it is counted: %v", n, err)
			}
		}
	}
	leave()
	close(st.goOn)
	for n := range madeMost {
		if r, err := m.get(t.Context(), st, asked(n), false, time.Hour); err != nil || r.Of != strconv.Itoa(n) {
			t.Errorf("report %d: %q, %v", n, r.Of, err)
		}
	}
	if n := st.counted.Load(); n != madeMost {
		t.Errorf("counted %d times", n)
	}
	if _, err := m.get(t.Context(), st, asked(madeMost+1), false, time.Hour); err != nil {
		t.Errorf("one that was too many: %v", err)
	}
	if _, err := m.get(t.Context(), st, asked(madeMost+1), true, time.Hour); err != nil || st.counted.Load() != madeMost+2 {
		t.Errorf("anew: %v, counted %d times", err, st.counted.Load())
	}
}
