package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/media"
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
	viewerAgain = viewer + again
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
	approvalStore
	bulkStore
	calendarStore
	campaignStore
	complaintStore
	commentStore
	editionStore
	contactExportStore
	contactStore
	contactTableStore
	homeStore
	importStore
	inletStore
	layoutStore
	listStore
	mediaStore
	noticeStore
	organisationStore
	recordStore
	releaseStore
	reportStore
	outcomeStore
	overTimeStore
	actionStore
	apiTokenStore
	requestStore
	reviewStore
	followStore
	runStore
	searchStore
	segmentStore
	sendStore
	seriesStore
	senderStore
	settingsStore
	signInStore
	hygieneStore
	inboxStore
	suppressionStore
	userStore
	vocabularyStore
}

// wiring hands each kind of page what it needs; it lives while the table is laid out.
type wiring struct {
	*gate
	store    Store
	offers   *offers
	tables   *contactTables
	spam     *complaintCounts
	snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)
}

func wire(g *gate, st Store, snippets func(context.Context, *campaign.List) ([]templates.Snippet, error)) *wiring {
	o := &offers{store: st}
	return &wiring{gate: g, store: st, offers: o, tables: &contactTables{store: st, offers: o}, spam: &complaintCounts{store: st, now: g.Now}, snippets: snippets}
}

// routes is the table of everything the panel answers to.
func (w *wiring) routes() []route {
	var all []route
	for _, part := range [][]route{w.foundationRoutes(), w.releaseRoutes(), w.vocabularyRoutes(), w.libraryRoutes(), w.campaignRoutes(), w.seriesRoutes(), w.contactRoutes(), w.listRoutes(), w.reportRoutes(), w.privacyRoutes(), w.returnRoutes(), w.teamRoutes()} {
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
	closings := &closingPages{panel: w.panel, store: w.store}
	senders := &senderPages{panel: w.panel, store: w.store, spam: w.spam}
	warmUps := &warmUpPages{panel: w.panel, store: w.store}
	return append(settings.writingRoutes(), []route{
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
		get("/settings/closings", admin, closings.show),
		post("/settings/closings", admin, closings.update),
		get("/settings/inlets", admin, shows("settings_inlets", (&inletPages{panel: w.panel, store: w.store}).page)),
		get("/settings/warmup", admin, warmUps.show),
		post("/settings/warmup", admin, warmUps.update),
		get("/settings/sending", admin, settings.sending),
		post("/settings/sending", admin, settings.updateSending),
		post("/settings/sending/learned", admin, settings.resetLimit),
		post("/holds/:provider/try", editor, settings.tryHold),
		get("/settings/sender", admin, senders.show),
		get("/settings/sender/found", admin, senders.found),
		post("/settings/sender/look", admin, senders.look),
		post("/settings/sender/trial", admin, senders.trial),
		post("/settings/sender/keys", admin, senders.makeKeys),
		post("/settings/sender/keys/:id/rest", admin, senders.restKey),
		post("/settings/sender/keys/:id/delete", admin, senders.deleteKey),
	}...)
}

func (w *wiring) releaseRoutes() []route {
	releases := &releasePages{panel: w.panel, store: w.store, offers: w.offers, turns: make(chan struct{}, previewsAtOnce)}
	layouts := &layoutPages{releasePages: releases, layouts: w.store}
	return []route{
		get("/layouts", editor, layouts.index),
		get("/layouts/new", editor, layouts.new),
		post("/layouts/new", editor, layouts.create),
		post("/layouts/preview", editor, layouts.previewLayout),
		get("/layouts/:id", editor, layouts.edit),
		post("/layouts/:id", editor, layouts.update),
		get("/layouts/:id/delete", editor, layouts.deletion().ask),
		post("/layouts/:id/delete", editor, layouts.deletion().do),

		get("/releases", viewer, releases.index),
		get("/releases/new", editor, releases.new),
		post("/releases/new", editor, releases.create).takes(releaseBody),
		get("/releases/markdown", viewer, shows("release_markdown", releases.markdown)),
		post("/releases/editor", editor, releases.editorTexts).takes(releaseBody),
		post("/releases/check", editor, releaseWriting{releases}.checkDraft).takes(releaseBody),
		post("/releases/preview", editor, releases.previewDraft).takes(releaseBody),
		get("/releases/:id", viewer, shows("release", releases.releasePage)),
		post("/releases/:id/publish", editor, releases.publish),
		get("/releases/:id/edit", editor, releases.edit),
		post("/releases/:id/edit", editor, releases.update).takes(releaseBody),
		post("/releases/:id/keep", editor, releaseHistory{releases}.keep).takes(releaseBody),
		post("/releases/:id/keep/drop", editor, releaseHistory{releases}.dropKept),
		get("/releases/:id/history", viewer, releaseHistory{releases}.history),
		post("/releases/:id/restore", editor, releaseHistory{releases}.restore),
		get("/releases/:id/preview", viewer, releases.preview),
		get("/releases/:id/writing", viewer, releaseWriting{releases}.writing),
		post("/releases/:id/writing/replace", editor, releaseWriting{releases}.replaceWords),
		post("/releases/:id/writing/assure", editor, releaseWriting{releases}.assureWriting),
		post("/releases/:id/writing/override", editor, releaseWriting{releases}.overrideWriting),
		get("/releases/:id/sources", editor, releases.sources),
		post("/releases/:id/sources", editor, releases.updateSources),
		post("/releases/:id/remove-version", editor, releases.removeVersion),
		post("/releases/:id/copy", editor, releases.copy),
		post("/releases/:id/archive", editor, releases.archive),
		get("/releases/:id/delete", editor, releases.deletion().ask),
		post("/releases/:id/delete", editor, releases.deletion().do),
	}
}

func (w *wiring) libraryRoutes() []route {
	use := &mediaUsePages{panel: w.panel, store: w.store}
	library := &libraryPages{panel: w.panel, store: w.store, offers: w.offers, maker: media.NewMaker()}
	return []route{
		get("/releases/:id/media", editor, use.show),
		post("/releases/:id/media", editor, use.change),

		get("/library", viewer, library.index),
		post("/library", editor, library.create).takes(mediaBody),
		get("/library/:id", viewer, library.item),
		post("/library/:id", editor, library.update),
		get("/library/:id/picture", viewer, library.picture),
		post("/library/:id/replace", editor, library.replace).takes(mediaBody),
		get("/library/:id/delete", editor, library.askDelete),
		post("/library/:id/delete", editor, library.delete),
		post("/library/upload", editor, library.upload).takes(mediaBody),
		get("/library/pick", editor, library.pick),
	}
}
