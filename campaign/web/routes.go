package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/reader"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/templates"
)

// access is who may call a route.
type access string

const (
	anyone access = "anyone" // the sign-in pages
	viewer access = access(campaign.Viewer)
	editor access = access(campaign.Editor)
	admin  access = access(campaign.Admin)

	// users who gave their password a short while ago; others are asked for it: a browser left open must not be enough
	editorAgain = editor + again
	adminAgain  = admin + again
	again       = " again"
)

// role returns the role a route asks for, "" for none.
func (a access) role() campaign.Role {
	if a == anyone {
		return ""
	}
	return campaign.Role(strings.TrimSuffix(string(a), again))
}

// again reports whether the password must have been given lately.
func (a access) again() bool { return strings.HasSuffix(string(a), again) }

// route is one line of the table: a method and path, who may call it, what is done, and what is taken with it.
type route struct {
	method, path string
	who          access
	handle       func(*visit) error
	body         body
}

func get(path string, who access, handle func(*visit) error) route {
	return route{method: http.MethodGet, path: path, who: who, handle: handle, body: formBody}
}

func post(path string, who access, handle func(*visit) error) route {
	return route{method: http.MethodPost, path: path, who: who, handle: handle, body: formBody}
}

// takes lets a route take another body than a form of the panel.
func (r route) takes(b body) route {
	r.body = b
	return r
}

// shows returns the handler of a page that is only put together and shown.
func shows[P shown](name string, page func(*visit) (P, error)) func(*visit) error {
	return func(v *visit) error {
		p, err := page(v)
		if err != nil {
			return err
		}
		return v.show(name, p)
	}
}

// Store is all that the web reads and writes. Each kind of page is handed its own part of it.
type Store interface {
	reader.Store
	session.Store
	journal
	campaignFinder
	recordNamer
	gateStore
	offerStore
	accountStore
	bulkStore
	campaignStore
	contactExportStore
	contactStore
	contactTableStore
	homeStore
	importStore
	listStore
	noticeStore
	organisationStore
	recordStore
	releaseStore
	requestStore
	reviewStore
	runStore
	searchStore
	segmentStore
	sendStore
	settingsStore
	signInStore
	userStore
}

// wiring hands each kind of page what it needs; it lives while the table is laid out.
type wiring struct {
	*gate
	store    Store
	offers   *offers
	tables   *contactTables
	snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)
}

func wire(g *gate, st Store, snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)) *wiring {
	o := &offers{store: st}
	return &wiring{gate: g, store: st, offers: o, tables: &contactTables{store: st, offers: o}, snippets: snippets}
}

// routes is the table of everything the panel answers to.
func (w *wiring) routes() []route {
	var all []route
	for _, part := range [][]route{w.foundationRoutes(), w.releaseRoutes(), w.campaignRoutes(), w.contactRoutes(), w.listRoutes(), w.privacyRoutes(), w.teamRoutes()} {
		all = append(all, part...)
	}
	return all
}

func (w *wiring) foundationRoutes() []route {
	signIns := &signInPages{gate: w.gate, store: w.store}
	searches := &searchPages{panel: w.panel, store: w.store}
	homes := &homePages{panel: w.panel, store: w.store}
	return []route{
		get("/sign-in", anyone, signIns.show),
		post("/sign-in", anyone, signIns.signIn),
		get("/sign-in/:secret", anyone, signIns.showLink),
		post("/sign-in/:secret", anyone, signIns.useLink),
		post("/sign-out", anyone, signIns.signOut),

		get("/", viewer, homes.show),
		get("/home/going", viewer, homes.going),
		post("/home/steps", viewer, homes.setStep),
		get("/search", viewer, searches.show),
		get("/search/found", viewer, searches.results),
	}
}

func (w *wiring) contactRoutes() []route {
	uploads, exports := &uploads{now: w.Now, all: map[string]*upload{}}, &contactExports{panel: w.panel, store: w.store, tables: w.tables}
	contacts := &contactPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, uploads: uploads}
	bulk := &bulkPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, exports: exports}
	imports := &importPages{panel: w.panel, store: w.store, offers: w.offers, uploads: uploads, turns: make(chan struct{}, importsAtOnce)}
	return []route{
		get("/contacts", viewer, contacts.index),
		post("/contacts/columns", viewer, contacts.chooseColumns),
		get("/contacts/new", editor, contacts.new),
		post("/contacts/new", editor, contacts.create),
		get("/contacts/:id", viewer, shows("contact", contacts.contactPage)),
		get("/contacts/:id/edit", editor, contacts.edit),
		post("/contacts/:id/edit", editor, contacts.update),
		get("/contacts/:id/erase", editor, contacts.askErase),
		post("/contacts/:id/erase", editorAgain, contacts.erase),
		get("/contacts/:id/merge", editor, contacts.askMerge),
		post("/contacts/:id/merge", editor, contacts.merge),
		post("/contacts/:id/pause", editor, contacts.pause),
		post("/contacts/:id/note", editor, contacts.note),
		get("/contacts/:id/data.html", editor, contacts.data),
		get("/contacts/:id/data.json", editor, contacts.data),
		post("/contacts/:id/subscribe", editor, contacts.subscribe),
		post("/contacts/:id/remove", editor, contacts.remove),
		post("/contacts/:id/tracking", editor, contacts.setTracking),

		get("/bulk", editor, bulk.index),
		post("/bulk", editor, bulk.do),
		post("/bulk/ask", editor, bulk.ask),
		get("/bulk/:id", editor, bulk.show),
		get("/bulk/:id/progress", editor, bulk.progress),
		post("/bulk/:id/stop", editor, bulk.stop),
		post("/bulk/:id/undo", editor, bulk.undo),

		get("/export", editorAgain, exports.serve),
		get("/import", editor, shows("import", imports.form)),
		post("/import", editor, imports.upload).takes(importBody),
		get("/import/:id", editor, imports.show),
		post("/import/:id", editor, imports.confirm),
		post("/import/:id/cancel", editor, imports.cancel),
		get("/import/:id/report.csv", editor, imports.report),
		post("/import/:id/columns", editor, imports.adjust),
		get("/import/:id/progress", editor, imports.progress),
		get("/imports/:id/undo", editor, imports.askUndo),
		post("/imports/:id/undo", editor, imports.undo),
	}
}

func (w *wiring) listRoutes() []route {
	organisations := &organisationPages{panel: w.panel, store: w.store, tables: w.tables}
	segments := &segmentPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables}
	lists := &listPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, snippets: w.snippets}
	return []route{
		get("/organisations", viewer, organisations.index),
		get("/organisations/new", editor, organisations.new),
		post("/organisations/new", editor, organisations.create),
		get("/organisations/:id", viewer, organisations.show),
		get("/organisations/:id/edit", editor, organisations.edit),
		post("/organisations/:id/edit", editor, organisations.update),
		get("/organisations/:id/delete", editor, organisations.deletion().ask),
		post("/organisations/:id/delete", editor, organisations.deletion().do),

		get("/segments", viewer, segments.index),
		get("/segments/new", editor, segments.new),
		post("/segments/new", editor, segments.change),
		post("/segments/count", editor, segments.count),
		get("/segments/complete", editor, segments.complete),
		get("/segments/:id", viewer, segments.show),
		get("/segments/:id/edit", editor, segments.edit),
		post("/segments/:id/edit", editor, segments.change),
		post("/segments/:id/duplicate", editor, segments.duplicate),
		get("/segments/:id/delete", editor, segments.deletion().ask),
		post("/segments/:id/delete", editor, segments.deletion().do),

		get("/lists", viewer, lists.index),
		get("/lists/new", editor, lists.new),
		post("/lists/new", editor, lists.create),
		get("/lists/:id", viewer, lists.show),
		get("/lists/:id/edit", editor, lists.edit),
		post("/lists/:id/edit", editor, lists.update),
		post("/lists/:id/archive", editor, lists.archive),
		get("/lists/:id/delete", editor, lists.deletion().ask),
		post("/lists/:id/delete", editor, lists.deletion().do),
	}
}

func (w *wiring) teamRoutes() []route {
	accounts := &accountPages{gate: w.gate, store: w.store}
	users := &userPages{panel: w.panel, store: w.store}
	settings := &settingsPages{panel: w.panel, store: w.store}
	return []route{
		get("/account", viewer, accounts.show),
		post("/account", viewer, accounts.update),
		get("/account/password", viewer, accounts.password),
		post("/account/password", viewer, accounts.setPassword),
		post("/account/again", viewer, accounts.giveAgain),
		post("/account/sign-out-everywhere", viewer, accounts.signOutEverywhere),

		get("/users", admin, users.index),
		get("/users/new", admin, users.new),
		post("/users/new", adminAgain, users.invite),
		get("/users/:id", admin, users.edit),
		post("/users/:id", adminAgain, users.update),
		post("/users/:id/link", adminAgain, users.makeLink),

		get("/installation", admin, settings.askAdopt),
		post("/installation", admin, settings.adopt),

		get("/settings", admin, settings.show),
		post("/settings", admin, settings.update),
		get("/settings/texts", admin, settings.texts),
		post("/settings/texts", admin, settings.updateTexts),
		get("/settings/sending", admin, settings.sending),
		post("/settings/sending", admin, settings.updateSending),
		post("/holds/:provider/try", editor, settings.tryHold),
	}
}

func (w *wiring) releaseRoutes() []route {
	picks := pickers{panel: w.panel, store: w.store}
	releases := &releasePages{panel: w.panel, store: w.store, offers: w.offers, pickers: picks, turns: make(chan struct{}, previewsAtOnce)}
	return []route{
		get("/pick/campaigns", viewer, picks.show("campaigns")),
		get("/pick/contacts", viewer, picks.show("contacts")),
		get("/pick/lists", viewer, picks.show("lists")),
		get("/pick/organisations", viewer, picks.show("organisations")),
		get("/pick/releases", viewer, picks.show("releases")),

		get("/releases", viewer, releases.index),
		get("/releases/new", editor, releases.new),
		post("/releases/new", editor, releases.create).takes(releaseBody),
		post("/releases/preview", editor, releases.previewDraft).takes(releaseBody),
		get("/releases/:id", viewer, releases.show),
		get("/releases/:id/edit", editor, releases.edit),
		post("/releases/:id/edit", editor, releases.update).takes(releaseBody),
		get("/releases/:id/preview", viewer, releases.preview),
		post("/releases/:id/remove-version", editor, releases.removeVersion),
		post("/releases/:id/copy", editor, releases.copy),
		post("/releases/:id/archive", editor, releases.archive),
		get("/releases/:id/delete", editor, releases.deletion().ask),
		post("/releases/:id/delete", editor, releases.deletion().do),
	}
}

func (w *wiring) campaignRoutes() []route {
	campaigns := &campaignPages{panel: w.panel, store: w.store, offers: w.offers, picks: pickers{panel: w.panel, store: w.store}}
	sending := &sendPages{panel: w.panel, store: w.store, campaigns: campaigns}
	runs := &runPages{panel: w.panel, store: w.store, campaigns: campaigns}
	notices := &noticePages{panel: w.panel, store: w.store}
	return []route{
		get("/campaigns", viewer, campaigns.index),
		get("/campaigns/new", editor, campaigns.new),
		post("/campaigns/new", editor, campaigns.create),
		get("/campaigns/:id", viewer, shows("campaign_content", campaigns.contentPage)),
		post("/campaigns/:id", editor, campaigns.updateContent),
		get("/campaigns/:id/audience", viewer, shows("campaign_audience", campaigns.audiencePage)),
		post("/campaigns/:id/audience", editor, campaigns.updateAudience),
		get("/campaigns/:id/schedule", viewer, campaigns.schedule),
		post("/campaigns/:id/schedule", editor, campaigns.updateSchedule),
		get("/campaigns/:id/check", viewer, sending.check),
		get("/campaigns/:id/results", viewer, runs.ofCampaign),
		get("/campaigns/:id/moved", viewer, sending.moved),
		get("/sending", viewer, campaigns.sendingNow),
		get("/notices", viewer, notices.index),

		post("/campaigns/:id/send", editor, sending.send),
		post("/campaigns/:id/plan", editor, sending.plan),
		post("/campaigns/:id/call-back", editor, sending.callBack),
		post("/campaigns/:id/pause", editor, sending.pause),
		post("/campaigns/:id/resume", editor, sending.resume),
		get("/campaigns/:id/cancel", editor, sending.askCancel),
		post("/campaigns/:id/cancel", editor, sending.cancel),
		post("/campaigns/:id/test", editor, sending.test),
		post("/campaigns/:id/copy", editor, campaigns.copy),
		get("/campaigns/:id/delete", editor, sending.askDelete),
		post("/campaigns/:id/delete", editor, sending.delete),

		get("/runs/:id", viewer, runs.show),
		get("/runs/:id/progress", viewer, runs.progress),
		get("/runs/:id/recipients", viewer, runs.recipients),
		get("/runs/:id/recipients/export", editorAgain, runs.exportRecipients),
		post("/runs/:id/retry", editor, runs.retry),
		post("/runs/:id/resend", editor, runs.resend),
	}
}

func (w *wiring) privacyRoutes() []route {
	requests := &requestPages{panel: w.panel, store: w.store}
	reviews := &reviewPages{panel: w.panel, store: w.store}
	records := &recordPages{panel: w.panel, store: w.store}
	return []route{
		get("/requests", editor, requests.index),
		get("/requests/new", editor, requests.new),
		post("/requests/new", editor, requests.create),
		get("/requests/:id", editor, shows("request", requests.requestPage)),
		post("/requests/:id/close", editor, requests.close),
		post("/requests/:id/restrict", editor, requests.restrict),
		post("/requests/:id/object", editor, requests.object),

		get("/review", editor, shows("review", reviews.reviewsPage)),
		post("/review/:id/keep", editor, reviews.keep),
		post("/review/:id/ask", editor, reviews.ask),
		get("/retention", admin, shows("retention", reviews.retentionPage)),
		post("/retention", admin, reviews.updateRetention),
		get("/processing", viewer, records.processing),
		get("/audit", admin, records.audit),
		get("/breach", admin, records.breach),
	}
}
