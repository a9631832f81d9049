package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// access says who may call a route.
type access string

const (
	anyone access = "anyone" // the sign-in pages
	viewer access = access(campaign.Viewer)
	editor access = access(campaign.Editor)
	admin  access = access(campaign.Admin)

	// who gave their password a short while ago, or is asked for it: for what a browser left open must not be enough
	editorAgain = editor + again
	adminAgain  = admin + again
	again       = " again"
)

// role is the role a route asks for, "" for none.
func (a access) role() campaign.Role {
	if a == anyone {
		return ""
	}
	return campaign.Role(strings.TrimSuffix(string(a), again))
}

// again reports whether the password has to have been given lately.
func (a access) again() bool { return strings.HasSuffix(string(a), again) }

// route is one line of the table: a method and path, who may call it, and what is done.
type route struct {
	method, path string
	who          access
	handle       func(*visit) error
	body         takes // what is taken with it; 0 is a form of the panel
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// wiring hands each kind of page what it needs; it lives while the table is laid out.
type wiring struct {
	*gate
	store    *store.Store
	offers   *offers
	tables   *contactTables
	editions *editions
	snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)
}

func wire(g *gate, st *store.Store, snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)) *wiring {
	o := &offers{store: st}
	return &wiring{gate: g, store: st, offers: o, tables: &contactTables{store: st, offers: o}, editions: &editions{store: st}, snippets: snippets}
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
	homes := &homePages{panel: w.panel, store: w.store, offers: w.offers}
	return []route{
		{get, "/sign-in", anyone, signIns.show, 0},
		{post, "/sign-in", anyone, signIns.signIn, takesSignIn},
		{get, "/sign-in/:secret", anyone, signIns.showLink, 0},
		{post, "/sign-in/:secret", anyone, signIns.useLink, 0},
		{post, "/sign-out", anyone, signIns.signOut, 0},

		{get, "/", viewer, homes.show, 0},
	}
}

func (w *wiring) contactRoutes() []route {
	uploads, exports := newUploads(w.Now), &contactExports{panel: w.panel, store: w.store, tables: w.tables}
	contacts := &contactPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, uploads: uploads}
	bulk := &bulkPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, exports: exports}
	imports := &importPages{panel: w.panel, store: w.store, offers: w.offers, uploads: uploads, turns: make(chan struct{}, importsAtOnce)}
	return []route{
		{get, "/contacts", viewer, contacts.index, 0},
		{post, "/contacts/columns", viewer, contacts.chooseColumns, 0},
		{get, "/contacts/new", editor, contacts.new, 0},
		{post, "/contacts/new", editor, contacts.create, 0},
		{get, "/contacts/:id", viewer, contacts.show, 0},
		{get, "/contacts/:id/edit", editor, contacts.edit, 0},
		{post, "/contacts/:id/edit", editor, contacts.update, 0},
		{get, "/contacts/:id/erase", editor, contacts.askErase, 0},
		{post, "/contacts/:id/erase", editorAgain, contacts.erase, 0},
		{get, "/contacts/:id/merge", editor, contacts.askMerge, 0},
		{post, "/contacts/:id/merge", editor, contacts.merge, 0},
		{post, "/contacts/:id/pause", editor, contacts.pause, 0},
		{post, "/contacts/:id/note", editor, contacts.note, 0},
		{get, "/contacts/:id/data.html", editor, contacts.data, 0},
		{get, "/contacts/:id/data.json", editor, contacts.data, 0},
		{post, "/contacts/:id/subscribe", editor, contacts.subscribe, 0},
		{post, "/contacts/:id/remove", editor, contacts.remove, 0},
		{post, "/contacts/:id/tracking", editor, contacts.setTracking, 0},

		{get, "/bulk", editor, bulk.index, 0},
		{post, "/bulk", editor, bulk.do, 0},
		{post, "/bulk/ask", editor, bulk.ask, 0},
		{get, "/bulk/:id", editor, bulk.show, 0},
		{get, "/bulk/:id/progress", editor, bulk.progress, 0},
		{post, "/bulk/:id/stop", editor, bulk.stop, 0},
		{post, "/bulk/:id/undo", editor, bulk.undo, 0},

		{get, "/export", editorAgain, exports.serve, 0},
		{get, "/import", editor, imports.new, 0},
		{post, "/import", editor, imports.upload, takesImport},
		{get, "/import/:id", editor, imports.show, 0},
		{post, "/import/:id", editor, imports.confirm, 0},
		{post, "/import/:id/cancel", editor, imports.cancel, 0},
		{get, "/import/:id/report.csv", editor, imports.report, 0},
		{post, "/import/:id/columns", editor, imports.adjust, 0},
		{get, "/import/:id/progress", editor, imports.progress, 0},
		{get, "/imports/:id/undo", editor, imports.askUndo, 0},
		{post, "/imports/:id/undo", editor, imports.undo, 0},
	}
}

func (w *wiring) listRoutes() []route {
	organisations := &organisationPages{panel: w.panel, store: w.store, tables: w.tables}
	segments := &segmentPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables}
	lists := &listPages{panel: w.panel, store: w.store, offers: w.offers, tables: w.tables, snippets: w.snippets}
	return []route{
		{get, "/organisations", viewer, organisations.index, 0},
		{get, "/organisations/new", editor, organisations.new, 0},
		{post, "/organisations/new", editor, organisations.create, 0},
		{get, "/organisations/:id", viewer, organisations.show, 0},
		{get, "/organisations/:id/edit", editor, organisations.edit, 0},
		{post, "/organisations/:id/edit", editor, organisations.update, 0},
		{get, "/organisations/:id/delete", editor, organisations.askDelete, 0},
		{post, "/organisations/:id/delete", editor, organisations.delete, 0},

		{get, "/segments", viewer, segments.index, 0},
		{get, "/segments/new", editor, segments.new, 0},
		{post, "/segments/new", editor, segments.change, 0},
		{post, "/segments/count", editor, segments.count, 0},
		{get, "/segments/complete", editor, segments.complete, 0},
		{get, "/segments/:id", viewer, segments.show, 0},
		{get, "/segments/:id/edit", editor, segments.edit, 0},
		{post, "/segments/:id/edit", editor, segments.change, 0},
		{post, "/segments/:id/duplicate", editor, segments.duplicate, 0},
		{get, "/segments/:id/delete", editor, segments.askDelete, 0},
		{post, "/segments/:id/delete", editor, segments.delete, 0},

		{get, "/lists", viewer, lists.index, 0},
		{get, "/lists/new", editor, lists.new, 0},
		{post, "/lists/new", editor, lists.create, 0},
		{get, "/lists/:id", viewer, lists.show, 0},
		{get, "/lists/:id/edit", editor, lists.edit, 0},
		{post, "/lists/:id/edit", editor, lists.update, 0},
		{post, "/lists/:id/archive", editor, lists.archive, 0},
		{get, "/lists/:id/delete", editor, lists.askDelete, 0},
		{post, "/lists/:id/delete", editor, lists.delete, 0},
	}
}

func (w *wiring) teamRoutes() []route {
	accounts := &accountPages{gate: w.gate, store: w.store}
	users := &userPages{panel: w.panel, store: w.store}
	settings := &settingsPages{panel: w.panel, store: w.store}
	return []route{
		{get, "/account", viewer, accounts.show, 0},
		{post, "/account", viewer, accounts.update, 0},
		{get, "/account/password", viewer, accounts.password, 0},
		{post, "/account/password", viewer, accounts.setPassword, 0},
		{post, "/account/again", viewer, accounts.giveAgain, 0},
		{post, "/account/sign-out-everywhere", viewer, accounts.signOutEverywhere, 0},

		{get, "/users", admin, users.index, 0},
		{get, "/users/new", admin, users.new, 0},
		{post, "/users/new", adminAgain, users.invite, 0},
		{get, "/users/:id", admin, users.edit, 0},
		{post, "/users/:id", adminAgain, users.update, 0},
		{post, "/users/:id/link", adminAgain, users.makeLink, 0},

		{get, "/installation", admin, settings.askAdopt, 0},
		{post, "/installation", admin, settings.adopt, 0},

		{get, "/settings", admin, settings.show, 0},
		{post, "/settings", admin, settings.update, 0},
		{get, "/settings/sending", admin, settings.sending, 0},
		{post, "/settings/sending", admin, settings.updateSending, 0},
		{post, "/holds/:provider/try", editor, settings.tryHold, 0},
	}
}

func (w *wiring) releaseRoutes() []route {
	releases := &releasePages{panel: w.panel, store: w.store, offers: w.offers, editions: w.editions, turns: make(chan struct{}, previewsAtOnce)}
	return []route{
		{get, "/releases", viewer, releases.index, 0},
		{get, "/releases/new", editor, releases.new, 0},
		{post, "/releases/new", editor, releases.create, takesRelease},
		{post, "/releases/preview", editor, releases.previewDraft, takesRelease},
		{get, "/releases/:id", viewer, releases.show, 0},
		{get, "/releases/:id/edit", editor, releases.edit, 0},
		{post, "/releases/:id/edit", editor, releases.update, takesRelease},
		{get, "/releases/:id/preview", viewer, releases.preview, 0},
		{post, "/releases/:id/remove-version", editor, releases.removeVersion, 0},
		{post, "/releases/:id/archive", editor, releases.archive, 0},
		{get, "/releases/:id/delete", editor, releases.askDelete, 0},
		{post, "/releases/:id/delete", editor, releases.delete, 0},
	}
}

func (w *wiring) campaignRoutes() []route {
	campaigns := &campaignPages{panel: w.panel, store: w.store, offers: w.offers}
	sending := &sendPages{panel: w.panel, store: w.store, campaigns: campaigns, editions: w.editions}
	runs := &runPages{panel: w.panel, store: w.store, campaigns: campaigns}
	notices := &noticePages{panel: w.panel, store: w.store}
	return []route{
		{get, "/campaigns", viewer, campaigns.index, 0},
		{get, "/campaigns/new", editor, campaigns.new, 0},
		{post, "/campaigns/new", editor, campaigns.create, 0},
		{get, "/campaigns/:id", viewer, campaigns.content, 0},
		{post, "/campaigns/:id", editor, campaigns.updateContent, 0},
		{get, "/campaigns/:id/audience", viewer, campaigns.audience, 0},
		{post, "/campaigns/:id/audience", editor, campaigns.updateAudience, 0},
		{get, "/campaigns/:id/schedule", viewer, campaigns.schedule, 0},
		{post, "/campaigns/:id/schedule", editor, campaigns.updateSchedule, 0},
		{get, "/campaigns/:id/check", viewer, sending.check, 0},
		{get, "/campaigns/:id/results", viewer, runs.ofCampaign, 0},
		{get, "/campaigns/:id/moved", viewer, sending.moved, 0},
		{get, "/sending", viewer, campaigns.sendingNow, 0},
		{get, "/notices", viewer, notices.index, 0},

		{post, "/campaigns/:id/send", editor, sending.send, 0},
		{post, "/campaigns/:id/plan", editor, sending.plan, 0},
		{post, "/campaigns/:id/call-back", editor, sending.callBack, 0},
		{post, "/campaigns/:id/pause", editor, sending.pause, 0},
		{post, "/campaigns/:id/resume", editor, sending.resume, 0},
		{get, "/campaigns/:id/cancel", editor, sending.askCancel, 0},
		{post, "/campaigns/:id/cancel", editor, sending.cancel, 0},
		{post, "/campaigns/:id/test", editor, sending.test, 0},
		{get, "/campaigns/:id/delete", editor, sending.askDelete, 0},
		{post, "/campaigns/:id/delete", editor, sending.delete, 0},

		{get, "/runs/:id", viewer, runs.show, 0},
		{get, "/runs/:id/progress", viewer, runs.progress, 0},
		{get, "/runs/:id/recipients", viewer, runs.recipients, 0},
		{get, "/runs/:id/recipients/export", editorAgain, runs.exportRecipients, 0},
		{post, "/runs/:id/retry", editor, runs.retry, 0},
		{post, "/runs/:id/resend", editor, runs.resend, 0},
	}
}

func (w *wiring) privacyRoutes() []route {
	requests := &requestPages{panel: w.panel, store: w.store}
	reviews := &reviewPages{panel: w.panel, store: w.store}
	records := &recordPages{panel: w.panel, store: w.store}
	return []route{
		{get, "/requests", editor, requests.index, 0},
		{get, "/requests/new", editor, requests.new, 0},
		{post, "/requests/new", editor, requests.create, 0},
		{get, "/requests/:id", editor, requests.show, 0},
		{post, "/requests/:id/close", editor, requests.close, 0},
		{post, "/requests/:id/restrict", editor, requests.restrict, 0},
		{post, "/requests/:id/object", editor, requests.object, 0},

		{get, "/review", editor, reviews.index, 0},
		{post, "/review/:id/keep", editor, reviews.keep, 0},
		{post, "/review/:id/ask", editor, reviews.ask, 0},
		{get, "/retention", admin, reviews.retention, 0},
		{post, "/retention", admin, reviews.updateRetention, 0},
		{get, "/processing", viewer, records.processing, 0},
		{get, "/audit", admin, records.audit, 0},
		{get, "/breach", admin, records.breach, 0},
	}
}
