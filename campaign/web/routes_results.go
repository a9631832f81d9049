package web

import (
	"slices"
)

func (w *wiring) reportRoutes() []route {
	reports := &reportPages{panel: w.panel, store: w.store}
	actions := &actionPages{panel: w.panel, store: w.store}
	tokens := &apiTokenPages{panel: w.panel, store: w.store, reports: reports}
	return slices.Concat([]route{
		get("/reports", viewer, reports.index),
		get("/reports/view", viewer, reports.view),
		get("/reports/file", viewer, reports.file),
		post("/reports/anew", editor, reports.anew),

		get(reportsAPI+":scope", anyone, tokens.report),
		get("/api-tokens", admin, shows("api_tokens", tokens.page)),
		post("/api-tokens", adminAgain, tokens.create),
		post("/api-tokens/:id/delete", adminAgain, tokens.delete),

		get("/actions/new", editor, actions.new),
		post("/actions/new", editor, actions.create),
		get("/actions/:id/edit", editor, actions.edit),
		post("/actions/:id/edit", editor, actions.update),
		post("/actions/:id/delete", editor, actions.delete),
	}, w.outcomeRoutes(), w.overTimeRoutes())
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
